#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/cli/answers.hpp"
#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// The words that people read, where programs read --json.

namespace fs = std::filesystem;
using sweepbox::test::Finished;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

namespace {

constexpr const char* kCloud =
    "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
    "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 1\nDATA ascii\n10 0 0\n";

void put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::ptrdiff_t lines_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  std::ptrdiff_t count = 0;
  for (std::string line; std::getline(lines, line);) count += line.find(part) != std::string::npos;
  return count;
}

/// One frame with one box of a class that KITTI does not have, labels by SUSTechPOINTS.
void put_scene(const fs::path& scene) {
  put(scene / "lidar/1.pcd", kCloud);
  put(scene / "label/1.json",
      R"([{"obj_id":"1","obj_type":"Scooter","psr":{"position":{"x":10,"y":0,"z":0},)"
      R"("rotation":{"x":0,"y":0,"z":0},"scale":{"x":2,"y":1,"z":1.5}}}])");
}

}  // namespace

TEST_CASE("info counts in words that agree, and does not give single frames a length in time") {
  const TempFolder temp;
  put_scene(temp / "scene");
  const Finished info = run_sweepbox({"info", (temp / "scene").string(), "--fast"});
  CHECK_THAT(info.out, Catch::Contains("files     1 sweep, 0 images; missing 0 and 0"));
  CHECK_THAT(info.out, Catch::Contains("labels    1 cuboid, 1 track, 0 outside this drive's"));
  CHECK_THAT(info.out, Catch::Contains("points not counted (--fast)"));
  SHARED_DATA_OR_SKIP(kitti, "kitti_object");
  const Finished single = run_sweepbox({"info", kitti.string(), "--fast"});
  CHECK_THAT(single.out, Catch::Contains(", single frames, "));
  CHECK_THAT(single.out, !Catch::Contains(" s, single frames"));
}

TEST_CASE("of several drives info says how one is chosen") {
  const TempFolder temp;
  put_scene(temp / "a");
  put_scene(temp / "b");
  const Finished info = run_sweepbox({"info", temp.path().string()});
  CHECK(info.status == 0);
  CHECK(lines_with(info.out, "(sustechpoints)") == 2);
  CHECK(info.err == "sweepbox: 2 drives; choose one with --drive NAME\n");
  CHECK(run_sweepbox({"info", temp.path().string(), "--quiet"}).err.empty());
}

TEST_CASE("the same fault of many files is one line and a count, in JSON each of them") {
  const TempFolder temp;
  for (int i = 0; i < 7; ++i)
    put(temp / fmt::format("drive/00{}.pcd", i), i == 3 ? kCloud : "no cloud\n");
  const std::string drive = (temp / "drive").string();
  const Finished info = run_sweepbox({"info", drive});
  INFO(info.err);
  CHECK(info.status == 3);
  CHECK(lines_with(info.err, "error: ") == 2);
  CHECK(lines_with(info.err, "error: 000.pcd: ") == 1);
  CHECK(lines_with(info.err, "error: 006.pcd: the last of 5 more: ") == 1);
  const auto problems = sweepbox::test::json_of({"info", drive}, 3)["problems"];
  CHECK(std::count_if(problems.begin(), problems.end(), [](const auto& problem) {
          return problem["severity"] == "error";
        }) == 6);
}

TEST_CASE("what the doctor cannot tell is one short line, and none where nothing is labelled") {
  const TempFolder temp;
  put(temp / "drive/1.pcd", kCloud);
  CHECK_THAT(run_sweepbox({"info", (temp / "drive").string()}).err,
             !Catch::Contains("too few to tell"));
  SHARED_DATA_OR_SKIP(kitti, "kitti_object");
  const Finished info = run_sweepbox({"info", kitti.string()});
  const std::size_t at = info.err.find("note: too few to tell: ");
  REQUIRE(at != std::string::npos);
  CHECK(info.err.find('\n', at) - at < 200);
}

TEST_CASE("project tells the IoU to a thousandth, and says where there is none") {
  const TempFolder temp;
  put_scene(temp / "scene");
  const Finished none = run_sweepbox({"project", (temp / "scene").string()});
  CHECK(none.out == "0 boxes, no 2D label to compare with\n");
  SHARED_DATA_OR_SKIP(kitti, "kitti_object");
  const Finished some = run_sweepbox({"project", kitti.string()});
  const std::string last = some.out.substr(some.out.rfind('\n', some.out.size() - 2) + 1);
  INFO(last);
  CHECK_THAT(last,
             Catch::Matches("[0-9]+ boxes with a 2D label; iou median 0\\.[0-9]{3}, 10 % below "
                            "0\\.[0-9]{3}, whole ones median 0\\.[0-9]{3}\n"));
}

TEST_CASE("convert says what classes that KITTI lacks become, and counts its files") {
  const TempFolder temp;
  put_scene(temp / "scene");
  const std::string scene = (temp / "scene").string();
  const Finished kitti =
      run_sweepbox({"convert", scene, "--to", "kitti_tracking", "-o", (temp / "kitti").string()});
  INFO(kitti.err);
  CHECK(kitti.status == 0);
  CHECK_THAT(kitti.err,
             Catch::Contains("cannot hold classes beyond its own: 1 box, written as Misc\n"));
  CHECK_THAT(run_sweepbox({"convert", scene, "--to", "csv", "-o", (temp / "csv").string()}).err,
             Catch::EndsWith("sweepbox: 1 file written to " + (temp / "csv").string() + "\n"));
  const Finished whole = run_sweepbox(
      {"convert", scene, "--to", "sweepbox", "-o", (temp / "whole").string(), "--with-data"});
  CHECK_THAT(whole.err,
             Catch::EndsWith("sweepbox: 1 frame with labels written to " +
                             (temp / "whole").string() + "\n"));
}

TEST_CASE("a name that is none is told with those that there are") {
  const TempFolder temp;
  put_scene(temp / "scene");
  const std::string scene = (temp / "scene").string();
  const Finished format = run_sweepbox({"info", scene, "--format", "kitti"});
  CHECK(format.status == 2);
  CHECK_THAT(format.err,
             Catch::StartsWith("sweepbox: --format kitti: not a drive format; there are: sweepbox "
                               "kitti_raw kitti_tracking "));
  const Finished command = run_sweepbox({"infos", scene});
  CHECK(command.status == 2);
  CHECK_THAT(command.err, Catch::StartsWith("sweepbox: infos: not a command; there are: open "));
  CHECK(std::count(command.err.begin(), command.err.end(), '\n') == 1);
}

TEST_CASE("a drive.json that is none is named as such") {
  const TempFolder temp;
  put(temp / "drive.json", "not json");
  const Finished info = run_sweepbox({"info", (temp / "drive.json").string()});
  CHECK(info.status == 1);
  CHECK_THAT(info.err,
             Catch::StartsWith("sweepbox: " + (temp / "drive.json").string() +
                               ": expected a drive.json of Sweepbox, found a file without"));
}

TEST_CASE("render refuses the name of another kind of picture before it paints") {
  const TempFolder temp;
  put_scene(temp / "scene");
  for (const char* name : {"x.jpg", "x.TIFF"}) {
    const std::string out = (temp / name).string();
    const Finished done = run_sweepbox({"render", (temp / "scene").string(), "-o", out});
    CHECK(done.status == 2);
    CHECK(done.err == "sweepbox: --output " + out + ": pictures are PNG files; name it FILE.png\n");
  }
}
