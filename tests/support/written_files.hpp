#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "core/base/files.hpp"
#include "core/label/label.hpp"

namespace sweepbox::test {

/// Puts what a writer wrote into a folder.
inline void put(const std::filesystem::path& folder, const std::vector<WrittenFile>& files) {
  for (const WrittenFile& file : files) {
    REQUIRE(make_folder((folder / file.path).parent_path()));
    REQUIRE(write_file(folder / file.path, file.content));
  }
}

}  // namespace sweepbox::test
