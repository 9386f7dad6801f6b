#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "app/view/box_lines.hpp"
#include "app/view/image_points.hpp"
#include "app/view/picking.hpp"
#include "app/view/scene_points.hpp"
#include "app/view/tints.hpp"

using namespace sweepbox;

TEST_CASE("points take the tint of the box that holds them, as a plain test of each box says") {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> place(-30, 30), turn(-3, 3), length(0.4, 6);
  std::vector<TintBox> boxes;
  for (std::uint8_t i = 1; i <= 25; ++i)
    boxes.push_back({{pose_from_yaw(turn(random), Vec3(place(random), place(random), 0.5)),
                      Vec3(length(random), length(random), length(random))},
                     i});
  std::vector<float> xyz;
  for (int i = 0; i < 20000; ++i)
    xyz.insert(xyz.end(),
               {static_cast<float>(place(random)),
                static_cast<float>(place(random)),
                static_cast<float>(length(random) - 2)});
  const auto tints = tints_of(xyz, boxes);
  REQUIRE(tints.size() == 20000);
  int inside = 0;
  for (std::size_t i = 0; i < tints.size(); ++i) {
    const Vec3 p(xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]);
    std::uint8_t expected = 0;
    bool at_surface = false;  // float and double may differ there
    for (const TintBox& box : boxes) {
      if (contains(box.cuboid, p)) expected = box.tint;
      const Vec3 off = (box.cuboid.pose.inverse() * p).cwiseAbs() - box.cuboid.size / 2;
      at_surface = at_surface || std::abs(off.maxCoeff()) < 2e-4;
    }
    if (at_surface) continue;
    inside += expected != 0;
    REQUIRE(tints[i] == expected);
  }
  CHECK(inside > 200);
  CHECK(tints_of(xyz, {}) == std::vector<std::uint8_t>(20000, 0));
  CHECK(tints_of({}, boxes).empty());
}

TEST_CASE("the ground is the level where most of the lower points lie") {
  std::mt19937 random(5);
  std::normal_distribution<float> noise(0, 0.02f);
  std::uniform_real_distribution<float> share(0, 1);
  std::vector<float> xyz;
  for (int i = 0; i < 6000; ++i)
    xyz.insert(xyz.end(),
               {40 * share(random) - 20, 40 * share(random) - 20, -1.73f + noise(random)});
  for (int i = 0; i < 3000; ++i)  // house fronts
    xyz.insert(xyz.end(), {40 * share(random) - 20, 15, -1.7f + 8 * share(random)});
  for (int i = 0; i < 60; ++i)  // mirrored in puddles
    xyz.insert(xyz.end(), {share(random), share(random), -4 - share(random)});
  CHECK(ground_level(xyz) == Approx(-1.73).margin(0.08));
  CHECK(ground_level({}) == Approx(-1.7));
}

TEST_CASE("heights span a street's colours, a model's own and a hill's own") {
  std::mt19937 random(5);
  const auto cloud = [&](float width, float low, float high) {
    std::uniform_real_distribution<float> share(0, 1);
    std::vector<float> xyz;
    for (int i = 0; i < 4000; ++i)
      xyz.insert(
          xyz.end(),
          {width * share(random), width * share(random), low + (high - low) * share(random)});
    return xyz;
  };
  CHECK(height_span(cloud(80, -2, 8), -1.7) == std::pair(-0.2, 5.0));
  CHECK(height_span(cloud(80, -1.75F, -1.7F), -1.7) == std::pair(-0.2, 5.0));  // an empty square
  CHECK(height_span({}, -1.7) == std::pair(-0.2, 5.0));
  const auto model = height_span(cloud(0.2F, 0, 0.1F), 0);
  CHECK(model.first == Approx(0.002).margin(0.001));  // 2 % of 10 cm at each end
  CHECK(model.second == Approx(0.098).margin(0.001));
  const auto hill = height_span(cloud(3000, 400, 900), 400);
  CHECK(hill.first == Approx(10).margin(5));
  CHECK(hill.second == Approx(490).margin(5));
}

TEST_CASE("of the numbers around the mouse the nearest one is picked") {
  std::vector<std::uint32_t> numbers(25, GlPoints::kNoPoint);
  CHECK_FALSE(nearest_number(numbers, 5));
  numbers[0] = 7;       // corner: two away in both directions
  numbers[12 + 1] = 9;  // beside the middle
  CHECK(nearest_number(numbers, 5) == 9u);
  numbers[12] = 0;
  CHECK(nearest_number(numbers, 5) == 0u);
}

TEST_CASE("on an image the point before the others is picked, and no hidden one") {
  const std::vector<OverlayPoint> points = {{100, 100, 40, 1, false},
                                            {101, 100, 8, 2, false},
                                            {100, 100, 3, 3, true},
                                            {200, 100, 1, 4, false}};
  const OverlayPoint* found = point_near(points, Vec2(100, 100), 6);
  REQUIRE(found);
  CHECK(found->index == 2);
  CHECK(point_near(points, Vec2(300, 300), 6) == nullptr);
}

TEST_CASE("the edges behind a box are those whose two faces look away") {
  const Cuboid cube{Pose{}, Vec3(2, 2, 2)};
  const auto count = [&](const Eye& eye) {
    const auto hidden = hidden_edges(cube, eye);
    return std::count(hidden.begin(), hidden.end(), true);
  };
  CHECK(count({Vec3(10, 8, 6), Vec3(-1, -1, -1), false}) == 3);  // the three at the far corner
  CHECK(count({Vec3(10, 0, 0), Vec3(-1, 0, 0), false}) == 8);    // all but the front face's four
  CHECK(count({Vec3::Zero(), Vec3::UnitX(), false}) == 0);       // from inside nothing is behind
  CHECK(count({Vec3::Zero(), Vec3(-1, -1, -1).normalized(), true}) == 3);
}

TEST_CASE("an ink holds its value and its tint") {
  CHECK(ink_of(0x123456, 7) == 0x07123456u);
  CHECK(ink_of(0xFFFFFFFFu) == 0x00FFFFFFu);
  InkTable table;
  fill_map(table, color_map("gray", true));
  CHECK(table.map[0] == 0x44474Cu);  // LOOK.md: first and last stop of Gray
  CHECK(table.map[255] == 0xEDEFF1u);
}
