#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

using test::lines_of;

TEST_CASE("PandaSet: four sweeps of two lidars, front images half a step before them") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const auto drive = test::opened(folder);
  CHECK(drive->info().name == "001");
  CHECK(drive->info().format == "pandaset");
  CHECK(drive->info().sequence);
  CHECK(drive->info().poses);
  REQUIRE(drive->info().lidars.size() == 1);
  CHECK(drive->info().lidars[0].parts == std::vector<std::string>{"pandar64", "pandar_gt"});
  REQUIRE(drive->frames().size() == 4);
  REQUIRE(drive->info().cameras.size() == 2);
  CHECK(lines_of(drive->problems(), Severity::warning).empty());
  CHECK(lines_of(drive->problems(), Severity::error).empty());
  int images = 0;
  for (const FrameInfo& frame : drive->frames()) {
    images += static_cast<int>(frame.images.size());
    const ImageFile* front = frame.image(1);
    REQUIRE(front);
    CHECK(front->calibration->width == 1920);
    CHECK(seconds_between(front->stamp, frame.stamp) == Approx(0.050).margin(0.001));
  }
  CHECK(images == 5);

  const auto sweep = drive->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 169171);
  const Channel* lidar = sweep->pieces[0]->channel("lidar");
  const Channel* time = sweep->pieces[0]->channel("time");
  REQUIRE(lidar);
  REQUIRE(time);
  int forward = 0;
  float first = 0, last = 0;
  for (const float value : lidar->values) forward += value == 1;
  for (const float value : time->values) {
    first = std::min(first, value);
    last = std::max(last, value);
  }
  CHECK(forward == Approx(62500).margin(1000));
  CHECK(first == Approx(-0.101).margin(0.002));
  CHECK(last == Approx(0.05).margin(0.005));
}

TEST_CASE("PandaSet: ego drives forward along its x and the front camera looks there") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const auto drive = test::opened(folder);
  const Stamp a = drive->frames()[0].stamp, b = drive->frames()[3].stamp;
  // The GPS has it at 7.7 m/s: 2.3 m in 0.3 s.
  const Vec3 way = ego_from_ego(*drive, b, a) * Vec3::Zero();
  CHECK(way.x() == Approx(2.3).margin(0.15));
  CHECK(std::abs(way.y()) < 0.1);
  const Camera& front = *drive->frames()[0].image(1)->calibration;
  const Vec3 axis = front.camera_from_ego.rotation.conjugate() * Vec3::UnitZ();
  CHECK(axis.x() > 0.99);
  const Camera& back = *drive->frames()[0].image(0)->calibration;
  CHECK((back.camera_from_ego.rotation.conjugate() * Vec3::UnitZ()).x() < -0.99);
}

TEST_CASE("a PandaSet sequence of pickles alone says how they become clouds") {
  test::TempFolder folder;
  REQUIRE(make_folder(folder.path() / "lidar"));
  for (const char* name : {"poses.json", "timestamps.json"})
    REQUIRE(write_file(folder.path() / "lidar" / name, "[]"));
  REQUIRE(write_file(folder.path() / "lidar" / "00.pkl.gz", "x"));
  const auto drive = open_drive(folder.path(), {}, {}, {});
  REQUIRE_FALSE(drive);
  CHECK(to_line(drive.error()).find("samples/convert/pandaset_pickles.py") != std::string::npos);
}

TEST_CASE("broken tables of a PandaSet sequence leave no drive, but say which") {
  for (const char* poses : {"", "{}", "[1, null]", "[{\"position\": {\"x\": 1}}]"}) {
    test::TempFolder folder;
    REQUIRE(make_folder(folder.path() / "lidar"));
    REQUIRE(write_file(folder.path() / "lidar" / "poses.json", poses));
    REQUIRE(write_file(folder.path() / "lidar" / "timestamps.json", "[1e99, 5]"));
    REQUIRE(write_file(folder.path() / "lidar" / "00.pcd", "x"));
    const auto drive = open_drive(folder.path(), {}, {}, {});
    REQUIRE_FALSE(drive);
    CHECK_FALSE(drive.error().file.empty());
  }
}

}  // namespace
}  // namespace sweepbox
