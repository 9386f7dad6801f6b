#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "app/session/session.hpp"

namespace sweepbox {

struct ScriptHooks {
  /// Lets the program draw and load until nothing is pending (frames complete, disk durable).
  std::function<void()> settle;
  /// Saves a picture of the window under a name.
  std::function<Result<void>(const std::string& name)> picture;
  /// Whether the program is to end: the script stops there, which is a failure. Empty: never.
  std::function<bool()> stopped;
  bool real_time = false;  ///< plays take their time; else they step as fast as frames are ready
};

/// Replays a script: one action a line (`track.split`, `box.move x=0.1`), `expect …`, `picture
/// NAME`,
/// `#` comments. Ends at the first failure with line number and reason. The grammar and every
/// `expect` are described in the .cpp's table, which `sweepbox run --help` prints.
[[nodiscard]] Result<void> run_script(Session& session,
                                      std::string_view script,
                                      const std::string& file,
                                      const ScriptHooks& hooks);

std::string script_help();

}  // namespace sweepbox
