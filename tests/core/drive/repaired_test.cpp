#include "core/drive/repaired.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

TEST_CASE("a calibration stored in another manner becomes the one that was meant") {
  // A camera that looks ahead from 0.3 m in front of the lidar: x right, y down, z forward.
  Mat3 axes;
  axes << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  const Pose meant{Quat(axes), Vec3(0, 0, -0.3)};
  const Vec3 point(10, 2, -1);  // ahead, to the left, low
  const Vec3 in_camera(-2, 1, 9.7);
  REQUIRE((meant * point - in_camera).norm() < 1e-12);
  const Pose by_columns{meant.rotation.conjugate(), meant.translation};
  const Pose opengl{Quat(Mat3(Vec3(1, -1, -1).asDiagonal()) * axes), Vec3(0, 0, 0.3)};
  const Pose body{Quat::Identity(), Vec3(-0.3, 0, 0)};
  CHECK((repaired_extrinsics(meant.inverse(), "inverse") * point - in_camera).norm() < 1e-12);
  CHECK((repaired_extrinsics(by_columns, "transposed") * point - in_camera).norm() < 1e-12);
  CHECK((repaired_extrinsics(opengl, "opengl") * point - in_camera).norm() < 1e-12);
  CHECK((repaired_extrinsics(body, "body") * point - in_camera).norm() < 1e-12);
}

TEST_CASE("a quaternion that was read in the other order is put right from its own numbers") {
  // The file has 0.5, 0.1, −0.7, 0.5 (length 1 to 1e-9 after normalising), in the order w x y z.
  const Quat meant = Quat(0.5, 0.1, -0.7, 0.5).normalized();
  const Quat as_xyzw(meant.z(), meant.w(), meant.x(), meant.y());
  CHECK(angle_between(reordered(as_xyzw, "wxyz"), meant) < 1e-7);
  const Quat as_wxyz(meant.x(), meant.y(), meant.z(), meant.w());
  CHECK(angle_between(reordered(as_wxyz, "xyzw"), meant) < 1e-7);
}

TEST_CASE("four numbers read as k1 k2 p1 p2 become those of a fisheye, or none") {
  const auto read = make_lens("brown_conrady",
                              {{"fx", 300},
                               {"fy", 310},
                               {"cx", 320},
                               {"cy", 240},
                               {"k1", -0.02},
                               {"k2", 0.004},
                               {"p1", -0.001},
                               {"p2", 0.0001}},
                              640,
                              480);
  REQUIRE(read);
  const Lens fisheye = repaired_lens(*read, 640, 480, "equidistant");
  const auto* lens = std::get_if<KannalaBrandt>(&fisheye);
  REQUIRE(lens);
  CHECK(lens->k == std::array<double, 4>{-0.02, 0.004, -0.001, 0.0001});
  CHECK(lens->fy == 310);
  CHECK(name_of(repaired_lens(*read, 640, 480, "undistorted")) == "pinhole");
}

}  // namespace
}  // namespace sweepbox
