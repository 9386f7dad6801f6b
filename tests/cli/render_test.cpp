#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/files.hpp"
#include "core/picture/picture.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

// A picture of `render` shows something of the drive, or it is refused with a sentence.

namespace fs = std::filesystem;
using nlohmann::json;
using sweepbox::test::Finished;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

namespace {

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Three frames: points and a box; points alone; neither points nor a box, and an image that cannot
/// be read. Two cameras, of which "rear" has no image at all but in the last frame.
fs::path drive_in(const TempFolder& temp) {
  const fs::path drive = temp / "drive";
  std::string points;
  int count = 0;
  for (int x = -20; x <= 20; x += 2)
    for (int y = -20; y <= 20; y += 2, ++count)
      points += std::to_string(x) + " " + std::to_string(y) + " -1.7\n";
  const std::string number = std::to_string(count);
  const std::string pcd = "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH " +
                          number + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + number +
                          "\nDATA ascii\n" + points;
  write(drive / "0.pcd", pcd);
  write(drive / "1.pcd", pcd);
  write(drive / "2.pcd", "no cloud");
  write(drive / "2.png", "no picture");
  const json at = {0, 0, 0, 1, 0, 0, 0};
  const json camera = {{"lens", "pinhole"},
                       {"parameters", {{"fx", 100}, {"fy", 100}, {"cx", 64}, {"cy", 48}}},
                       {"width", 128},
                       {"height", 96},
                       {"camera_from_ego", at}};
  json described = {{"sweepbox", 1},
                    {"name", "small"},
                    {"lidars", {{"lidar", {{"ego_from_lidar", at}}}}},
                    {"cameras", {{"rear", camera}}}};
  for (int i = 0; i < 3; ++i) {
    json frame = {{"name", std::to_string(i)},
                  {"stamp_ns", i * 100'000'000},
                  {"sweeps", {{"lidar", {{"file", std::to_string(i) + ".pcd"}}}}}};
    if (i == 2) frame["images"] = {{"rear", {{"file", "2.png"}}}};
    described["frames"].push_back(frame);
  }
  write(drive / "drive.json", described.dump());
  const json key = {{"frame", "0"},
                    {"stamp_ns", 0},
                    {"center", {10, 0, -1}},
                    {"size", {4, 2, 1.5}},
                    {"rotation", {1, 0, 0, 0}},
                    {"frame_of", "ego"}};
  const json track = {
      {"uid", "0000000000000001"}, {"name", "7"}, {"class", "car"}, {"keys", {key}}};
  write(drive / "labels.json", json{{"tracks", {track}}}.dump());
  return drive;
}

struct Rendered {
  Finished finished;
  fs::path file;
};

Rendered render(const TempFolder& temp, std::vector<std::string> arguments) {
  const fs::path file = temp / "picture.png";
  fs::remove(file);
  arguments.insert(arguments.begin(), {"render", (temp / "drive").string()});
  arguments.insert(arguments.end(), {"-o", file.string(), "--size", "320x200"});
  return {run_sweepbox(arguments), file};
}

/// How many colours a picture has; 1: nothing is in it.
std::size_t colours_of(const fs::path& file) {
  const auto bytes = sweepbox::read_bytes(file);
  REQUIRE(bytes);
  const auto picture = sweepbox::decode_picture(*bytes);
  REQUIRE(picture);
  std::set<std::uint32_t> colours;
  for (std::size_t i = 0; i + 3 < picture->rgba.size(); i += 4)
    colours.insert(static_cast<std::uint32_t>(picture->rgba[i]) << 16 |
                   static_cast<std::uint32_t>(picture->rgba[i + 1]) << 8 | picture->rgba[i + 2]);
  return colours.size();
}

void check_refused(const Rendered& rendered, int status, const std::string& words) {
  INFO(rendered.finished.err);
  CHECK(rendered.finished.status == status);
  CHECK(rendered.finished.err.find(words) != std::string::npos);
  CHECK_FALSE(fs::exists(rendered.file));
}

}  // namespace

TEST_CASE("a side view without a track shows the whole frame from that side") {
  const TempFolder temp;
  drive_in(temp);
  for (const char* view : {"top", "side", "front", "3d"}) {
    const Rendered rendered = render(temp, {"--view", view, "--frame", "1"});
    INFO(view << ": " << rendered.finished.err);
    REQUIRE(rendered.finished.status == 0);
    CHECK(colours_of(rendered.file) > 8);
  }
}

TEST_CASE("a side view shows the chosen track, and is refused where it is not in the frame") {
  const TempFolder temp;
  drive_in(temp);
  for (const char* view : {"top", "side", "front"}) {
    const Rendered rendered = render(temp, {"--view", view, "--track", "7"});
    INFO(view << ": " << rendered.finished.err);
    REQUIRE(rendered.finished.status == 0);
    CHECK(colours_of(rendered.file) > 8);
    check_refused(render(temp, {"--view", view, "--track", "7", "--frame", "1"}),
                  2,
                  "--track 7: the track is not in frame 1");
  }
  check_refused(render(temp, {"--track", "8"}), 2, "--track 8: there is no such track");
}

TEST_CASE("a view that has nothing to show is refused with the reason") {
  const TempFolder temp;
  drive_in(temp);
  check_refused(render(temp, {"--view", "camera:front"}), 2, "this drive has no such camera");
  check_refused(render(temp, {"--view", "camera:rear", "--frame", "0"}),
                1,
                "frame 0: expected an image of the camera rear, found none");
  check_refused(render(temp, {"--view", "camera:rear", "--frame", "2"}), 1, "2.png");
  for (const char* view : {"3d", "top", "side", "front"})
    check_refused(render(temp, {"--view", view, "--frame", "2"}), 1, "2.pcd");
  check_refused(render(temp, {"--frame", "3"}), 2, "--frame 3: the drive has frames 0 to 2");
  check_refused(render(temp, {"--layout", "upside_down"}), 2, "expected annotate or calibrate");
}
