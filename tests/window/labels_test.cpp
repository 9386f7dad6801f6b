#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/window/robot.hpp"

// What the hand says of labels: where an object is not present, and how labels come in that are
// there already. The real program in a real window, real keys and a real mouse.

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using sweepbox::test::Control;
using sweepbox::test::Finished;
using sweepbox::test::Robot;
using sweepbox::test::RobotOptions;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

Finished done(const std::vector<std::string>& arguments) {
  Finished finished = run_sweepbox(arguments);
  INFO(finished.err);
  REQUIRE(finished.status == 0);
  return finished;
}

/// Numbers of boxes, in each frame and together.
struct Counts {
  std::vector<int> boxes;
  int all = 0;

  bool operator==(const Counts&) const = default;
};

Counts counts_of(const std::vector<std::string>& arguments) {
  Counts counts;
  const json listed = json::parse(done(arguments).out);
  for (const json& frame : listed["frames"]) {
    counts.boxes.push_back(static_cast<int>(frame["cuboids"].size()));
    counts.all += counts.boxes.back();
  }
  return counts;
}

Counts counts_of_project(const fs::path& drive, const fs::path& project) {
  return counts_of({"labels", drive.string(), "--project", project.string(), "--json"});
}

/// What `convert` wrote: the file, or of several the folder.
fs::path written(const fs::path& out) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(out))
    if (entry.is_regular_file()) files.push_back(entry.path());
  REQUIRE_FALSE(files.empty());
  return files.size() == 1 ? files.front() : out;
}

int lines_of(const fs::path& file) {
  std::ifstream in(file);
  int lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  return lines;
}

std::vector<RobotOptions> sizes() {
  std::vector<RobotOptions> result(2);
  result[0].width = 1280;
  result[0].height = 720;
  result[1].width = 2560;
  result[1].height = 1440;
  return result;
}

}  // namespace

TEST_CASE("a track ended by Present is gone from there on, in the window and in six formats") {
  SHARED_DATA_OR_SKIP(drive, "kitti_tracking");
  for (const RobotOptions& options : sizes()) {
    const TempFolder folder;
    const fs::path project = folder / "work.sbx";
    const std::string size = std::to_string(options.width);
    const Counts before = counts_of({"labels", drive.string(), "--json"});
    const int frames = static_cast<int>(before.boxes.size());
    REQUIRE(frames > 4);
    Robot robot(drive, project, options);
    robot.wait_for("view/scene");
    robot.key("Tab");
    const Control life = robot.wait_for("timeline/life");
    CHECK(life.value.find(" 0 hidden") != std::string::npos);
    robot.key("d");
    robot.key("d");
    const Control present = robot.wait_for("props/present");
    CHECK(present.enabled);
    robot.picture("present-" + size + "-before");
    robot.click("props/present");
    robot.wait_for_value("timeline/life", [](const std::string& words) {
      return words.find(" 0 hidden") == std::string::npos;
    });
    robot.picture("present-" + size + "-absent");
    const Counts absent = counts_of_project(drive, project);
    CHECK(absent.boxes[0] == before.boxes[0]);
    CHECK(absent.boxes[1] == before.boxes[1]);
    CHECK(absent.boxes[2] == before.boxes[2] - 1);
    CHECK(absent.all < before.all);
    for (const char* format :
         {"kitti_tracking", "kitti_raw", "openlabel", "sustechpoints", "csv", "sweepbox"}) {
      INFO(format);
      const fs::path out = folder / (std::string("as_") + format);
      done({"convert",
            drive.string(),
            "--project",
            project.string(),
            "--to",
            format,
            "-o",
            out.string()});
      CHECK(counts_of({"labels",
                       drive.string(),
                       "--labels",
                       std::string(format) + "=" + written(out).string(),
                       "--json"}) == absent);
    }
    // Ticked again, in the same frame, everything is back; and undone, gone again.
    robot.click("props/present");
    CHECK(counts_of_project(drive, project) == before);
    robot.key("ctrl+z");
    CHECK(counts_of_project(drive, project) == absent);
    CHECK(robot.close() == 0);
  }
}

TEST_CASE("labels that the project holds already are asked about, and merged they are there once") {
  SHARED_DATA_OR_SKIP(drive, "kitti_tracking");
  const Counts before = counts_of({"labels", drive.string(), "--json"});
  const TempFolder folder;
  const fs::path labels = folder / "labels";
  done({"convert", drive.string(), "--to", "csv", "-o", labels.string()});
  const fs::path file = written(labels);
  // Its rows, also those of frames that the drive has no sweep of, below the line of names.
  const int rows = lines_of(file) - 1;
  REQUIRE(rows >= before.all);
  for (const RobotOptions& options : sizes()) {
    const fs::path project = folder / (std::to_string(options.width) + ".sbx");
    Robot robot(drive, project, options);
    robot.wait_for("view/scene");
    // A box that the hand moved.
    robot.key("Tab");
    robot.key("alt+shift+Up");
    const auto ask = [&] {
      robot.key("ctrl+shift+i");
      robot.click("dialog/path");
      robot.key("ctrl+a");
      robot.type(file.string());
      robot.key("Return");
      robot.wait_for("import/merge");
    };
    ask();
    robot.picture("import-" + std::to_string(options.width));
    const std::string all = std::to_string(rows);
    CHECK(robot.find("import/merge")->value == "0 " + std::to_string(rows - 1) + " 1 0");
    CHECK(robot.find("import/replace")->value == all + " 0 0 " + all);
    CHECK(robot.find("import/add")->value == all + " 0 0 0");
    robot.key("Return");
    CHECK_FALSE(robot.find("import/merge"));
    CHECK(counts_of_project(drive, project) == before);

    ask();
    robot.click("import/add");
    robot.picture("import-add-" + std::to_string(options.width));
    robot.click("import/ok");
    CHECK(counts_of_project(drive, project).all == 2 * before.all);
    robot.key("ctrl+z");
    CHECK(counts_of_project(drive, project) == before);

    ask();
    robot.key("Down");
    robot.key("Return");
    CHECK(counts_of_project(drive, project) == before);
    robot.key("ctrl+z");
    ask();
    robot.click("import/cancel");
    robot.move_to(20, 300);
    CHECK_FALSE(robot.find("import/merge"));
    CHECK(robot.close() == 0);
  }
}
