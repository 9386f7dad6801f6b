#include <catch2/catch.hpp>
#include <fstream>

#include "core/drive/formats.hpp"
#include "core/drive/json_stream.hpp"
#include "core/drive/nuscenes_tables.hpp"
#include "tests/support/made_nuscenes.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

std::shared_ptr<const Drive> opened(const std::filesystem::path& folder,
                                    std::string_view name = "scene-0061") {
  auto drive = open_drive(folder, {}, name, {});
  if (!drive) FAIL(to_line(drive.error()));
  return *drive;
}

}  // namespace

TEST_CASE("each scene of nuScenes' tables is a drive of its own") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const Listing listing = find_drives(folder.path());
  REQUIRE(listing.drives.size() == 2);
  CHECK(listing.drives[0].name == "scene-0061");
  CHECK(listing.drives[0].format == "nuscenes");
  CHECK(listing.drives[1].name == "scene-0103");
  // The folder of the tables itself opens too.
  CHECK(find_drives(made.tables()).drives.size() == 2);
}

TEST_CASE("frames of a scene are all sweeps, with each camera's image of the same turn") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  CHECK(drive->problems().empty());
  REQUIRE(drive->frames().size() == 21);
  CHECK(drive->info().lidars.at(0).name == "LIDAR_TOP");
  CHECK(drive->info().lidars.at(1).name == "RADAR_FRONT");
  const FrameInfo& key = drive->frames()[10];
  CHECK(key.name == std::to_string(kMadeStart + 500'000));
  CHECK(key.stamp.ns == (kMadeStart + 500'000) * 1000);
  // The image of the key frame came 35 ms before, though another sweep is nearer to it.
  REQUIRE(key.images.size() == 1);
  CHECK(key.images[0].stamp.ns == (kMadeStart + 465'000) * 1000);
  CHECK(key.images[0].calibration->width == 1600);
  int images = 0;
  for (const FrameInfo& frame : drive->frames()) {
    images += static_cast<int>(frame.images.size());
    for (const ImageFile& image : frame.images) {
      CHECK(image.stamp <= frame.stamp);
      CHECK(frame.stamp.ns - image.stamp.ns < 50'000'000);
    }
  }
  CHECK(images == 13);
}

TEST_CASE("images and sweeps stand at their own times and poses") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const FrameInfo& key = drive->frames()[10];
  // 10 m/s along the world's y: half a second after (400, 1000, 0).
  CHECK((drive->world_from_ego(key.stamp)->translation - Vec3(400, 1005, 0)).norm() < 1e-9);
  CHECK((drive->world_from_ego(key.images[0].stamp)->translation - Vec3(400, 1004.65, 0)).norm() <
        1e-9);
  // The lidar's y looks forward.
  CHECK(((*drive->ego_from("LIDAR_TOP", 0)) * Vec3(1, 20, 0) - Vec3(20.9, -1, 1.8)).norm() < 1e-9);
  // A point 21.7 m ahead of the vehicle, 1.5 m high, stands in the middle of the image.
  const Camera& camera = *key.images[0].calibration;
  const auto pixel = camera.project(camera.camera_from_ego * Vec3(21.7, 2, 1.5));
  REQUIRE(pixel);
  CHECK((*pixel - Vec2(800 - 1000 * 2 / 20.0, 450)).norm() < 1e-9);
}

TEST_CASE("sweeps of lidar and radar are read, empty radar files are no fault") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto sweep = drive->read_sweep(10, 0);
  REQUIRE(sweep);
  REQUIRE(sweep->size() == 2);
  CHECK(sweep->pieces[0]->channel("ring")->values[1] == 31);
  const auto radar = drive->read_sweep(0, 1);
  REQUIRE(radar);
  CHECK(radar->problems.empty());
  REQUIRE(radar->size() == 2);
  CHECK(radar->pieces[0]->x[1] == 11);
  CHECK(radar->pieces[0]->channel("vx")->values[0] == -7.5f);
  const auto empty = drive->read_sweep(10, 1);
  REQUIRE(empty);
  CHECK(empty->size() == 0);
  CHECK(empty->problems.empty());
}

TEST_CASE("absent files of a scene are counted, whole sensors without files are a note") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  std::filesystem::remove(
      folder / "set/sweeps/LIDAR_TOP" /
      fmt::format("n015-2018-07-24__LIDAR_TOP__{}.pcd.bin", kMadeStart + 150'000));
  std::filesystem::remove_all(folder / "set/samples/RADAR_FRONT");
  const auto drive = opened(folder / "set");
  CHECK(drive->missing_sweeps() == 1);
  CHECK(drive->info().lidars.size() == 1);
  REQUIRE(drive->problems().size() == 2);
  CHECK(drive->problems()[0].severity == Severity::warning);
  CHECK(drive->problems()[1].severity == Severity::note);
  CHECK(drive->problems()[1].file == "RADAR_FRONT");
}

TEST_CASE("the points' classes of nuScenes-lidarseg become a channel") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  made.write_table("lidarseg",
                   {fmt::format("{{\"token\": \"a\", \"sample_data_token\": \"{}\", "
                                "\"filename\": \"lidarseg/a.bin\"}}",
                                made_id("LID0"))});
  std::filesystem::create_directories(folder / "set/lidarseg");
  std::ofstream(folder / "set/lidarseg/a.bin", std::ios::binary) << "\x11\x18";
  const auto sweep = opened(folder / "set")->read_sweep(0, 0);
  REQUIRE(sweep);
  REQUIRE(sweep->pieces[0]->channel("label"));
  CHECK(sweep->pieces[0]->channel("label")->values == std::vector<float>{17, 24});
}

TEST_CASE("tables without sensor files are no drive but a note") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  const Listing listing = find_drives(folder / "nuscenes_schema");
  CHECK(listing.drives.empty());
  REQUIRE(listing.notes.size() == 1);
  CHECK(english(listing.notes[0].found) == "tables alone, without sensor files");
  // Lyft's rows are read all the same: 64 digits a token, times with a fraction.
  const auto scenes = nuscenes::read_scenes(folder / "nuscenes_schema");
  REQUIRE(scenes);
  REQUIRE(scenes->size() == 1);
  const auto scene = nuscenes::read_scene(folder / "nuscenes_schema", scenes->front().token);
  REQUIRE(scene);
  CHECK(scene->samples.size() == 1);
  CHECK(scene->data.size() == 10);
  CHECK(scene->problems.empty());
}

TEST_CASE("tables that are cut short give what they have and say so") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  std::filesystem::resize_file(made.tables() / "ego_pose.json", 5000);
  const auto drive = opened(folder / "set");
  REQUIRE(drive->problems().size() == 2);
  CHECK(drive->problems()[0].file == "ego_pose.json");
  CHECK(drive->problems()[0].where.starts_with("byte "));
  std::ofstream(made.tables() / "sample.json") << "{}";
  CHECK_FALSE(open_drive(folder / "set", {}, "scene-0061", {}));
}

TEST_CASE("a JSON file is walked value by value through a window") {
  TempFolder folder;
  // Longer than the window of 4 MB, with quotes and brackets in strings.
  std::ofstream(folder / "a.json", std::ios::binary)
      << "[ {\"a\": \"} ] \\\" [ \\\\\"} ,\n\"" << std::string(9'000'000, 'x')
      << "\", 12.5e3,[1, [2]]\t, null ]";
  std::vector<std::string> rows;
  const auto done = for_each_row(folder / "a.json", [&](std::string_view row) {
    rows.emplace_back(row);
    return true;
  });
  REQUIRE(done);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == "{\"a\": \"} ] \\\" [ \\\\\"}");
  CHECK(rows[1].size() == 9'000'002);
  CHECK(rows[2] == "12.5e3");
  CHECK(rows[3] == "[1, [2]]");
  CHECK(rows[4] == "null");
  for (const char* bad : {"", "{", "[", "[1", "[1,", "[1 2]", "[,]", "[\"a", "[{\"a\": [}]"}) {
    std::ofstream(folder / "b.json", std::ios::binary) << bad;
    INFO(bad);
    const auto wrong = for_each_row(folder / "b.json", [](std::string_view) { return true; });
    CHECK_FALSE(wrong);
  }
}

TEST_CASE("the text of a member is found by its name, wherever words read like it") {
  CHECK(quick_text(R"({"a": "token", "b": "\"token\": \"x\"", "token" : "yes"})", "\"token\"") ==
        "yes");
  CHECK(quick_text(R"({"sample_token": "no"})", "\"token\"").empty());
  CHECK(quick_text(R"({"token": 5})", "\"token\"").empty());
  CHECK(quick_text(R"({"token": "cut)", "\"token\"").empty());
}
