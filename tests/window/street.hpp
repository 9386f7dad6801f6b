#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

namespace sweepbox::test {

/// A synthetic street of twelve frames with the labels that it knows.
void make_street(const std::filesystem::path& folder);
/// The same without them: nothing is drawn yet.
void make_bare_street(const std::filesystem::path& folder);

/// Every box of the project, frame by frame.
nlohmann::json boxes_of(const std::filesystem::path& drive, const std::filesystem::path& project);

}  // namespace sweepbox::test
