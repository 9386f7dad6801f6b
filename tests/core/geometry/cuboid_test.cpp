#include "core/geometry/cuboid.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

namespace sweepbox {
namespace {

const Cuboid kCar{{from_roll_pitch_yaw(0.1, -0.2, 0.7), {10, -4, 1}}, {4, 2, 1.5}};

TEST_CASE("corner i is in front for 1, left for 2, above for 4") {
  const auto points = corners({{}, {4, 2, 1}});
  CHECK(points[0] == Vec3(-2, -1, -0.5));
  CHECK(points[1] == Vec3(2, -1, -0.5));
  CHECK(points[2] == Vec3(-2, 1, -0.5));
  CHECK(points[4] == Vec3(-2, -1, 0.5));
  CHECK(points[7] == Vec3(2, 1, 0.5));
}

TEST_CASE("a box turned left by a quarter has its front to the left") {
  const auto points = corners({pose_from_yaw(kPi / 2, {10, 0, 1}), {4, 2, 1}});
  CHECK((points[7] - Vec3(10 - 1, 2, 1.5)).norm() < 1e-12);  // front left above
}

TEST_CASE("the twelve edges join corners that differ in one axis, the first four in front") {
  std::set<std::set<int>> seen;
  for (std::size_t i = 0; i < 12; ++i) {
    const auto [a, b] = kCuboidEdges[i];
    CHECK(((a ^ b) == 1 || (a ^ b) == 2 || (a ^ b) == 4));
    seen.insert({a, b});
    if (i < 4) CHECK(((a & 1) && (b & 1)));
  }
  CHECK(seen.size() == 12);
}

TEST_CASE("the six faces are counter-clockwise from outside, in the order of their names") {
  const auto points = corners(kCar);
  const Mat3 axes = kCar.pose.rotation.toRotationMatrix();
  for (int face = 0; face < 6; ++face) {
    const auto& face_corners = kCuboidFaces[static_cast<std::size_t>(face)];
    const auto corner = [&](std::size_t i) {
      return points[static_cast<std::size_t>(face_corners[i])];
    };
    const Vec3 normal = (corner(1) - corner(0)).cross(corner(2) - corner(1)).normalized();
    const Vec3 outward = axes.col(face / 2) * (face % 2 ? 1 : -1);
    CHECK((normal - outward).norm() < 1e-12);
  }
}

TEST_CASE("the surface of a box belongs to it") {
  const Cuboid plain{{Quat::Identity(), {1, 2, 3}}, {2, 4, 6}};
  CHECK(contains(plain, {1, 2, 3}));
  CHECK(contains(plain, {2, 4, 6}));
  CHECK_FALSE(contains(plain, {std::nextafter(2.0, 3.0), 4, 6}));
  CHECK_FALSE(contains(plain, {2, 4, std::nextafter(6.0, 7.0)}));
  CHECK_FALSE(contains(plain, {std::nan(""), 2, 3}));
  CHECK(contains(kCar, kCar.pose * Vec3(1.99, -0.99, 0.74)));
  CHECK_FALSE(contains(kCar, kCar.pose * Vec3(2.01, 0, 0)));
}

TEST_CASE("a pose moves a box as it moves its corners") {
  const Pose moved{from_roll_pitch_yaw(0.5, 0.4, -2), {3, 2, 1}};
  const auto before = corners(kCar);
  const auto after = corners(moved * kCar);
  for (std::size_t i = 0; i < 8; ++i) CHECK((after[i] - moved * before[i]).norm() < 1e-12);
  CHECK((moved * kCar).size == kCar.size);
}

TEST_CASE("volume is the product of the sides") {
  CHECK(volume(kCar) == Approx(12));
}

TEST_CASE("a box is valid with finite positive sizes and a unit rotation") {
  CHECK(is_valid(kCar));
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    Cuboid broken = kCar;
    broken.size.y() = bad;
    CHECK_FALSE(is_valid(broken));
  }
  Cuboid broken = kCar;
  broken.pose.rotation.coeffs() *= 1 + 1e-5;
  CHECK_FALSE(is_valid(broken));
  broken = kCar;
  broken.pose.rotation.coeffs().setConstant(std::nan(""));
  CHECK_FALSE(is_valid(broken));
  broken = kCar;
  broken.pose.translation.z() = HUGE_VAL;
  CHECK_FALSE(is_valid(broken));
}

}  // namespace
}  // namespace sweepbox
