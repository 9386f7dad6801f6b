#include "core/geometry/iou.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace sweepbox {
namespace {

Cuboid box(const Vec3& centre, const Vec3& size, double yaw = 0) {
  return {pose_from_yaw(yaw, centre), size};
}

Cuboid unit_square(double yaw) {
  return box(Vec3::Zero(), Vec3::Ones(), yaw);
}

/// A box near the origin in any orientation.
Cuboid random_box(std::mt19937& random) {
  std::uniform_real_distribution<double> place(-1, 1);
  std::uniform_real_distribution<double> side(0.5, 4);
  std::normal_distribution<double> normal;
  Quat rotation(normal(random), normal(random), normal(random), normal(random));
  return {{rotation.normalized(), {place(random), place(random), place(random)}},
          {side(random), side(random), side(random)}};
}

/// IoU by counting random points in a cube around both, and its standard deviation.
std::pair<double, double> counted_iou(const Cuboid& a, const Cuboid& b, std::mt19937& random) {
  std::uniform_real_distribution<double> place(-5, 5);
  int both = 0;
  int any = 0;
  for (int i = 0; i < 400000; ++i) {
    const Vec3 point(place(random), place(random), place(random));
    const bool in_a = contains(a, point);
    const bool in_b = contains(b, point);
    both += in_a && in_b;
    any += in_a || in_b;
  }
  const double iou = static_cast<double>(both) / any;
  return {iou, std::sqrt(iou * (1 - iou) / any)};
}

TEST_CASE("identical boxes overlap by exactly 1") {
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    const Cuboid one = random_box(random);
    CHECK(iou_3d(one, one) == 1);
    CHECK(iou_bev(one, one) == 1);
  }
}

TEST_CASE("boxes that do not touch overlap by exactly 0") {
  std::mt19937 random(2);
  for (int i = 0; i < 50; ++i) {
    const Cuboid one = random_box(random);
    Cuboid other = random_box(random);
    other.pose.translation += Vec3(12, 0, 0);
    CHECK(iou_3d(one, other) == 0);
    CHECK(iou_bev(one, other) == 0);
  }
  // Their spheres meet and no face's plane parts them from the left box's side alone.
  const Cuboid flat = box({0, 0, 0}, {4, 4, 0.1});
  const Cuboid above = box({0, 0, 0.2}, {4, 4, 0.1}, 0.3);
  CHECK(iou_3d(flat, above) == 0);
  CHECK(iou_bev(flat, above) > 0.5);
}

TEST_CASE("boxes that share a face, an edge or a corner overlap by 0") {
  const Cuboid one = box(Vec3::Zero(), Vec3::Ones());
  for (const Vec3& step : {Vec3(1, 0, 0), Vec3(1, 1, 0), Vec3(1, 1, 1), Vec3(0, 0, -1)})
    CHECK(iou_3d(one, box(step, Vec3::Ones())) == 0);
  CHECK(iou_bev(one, box({1, 0, 0}, Vec3::Ones())) == 0);
}

TEST_CASE("a unit square turned by 45 degrees overlaps itself by 1/sqrt(2)") {
  // The intersection is a regular octagon of area a = 2(√2 − 1); IoU = a / (2 − a) = 1/√2.
  CHECK(iou_bev(unit_square(0), unit_square(kPi / 4)) == Approx(1 / std::sqrt(2.0)).epsilon(1e-12));
  CHECK(iou_3d(unit_square(0.2), unit_square(0.2 + kPi / 4)) ==
        Approx(1 / std::sqrt(2.0)).epsilon(1e-12));
}

TEST_CASE("boxes side by side overlap by what was drawn on paper") {
  // 4 x 2 x 1.5 m, moved by 1, 0.5 and 0.3 m: shared 3·1.5·1.2 = 5.4, union 24 − 5.4.
  const Cuboid one = box({10, -3, 1}, {4, 2, 1.5});
  const Cuboid other = box({11, -2.5, 1.3}, {4, 2, 1.5});
  CHECK(iou_3d(one, other) == Approx(5.4 / 18.6).epsilon(1e-12));
  CHECK(iou_bev(one, other) == Approx(4.5 / 11.5).epsilon(1e-12));
}

TEST_CASE("a box within another overlaps by the ratio of their volumes") {
  const Cuboid outer = box({1, 2, 3}, {4, 4, 4}, 0.3);
  const Cuboid inner{{from_roll_pitch_yaw(0.4, -0.7, 1.1), {1, 2, 3}}, {1, 2, 0.5}};
  CHECK(iou_3d(outer, inner) == Approx(1.0 / 64).epsilon(1e-12));
  // A half in one corner, three faces shared.
  CHECK(iou_3d(box({0, 0, 0}, {2, 2, 2}), box({0.5, 0.5, 0.5}, {1, 1, 1})) ==
        Approx(1.0 / 8).epsilon(1e-12));
}

TEST_CASE("a cube standing on its corner, cut by a cube, is a truncated octahedron's cousin") {
  // Two unit cubes about one centre, one turned by 60° about the common diagonal. Each of the
  // other's faces cuts off corners; the intersection is a hexagonal bipyramid of volume 3/4 (height
  // √3, base: the regular hexagon in the middle of the cube, side √2/2, area 3√3/4; V = ⅓·A·h =
  // 3/4).
  const Cuboid one = box(Vec3::Zero(), Vec3::Ones());
  const Cuboid turned{{Quat(Eigen::AngleAxisd(kPi / 3, Vec3::Ones().normalized())), Vec3::Zero()},
                      Vec3::Ones()};
  CHECK(iou_3d(one, turned) == Approx(0.75 / 1.25).epsilon(1e-10));
}

TEST_CASE("a box turned by quarter turns with its sides exchanged is the same box") {
  const Cuboid one = box({5, 6, 7}, {4, 2, 1.5}, 0.4);
  Cuboid same = box({5, 6, 7}, {2, 4, 1.5}, 0.4 + kPi / 2);
  CHECK(iou_3d(one, same) == Approx(1).epsilon(1e-12));
  CHECK(iou_bev(one, same) == Approx(1).epsilon(1e-12));
  same = box({5, 6, 7}, {4, 2, 1.5}, 0.4 + kPi);
  CHECK(iou_3d(one, same) == Approx(1).epsilon(1e-12));
}

TEST_CASE("nearly equal boxes overlap by nearly 1, whatever the size of the difference") {
  // Faces that almost coincide are the hard case of clipping.
  const Cuboid one{{from_roll_pitch_yaw(0.01, 0.02, 0.3), {3, 4, 1}}, {4, 2, 1.5}};
  for (int exponent = -17; exponent <= -3; ++exponent) {
    const double step = std::pow(10.0, exponent);
    Cuboid moved = one;
    moved.pose.translation += Vec3(step, -step, step);
    moved.pose.rotation = from_roll_pitch_yaw(0.01 + step, 0.02 - step, 0.3 + step);
    // Each face moves by less than 4 steps, on sides of at least 1.5 m.
    CHECK(iou_3d(one, moved) > 1 - 20 * step - 1e-11);
    CHECK(iou_3d(one, moved) <= 1);
    CHECK(iou_bev(one, moved) > 1 - 20 * step - 1e-7);
  }
}

TEST_CASE("random boxes overlap as points counted in them say") {
  std::mt19937 random(42);
  for (int i = 0; i < 30; ++i) {
    const Cuboid a = random_box(random);
    const Cuboid b = random_box(random);
    const auto [counted, deviation] = counted_iou(a, b, random);
    // Five deviations: one in 1.7 million draws is farther out by chance.
    CHECK(std::abs(iou_3d(a, b) - counted) <= 5 * deviation + 1e-6);
  }
}

TEST_CASE("overlap does not depend on the order of the boxes or the frame") {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    const Cuboid a = random_box(random);
    const Cuboid b = random_box(random);
    const double there = iou_3d(a, b);
    CHECK(iou_3d(b, a) == Approx(there).margin(1e-11));
    CHECK(iou_bev(b, a) == Approx(iou_bev(a, b)).margin(1e-7));
    const Pose moved = random_box(random).pose;
    CHECK(iou_3d(moved * a, moved * b) == Approx(there).margin(1e-11));
    // UTM: coordinates of 5·10⁶ m have steps of 10⁻⁹ m.
    const Pose far{Quat::Identity(), {5e5, 5e6, 100}};
    CHECK(iou_3d(far * a, far * b) == Approx(there).margin(1e-8));
    CHECK(iou_bev(far * a, far * b) == Approx(iou_bev(a, b)).margin(1e-7));
  }
}

TEST_CASE("the footprint of a tilted box is the hull of its corners") {
  // A unit cube rolled by 45°: seen from above 1 long, √2 wide; against the upright cube 1
  // of 1.414.
  const Cuboid rolled{{from_roll_pitch_yaw(kPi / 4, 0, 0), Vec3::Zero()}, Vec3::Ones()};
  CHECK(iou_bev(unit_square(0), rolled) == Approx(1 / std::sqrt(2.0)).epsilon(1e-9));
}

TEST_CASE("a box without a volume overlaps nothing, not even itself") {
  const Cuboid good = box(Vec3::Zero(), Vec3::Ones());
  for (const Vec3& size :
       {Vec3(0, 1, 1), Vec3(1, -1, 1), Vec3(1, 1, std::nan("")), Vec3(0, 0, 0)}) {
    const Cuboid bad = box(Vec3::Zero(), size);
    CHECK(iou_3d(bad, bad) == 0);
    CHECK(iou_3d(bad, good) == 0);
    CHECK(iou_bev(good, bad) == 0);
  }
  Cuboid lost = good;
  lost.pose.translation.x() = std::nan("");
  CHECK(iou_3d(lost, good) == 0);
  CHECK(iou_bev(lost, good) == 0);
}

}  // namespace
}  // namespace sweepbox
