#pragma once
#include <string>
#include <vector>

namespace sweepbox::test {

/// The program's own .cpp and .hpp files (core, app), relative to the checkout, in order.
std::vector<std::string> source_files();

/// The text of one of them.
std::string source_text(const std::string& file);

/// One a line, for a test's message.
std::string joined(const std::vector<std::string>& lines);

}  // namespace sweepbox::test
