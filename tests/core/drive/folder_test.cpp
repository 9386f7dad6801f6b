#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/drive/folder_calibration.hpp"
#include "core/drive/folder_names.hpp"
#include "core/drive/folder_poses.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

using test::lines_of;

constexpr const char* kPcd =
    "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 2\nHEIGHT 1\nPOINTS 2\n"
    "DATA ascii\n1 2 3\n4 5 6\n";

bool says(const Drive& drive, const std::string& word) {
  for (const Problem& problem : drive.problems())
    if (to_line(problem).find(word) != std::string::npos) return true;
  return false;
}

TEST_CASE("times in names: ten to nineteen digits, a point or a line before the fraction") {
  CHECK(stamp_in_name("1557539924") == Stamp{1557539924'000000000});
  CHECK(stamp_in_name("1557539924449") == Stamp{1557539924'449000000});
  CHECK(stamp_in_name("cloud_1557539924449972000") == Stamp{1557539924'449972000});
  CHECK(stamp_in_name("1557539924.449972") == Stamp{1557539924'449972000});
  CHECK(stamp_in_name("1557539924_5") == Stamp{1557539924'000000005});
  CHECK_FALSE(stamp_in_name("0000000012"));  // KITTI's numbers have ten digits
  CHECK_FALSE(stamp_in_name("frame_12"));
  CHECK_FALSE(stamp_in_name(""));
  CHECK(number_at_end("frame_0012") == 12);
  CHECK_FALSE(number_at_end("word"));
  CHECK(stamp_of_seconds("1557539924.449972001") == Stamp{1557539924'449972001});
}

TEST_CASE("poses as KITTI, TUM and our own csv write them") {
  const auto kitti = parse_folder_poses("1 0 0 5 0 1 0 6 0 0 1 7\n", "p");
  REQUIRE(kitti.poses.size() == 1);
  CHECK(kitti.kitti);
  CHECK(kitti.poses[0].world_from_ego.translation.isApprox(Vec3(5, 6, 7)));
  const auto tum = parse_folder_poses("# t\n1.5 1 2 3 0 0 0.6 0.8\nnonsense\n", "p");
  REQUIRE(tum.poses.size() == 1);
  CHECK(tum.poses[0].stamp == Stamp{1'500000000});
  CHECK(tum.poses[0].world_from_ego.rotation.w() == Approx(0.8));
  CHECK(tum.problems.size() == 1);
  const auto csv =
      parse_folder_poses("stamp_ns,x,y,z,qw,qx,qy,qz\n7,500000.125,4000000,3,1,0,0,0\n", "p");
  REQUIRE(csv.poses.size() == 1);
  CHECK(csv.poses[0].stamp == Stamp{7});
  CHECK(csv.poses[0].world_from_ego.translation.x() == 500000.125);
  const auto json = parse_folder_poses(
      R"([{"stamp_ns": 5, "pose": [1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1]}, {}])", "p");
  REQUIRE(json.poses.size() == 1);
  CHECK(json.poses[0].stamp == Stamp{5});
}

TEST_CASE(
    "poses.quaternion=wxyz gives the poses that the file says, whichever way the lidar looks") {
  test::TempFolder folder;
  for (const char* name : {"100.pcd", "101.pcd"}) REQUIRE(write_file(folder.path() / name, kPcd));
  REQUIRE(write_file(folder.path() / "poses.txt",
                     "10.0 1 2 3 0.8 0 0 0.6\n10.1 4 5 6 0.5 -0.1 0.7 0.5\n"));
  const auto lidar_at = [&](const Repairs& repairs, std::size_t frame) {
    const auto drive = open_drive(folder.path(), {}, {}, repairs);
    REQUIRE(drive);
    const auto sweep = (*drive)->read_sweep(static_cast<int>(frame), 0);
    REQUIRE(sweep);
    const auto world_from_ego = (*drive)->world_from_ego((*drive)->frames()[frame].stamp);
    REQUIRE(world_from_ego);
    return *world_from_ego * sweep->ego_from_points;
  };
  for (const char* x : {"forward", "left", "right", "back"}) {
    const Repairs repairs{{{"poses.quaternion", "wxyz"}, {"axes.lidar", x}}};
    // w 0.8, z 0.6: x turns to (0.64 − 0.36, 2 · 0.8 · 0.6, 0).
    CHECK((lidar_at(repairs, 0) * Vec3(1, 0, 0) - Vec3(1.28, 2.96, 3)).norm() < 1e-9);
    const Pose second = lidar_at(repairs, 1);
    CHECK(angle_between(second.rotation, Quat(0.5, -0.1, 0.7, 0.5)) < 1e-6);
    CHECK((second.translation - Vec3(4, 5, 6)).norm() < 1e-9);
  }
}

TEST_CASE("poses=inverse gives the poses that the file means, whichever way the lidar looks") {
  const auto lidar_at = [&](const char* poses, const Repairs& repairs) {
    test::TempFolder folder;
    for (const char* name : {"100.pcd", "101.pcd"}) REQUIRE(write_file(folder.path() / name, kPcd));
    REQUIRE(write_file(folder.path() / "poses.txt", poses));
    const auto drive = open_drive(folder.path(), {}, {}, repairs);
    REQUIRE(drive);
    const auto sweep = (*drive)->read_sweep(1, 0);
    REQUIRE(sweep);
    return *(*drive)->world_from_ego((*drive)->frames()[1].stamp) * sweep->ego_from_points;
  };
  // A quarter turn at (4, 5, 6), and its inverse: turned back, at (−5, 4, −6).
  const char* right = "10.0 0 0 0 0 0 0 1\n10.1 4 5 6 0 0 0.7071067811865476 0.7071067811865476\n";
  const char* other =
      "10.0 0 0 0 0 0 0 1\n10.1 -5 4 -6 0 0 -0.7071067811865476 0.7071067811865476\n";
  for (const char* x : {"forward", "left", "back"}) {
    const Pose a = lidar_at(right, Repairs{{{"axes.lidar", x}}});
    const Pose b = lidar_at(other, Repairs{{{"axes.lidar", x}, {"poses", "inverse"}}});
    CHECK((a.translation - b.translation).norm() < 1e-9);
    CHECK(angle_between(a.rotation, b.rotation) < 1e-6);
  }
}

TEST_CASE("poses.quaternion=wxyz brings points of the world to the vehicle, between poses too") {
  test::TempFolder folder;
  const std::string head =
      "VERSION .7\nFIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
      "POINTS 1\nDATA ascii\n";
  for (const char* name : {"1557539924000", "1557539924100"})
    REQUIRE(write_file(folder.path() / (std::string(name) + ".pcd"), head + "50002 7 0\n"));
  // The vehicle looks along the world's y: w = z = cos 45°. The sweeps lie between its poses.
  REQUIRE(write_file(folder.path() / "poses.txt",
                     "1557539923.95 50000 0 0 0.7071067811865476 0 0 0.7071067811865476\n"
                     "1557539924.05 50000 0 0 0.7071067811865476 0 0 0.7071067811865476\n"
                     "1557539924.15 50000 0 0 0.7071067811865476 0 0 0.7071067811865476\n"));
  const auto drive = open_drive(folder.path(), {}, {}, Repairs{{{"poses.quaternion", "wxyz"}}});
  REQUIRE(drive);
  for (const int frame : {0, 1}) {
    const auto sweep = (*drive)->read_sweep(frame, 0);
    REQUIRE(sweep);
    const Vec3 in_ego = sweep->ego_from_points * sweep->pieces[0]->point(0);
    CHECK((in_ego - Vec3(7, -2, 0)).norm() < 1e-3);
  }
}

TEST_CASE("calibrations as OpenCV, ROS, Kalibr and we write them") {
  const auto opencv = parse_folder_calibration(
      "%YAML:1.0\n---\ncamera_matrix: !!opencv-matrix\n  rows: 3\n  cols: 3\n  dt: d\n"
      "  data: [ 500., 0., 320., 0., 510., 240., 0., 0., 1. ]\n"
      "distortion_coefficients: !!opencv-matrix\n  rows: 1\n  cols: 5\n  dt: d\n"
      "  data: [ -0.1, 0.01, 0., 0., 0. ]\nimage_width: 640\nimage_height: 480\n",
      "c");
  REQUIRE(opencv.cameras.size() == 1);
  CHECK(opencv.cameras[0].lens == "brown_conrady");
  CHECK(opencv.cameras[0].parameters[1] == std::pair<std::string, double>("fy", 510));
  CHECK(opencv.cameras[0].width == 640);
  CHECK_FALSE(opencv.cameras[0].camera_from_lidar);

  const auto ros = parse_folder_calibration(
      "image_width: 640\nimage_height: 480\ncamera_name: left\ncamera_matrix:\n  rows: 3\n"
      "  cols: 3\n  data: [500, 0, 320, 0, 500, 240, 0, 0, 1]\ndistortion_model: equidistant\n"
      "distortion_coefficients:\n  rows: 1\n  cols: 4\n  data: [0.1, 0, 0, 0]\n",
      "c");
  REQUIRE(ros.cameras.size() == 1);
  CHECK(ros.cameras[0].name == "left");
  CHECK(ros.cameras[0].lens == "kannala_brandt");

  const auto kalibr = parse_folder_calibration(
      "cam0:\n  camera_model: pinhole\n  intrinsics: [500, 501, 320, 240]\n"
      "  distortion_model: radtan\n  distortion_coeffs: [0.1, 0, 0, 0]\n  resolution: [640, 480]\n"
      "  T_cam_lidar:\n  - [0, -1, 0, 0]\n  - [0, 0, -1, 0]\n  - [1, 0, 0, 0]\n  - [0, 0, 0, 1]\n"
      "cam1:\n  camera_model: pinhole\n  intrinsics: [500, 501, 320, 240]\n"
      "  T_cn_cnm1:\n  - [1, 0, 0, -0.5]\n  - [0, 1, 0, 0]\n  - [0, 0, 1, 0]\n  - [0, 0, 0, 1]\n",
      "c");
  REQUIRE(kalibr.cameras.size() == 2);
  REQUIRE(kalibr.cameras[1].camera_from_lidar);
  // A point ahead is in the second camera half a metre to the left.
  CHECK((*kalibr.cameras[1].camera_from_lidar * Vec3(10, 0, 0) - Vec3(-0.5, 0, 10)).norm() < 1e-9);

  const auto own = parse_folder_calibration(
      R"({"cameras": {"front": {"lens": "pinhole", "parameters": {"fx": 1, "fy": 2, "cx": 3, "cy": 4},
          "camera_from_ego": [1, 2, 3, 1, 0, 0, 0]}}})",
      "c");
  REQUIRE(own.cameras.size() == 1);
  CHECK(own.cameras[0].camera_from_lidar->translation.isApprox(Vec3(1, 2, 3)));

  for (const char* broken : {"", "{", "a: [", "%YAML:1.0", "- - - -", "cam0: {}", "[1,2]"})
    CHECK(parse_folder_calibration(broken, "c").cameras.empty());
}

TEST_CASE("OpenCV's 12 or 14 coefficients: a lens of 8, or a problem, never a plain pinhole") {
  const auto read = [](const std::string& d, const std::string& model = "") {
    return parse_folder_calibration(
        R"({"cameras": {"front": {"K": [50, 0, 32, 0, 50, 24, 0, 0, 1], "D": [)" + d +
            R"(], "distortion_model": ")" + model + R"("}, "rear": {"K": [50, 50, 32, 24]}}})",
        "calib.json");
  };
  const auto zeros = read("-0.1, 0.01, 0.001, 0.002, 0.003, 0.1, 0.02, 0.03, 0, 0, 0, 0, 0, 0");
  REQUIRE(zeros.cameras.size() == 2);
  CHECK(zeros.problems.empty());
  CHECK(zeros.cameras[0].lens == "brown_conrady");
  REQUIRE(zeros.cameras[0].parameters.size() == 12);
  CHECK(zeros.cameras[0].parameters[11] == std::pair<std::string, double>("k6", 0.03));
  CHECK(read("0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0").cameras[0].lens == "pinhole");
  CHECK(read("").cameras[0].lens == "pinhole");
  for (const auto& broken : {read("-0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.01, 0.02"),
                             read("-0.1, 0, 0, 0, 0, 0, 0, 0, 0.001, 0, 0, 0"),
                             read("-0.1, 0, 0, 0, 0.1", "fisheye"),
                             read("-0.1, \"a\"")}) {
    REQUIRE(broken.cameras.size() == 1);
    CHECK(broken.cameras[0].name == "rear");
    const auto lines = lines_of(broken.problems, Severity::error);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("calib.json: cameras.front, distortion: "));
  }
  const auto fisheye = read("-0.1, 0.02, 0, 0, 0", "fisheye");
  REQUIRE(fisheye.cameras.size() == 2);
  CHECK(fisheye.cameras[0].lens == "kannala_brandt");
}

TEST_CASE("Kalibr: a camera that is left out still says where the next one stands") {
  const std::string shifted =
      "  T_cn_cnm1:\n  - [1, 0, 0, -0.5]\n  - [0, 1, 0, 0]\n  - [0, 0, 1, 0]\n"
      "  - [0, 0, 0, 1]\n";
  const auto read = parse_folder_calibration(
      "cam0:\n  camera_model: pinhole\n  intrinsics: [500, 501, 320, 240]\n"
      "  T_cam_lidar:\n  - [0, -1, 0, 0]\n  - [0, 0, -1, 0]\n  - [1, 0, 0, 0]\n  - [0, 0, 0, 1]\n"
      "cam1:\n  camera_model: omni\n  intrinsics: [1.2, 500, 501, 320, 240]\n" +
          shifted + "cam2:\n  camera_model: pinhole\n  intrinsics: [500, 501, 320, 240]\n" +
          shifted,
      "c");
  REQUIRE(read.cameras.size() == 2);
  CHECK(read.cameras[1].name == "cam2");
  REQUIRE(read.cameras[1].camera_from_lidar);
  CHECK((*read.cameras[1].camera_from_lidar * Vec3(10, 0, 0) - Vec3(-1, 0, 10)).norm() < 1e-9);
}

TEST_CASE("a folder of clouds with numbers is a sequence whose rate is asked for") {
  test::TempFolder folder;
  for (const char* name : {"frame_1.pcd", "frame_2.pcd", "frame_4.pcd"})
    REQUIRE(write_file(folder.path() / name, kPcd));
  const auto drive = test::opened(folder.path());
  CHECK(drive->info().format == "folder");
  CHECK(drive->info().sequence);
  REQUIRE(drive->frames().size() == 3);
  CHECK(drive->frames()[2].stamp.ns - drive->frames()[1].stamp.ns == 200'000'000);
  CHECK(says(*drive, "rate_hz"));
  const auto slow = open_drive(folder.path(), {}, {}, Repairs{{{"rate_hz", "2"}}});
  REQUIRE(slow);
  CHECK((*slow)->frames()[1].stamp.ns - (*slow)->frames()[0].stamp.ns == 500'000'000);
}

TEST_CASE("images belong to clouds by name, with the lens of calib.yaml at the lidar") {
  test::TempFolder folder;
  const fs::path root = folder.path();
  REQUIRE(make_folder(root / "clouds"));
  REQUIRE(make_folder(root / "images" / "front"));
  for (const char* name : {"1557539924449", "1557539924549"}) {
    REQUIRE(write_file(root / "clouds" / (std::string(name) + ".pcd"), kPcd));
    test::put(root / "images" / "front" / (std::string(name) + ".png"), test::png_of(64, 48));
  }
  REQUIRE(
      write_file(root / "calib.yaml", "camera_matrix:\n  data: [50, 0, 32, 0, 50, 24, 0, 0, 1]\n"));
  const auto drive = test::opened(root);
  REQUIRE(drive->info().cameras.size() == 1);
  CHECK(drive->info().cameras[0].name == "front");
  const ImageFile* image = drive->frames()[1].image(0);
  REQUIRE(image);
  CHECK(image->stamp == drive->frames()[1].stamp);
  const auto pixel =
      image->calibration->project(image->calibration->camera_from_ego * Vec3(10, 0, 0));
  REQUIRE(pixel);
  CHECK(pixel->isApprox(Vec2(32, 24)));
  CHECK(says(*drive, "Calibrate"));
}

TEST_CASE("axes.lidar=left: what the lidar has ahead is to the vehicle's left") {
  test::TempFolder folder;
  REQUIRE(write_file(folder.path() / "a.pcd", kPcd));
  const auto drive = open_drive(folder.path(), {}, {}, Repairs{{{"axes.lidar", "left"}}});
  REQUIRE(drive);
  const auto sweep = (*drive)->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK((sweep->ego_from_points * Vec3(1, 0, 0)).isApprox(Vec3(0, 1, 0)));
  Repairs repairs;
  CHECK(add_repair(repairs, "axes.lidar=back"));
  CHECK_FALSE(add_repair(repairs, "axes.lidar=up"));
  CHECK(add_repair(repairs, "bin.channels=x,y,z,_,intensity"));
  CHECK_FALSE(add_repair(repairs, "bin.channels=x,y,intensity"));
  CHECK_FALSE(add_repair(repairs, "bin.channels=x,y,z,x"));
}

TEST_CASE("a drive at UTM coordinates stands in its world to the millimetre, ego amid the points") {
  test::TempFolder folder;
  const auto pcd = [](double x, double y) {
    std::string text =
        "VERSION .7\nFIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
        "POINTS 1\nDATA ascii\n";
    return text + fmt::format("{:.4f} {:.4f} 101.2345\n", x, y);
  };
  REQUIRE(write_file(folder.path() / "1.pcd", pcd(500003.1234, 4000004.5678)));
  REQUIRE(write_file(folder.path() / "2.pcd", pcd(500003.1234, 4000004.5678)));
  SECTION("with poses the points are seen from the vehicle") {
    REQUIRE(write_file(folder.path() / "poses.txt",
                       "1 0 0 500000 0 1 0 4000000 0 0 1 100\n"
                       "1 0 0 500001.5 0 1 0 4000000 0 0 1 100\n"));
    const auto drive = test::opened(folder.path());
    const auto sweep = drive->read_sweep(1, 0);
    REQUIRE(sweep);
    const Vec3 in_ego = sweep->ego_from_points * sweep->pieces[0]->point(0);
    CHECK((in_ego - Vec3(1.6234, 4.5678, 1.2345)).norm() < 1e-4);
    const Vec3 in_world = *drive->world_from_ego(sweep->stamp) * in_ego;
    CHECK((in_world - Vec3(500003.1234, 4000004.5678, 101.2345)).norm() < 1e-4);
  }
  SECTION("without poses ego stands still") {
    const auto drive = test::opened(folder.path());
    CHECK(drive->info().poses);
    const auto sweep = drive->read_sweep(0, 0);
    REQUIRE(sweep);
    const Vec3 in_ego = sweep->ego_from_points * sweep->pieces[0]->point(0);
    CHECK(in_ego.norm() < 2);
    const Vec3 in_world = *drive->world_from_ego(sweep->stamp) * in_ego;
    CHECK((in_world - Vec3(500003.1234, 4000004.5678, 101.2345)).norm() < 1e-4);
  }
}

TEST_CASE("the samples of other tools open as plain folders, their labels beside them") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  const auto pcl = test::opened(folder / "pcl");
  CHECK(pcl->frames().size() == 8);
  CHECK_FALSE(pcl->info().sequence);
  for (int i = 0; i < 8; ++i) CHECK(pcl->read_sweep(i, 0));
  const auto las = test::opened(folder / "las");
  CHECK(las->frames().size() == 4);
  CHECK(las->info().poses);
  const auto labelcloud = test::opened(folder / "labelcloud");
  CHECK(labelcloud->read_sweep(0, 0)->size() == 86357);
  REQUIRE(labelcloud->info().labels.size() == 1);
  CHECK(labelcloud->info().labels[0].format == "labelcloud");
  const auto cvat = test::opened(folder / "kitti_raw_cvat");
  CHECK(cvat->frames().size() == 3);
  REQUIRE(cvat->info().labels.size() == 1);
  CHECK(cvat->info().labels[0].format == "kitti_raw");
  const auto one = test::opened(folder / "pcl" / "car6.pcd");
  CHECK(one->frames().size() == 1);
}

TEST_CASE("a folder without clouds is no drive") {
  test::TempFolder folder;
  REQUIRE(write_file(folder.path() / "a.txt", "hello"));
  CHECK_FALSE(open_drive(folder.path(), {}, {}, {}));
}

TEST_CASE("ONCE: a sequence of two sweeps, its axes, clock, poses and a camera with distortion") {
  test::TempFolder folder;
  const fs::path root = folder.path() / "000076";
  REQUIRE(make_folder(root / "lidar_roof"));
  REQUIRE(make_folder(root / "cam01"));
  for (const char* id : {"1616343527200", "1616343527700"}) {
    test::put(root / "lidar_roof" / (std::string(id) + ".bin"), test::bin_of(100));
    test::put(root / "cam01" / (std::string(id) + ".png"), test::png_of(192, 102));
  }
  // The camera looks where the lidar's -y points (forward): optical axis (0, -1, 0), x right (-1,
  // 0, 0).
  REQUIRE(write_file(root / "000076.json", R"({"calib": {"cam01": {
    "cam_to_velo": [[-1, 0, 0, 0], [0, 0, -1, 0], [0, -1, 0, 0], [0, 0, 0, 1]],
    "cam_intrinsic": [[100, 0, 96], [0, 100, 51], [0, 0, 1]],
    "distortion": [-0.1, 0.01, 0, 0, 0]}},
   "frames": [
    {"frame_id": "1616343527200", "pose": [0, 0, 0, 1, 0, 0, 0]},
    {"frame_id": "1616343527700", "pose": [0, 0, 0, 1, 0, -5, 0], "annos": {}}]})"));
  const auto drive = test::opened(root);
  CHECK(drive->info().format == "once");
  REQUIRE(drive->frames().size() == 2);
  CHECK(drive->frames()[0].stamp == Stamp{1616343527'200000000});
  // y is back: five metres along -y are five metres ahead.
  const Vec3 way =
      ego_from_ego(*drive, drive->frames()[1].stamp, drive->frames()[0].stamp) * Vec3(0, 0, 0);
  CHECK((way - Vec3(5, 0, 0)).norm() < 1e-9);
  CHECK((drive->read_sweep(0, 0)->ego_from_points * Vec3(0, -1, 0)).isApprox(Vec3(1, 0, 0)));
  REQUIRE(drive->info().cameras.size() == 1);
  CHECK(drive->info().cameras[0].lens == "brown_conrady");
  const Camera& camera = *drive->frames()[0].image(0)->calibration;
  const auto pixel = camera.project(camera.camera_from_ego * Vec3(10, 0, 0));
  REQUIRE(pixel);
  CHECK(pixel->isApprox(Vec2(96, 51)));
  REQUIRE(drive->info().labels.size() == 1);
  CHECK(drive->info().labels[0].format == "once");
}

}  // namespace
}  // namespace sweepbox
