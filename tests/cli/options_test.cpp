#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

// Every option of every command, as `--help` lists them, with values that mean nothing.

namespace fs = std::filesystem;
using sweepbox::test::Finished;
using sweepbox::test::run_program;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

namespace {

struct Listed {
  std::string name;  // "--frame"
  bool takes_value;
};

/// Options of a command's help: "  -o,--output TEXT REQUIRED   OUT: the folder to write into".
std::vector<Listed> options_of(const std::string& command) {
  static const std::regex line_pattern("^  (?:-\\w,)?(--[a-z-]+)( [A-Z]\\S*)?( .*)?$");
  const Finished help = run_sweepbox({command, "--help"});
  REQUIRE(help.status == 0);
  std::vector<Listed> found;
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, line_pattern) && match[1] != "--help")
      found.push_back({match[1], match[2].matched});
  }
  return found;
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// A command with everything it needs, apart from one option.
std::vector<std::string> complete(const std::string& command,
                                  const TempFolder& temp,
                                  const std::string& without) {
  const fs::path drive = temp / "drive";
  write(drive / "000.pcd",
        "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 2\nHEIGHT 1\n"
        "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA ascii\n10 0 0\n20 3 1\n");
  write(temp / "script", "# nothing\n");
  write(temp / "spec.json", "{}");
  std::vector<std::string> arguments = {command};
  if (command == "run") arguments.push_back((temp / "script").string());
  if (command == "synth")
    arguments.push_back((temp / "spec.json").string());
  else if (command != "formats")
    arguments.push_back(drive.string());
  const auto add = [&](const char* option, const std::string& value) {
    if (without != option) arguments.insert(arguments.end(), {option, value});
  };
  if (command == "convert" || command == "synth") add("--output", (temp / "out").string());
  if (command == "render") add("--output", (temp / "out.png").string());
  if (command == "convert") add("--to", "csv");
  return arguments;
}

/// Runs it in the folder, since a value may be taken for a relative path. Without a display and an
/// Xvfb, open, render and run end where the window would open.
Finished run_in(const TempFolder& temp, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/usr/bin/env", "-C", temp.path().string(), SWEEPBOX_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command,
                     {{"DISPLAY", ""},
                      {"PATH", "/nowhere"},
                      {"XDG_DATA_HOME", (temp / "data").string()},
                      {"XDG_CONFIG_HOME", (temp / "config").string()},
                      {"XDG_CACHE_HOME", (temp / "cache").string()}});
}

void check_said(const Finished& finished) {
  INFO(finished.err);
  CHECK(finished.status < 4);  // above: a signal
  if (finished.status == 0 || finished.status == 3) return;
  CHECK(finished.err.starts_with("sweepbox"));
  CHECK(finished.err.find(": ") != std::string::npos);
  CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
  CHECK(finished.err.ends_with('\n'));
}

void try_all_options(const std::string& command) {
  const std::vector<Listed> options = options_of(command);
  CHECK(options.size() >= 6);  // those that all commands have
  for (const Listed& option : options) {
    if (!option.takes_value) continue;
    INFO(command << " " << option.name);
    {
      const TempFolder temp;
      std::vector<std::string> arguments = complete(command, temp, option.name);
      arguments.insert(arguments.end(), {option.name, ""});
      const Finished finished = run_in(temp, arguments);
      check_said(finished);
      CHECK(finished.status == 2);
      CHECK(finished.out.empty());
      CHECK(finished.err.find(option.name + ": expected a value") != std::string::npos);
      arguments.pop_back();
      CHECK(run_in(temp, arguments).status == 2);  // no value at all
    }
    for (const char* value : {"-1",
                              "99999999999999999999",
                              ":",
                              "0x0",
                              "99999999x1",
                              "/dev/null/x/y",
                              "%s%n{}{0}=",
                              "\xff\x1b[2J"}) {
      INFO(value);
      const TempFolder temp;
      std::vector<std::string> arguments = complete(command, temp, option.name);
      arguments.insert(arguments.end(), {option.name, value});
      check_said(run_in(temp, arguments));
    }
  }
}

}  // namespace

TEST_CASE("options of open: what means nothing is one sentence") {
  try_all_options("open");
}

TEST_CASE("options of info: what means nothing is one sentence") {
  try_all_options("info");
}

TEST_CASE("options of labels: what means nothing is one sentence") {
  try_all_options("labels");
}

TEST_CASE("options of project: what means nothing is one sentence") {
  try_all_options("project");
}

TEST_CASE("options of render: what means nothing is one sentence") {
  try_all_options("render");
}

TEST_CASE("options of convert: what means nothing is one sentence") {
  try_all_options("convert");
}

TEST_CASE("options of formats: what means nothing is one sentence") {
  try_all_options("formats");
}

TEST_CASE("options of synth: what means nothing is one sentence") {
  try_all_options("synth");
}

TEST_CASE("options of run: what means nothing is one sentence") {
  try_all_options("run");
}

TEST_CASE("every command's options are tried") {
  const std::string help = run_sweepbox({"--help"}).out;
  const std::string commands = help.substr(help.find("Commands:\n") + 10);
  std::vector<std::string> names;
  std::istringstream lines(commands);
  for (std::string line; std::getline(lines, line) && !line.empty();)
    names.push_back(line.substr(2, line.find(' ', 2) - 2));
  CHECK(names ==
        std::vector<std::string>{
            "open", "info", "labels", "project", "render", "convert", "formats", "synth", "run"});
}

TEST_CASE("an empty path is one sentence and wrong usage") {
  const TempFolder temp;
  write(temp / "script", "# nothing\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{""},
        {"open", ""},
        {"info", ""},
        {"labels", ""},
        {"project", ""},
        {"render", "", "-o", (temp / "out.png").string()},
        {"convert", "", "--to", "csv", "-o", (temp / "out").string()},
        {"synth", "", "-o", (temp / "out").string()},
        {"run", "", temp.path().string()},
        {"run", (temp / "script").string(), ""}}) {
    INFO(arguments[0] << ", " << arguments.size());
    const Finished finished = run_in(temp, arguments);
    check_said(finished);
    CHECK(finished.status == 2);
  }
}

TEST_CASE("numbers that do not fit are refused, not cut to others") {
  const TempFolder temp;
  // 2^32 would be frame 0 in 32 bits.
  for (const char* frame : {"4294967296", "-4294967296", "9223372036854775807"}) {
    std::vector<std::string> arguments = complete("labels", temp, "");
    arguments.insert(arguments.end(), {"--frame", frame});
    const Finished finished = run_sweepbox(arguments);
    INFO(finished.err);
    CHECK(finished.status == 2);
    CHECK(finished.err.find("expected a number from -2147483648 to 2147483647") !=
          std::string::npos);
  }
}
