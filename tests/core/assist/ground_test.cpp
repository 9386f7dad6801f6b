#include "core/assist/ground.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

/// A scene in ego, built point by point with 2 cm of range noise and stored in a lidar's own frame.
class Scene {
 public:
  explicit Scene(const Pose& ego_from_points = {}) { sweep_.ego_from_points = ego_from_points; }

  void add(const Vec3& point_in_ego) {
    const Vec3 noisy = point_in_ego + Vec3(0, 0, noise_(random_));
    const Vec3 point = sweep_.ego_from_points.inverse() * noisy - cloud_.origin;
    cloud_.x.push_back(static_cast<float>(point.x()));
    cloud_.y.push_back(static_cast<float>(point.y()));
    cloud_.z.push_back(static_cast<float>(point.z()));
  }

  /// Ground z = a x + b y + c over a square around (x, y), without what a box's footprint hides.
  void add_ground(double a, double b, double c, const Vec2& middle, double half, int n) {
    std::uniform_real_distribution<double> place(-half, half);
    for (int i = 0; i < n; ++i) {
      const Vec2 at = middle + Vec2(place(random_), place(random_));
      add({at.x(), at.y(), a * at.x() + b * at.y() + c});
    }
  }

  /// Roof and one side of a box standing on z = bottom; what lies below it is taken away.
  void add_box(const Vec3& bottom, const Vec3& size, int n) {
    hide(bottom, size);
    std::uniform_real_distribution<double> share(-0.5, 0.5);
    for (int i = 0; i < n; ++i) {
      const double x = bottom.x() + share(random_) * size.x();
      add({x, bottom.y() + share(random_) * size.y(), bottom.z() + size.z()});
      add({x, bottom.y() - size.y() / 2, bottom.z() + (share(random_) + 0.5) * size.z()});
    }
  }

  void hide(const Vec3& middle, const Vec3& size) {
    PointCloud kept;
    for (std::size_t i = 0; i < cloud_.size(); ++i) {
      const Vec3 at = sweep_.ego_from_points * cloud_.point(i) - middle;
      if (std::abs(at.x()) < size.x() / 2 && std::abs(at.y()) < size.y() / 2) continue;
      kept.x.push_back(cloud_.x[i]);
      kept.y.push_back(cloud_.y[i]);
      kept.z.push_back(cloud_.z[i]);
    }
    cloud_ = std::move(kept);
  }

  Sweep sweep() const {
    Sweep result = sweep_;
    result.pieces = in_pieces(cloud_);
    return result;
  }

 private:
  Sweep sweep_;
  PointCloud cloud_;
  std::mt19937 random_{17};
  std::normal_distribution<double> noise_{0, 0.02};
};

Ground found(const Result<Ground>& ground) {
  if (!ground) FAIL(to_line(ground.error()));
  return *ground;
}

TEST_CASE("a sloped plane is found under a place with its slope and height") {
  Scene scene;
  scene.add_ground(0.08, -0.05, -1.7, {10, 5}, 15, 20000);
  const Ground ground = found(ground_around(scene.sweep(), {10, 5, 3}));
  const Vec3 normal = Vec3(-0.08, 0.05, 1).normalized();
  // 2 cm of noise over some 1,500 points: millimetres.
  CHECK((ground.plane_in_ego.normal - normal).norm() < 3e-3);
  CHECK(ground.height_at(10, 5) == Approx(0.08 * 10 - 0.05 * 5 - 1.7).margin(0.01));
  CHECK(ground.inlier_share > 0.95);
  CHECK(ground.points > 500);
}

TEST_CASE("a click on a car's roof finds the street beneath, on a slope too") {
  Scene scene;
  scene.add_ground(0.1, 0.04, -1.7, {12, -3}, 20, 30000);
  const double street = 0.1 * 12 - 0.04 * 3 - 1.7;
  scene.add_box({12, -3, street}, {4.5, 1.9, 1.5}, 8000);
  scene.add_box({18, -3, street + 0.6}, {4.5, 1.9, 1.5}, 8000);
  scene.add_box(
      {12, -6, street}, {9, 2.5, 3.2}, 20000);  // a lorry beside it: as many points as ground
  const Ground ground = found(ground_around(scene.sweep(), {12, -3, street + 1.5}));
  CHECK(ground.height_at(12, -3) == Approx(street).margin(0.02));
}

TEST_CASE("points below the street and a roof above it do not move it") {
  Scene scene;
  scene.add_ground(0, 0, -1.7, {0, 0}, 10, 15000);
  for (int i = 0; i < 12; ++i) scene.add({-6.0 + i, 0.5 * i - 3, -4});  // reflections
  scene.add_ground(0, 0, 3, {0, 0}, 10, 15000);                         // a bridge
  const Ground ground = found(ground_around(scene.sweep(), {0, 0, 0}));
  CHECK(ground.height_at(0, 0) == Approx(-1.7).margin(0.01));
}

TEST_CASE("a kerb beside the car leaves the box on the side where most of the ground is") {
  Scene scene;
  scene.add_ground(0, 0, -1.7, {0, 0}, 10, 15000);
  scene.hide({0, 8, 0}, {30, 8, 0});
  scene.add_ground(0, 0, -1.55, {0, 8}, 4, 4000);  // pavement beyond y = 4
  const Ground ground = found(ground_around(scene.sweep(), {0, 1, 0}));
  // The plane leans by a fraction of the kerb, no more.
  CHECK(ground.height_at(0, 1) == Approx(-1.7).margin(0.05));
}

TEST_CASE("a curved road is followed where the place is") {
  // A hump of 200 m radius; at the place its height is exact, 8 m off the plane is 16 cm away.
  Scene scene;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> place(-15, 15);
  for (int i = 0; i < 20000; ++i) {
    const double x = place(random);
    scene.add({20 + x, place(random), -1.7 - x * x / 400});
  }
  const Ground ground = found(ground_around(scene.sweep(), {20, 0, 0}));
  CHECK(ground.height_at(20, 0) == Approx(-1.7).margin(0.05));
  CHECK(std::abs(ground.plane_in_ego.normal.x()) < 0.02);
}

TEST_CASE("the frame of the points does not matter, nor does UTM") {
  const Pose ego_from_points{from_roll_pitch_yaw(0.05, -0.1, 2.2), {1, 0.5, 1.9}};
  Scene scene(ego_from_points);
  scene.add_ground(0.05, 0, 0, {6, 6}, 12, 15000);
  Sweep sweep = scene.sweep();
  const Ground ground = found(ground_around(sweep, {6, 6, 1}));
  CHECK(ground.height_at(6, 6) == Approx(0.3).margin(0.01));
  // The same points with a large origin, and a pose that brings them back.
  auto piece = std::make_shared<PointCloud>(*sweep.pieces[0]);
  piece->origin = {500000, 5400000, 100};
  Sweep utm = sweep;
  utm.pieces = {piece};
  utm.ego_from_points = ego_from_points * Pose{Quat::Identity(), -piece->origin};
  CHECK(found(ground_around(utm, {6, 6, 1})).height_at(6, 6) ==
        Approx(ground.height_at(6, 6)).margin(1e-4));
}

TEST_CASE("the same question has the same answer") {
  Scene scene;
  scene.add_ground(0.02, 0.03, -1.7, {0, 0}, 10, 5000);
  const Sweep sweep = scene.sweep();
  const Ground one = found(ground_around(sweep, {1, 1, 0}));
  const Ground other = found(ground_around(sweep, {1, 1, 0}));
  CHECK(one.plane_in_ego.normal == other.plane_in_ego.normal);
  CHECK(one.plane_in_ego.offset == other.plane_in_ego.offset);
}

TEST_CASE("where the near ground is empty the farther one stands in") {
  Scene scene;
  scene.add_ground(0.05, 0, -1.7, {0, 0}, 20, 20000);
  // 30 m off: nothing within 8 m, within 16 the ground from x = 14 on.
  const Ground ground = found(ground_around(scene.sweep(), {30, 0, 0}));
  CHECK(ground.height_at(30, 0) == Approx(0.05 * 30 - 1.7).margin(0.1));
}

TEST_CASE("too few points, walls alone and places nowhere are refused with the reason") {
  Scene empty;
  const auto nothing = ground_around(empty.sweep(), {0, 0, 0});
  REQUIRE_FALSE(nothing);
  CHECK(to_line(nothing.error()).find("0 low points within 32 m") != std::string::npos);
  Scene spot;
  for (int i = 0; i < 1000; ++i) spot.add({0.5, 0.5, -1});
  CHECK_FALSE(ground_around(spot.sweep(), {0, 0, 0}));
  // A steep bank, 45°: no plane within 20° of level.
  Scene bank;
  bank.add_ground(1, 0, 0, {0, 0}, 10, 20000);
  const auto steep = ground_around(bank.sweep(), {0, 0, 0});
  REQUIRE_FALSE(steep);
  CHECK(to_line(steep.error()).find("share no level plane") != std::string::npos);
  CHECK_FALSE(ground_around(bank.sweep(), {std::nan(""), 0, 0}));
  CHECK_FALSE(ground_around(bank.sweep(), {0, 0, 0}, 0));
}

TEST_CASE("a new box stands upright with the middle of its bottom on the ground") {
  Ground ground;
  ground.plane_in_ego = {Vec3(-0.1, 0, 1).normalized(), -1.5 * Vec3(-0.1, 0, 1).normalized().z()};
  // The plane is z = 0.1 x − 1.5: −0.5 at x = 10.
  const Cuboid box = box_on_ground(ground, {10, 2, 7}, {4, 2, 1.6}, 0.5);
  CHECK((box.pose.translation - Vec3(10, 2, -0.5 + 0.8)).norm() < 1e-12);
  CHECK((box.pose.rotation * Vec3::UnitZ() - Vec3::UnitZ()).norm() < 1e-12);
  CHECK(yaw_of(box.pose.rotation) == Approx(0.5));
  CHECK(box.size == Vec3(4, 2, 1.6));
}

Sweep read_kitti(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  PointCloud cloud;
  for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16) {
    float point[3];
    std::memcpy(point, bytes.data() + at, sizeof(point));
    cloud.x.push_back(point[0]);
    cloud.y.push_back(point[1]);
    cloud.z.push_back(point[2]);
  }
  Sweep sweep;
  sweep.pieces = in_pieces(std::move(cloud));
  return sweep;
}

TEST_CASE("KITTI's street lies 1.73 m below the velodyne") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  for (const char* stem : {"000000", "000001", "000002", "000004"}) {
    const Sweep sweep = read_kitti(folder / "training/velodyne" / (std::string(stem) + ".bin"));
    CAPTURE(stem);
    const Ground ground = found(ground_around(sweep, {6, 0, 0}));
    // KITTI's drawing of the car: velodyne 1.73 m above the street; the street may be tilted 1°.
    CHECK(ground.height_at(6, 0) == Approx(-1.73).margin(0.12));
  }
}

TEST_CASE("KITTI's labelled boxes stand on the ground that is found under them") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  std::vector<double> gaps;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "training/label_2")) {
    const std::string stem = entry.path().stem().string();
    const Sweep sweep = read_kitti(folder / "training/velodyne" / (stem + ".bin"));
    std::map<std::string, std::vector<double>> calibration;
    std::ifstream calibration_file(folder / "training/calib" / (stem + ".txt"));
    for (std::string line; std::getline(calibration_file, line);) {
      std::istringstream words(line);
      std::string key;
      words >> key;
      for (double value; words >> value;) calibration[key].push_back(value);
    }
    const auto& r = calibration.at("R0_rect:");
    const auto& t = calibration.at("Tr_velo_to_cam:");
    Mat3 rect, turn;
    rect << r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8];
    turn << t[0], t[1], t[2], t[4], t[5], t[6], t[8], t[9], t[10];
    const Mat3 rotation = rect * turn;
    const Vec3 shift = rect * Vec3(t[3], t[7], t[11]);
    std::ifstream labels(entry.path());
    for (std::string line; std::getline(labels, line);) {
      std::istringstream words(line);
      std::string type;
      words >> type;
      std::vector<double> v;
      for (double value; words >> value;) v.push_back(value);
      if (type == "DontCare" || v[12] > 40) continue;
      const Vec3 bottom = rotation.inverse() * (Vec3(v[10], v[11], v[12]) - shift);
      const Ground ground = found(ground_around(sweep, bottom));
      gaps.push_back(std::abs(ground.height_at(bottom.x(), bottom.y()) - bottom.z()));
      CAPTURE(stem, type, bottom.transpose());
      CHECK(gaps.back() < 0.6);
    }
  }
  REQUIRE(gaps.size() > 20);
  std::sort(gaps.begin(), gaps.end());
  // formats.md 7.2 asks 0.15 m of boxes read right; 0.050 was measured.
  CHECK(gaps[gaps.size() / 2] < 0.08);
}

}  // namespace
}  // namespace sweepbox
