#pragma once
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace sweepbox {

/// One command of the program (CLI.md). To add one: one file, one line in the table of commands.cpp.
struct Command {
  std::string_view name;
  /// Adds its options to a sub-command; the returned state lives as long as the App. When it was chosen,
  /// main calls run and returns its value as the exit status.
  int (*run)(int argc, char** argv);  ///< argv[0] is the command's name
  std::string_view summary;
};

std::span<const Command> commands();

}  // namespace sweepbox
