#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/drive/repairs.hpp"

namespace sweepbox {

/// Exit status of every command (CLI.md).
enum Exit : int { kDone = 0, kFailed = 1, kWrongUsage = 2, kProblemsFound = 3 };

struct Option {
  enum class Kind { flag, text, integer, number };
  std::string_view name;  ///< "--frame"; "-o,--output" has a short form too
  Kind kind;
  std::string_view meaning;
  bool required = false;
};

/// Options that several commands have, said once.
namespace option {
inline constexpr Option kFrame = {
    "--frame", Option::Kind::integer, "N: this frame alone, by index"};
inline constexpr Option kFrames = {
    "--frames", Option::Kind::text, "A:B: frames A to B − 1, by index"};
inline constexpr Option kFirstFrame = {
    "--frame", Option::Kind::integer, "N: show this frame first, by index"};
inline constexpr Option kProject = {
    "--project",
    Option::Kind::text,
    "FILE: the boxes of this project instead of the drive's own labels"};
inline constexpr Option kLabels = {
    "--labels",
    Option::Kind::text,
    "[FORMAT=]PATH: the labels of this file or folder instead of the drive's own"};
inline constexpr Option kSize = {"--size", Option::Kind::text, "WxH of the window"};
inline constexpr Option kConfig = {"--config", Option::Kind::text, "DIR: settings and keys"};
inline constexpr Option kUiMap = {
    "--ui-map",
    Option::Kind::text,
    "FILE: write the rectangles of all controls there, after each frame"};
}  // namespace option

/// What stood on the command line, checked against the options: values by their long name without
/// dashes.
struct Invocation {
  std::vector<std::filesystem::path> paths;
  std::map<std::string, std::vector<std::string>, std::less<>> values;

  bool has(std::string_view option) const { return values.find(option) != values.end(); }

  std::string text(std::string_view option, std::string_view fallback = {}) const;
  std::optional<int> integer(std::string_view option) const;

  bool json() const { return has("json"); }

  bool quiet() const { return has("quiet"); }
};

/// One command of the program. To add one: one file, one line in the table of commands.cpp.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  std::vector<std::string_view>
      paths;                    ///< names of its positional arguments: "PATH"; "[PATH]" is optional
  std::vector<Option> options;  ///< beside those that all commands have
  int (*run)(const Invocation& invocation);
};

std::span<const Command> commands();

/// Parses and runs; the exit status of the program. Knows `--help`, `--version`, and that `open` is
/// the default. Throws never: what reaches it is one line and kFailed, as is a standard output that
/// takes no more.
int run_command_line(int argc, char** argv);

/// Prints `sweepbox: FILE: what is wrong; what to do` to standard error; kFailed.
int fail_with(const Error& error);
/// Prints one line to standard error; kWrongUsage.
int wrong_usage(std::string_view line);

/// "WxH" → pixels.
std::optional<std::pair<int, int>> parse_size(std::string_view text);

}  // namespace sweepbox
