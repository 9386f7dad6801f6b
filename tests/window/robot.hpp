#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox::test {

/// A control as the program's ui-map has it.
struct Control {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool enabled = false;
  std::string value;

  double x() const { return (x0 + x1) / 2; }

  double y() const { return (y0 + y1) / 2; }
};

struct RobotOptions {
  int width = 1600, height = 900;
  std::vector<std::string> arguments;  ///< further ones of `open`
};

/// A person at the program: the real window under an Xvfb of its own, real key and mouse events
/// (xdotool), controls found by id. Waits for conditions, never for time; a condition that does not
/// come within a minute (a loaded machine is slow) fails the test.
class Robot {
 public:
  Robot(const std::filesystem::path& drive,
        const std::filesystem::path& project,
        RobotOptions options = {});
  ~Robot();

  Control wait_for(const std::string& id);
  std::optional<Control> find(const std::string& id);
  /// Until the value of the control is as wanted.
  Control wait_for_value(const std::string& id,
                         const std::function<bool(const std::string&)>& wanted);
  /// Until everything shown is up to date: nothing loads, the disk has every edit.
  void wait_idle();

  void move_to(double x, double y);
  void click(const std::string& id);
  void click_at(double x, double y, int button = 1);
  void drag(double x0, double y0, double x1, double y1, int button = 1);
  void wheel(double x, double y, int steps);  ///< > 0: towards the person's screen
  void key(const std::string& chord);         ///< as xdotool writes it: "ctrl+shift+z"
  /// Keeps it down until its repeats have drawn so many frames.
  void hold(const std::string& chord, std::uint64_t frames);
  void type(const std::string& text);
  /// What xdotool is told, in one burst: the program is stopped meanwhile and finds all of it in
  /// one look, as after a slow frame.
  void at_once(const std::vector<std::string>& arguments);

  /// A PNG of the screen, where $SWEEPBOX_PICTURES names a folder for people to look at.
  void picture(const std::string& name);

  /// Ctrl+Q, then the exit status.
  int close();
  /// A signal, then the exit status.
  int end(int signal);
  void kill();

 private:
  struct Map;
  void xdotool(const std::vector<std::string>& arguments);
  std::uint64_t frame();
  void after_a_frame(const std::function<void()>& act);
  Map read_map();

  TempFolder home_;
  std::filesystem::path ui_map_;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<Running> display_;
  std::unique_ptr<Running> program_;
};

}  // namespace sweepbox::test
