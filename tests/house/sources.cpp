#include "tests/house/sources.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sweepbox::test {

namespace fs = std::filesystem;

std::vector<std::string> source_files() {
  std::vector<std::string> files;
  for (const char* top : {"core", "app"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(SWEEPBOX_SOURCE_DIR) / top)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() && (extension == ".cpp" || extension == ".hpp"))
        files.push_back(fs::relative(entry.path(), SWEEPBOX_SOURCE_DIR).generic_string());
    }
  std::sort(files.begin(), files.end());
  return files;
}

std::string source_text(const std::string& file) {
  std::ifstream stream(fs::path(SWEEPBOX_SOURCE_DIR) / file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace sweepbox::test
