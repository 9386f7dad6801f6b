#include <catch2/catch.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/house/sources.hpp"

// Words leave the program in one place, which makes what came from files printable
// (app/command/output.hpp); the log of core/base does the same.

using namespace sweepbox::test;

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
  std::vector<std::string> wrong;
  const std::vector<std::string> files = source_files();
  for (const std::string& file : files) {
    if (file == "app/command/output.cpp") continue;
    for (const std::string& line : writers(source_text(file))) wrong.push_back(file + ":" + line);
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(files.size() > 300);
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
