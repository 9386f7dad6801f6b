#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.hpp"
#include "tests/window/robot.hpp"
#include "tests/window/street.hpp"

// What the hand types and clicks is what the data holds: the real program in a real window, real
// keys and a real mouse.

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using sweepbox::test::boxes_of;
using sweepbox::test::Control;
using sweepbox::test::make_bare_street;
using sweepbox::test::make_street;
using sweepbox::test::Robot;
using sweepbox::test::RobotOptions;
using sweepbox::test::TempFolder;

using Strings = std::vector<std::string>;

/// One box in frame 0, selected.
void place_box(Robot& robot) {
  const Control scene = robot.wait_for("view/scene");
  robot.key("n");
  robot.click_at(scene.x(), scene.y() + 60);
  robot.wait_for("props/x");
}

void wait_for_value(Robot& robot, const std::string& id, const std::string& value) {
  robot.wait_for_value(id, [&](const std::string& shown) { return shown == value; });
}

/// A number as it is typed, key by key, and as its field shows it.
struct Typed {
  const char* id;
  Strings keys;
  const char* shown;
};

/// Each first key is a shortcut of its own: a class, or zoom out.
const std::vector<Typed> kNumbers = {
    {"props/x", {"4", "period", "7"}, "4.70"},
    {"props/y", {"minus", "2", "period", "4"}, "\u22122.40"},
    {"props/z", {"3", "period", "1"}, "3.10"},
    {"props/length", {"6", "period", "2"}, "6.20"},
    {"props/width", {"2", "period", "1"}, "2.10"},
    {"props/height", {"1", "period", "9"}, "1.90"},
    {"props/yaw", {"7"}, "7.0"},
    {"props/pitch", {"5"}, "5.0"},
    {"props/roll", {"8", "period", "5"}, "8.5"},
};

/// The box of frame 0 holds what kNumbers says, and is a car still.
void check_numbers(const fs::path& drive, const fs::path& project) {
  const json frames = boxes_of(drive, project);
  REQUIRE(frames[0]["cuboids"].size() == 1);
  const json& box = frames[0]["cuboids"][0];
  CHECK(box["class"] == "car");
  const double center[] = {4.7, -2.4, 3.1}, size[] = {6.2, 2.1, 1.9};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    CHECK(box["center"][axis].get<double>() == Approx(center[axis]).margin(1e-6));
    CHECK(box["size"][axis].get<double>() == Approx(size[axis]).margin(1e-6));
  }
}

/// mousemove … click 1, then the keys, in one burst. A key that comes twice in a millisecond, as no
/// hand types, GLFW takes for one.
Strings click_and_keys(const Control& control, const Strings& keys) {
  Strings arguments = {"mousemove",
                       std::to_string(std::lround(control.x())),
                       std::to_string(std::lround(control.y())),
                       "click",
                       "1",
                       "key",
                       "--delay",
                       "4"};
  arguments.insert(arguments.end(), keys.begin(), keys.end());
  return arguments;
}

int boxes_in(const fs::path& drive, const fs::path& project, std::size_t frame) {
  return static_cast<int>(boxes_of(drive, project)[frame]["cuboids"].size());
}

}  // namespace

TEST_CASE("a number typed into a field of Properties with a still mouse is that field's") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  Robot robot(drive, project);
  place_box(robot);
  robot.click("props/upright");  // pitch and roll are free
  for (const Typed& number : kNumbers) {
    INFO(number.id);
    robot.click(number.id);
    // The mouse rests and nothing is drawn any more: the window is idle before each key.
    for (const std::string& key : number.keys) robot.key(key);
    wait_for_value(robot, "props/class", "car");
    robot.picture(std::string("typing-") + (number.id + 6));
    robot.key("Return");
    wait_for_value(robot, number.id, number.shown);
  }
  wait_for_value(robot, "props/class", "car");
  check_numbers(drive, project);
  CHECK(robot.close() == 0);
}

TEST_CASE("keys that come with the click, before anything is drawn, go where the click put them") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  Robot robot(drive, project);
  place_box(robot);
  robot.click("props/upright");
  for (const Typed& number : kNumbers) {
    INFO(number.id);
    Strings keys = number.keys;
    keys.push_back("Return");
    robot.at_once(click_and_keys(robot.wait_for(number.id), keys));
    wait_for_value(robot, number.id, number.shown);
    wait_for_value(robot, "props/class", "car");
  }
  check_numbers(drive, project);

  // Tab goes on to the next field, and a shortcut after Enter is a shortcut again.
  robot.at_once(click_and_keys(
      robot.wait_for("props/x"),
      {"1", "Tab", "2", "period", "5", "Tab", "3", "BackSpace", "4", "Return", "d"}));
  wait_for_value(robot, "status/frame", "1");
  robot.at_once({"key", "a"});
  wait_for_value(robot, "status/frame", "0");
  wait_for_value(robot, "props/x", "1.00");
  wait_for_value(robot, "props/y", "2.50");
  wait_for_value(robot, "props/z", "4.00");

  // Words are no shortcuts either: u marks unsure, s and b would do what they do.
  robot.at_once(click_and_keys(robot.wait_for("tracks/filter"), {"b", "u", "s"}));
  wait_for_value(robot, "tracks/filter", "bus");

  // A click counts where the mouse was, not where it is by the time that anybody looks.
  const Control x = robot.wait_for("props/x");
  const Control scene = robot.wait_for("view/scene");
  Strings away = click_and_keys(x, {"6", "Return"});
  away.insert(away.begin() + 5,
              {"mousemove",
               std::to_string(std::lround(scene.x())),
               std::to_string(std::lround(scene.y()))});
  robot.at_once(away);
  wait_for_value(robot, "props/x", "6.00");
  wait_for_value(robot, "props/class", "car");
  CHECK(robot.close() == 0);
}

TEST_CASE("a track is split by Ctrl+Shift+X alone, and its undo selects what was selected") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  Robot robot(drive, project);
  place_box(robot);
  for (int i = 0; i < 10; ++i) robot.key("d");
  robot.key("k");
  for (int i = 0; i < 5; ++i) robot.key("a");
  wait_for_value(robot, "props/title", "Car 1");
  robot.key("s");
  CHECK_FALSE(robot.find("tracks/2"));
  robot.key("ctrl+shift+x");
  wait_for_value(robot, "props/title", "Car 2");
  CHECK(robot.find("tracks/2"));
  robot.picture("split");
  robot.key("ctrl+z");
  wait_for_value(robot, "props/title", "Car 1");
  CHECK_FALSE(robot.find("tracks/2"));
  robot.picture("split-undone");
  robot.key("ctrl+shift+z");
  wait_for_value(robot, "props/title", "Car 2");
  CHECK(robot.close() == 0);
}

TEST_CASE("undo of an edit in another frame is shown there first and made by the second press") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  for (const auto& [width, height] : {std::pair(1280, 720), std::pair(2560, 1440)}) {
    fs::remove(project);
    RobotOptions options;
    options.width = width;
    options.height = height;
    Robot robot(drive, project, options);
    const std::string size = std::to_string(width);
    place_box(robot);
    for (int i = 0; i < 8; ++i) robot.key("d");
    robot.key("Escape");  // nothing is selected
    robot.key("ctrl+z");
    wait_for_value(robot, "status/frame", "0");
    wait_for_value(robot, "props/title", "Car 1");
    CHECK(boxes_in(drive, project, 0) == 1);
    robot.picture("undo-shown-" + size);
    robot.key("ctrl+z");
    wait_for_value(robot, "status/frame", "0");
    CHECK(boxes_in(drive, project, 0) == 0);

    for (int i = 0; i < 3; ++i) robot.key("d");
    robot.key("ctrl+shift+z");
    wait_for_value(robot, "status/frame", "0");
    CHECK(boxes_in(drive, project, 0) == 0);
    robot.key("ctrl+shift+z");
    CHECK(boxes_in(drive, project, 0) == 1);

    // Who does not want it has a setting.
    for (int i = 0; i < 3; ++i) robot.key("d");
    robot.key("ctrl+comma");
    robot.click("settings/undo_shows_first");
    wait_for_value(robot, "settings/undo_shows_first", "off");
    robot.picture("undo-setting-" + size);
    robot.key("Escape");
    robot.key("ctrl+z");
    CHECK(boxes_in(drive, project, 0) == 0);
    CHECK(robot.find("status/frame")->value == "3");
    CHECK(robot.close() == 0);
  }
}

TEST_CASE("a key that is held undoes no further than what it shows") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  Robot robot(drive, project);
  place_box(robot);
  for (int i = 0; i < 4; ++i) robot.key("d");
  robot.hold("ctrl+z", 40);
  wait_for_value(robot, "status/frame", "0");
  CHECK(boxes_in(drive, project, 0) == 1);
  CHECK(robot.close() == 0);
}

TEST_CASE("undoing the import of the drive's own labels asks first") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_street(drive);
  const auto size = GENERATE(std::pair(1280, 720), std::pair(2560, 1440));
  RobotOptions options;
  options.width = size.first;
  options.height = size.second;
  Robot robot(drive, project, options);
  robot.wait_for("view/scene");
  const int boxes = boxes_in(drive, project, 0);
  REQUIRE(boxes > 0);
  robot.key("ctrl+z");
  robot.wait_for("undo_import/keep");
  robot.picture("undo-import-" + std::to_string(size.first));
  robot.key("ctrl+z");  // a further press answers nothing
  robot.wait_for("undo_import/keep");
  robot.click("undo_import/keep");
  CHECK_FALSE(robot.find("undo_import/keep"));
  CHECK(boxes_in(drive, project, 0) == boxes);

  robot.click("topbar/undo");
  robot.click("undo_import/undo");
  CHECK_FALSE(robot.find("undo_import/undo"));
  CHECK(boxes_in(drive, project, 0) == 0);
  robot.key("ctrl+shift+z");
  CHECK(boxes_in(drive, project, 0) == boxes);
  CHECK(robot.close() == 0);
}
