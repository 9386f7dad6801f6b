#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

// Words leave the program in one place, which makes what came from files printable
// (app/command/output.hpp); the log of core/base does the same.

namespace fs = std::filesystem;

namespace {

/// Places of a text that write to standard output or standard error by themselves.
std::vector<std::string> writers(const std::string& text) {
  static const std::regex pattern(
      "std::(cout|cerr|clog)\\b|\\b(stdout|stderr)\\b|\\b(printf|puts|putchar|perror)\\s*\\(|"
      "fmt::print\\b|<iostream>|<fmt/(ostream|color)\\.h>");
  std::vector<std::string> found;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string code = line.substr(0, line.find("//"));
    if (std::regex_search(code, pattern)) found.push_back(std::to_string(number) + ": " + line);
  }
  return found;
}

}  // namespace

TEST_CASE("only the one place writes to standard output and standard error") {
  std::string wrong;
  int files = 0;
  for (const char* top : {"core", "app"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(SWEEPBOX_SOURCE_DIR) / top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".cpp" && extension != ".hpp")) continue;
      const std::string name = fs::relative(entry.path(), SWEEPBOX_SOURCE_DIR).generic_string();
      if (name == "app/command/output.cpp") continue;
      ++files;
      std::ifstream stream(entry.path());
      std::ostringstream text;
      text << stream.rdbuf();
      for (const std::string& line : writers(text.str())) wrong += name + ":" + line + "\n";
    }
  INFO(wrong);
  CHECK(wrong.empty());
  CHECK(files > 300);
}

TEST_CASE("what writes by itself is found") {
  for (const char* line : {"std::cout << name;",
                           "  std::cerr << \"x\";",
                           "std::fprintf(stderr, \"%s\", name);",
                           "std::printf(\"%s\", name);",
                           "fmt::print(\"{}\", name);",
                           "std::fputs(name, stdout);"}) {
    INFO(line);
    CHECK(writers(line).size() == 1);
  }
  for (const char* line : {"std::snprintf(buffer, 4, \"x\");",
                           "::dup2(nothing, STDOUT_FILENO);",
                           "#include <spdlog/sinks/stdout_color_sinks.h>",
                           "print(\"{}\\n\", name);",
                           "// std::cout is not for us"}) {
    INFO(line);
    CHECK(writers(line).empty());
  }
}
