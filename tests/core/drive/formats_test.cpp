#include "core/drive/formats.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "core/base/files.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

using test::opened;
using test::put;
using test::TempFolder;

std::vector<std::string> names_in(const fs::path& path) {
  std::vector<std::string> names;
  for (const DriveRef& ref : find_drives(path).drives) names.push_back(ref.name);
  return names;
}

}  // namespace

TEST_CASE("every drive format says what it is and finds nothing in an empty folder") {
  const TempFolder folder;
  std::set<std::string_view> names;
  for (const DriveFormat& format : drive_formats()) {
    INFO(format.name);
    CHECK(names.insert(format.name).second);
    CHECK_FALSE(format.title.empty());
    CHECK_FALSE(format.holds.empty());
    CHECK(format.list(folder.path()).drives.empty());
    CHECK(format.list(folder / "nothing").drives.empty());
    CHECK_FALSE(
        format.open({"x", std::string(format.name), folder / "nothing", "0000", 1, {}}, {}));
  }
}

TEST_CASE(
    "drives are found up to three folders down, not deeper, and told apart by their folders") {
  const TempFolder folder;
  test::put_kitti_object(folder / "a/training", {"000000"});
  test::put_kitti_object(folder / "b/b/training", {"000000"});
  test::put_kitti_object(folder / "c/c/c/c/training", {"000000"});
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a/training", "b/b/training"});
  CHECK(names_in(folder / "a") == std::vector<std::string>{"training"});
  CHECK(names_in(folder / "a/") == std::vector<std::string>{"training"});
  const auto unnamed = open_drive(folder.path(), {}, {}, {});
  REQUIRE_FALSE(unnamed);
  CHECK(english(unnamed.error().fix) == "choose one with --drive: a/training, b/b/training");
  CHECK(open_drive(folder.path(), {}, "b/b/training", {}));
  CHECK_FALSE(open_drive(folder.path(), {}, "training", {}));
}

TEST_CASE("a relative path and one that ends in a dot name the drive by its folder") {
  const TempFolder folder;
  test::put_kitti_object(folder / "a/training", {"000000"});
  const fs::path relative = fs::relative(folder.path(), fs::current_path());
  for (const fs::path& path :
       {relative / "a/training/.", relative / "a/./training/", relative / "a"}) {
    const Listing listing = find_drives(path);
    REQUIRE(listing.drives.size() == 1);
    CHECK(listing.drives[0].name == "training");
    CHECK(listing.drives[0].path.is_absolute());
  }
}

TEST_CASE("links in a circle end the search for drives") {
  const TempFolder folder;
  REQUIRE(make_folder(folder / "a"));
  fs::create_directory_symlink(folder.path(), folder / "a/again");
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("KITTI tracking: sequences by name, poses from oxts, absent numbers counted") {
  const TempFolder folder;
  const fs::path split = folder / "training";
  for (const char* name : {"000000", "000001", "000004"}) {
    put(split / "velodyne/0002" / (std::string(name) + ".bin"), test::bin_of(4));
    put(split / "image_02/0002" / (std::string(name) + ".png"), test::png_of(100, 40));
  }
  put(split / "calib/0002.txt", test::kitti_calibration());
  put(split / "calib/0005.txt", test::kitti_calibration());
  put(split / "label_02/0002.txt", std::string("\n"));
  std::string oxts;
  for (int i = 0; i < 5; ++i) oxts += fmt::format("49 {:.7f} 100 0 0 0 0 0 0\n", 8 + i * 1e-5);
  put(split / "oxts/0002.txt", oxts);
  const Listing listing = find_drives(folder.path());
  REQUIRE(listing.drives.size() == 1);
  CHECK(listing.notes.size() == 1);  // 0005 has no data
  const auto drive = opened(folder.path());
  REQUIRE(drive->frames().size() == 3);
  CHECK(drive->frames()[2].stamp.ns == 400'000'000);  // the number, not the index
  CHECK(drive->missing_sweeps() == 2);
  CHECK(drive->missing_images() == 2);
  REQUIRE(drive->info().labels.size() == 1);
  // The IMU is 0.81 m behind, 0.32 m left of and 0.8 m below the velodyne, and faces east.
  const auto pose = drive->world_from_ego({200'000'000});
  REQUIRE(pose);
  CHECK(pose->translation.x() == Approx(2 * 1.1131949 * 0.6560590 + 0.81).margin(1e-4));
  CHECK(pose->translation.y() == Approx(-0.32).margin(1e-4));
  CHECK(pose->translation.z() == Approx(0.8).margin(1e-4));
  CHECK(drive->ego_from("imu", 0)->translation == Vec3(-0.81, 0.32, -0.8));
}

TEST_CASE("KITTI raw: stamps by line, images at their own times, a broken line guessed and told") {
  const TempFolder folder;
  const fs::path root = folder / "2011_09_26/2011_09_26_drive_0002_sync";
  for (const char* name : {"0000000001", "0000000002"}) {
    put(root / "velodyne_points/data" / (std::string(name) + ".bin"), test::bin_of(4));
    put(root / "image_02/data" / (std::string(name) + ".png"), test::png_of(100, 40));
  }
  put(root / "velodyne_points/timestamps.txt",
      std::string(
          "2011-09-26 13:02:25.9\n2011-09-26 13:02:26.000000001\n2011-09-26 13:02:26.100000001\n"));
  put(root / "image_02/timestamps.txt",
      std::string("2011-09-26 13:02:25.9\n2011-09-26 13:02:26.01\nbroken\n"));
  put(folder / "2011_09_26/calib_cam_to_cam.txt",
      std::string("R_rect_00: 1 0 0 0 1 0 0 0 1\nP_rect_02: 100 0 50 6 0 100 20 0 0 0 1 0\n"));
  put(folder / "2011_09_26/calib_velo_to_cam.txt",
      std::string("R: 0 -1 0 0 0 -1 1 0 0\nT: 0 0 0\n"));
  put(folder / "2011_09_26/calib_imu_to_velo.txt", std::string("R: 1 0 0 0 1 0 0 0 1\nT: 0 0 0\n"));
  const auto drive = opened(folder.path());
  CHECK(drive->info().name == "2011_09_26_drive_0002_sync");
  REQUIRE(drive->frames().size() == 2);
  // 26 September 2011, 13:02:26 UTC is 1317042146 s after 1970 (date -u -d … +%s).
  CHECK(drive->frames()[0].stamp.ns == 1317042146'000000001);
  CHECK(time_offset_s(drive->frames()[0], 0) == Approx(0.01).margin(1e-8));
  CHECK(time_offset_s(drive->frames()[1], 0) == Approx(0.01).margin(1e-8));
  const auto lines = test::lines_of(drive->problems(), Severity::warning);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("image_02/timestamps.txt: expected a line for every file"));
}

TEST_CASE("SUSTechPOINTS: long numbers are times, a front camera under another name is found") {
  const TempFolder folder;
  const std::string pcd =
      "FIELDS x y z timestamp\nSIZE 4 4 4 8\nTYPE F F F F\nPOINTS 2\nDATA ascii\n"
      "1 2 3 1569000000.02\n1 2 3 1569000000.04\n";
  put(folder / "scene/lidar/1569000000000.pcd", pcd);
  put(folder / "scene/lidar/1569000000100.pcd", pcd);
  put(folder / "scene/camera/cam_front/1569000000000.png", test::png_of(8, 8));
  // The camera looks along the lidar's y: rows are camera x, y, z in the lidar's axes.
  put(folder / "scene/calib/camera/cam_front.json",
      std::string(
          R"({"extrinsic": [1,0,0,0, 0,0,-1,0, 0,1,0,0, 0,0,0,1], "intrinsic": [5,0,4, 0,5,4, 0,0,1]})"));
  const auto drive = opened(folder.path());
  REQUIRE(drive->frames().size() == 2);
  CHECK(drive->frames()[1].stamp.ns == 1569000000'100000000);
  CHECK((drive->ego_from("lidar", 0)->rotation * Vec3::UnitY()).isApprox(Vec3::UnitX(), 1e-12));
  const auto sweep = drive->read_sweep(0, 0);
  REQUIRE(sweep);
  // The file's clock is the drive's: times count from the sweep's stamp.
  CHECK(sweep->pieces[0]->channel("time")->values[1] == Approx(0.04).margin(1e-6));
}

TEST_CASE("a reference by an unknown format is refused") {
  CHECK_FALSE(open_drive(DriveRef{"x", "nuscenes", "/", {}, 1, {}}));
}

}  // namespace sweepbox
