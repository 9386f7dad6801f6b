#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/window/robot.hpp"
#include "tests/window/street.hpp"

// The main job by hand: the real program in a real window, real keys and a real mouse.

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using sweepbox::test::boxes_of;
using sweepbox::test::Control;
using sweepbox::test::Finished;
using sweepbox::test::make_bare_street;
using sweepbox::test::Robot;
using sweepbox::test::RobotOptions;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

json only_box(const json& frames, std::size_t frame) {
  REQUIRE(frames[frame]["cuboids"].size() == 1);
  return frames[frame]["cuboids"][0];
}

/// A change of another frame is shown before it is undone: two presses an edit.
void undo_everything(Robot& robot) {
  for (int i = 0; i < 40 && robot.find("topbar/undo")->enabled; ++i) robot.key("ctrl+z");
  CHECK_FALSE(robot.find("topbar/undo")->enabled);
}

void redo_everything(Robot& robot) {
  for (int i = 0; i < 40 && robot.find("topbar/redo")->enabled; ++i) robot.key("ctrl+shift+z");
  CHECK_FALSE(robot.find("topbar/redo")->enabled);
}

}  // namespace

TEST_CASE("a hand places a box, drags a handle, sets a key, undoes, redoes, and finds all again") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  json finished_boxes;
  {
    Robot robot(drive, project);
    const Control scene = robot.wait_for("view/scene");
    robot.key("n");
    robot.click_at(scene.x(), scene.y() + 60);
    const json placed = boxes_of(drive, project);
    const double length = only_box(placed, 0)["size"][0];
    CHECK(length == Approx(4.5).margin(0.6));  // a car's, by the taxonomy
    robot.picture("1-placed");

    // The front face of the top view follows the mouse to the right: the box grows by what was
    // dragged.
    const Control handle = robot.wait_for("side/top/handle/+x");
    robot.drag(handle.x(), handle.y(), handle.x() + 40, handle.y());
    const json longer = boxes_of(drive, project);
    CHECK(only_box(longer, 0)["size"][0].get<double>() > length + 0.1);
    robot.picture("2-longer");

    // Ten frames on, half a metre to the side: a key there, and the box between is between.
    for (int i = 0; i < 10; ++i) robot.key("d");
    robot.key("k");
    for (int i = 0; i < 5; ++i) robot.key("alt+shift+Up");
    const json keyed = boxes_of(drive, project);
    robot.key("shift+Left");
    robot.picture("3-keyed");
    const auto in_world = [&](std::size_t frame) {
      const Finished listed = run_sweepbox(
          {"labels", drive.string(), "--project", project.string(), "--json", "--in", "world"});
      return json::parse(listed.out)["frames"][frame]["cuboids"][0]["center"];
    };
    const json first = in_world(0), middle = in_world(5), last = in_world(10);
    for (int axis = 0; axis < 2; ++axis)
      CHECK(middle[axis].get<double>() ==
            Approx((first[axis].get<double>() + last[axis].get<double>()) / 2).margin(1e-6));
    CHECK(std::hypot(last[0].get<double>() - first[0].get<double>(),
                     last[1].get<double>() - first[1].get<double>()) > 0.3);

    undo_everything(robot);
    CHECK(boxes_of(drive, project)[0]["cuboids"].empty());
    redo_everything(robot);
    finished_boxes = boxes_of(drive, project);
    CHECK(finished_boxes == keyed);
    CHECK(robot.close() == 0);
  }
  CHECK(boxes_of(drive, project) == finished_boxes);
  {
    Robot robot(drive, project);
    robot.wait_for("view/scene");
    robot.picture("4-opened-again");
    CHECK(robot.find("topbar/undo")->enabled);  // undo survives a restart
    undo_everything(robot);
    CHECK(boxes_of(drive, project)[0]["cuboids"].empty());
    redo_everything(robot);
    CHECK(boxes_of(drive, project) == finished_boxes);
    CHECK(robot.close() == 0);
  }
}

TEST_CASE("what the window showed as saved is there after kill -9") {
  const TempFolder folder;
  const fs::path drive = folder / "street", project = folder / "work.sbx";
  make_bare_street(drive);
  json saved;
  {
    Robot robot(drive, project);
    const Control scene = robot.wait_for("view/scene");
    robot.key("n");
    robot.click_at(scene.x(), scene.y() + 60);
    robot.wait_for_value("status/saved", [](const std::string& words) { return words == "Saved"; });
    saved = boxes_of(drive, project);
    robot.kill();
  }
  CHECK(only_box(saved, 0)["class"] == "car");
  CHECK(boxes_of(drive, project) == saved);
}

TEST_CASE("the window is whole at every size that people have") {
  const TempFolder folder;
  const fs::path drive = folder / "street";
  const Finished made = run_sweepbox(
      {"synth", SWEEPBOX_SOURCE_DIR "/samples/street.json", "-o", drive.string(), "--frames", "2"});
  REQUIRE(made.status == 0);
  for (const auto& [width, height] :
       {std::pair(1280, 720), std::pair(1600, 900), std::pair(2560, 1440)}) {
    RobotOptions options;
    options.width = width;
    options.height = height;
    Robot robot(drive, folder / (std::to_string(width) + ".sbx"), options);
    robot.wait_for("view/scene");
    robot.key("Tab");  // the next box: properties and side views have something to show
    robot.wait_for("props/class");
    robot.picture("size-" + std::to_string(width));
    for (const char* id : {"view/scene",
                           "view/top",
                           "view/side",
                           "view/front",
                           "tracks/filter",
                           "time/play",
                           "status/saved",
                           "props/class",
                           "topbar/search"}) {
      INFO(id << " at " << width << " x " << height);
      const auto control = robot.find(id);
      REQUIRE(control);
      CHECK(control->x0 >= 0);
      CHECK(control->y0 >= 0);
      CHECK(control->x1 <= width);
      CHECK(control->y1 <= height);
      CHECK(control->x1 - control->x0 >= 8);
      CHECK(control->y1 - control->y0 >= 8);
    }
    CHECK(robot.close() == 0);
  }
}

TEST_CASE("a signal to end closes the project whole, as a person does") {
  const TempFolder folder;
  const fs::path drive = folder / "street";
  make_bare_street(drive);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    INFO("signal " << signal);
    const TempFolder place;
    const fs::path project = place / "work.sbx";
    {
      Robot robot(drive, project);
      const Control scene = robot.wait_for("view/scene");
      robot.key("n");
      robot.click_at(scene.x(), scene.y() + 60);
      CHECK(fs::exists(project.string() + "-wal"));
      CHECK(robot.end(signal) == 0);
    }
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(place.path())) left.push_back(entry.path());
    CHECK(left == std::vector{project});  // no log, no lock
    only_box(boxes_of(drive, project), 0);
  }
}
