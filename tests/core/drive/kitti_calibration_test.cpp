#include "core/drive/kitti_calibration.hpp"

#include <catch2/catch.hpp>

#include "core/drive/kitti_poses.hpp"
#include "tests/core/drive/made_folders.hpp"

namespace sweepbox {

TEST_CASE("a KITTI calibration gives the lens of P and puts its last column into the pose") {
  const KittiCalibration read = parse_kitti_calibration(test::kitti_calibration(), "calib.txt");
  CHECK(read.problems.empty());
  REQUIRE(read.cameras[2]);
  CHECK(read.cameras[2]->lens.fx == 100);
  CHECK(read.cameras[2]->lens.cx == 50);
  // P's last column (6, 0, 0) is K · t, so t = (0.06, 0, 0); a velodyne point (10, 0, 0) is at
  // (0, −0.08, 10 − 0.27) in camera 0.
  const Vec3 point = read.cameras[2]->camera_from_velo * Vec3(10, 0, 0);
  CHECK(point.isApprox(Vec3(0.06, -0.08, 9.73), 1e-12));
  CHECK((*read.rect_from_velo * Vec3(10, 0, 0)).isApprox(Vec3(0, -0.08, 9.73), 1e-12));
  CHECK(read.velo_from_imu->translation == Vec3(-0.81, 0.32, -0.8));
}

TEST_CASE("the offset of a camera along its own axis is part of the pose, too") {
  // K · (1, 2, 0.5) with f = 100, centre (50, 20): (100·1 + 50·0.5, 100·2 + 20·0.5, 0.5).
  const KittiCalibration read = parse_kitti_calibration(
      "P2: 100 0 50 125 0 100 20 210 0 0 1 0.5\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
      "Tr_velo_to_cam: 1 0 0 0 0 1 0 0 0 0 1 0\n",
      "calib.txt");
  REQUIRE(read.cameras[2]);
  CHECK(read.cameras[2]->camera_from_velo.translation.isApprox(Vec3(1, 2, 0.5), 1e-12));
}

TEST_CASE(
    "the tracking benchmark's names are read without colons, with blanks at the end and CRLF") {
  const KittiCalibration read = parse_kitti_calibration(
      "P2 100 0 50 6 0 100 20 0 0 0 1 0  \r\nR_rect 1 0 0 0 1 0 0 0 1 \r\n"
      "Tr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0\r\nTr_imu_velo 1 0 0 1 0 1 0 2 0 0 1 3\r\n\r\n",
      "calib.txt");
  CHECK(read.problems.empty());
  CHECK(read.cameras[2]);
  CHECK_FALSE(read.cameras[3]);
  CHECK(read.velo_from_imu->translation == Vec3(1, 2, 3));
}

TEST_CASE("an empty value is an absent one") {
  const KittiCalibration read = parse_kitti_calibration(
      "P2: 100 0 50 6 0 100 20 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
      "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\nTr_imu_to_velo:\n",
      "calib.txt");
  CHECK(read.problems.empty());
  CHECK(read.cameras[2]);
  CHECK_FALSE(read.velo_from_imu);
}

TEST_CASE("a line with too few numbers or a word among them is a problem with its place") {
  const KittiCalibration read =
      parse_kitti_calibration("\nP2: 1 2 3\nR0_rect: 1 0 0 0 one 0 0 0 1\n", "calib/7.txt");
  REQUIRE(read.problems.size() == 1);  // P2 is not asked for without a chain to it
  CHECK(to_line(read.problems[0]) ==
        "calib/7.txt: line 3, R0_rect: expected 9 numbers, found 8 in 9 words; take this file from "
        "the "
        "data set again");
}

TEST_CASE("a projection that is none leaves its camera out") {
  const std::string rest = "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 1 0 0 0 0 1 0 0 0 0 1 0\n";
  for (const char* p : {"P2: 0 0 50 0 0 100 20 0 0 0 1 0",
                        "P2: 100 9 50 0 0 100 20 0 0 0 1 0",
                        "P2: 100 0 50 0 0 100 20 0 0 0 2 0"}) {
    const KittiCalibration read =
        parse_kitti_calibration(std::string(p) + "\n" + rest, "calib.txt");
    CHECK_FALSE(read.cameras[2]);
    CHECK(read.problems.size() == 1);
  }
}

TEST_CASE("raw calibration: P_rect · R_rect_00 · velo_to_cam, from three files") {
  const KittiCalibration read = parse_kitti_raw_calibration(
      {"calib_time: 09-Jan-2012 13:57:47\nR_rect_00: 1 0 0 0 1 0 0 0 1\n"
       "P_rect_02: 100 0 50 6 0 100 20 0 0 0 1 0\n",
       "calib_time: 15-Mar-2012\nR: 0 -1 0 0 0 -1 1 0 0\nT: 0 -0.08 -0.27\ndelta_f: 0 0\n",
       "R: 1 0 0 0 1 0 0 0 1\nT: -0.81 0.32 -0.8\n"});
  CHECK(read.problems.empty());
  REQUIRE(read.cameras[2]);
  CHECK((read.cameras[2]->camera_from_velo * Vec3(10, 0, 0))
            .isApprox(Vec3(0.06, -0.08, 9.73), 1e-12));
  CHECK(read.velo_from_imu);
}

TEST_CASE("oxts: a hundred-thousandth of a degree north is 1.113 m, east less by the cosine") {
  const auto packet = [](const char* line) { return *parse_oxts(line); };
  const std::vector<OxtsPacket> packets = {packet("49 8 100 0 0 0 1 2 3"),
                                           packet("49.00001 8 101.5 0 0 1.5 1 2 3"),
                                           packet("49 8.00001 100 0.1 0 0")};
  const std::vector<Pose> poses = world_from_imu(packets);
  CHECK(poses[0].translation.norm() < 1e-9);
  // π/180 · 6378137 m = 111,319.49 m a degree; Mercator stretches by 1/cos and the scale undoes it.
  CHECK(poses[1].translation.y() == Approx(1.1131949).margin(1e-5));
  CHECK(poses[1].translation.z() == Approx(1.5));
  CHECK(yaw_of(poses[1].rotation) == Approx(1.5));
  CHECK(poses[2].translation.x() == Approx(1.1131949 * 0.6560590).margin(1e-5));  // cos 49°
  CHECK_FALSE(parse_oxts("49 8 100 0 0"));
  CHECK_FALSE(parse_oxts("90 8 100 0 0 0"));
  CHECK_FALSE(parse_oxts("49 nan 100 0 0 0"));
}

TEST_CASE("poses as matrices keep their line numbers when one is broken") {
  const MatrixPoses read =
      parse_matrix_poses("1 0 0 1 0 1 0 2 0 0 1 3\nbroken\n1 0 0 4 0 1 0 5 0 0 1 6\n", "poses.txt");
  REQUIRE(read.poses.size() == 3);
  CHECK(read.poses[0]->translation == Vec3(1, 2, 3));
  CHECK_FALSE(read.poses[1]);
  CHECK(read.poses[2]->translation == Vec3(4, 5, 6));
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems[0].where == "line 2");
}

}  // namespace sweepbox
