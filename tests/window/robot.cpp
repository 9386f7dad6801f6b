#include "tests/window/robot.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace sweepbox::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kBetweenLooks = std::chrono::milliseconds(4);

std::string rounded(double value) {
  return std::to_string(std::lround(value));
}

}  // namespace

struct Robot::Map {
  std::uint64_t frame = 0;
  bool idle = false;
  std::map<std::string, Control> controls;
};

Robot::Robot(const std::filesystem::path& drive,
             const std::filesystem::path& project,
             RobotOptions options)
    : ui_map_(home_ / "ui-map.json") {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), 0) != 0) FAIL("no pipe");
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  const std::string screen =
      std::to_string(options.width) + "x" + std::to_string(options.height) + "x24";
  display_ = std::make_unique<Running>(std::vector<std::string>{"Xvfb",
                                                                "-displayfd",
                                                                std::to_string(ends[1]),
                                                                "-screen",
                                                                "0",
                                                                screen,
                                                                "-nolisten",
                                                                "tcp"},
                                       std::map<std::string, std::string>{});
  ::close(ends[1]);
  std::string number;
  for (char letter = 0; ::read(ends[0], &letter, 1) == 1 && letter != '\n';) number += letter;
  ::close(ends[0]);
  REQUIRE_FALSE(number.empty());
  environment_ = {{"DISPLAY", ":" + number},
                  {"XDG_DATA_HOME", (home_ / "data").string()},
                  {"XDG_CONFIG_HOME", (home_ / "config").string()},
                  {"XDG_CACHE_HOME", (home_ / "cache").string()}};
  std::vector<std::string> command = {
      SWEEPBOX_PROGRAM,
      "open",
      drive.string(),
      "--project",
      project.string(),
      "--size",
      std::to_string(options.width) + "x" + std::to_string(options.height),
      "--config",
      (home_ / "config").string(),
      "--ui-map",
      ui_map_.string()};
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());
  program_ = std::make_unique<Running>(command, environment_);
  wait_idle();
}

Robot::~Robot() = default;

Robot::Map Robot::read_map() {
  Map map;
  std::ifstream stream(ui_map_);
  if (!stream) return map;
  const auto json = nlohmann::json::parse(stream, nullptr, false);
  if (json.is_discarded()) return map;
  map.frame = json.value("frame", std::uint64_t{0});
  map.idle = json.value("idle", false);
  for (const auto& [id, item] : json["items"].items()) {
    if (!item.value("visible", true)) continue;
    const auto& rect = item["rect"];
    map.controls[id] = {
        rect[0], rect[1], rect[2], rect[3], item.value("enabled", true), item.value("value", "")};
  }
  return map;
}

namespace {

/// Looks until the condition holds; fails the test after a minute, naming what was waited for.
void look_until(Running& program,
                const std::string& what,
                const std::function<bool()>& condition,
                const std::string& found = {}) {
  const auto end = Clock::now() + kPatience;
  while (!condition()) {
    if (!program.alive())
      FAIL("the program ended while waiting for " << what << ", status " << program.wait());
    if (Clock::now() > end) FAIL("waited a minute for " << what << found);
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

std::uint64_t Robot::frame() {
  return read_map().frame;
}

void Robot::wait_idle() {
  look_until(*program_, "an idle window", [this] {
    const Map map = read_map();
    return map.frame > 0 && map.idle;
  });
}

std::optional<Control> Robot::find(const std::string& id) {
  const Map map = read_map();
  const auto found = map.controls.find(id);
  return found == map.controls.end() ? std::nullopt : std::optional<Control>(found->second);
}

Control Robot::wait_for(const std::string& id) {
  std::optional<Control> control;
  look_until(*program_, "control " + id, [&] {
    control = find(id);
    return control && control->enabled;
  });
  return *control;
}

Control Robot::wait_for_value(const std::string& id,
                              const std::function<bool(const std::string&)>& wanted) {
  std::optional<Control> control;
  std::string last;
  look_until(
      *program_,
      "the wanted value of " + id,
      [&] {
        control = find(id);
        if (control) last = ", found \"" + control->value + "\"";
        return control && wanted(control->value);
      },
      last);
  return *control;
}

void Robot::xdotool(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"xdotool"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Finished finished = run_program(command, environment_);
  INFO(finished.err);
  REQUIRE(finished.status == 0);
}

void Robot::after_a_frame(const std::function<void()>& act) {
  const std::uint64_t before = frame();
  act();
  look_until(*program_, "the next frame", [&] { return frame() > before; });
}

void Robot::move_to(double x, double y) {
  after_a_frame([&] { xdotool({"mousemove", rounded(x), rounded(y)}); });
  wait_idle();
}

void Robot::click_at(double x, double y, int button) {
  // A move of one pixel first: the program sees the mouse arrive even where it already stood.
  xdotool({"mousemove", rounded(x), rounded(y + 1)});
  move_to(x, y);
  after_a_frame([&] { xdotool({"mousedown", std::to_string(button)}); });
  after_a_frame([&] { xdotool({"mouseup", std::to_string(button)}); });
  wait_idle();
}

void Robot::click(const std::string& id) {
  const Control control = wait_for(id);
  click_at(control.x(), control.y());
}

void Robot::drag(double x0, double y0, double x1, double y1, int button) {
  move_to(x0, y0);
  after_a_frame([&] { xdotool({"mousedown", std::to_string(button)}); });
  constexpr int kSteps = 6;
  for (int i = 1; i <= kSteps; ++i)
    after_a_frame([&] {
      xdotool({"mousemove",
               rounded(x0 + (x1 - x0) * i / kSteps),
               rounded(y0 + (y1 - y0) * i / kSteps)});
    });
  after_a_frame([&] { xdotool({"mouseup", std::to_string(button)}); });
  wait_idle();
}

void Robot::wheel(double x, double y, int steps) {
  move_to(x, y);
  for (int i = 0; i < std::abs(steps); ++i)
    after_a_frame([&] { xdotool({"click", steps > 0 ? "4" : "5"}); });
  wait_idle();
}

void Robot::key(const std::string& chord) {
  after_a_frame([&] { xdotool({"key", chord}); });
  wait_idle();
}

void Robot::hold(const std::string& chord, std::uint64_t frames) {
  const std::uint64_t before = frame();
  xdotool({"keydown", chord});
  look_until(*program_, "frames of a held key", [&] { return frame() >= before + frames; });
  after_a_frame([&] { xdotool({"keyup", chord}); });
  wait_idle();
}

void Robot::type(const std::string& text) {
  after_a_frame([&] { xdotool({"type", "--delay", "4", text}); });
  wait_idle();
}

void Robot::at_once(const std::vector<std::string>& arguments) {
  after_a_frame([&] {
    program_->signal(SIGSTOP);
    xdotool(arguments);
    program_->signal(SIGCONT);
  });
  wait_idle();
}

void Robot::picture(const std::string& name) {
  const char* folder = std::getenv("SWEEPBOX_PICTURES");
  if (!folder) return;
  std::filesystem::create_directories(folder);
  run_program(
      {"import", "-window", "root", (std::filesystem::path(folder) / (name + ".png")).string()},
      environment_);
}

int Robot::close() {
  xdotool({"key", "ctrl+q"});
  return program_->wait();
}

int Robot::end(int signal) {
  program_->signal(signal);
  return program_->wait();
}

void Robot::kill() {
  program_->signal(SIGKILL);
  program_->wait();
}

}  // namespace sweepbox::test
