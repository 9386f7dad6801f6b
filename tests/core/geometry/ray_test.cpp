#include "core/geometry/ray.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace sweepbox {
namespace {

TEST_CASE("a ray meets a plane ahead, none behind or alongside") {
  const Plane ground{Vec3::UnitZ(), -1.5};
  const Vec3 down = Vec3(1, 0, -1).normalized();
  const auto distance = hit(Ray{{0, 0, 0.5}, down}, ground);
  REQUIRE(distance);
  CHECK(*distance == Approx(2 * std::sqrt(2.0)));
  CHECK_FALSE(hit(Ray{{0, 0, 0.5}, -down}, ground));
  CHECK_FALSE(hit(Ray{{0, 0, 0.5}, Vec3::UnitX()}, ground));
  CHECK(hit(Ray{{4, 4, -1.5}, down}, ground) == 0);
}

TEST_CASE("a plane moves with its points") {
  const Plane plane{Vec3(1, 2, 2) / 3, 4};
  const Pose moved{from_roll_pitch_yaw(0.3, 0.2, -1), {5, 6, 7}};
  const Vec3 point(0.3, -2, 8);
  CHECK((moved * plane).height_of(moved * point) == Approx(plane.height_of(point)));
}

TEST_CASE("a ray enters a box by the face it meets first") {
  const Cuboid box{{Quat::Identity(), {10, 0, 0}}, {4, 2, 2}};
  const auto from_behind = hit(Ray{{0, 0, 0}, Vec3::UnitX()}, box);
  REQUIRE(from_behind);
  CHECK(from_behind->distance == Approx(8));
  CHECK(from_behind->face == 0);  // −x: its rear
  const auto from_above = hit(Ray{{11, 0.5, 5}, -Vec3::UnitZ()}, box);
  REQUIRE(from_above);
  CHECK(from_above->distance == Approx(4));
  CHECK(from_above->face == 5);
  CHECK_FALSE(hit(Ray{{0, 0, 0}, -Vec3::UnitX()}, box));
  CHECK_FALSE(hit(Ray{{0, 1.01, 0}, Vec3::UnitX()}, box));
  CHECK(hit(Ray{{0, 1, 0}, Vec3::UnitX()}, box));  // along a face: the box is closed
}

TEST_CASE("a ray that starts inside a box is there at once and leaves by the face ahead") {
  const Cuboid box{pose_from_yaw(kPi / 2, {10, 0, 0}), {4, 2, 2}};
  const auto inside = hit(Ray{{10, 0, 0}, Vec3::UnitY()}, box);
  REQUIRE(inside);
  CHECK(inside->distance == 0);
  CHECK(inside->face == 1);  // the box's front points to +y
}

TEST_CASE("rays at random boxes stop on the surface, and rays that miss never come inside") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  int hits = 0;
  for (int i = 0; i < 500; ++i) {
    const Quat rotation =
        Quat(normal(random), normal(random), normal(random), normal(random)).normalized();
    const Cuboid box{{rotation, {normal(random), normal(random), normal(random)}}, {3, 2, 1}};
    // From a few metres off, roughly towards the box.
    const Vec3 eye(5 * normal(random), 5 * normal(random), 5 * normal(random));
    const Vec3 aim(1.5 * normal(random), 1.5 * normal(random), 1.5 * normal(random));
    const Ray ray{eye, (box.pose.translation + aim - eye).normalized()};
    const auto met = hit(ray, box);
    if (met) {
      ++hits;
      CHECK(contains({box.pose, box.size * (1 + 1e-9)}, ray.at(met->distance)));
      if (met->distance > 0) CHECK_FALSE(contains(box, ray.at(met->distance * (1 - 1e-6))));
    } else {
      for (int step = 0; step < 200; ++step) REQUIRE_FALSE(contains(box, ray.at(0.1 * step)));
    }
  }
  CHECK(hits > 100);
}

}  // namespace
}  // namespace sweepbox
