#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "app/session/session.hpp"
#include "core/sensor/image.hpp"

namespace sweepbox {

struct WindowOptions {
  int width = 1600;
  int height = 900;
  bool visible = true;
  std::filesystem::path ui_map;  ///< empty: none is written
  /// "scene", "top", "side", "front" or "camera:NAME": that view alone fills the window (for
  /// `render`).
  std::string only;
};

/// The program's window: GLFW, OpenGL, ImGui, fonts, theme, the frame loop and input. One thread.
class Window {
 public:
  /// Needs a DISPLAY; the error says so and what to install.
  static Result<std::unique_ptr<Window>> open(Session& session, const WindowOptions& options);
  ~Window();

  /// Runs until the session quits or the window closes. Draws only when something changed.
  Result<void> run();
  /// One frame, whatever changed: for scripts, pictures, benchmarks. False once closed.
  bool frame();
  /// Frames until nothing is pending: jobs done, pictures new, the disk durable.
  void settle();
  /// The last frame as it stood on the screen.
  Image picture() const;
  /// Redraws every view in the next frame (benchmarks).
  void invalidate();

 private:
  Window();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sweepbox
