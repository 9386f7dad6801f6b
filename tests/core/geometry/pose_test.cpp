#include "core/geometry/pose.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace sweepbox {
namespace {

TEST_CASE("a quarter turn to the left takes forward to left") {
  const Pose pose = pose_from_yaw(kPi / 2, {10, 20, 30});
  CHECK((pose * Vec3(1, 0, 0) - Vec3(10, 21, 30)).norm() < 1e-12);
}

TEST_CASE("poses chain from right to left and come back") {
  const Pose a_from_b{from_roll_pitch_yaw(0.1, 0.2, 0.3), {1, 2, 3}};
  const Pose b_from_c{from_roll_pitch_yaw(-0.4, 0.5, 2.6), {-4, 5, 6}};
  const Vec3 point_in_c(7, -8, 9);
  CHECK(((a_from_b * b_from_c) * point_in_c - a_from_b * (b_from_c * point_in_c)).norm() < 1e-12);
  CHECK((a_from_b.inverse() * (a_from_b * point_in_c) - point_in_c).norm() < 1e-12);
}

TEST_CASE("roll, pitch and yaw are about x, y and z, yaw last") {
  // Rz(90°)·Ry(0)·Rx(90°): x → y, y → z, z → x.
  const Quat turned = from_roll_pitch_yaw(kPi / 2, 0, kPi / 2);
  CHECK((turned * Vec3::UnitX() - Vec3::UnitY()).norm() < 1e-12);
  CHECK((turned * Vec3::UnitY() - Vec3::UnitZ()).norm() < 1e-12);
  CHECK((turned * Vec3::UnitZ() - Vec3::UnitX()).norm() < 1e-12);
  // Pitch down: the front falls for a positive angle about y.
  CHECK((from_roll_pitch_yaw(0, 0.1, 0) * Vec3::UnitX()).z() == Approx(-std::sin(0.1)));
}

TEST_CASE("roll, pitch and yaw come back, at the poles too") {
  for (const double roll : {-3.0, -0.4, 0.0, 2.5})
    for (const double pitch : {-kPi / 2, -1.5, 0.0, 0.7, kPi / 2})
      for (const double yaw : {-3.1, -0.2, 0.0, 1.9}) {
        const Quat turned = from_roll_pitch_yaw(roll, pitch, yaw);
        const Vec3 angles = roll_pitch_yaw_of(turned);
        CHECK(angle_between(from_roll_pitch_yaw(angles.x(), angles.y(), angles.z()), turned) <
              1e-6);
        if (std::abs(pitch) < 1.5) {
          CHECK(angles.x() == Approx(roll).margin(1e-9));
          CHECK(angles.y() == Approx(pitch).margin(1e-9));
          CHECK(angles.z() == Approx(yaw).margin(1e-9));
        }
      }
  CHECK(roll_pitch_yaw_of(from_roll_pitch_yaw(0.3, kPi / 2, 0.5)).x() == 0);
}

TEST_CASE("yaw is where the front points, 0 where it points up") {
  CHECK(yaw_of(from_roll_pitch_yaw(0.3, -0.4, 2.5)) == Approx(2.5));
  CHECK(yaw_of(Quat(Eigen::AngleAxisd(kPi / 2, -Vec3::UnitY()))) == 0);
}

TEST_CASE("angles wrap into (-pi, pi]") {
  CHECK(wrapped_angle(kPi) == Approx(kPi));
  CHECK(wrapped_angle(-kPi) == Approx(kPi));
  CHECK(wrapped_angle(3 * kPi + 0.25) == Approx(-kPi + 0.25));
  CHECK(wrapped_angle(0.5) == 0.5);
}

TEST_CASE("the nearest rotation to a scaled one is itself, and the defect is said") {
  const Mat3 turned = from_roll_pitch_yaw(0.3, -0.2, 1).toRotationMatrix();
  const auto found = nearest_rotation(1.01 * turned);
  REQUIRE(found);
  CHECK((found->rotation.toRotationMatrix() - turned).norm() < 1e-12);
  CHECK(found->defect == Approx(1.01 * 1.01 - 1));  // MᵀM = 1.0201·I
}

TEST_CASE("a mirror, a flat matrix and one with NaN have no nearest rotation") {
  Mat3 mirror = Mat3::Identity();
  mirror(1, 1) = -1;
  CHECK_FALSE(nearest_rotation(mirror));
  CHECK_FALSE(nearest_rotation(Mat3::Zero()));
  Mat3 broken = Mat3::Identity();
  broken(0, 2) = std::nan("");
  CHECK_FALSE(nearest_rotation(broken));
}

TEST_CASE("between two poses the turn takes the short way") {
  const Pose a = pose_from_yaw(kPi - 0.1, {0, 0, 0});
  const Pose b = pose_from_yaw(-kPi + 0.1, {2, 4, 6});
  const Pose middle = between(a, b, 0.5);
  CHECK((middle.translation - Vec3(1, 2, 3)).norm() < 1e-12);
  CHECK(std::abs(wrapped_angle(yaw_of(middle.rotation) - kPi)) < 1e-12);
  CHECK((between(a, b, 2).translation - Vec3(4, 8, 12)).norm() < 1e-12);
}

}  // namespace
}  // namespace sweepbox
