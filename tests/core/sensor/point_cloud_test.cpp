#include "core/sensor/point_cloud.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

PointCloud cloud_of(const std::vector<Vec3>& points, const Vec3& origin = Vec3::Zero()) {
  PointCloud cloud;
  cloud.origin = origin;
  for (const Vec3& point : points) {
    cloud.x.push_back(static_cast<float>(point.x()));
    cloud.y.push_back(static_cast<float>(point.y()));
    cloud.z.push_back(static_cast<float>(point.z()));
  }
  update_bounds(cloud);
  return cloud;
}

Sweep sweep_of(std::vector<PointCloud> clouds) {
  Sweep sweep;
  for (PointCloud& cloud : clouds)
    sweep.pieces.push_back(std::make_shared<const PointCloud>(std::move(cloud)));
  return sweep;
}

/// The yardstick: every point, in double, in the box's axes.
std::vector<std::uint32_t> plainly_inside(const Sweep& sweep, const Cuboid& cuboid) {
  std::vector<std::uint32_t> inside;
  std::uint32_t index = 0;
  for (const auto& piece : sweep.pieces)
    for (std::size_t i = 0; i < piece->size(); ++i, ++index)
      if (contains(cuboid, piece->point(i))) inside.push_back(index);
  return inside;
}

TEST_CASE("points on the surface of a box count, those one float beyond do not") {
  const Cuboid box{{Quat::Identity(), {10, 0, 0}}, {4, 2, 2}};
  const float edge = 12;
  const Sweep sweep = sweep_of({cloud_of({{12, 1, 1},
                                          {8, -1, -1},
                                          {std::nextafter(edge, 99.0F), 0, 0},
                                          {10, std::nextafter(1.0F, 9.0F), 0},
                                          {10, 0, 0}})});
  CHECK(count_inside(sweep, box) == 3);
  CHECK(indices_inside(sweep, box) == std::vector<std::uint32_t>{0, 1, 4});
}

TEST_CASE("indices run over the pieces in order") {
  const Cuboid box{{Quat::Identity(), {0, 0, 0}}, {2, 2, 2}};
  const Sweep sweep = sweep_of({cloud_of({{5, 5, 5}, {0, 0, 0}}),
                                cloud_of({}),
                                cloud_of({{50, 0, 0}}),  // whole piece rejected by its bounds
                                cloud_of({{0.5, 0, 0}, {0, 9, 0}, {0, 0, -1}})});
  CHECK(indices_inside(sweep, box) == std::vector<std::uint32_t>{1, 3, 5});
  CHECK(count_inside(sweep, box) == 3);
  CHECK(sweep.size() == 6);
}

TEST_CASE("counts agree with the plain test for boxes in any orientation, near and in UTM") {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> place(-30, 30);
  for (const Vec3& origin : {Vec3(0, 0, 0), Vec3(500123.25, 5400321.5, 300)}) {
    std::vector<Vec3> points;
    // A centimetre grid puts many points on the surfaces of boxes with such sides.
    for (int i = 0; i < 20000; ++i)
      points.push_back({std::round(place(random) * 100) / 100,
                        std::round(place(random) * 100) / 100,
                        std::round(place(random) * 10) / 100});
    const Sweep sweep = sweep_of({cloud_of(points, origin)});
    std::size_t all = 0;
    for (int i = 0; i < 60; ++i) {
      const Quat rotation =
          i % 3 == 0
              ? Quat::Identity()
              : Quat(normal(random), normal(random), normal(random), normal(random)).normalized();
      const Vec3 centre(std::round(place(random)), std::round(place(random)), 0);
      const Cuboid box{{rotation, origin + centre}, {8, 4.5, 3}};
      const auto expected = plainly_inside(sweep, box);
      REQUIRE(indices_inside(sweep, box) == expected);
      REQUIRE(count_inside(sweep, box) == expected.size());
      all += expected.size();
    }
    CHECK(all > 1000);
  }
}

TEST_CASE("a cloud without bounds is searched all the same") {
  PointCloud cloud = cloud_of({{0, 0, 0}});
  cloud.bounds.setEmpty();
  CHECK(count_inside(sweep_of({cloud}), Cuboid{}) == 1);
}

TEST_CASE("a box of NaN holds nothing") {
  Cuboid lost;
  lost.pose.translation.x() = std::nan("");
  CHECK(count_inside(sweep_of({cloud_of({{0, 0, 0}})}), lost) == 0);
}

TEST_CASE("a cloud of more than 2^22 points becomes pieces that keep order and channels") {
  PointCloud cloud;
  const std::size_t n = kPiecePoints + 3;
  cloud.origin = {1, 2, 3};
  for (auto* axis : {&cloud.x, &cloud.y, &cloud.z}) axis->resize(n);
  for (std::size_t i = 0; i < n; ++i) cloud.x[i] = static_cast<float>(i);
  cloud.channels.push_back({"intensity", cloud.x});
  cloud.rgb.assign(n, 0x00FF00FF);
  const auto pieces = in_pieces(std::move(cloud));
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0]->size() == kPiecePoints);
  REQUIRE(pieces[1]->size() == 3);
  CHECK(pieces[1]->x[0] == static_cast<float>(kPiecePoints));
  CHECK(pieces[1]->channel("intensity")->values == pieces[1]->x);
  CHECK(pieces[1]->rgb.size() == 3);
  CHECK(pieces[1]->origin == Vec3(1, 2, 3));
  CHECK(pieces[1]->bounds.min().x() == static_cast<float>(kPiecePoints));
  CHECK(in_pieces(PointCloud{}).empty());
}

TEST_CASE("a channel is found by its name and counted in the bytes") {
  PointCloud cloud = cloud_of({{0, 0, 0}, {1, 1, 1}});
  cloud.channels.push_back({"ring", {3, 4}});
  REQUIRE(cloud.channel("ring"));
  CHECK(cloud.channel("ring")->values[1] == 4);
  CHECK(cloud.channel("rings") == nullptr);
  CHECK(cloud.byte_size() == 2 * 4 * sizeof(float));
}

TEST_CASE("a real sweep counts as the plain test does") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  std::ifstream file(folder / "training/velodyne/000008.bin", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(bytes.size() == 17238 * 16);  // README's count
  PointCloud cloud;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    float point[3];
    std::memcpy(point, bytes.data() + at, sizeof(point));
    cloud.x.push_back(point[0]);
    cloud.y.push_back(point[1]);
    cloud.z.push_back(point[2]);
  }
  update_bounds(cloud);
  const Sweep sweep = sweep_of({std::move(cloud)});
  for (int i = 0; i < 40; ++i) {
    const Cuboid box{{from_roll_pitch_yaw(0.02, -0.01, 0.3 * i), {6.0 + i, 0.4 * i - 8, -1}},
                     {5, 4, 2}};
    REQUIRE(indices_inside(sweep, box) == plainly_inside(sweep, box));
  }
}

}  // namespace
}  // namespace sweepbox
