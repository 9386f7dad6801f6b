#include "app/session/first_view.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include "core/base/files.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

/// Evenly spread in a box.
std::vector<Vec3> spread(const Vec3& low, const Vec3& high, int count = 4000) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<Vec3> points;
  for (int i = 0; i < count; ++i) {
    const Vec3 at(share(random), share(random), share(random));
    points.push_back(low + at.cwiseProduct(high - low));
  }
  return points;
}

bool is_usual(const SceneCamera& camera) {
  return camera.target == SceneCamera{}.target && camera.distance == SceneCamera{}.distance;
}

/// Where a point stands in the picture: 0 in the middle, 1 at the upper or lower edge.
Vec2 in_picture(const SceneCamera& camera, const Vec3& point) {
  const Vec3 forward(std::cos(camera.pitch) * std::cos(camera.yaw),
                     std::cos(camera.pitch) * std::sin(camera.yaw),
                     std::sin(camera.pitch));
  const Vec3 right = forward.cross(Vec3::UnitZ()).normalized(), up = right.cross(forward);
  const Vec3 way = point - (camera.target - camera.distance * forward);
  const double reach = way.dot(forward) * std::tan(kSceneViewAngle / 2);
  return {way.dot(right) / reach, way.dot(up) / reach};
}

/// Opens a drive and waits for its first view.
SceneCamera opened_with(const fs::path& path) {
  Jobs jobs(1);
  Session session(jobs);
  OpenRequest request;
  request.path = path;
  request.project = "memory";
  REQUIRE(open_in_session(session, request));
  while (!everything_loaded(session)) {
    std::this_thread::yield();
    update(session);
  }
  update(session);
  return session.scene_camera;
}

}  // namespace

TEST_CASE("a drive whose ego stands amid its points opens with the usual view") {
  CHECK(is_usual(first_view(spread({-60, -60, -2}, {60, 60, 6}), {})));
  // Cut to what a camera sees, as some of KITTI's clouds are.
  CHECK(is_usual(first_view(spread({3, -15, -2}, {70, 15, 2}), {})));
  CHECK(is_usual(first_view({}, {})));
}

TEST_CASE("points that lie to one side are framed, with a tenth of them anywhere") {
  std::vector<Vec3> points = spread({-20, 40, -2}, {30, 120, 10});
  const auto strays = spread({-2000, -2000, -2000}, {2000, 2000, 2000}, 150);
  points.insert(points.end(), strays.begin(), strays.end());
  const SceneCamera camera = first_view(points, {});
  CHECK(camera.target.x() == Approx(5).margin(3));
  CHECK(camera.target.y() == Approx(80).margin(4));
  // The corners of the middle 90 % are in the picture, and not as a speck in its middle.
  double most = 0;
  for (const double x : {-17.0, 27.0})
    for (const double y : {45.0, 115.0})
      for (const double z : {-1.0, 9.0}) {
        const Vec2 at = in_picture(camera, {x, y, z});
        CHECK(std::abs(at.x()) < 1.5);
        CHECK(std::abs(at.y()) < 1);
        most = std::max({most, std::abs(at.x()) / 1.5, std::abs(at.y())});
      }
  CHECK(most > 0.7);
  CHECK(camera.yaw == SceneCamera{}.yaw);
  CHECK(camera.pitch == SceneCamera{}.pitch);
}

TEST_CASE("a survey of kilometres and a model of centimetres both fill the picture") {
  const SceneCamera survey = first_view(spread({-1500, -800, 0}, {2500, 3000, 300}), {});
  CHECK(survey.distance > 3000);
  CHECK(survey.distance < 12000);
  const SceneCamera model = first_view(spread({-0.1, 0.03, -0.06}, {0.06, 0.19, 0.06}), {});
  CHECK(model.distance > 0.2);
  CHECK(model.distance < 0.6);
  CHECK(model.target.isApprox(Vec3(-0.02, 0.11, 0), 0.05));
}

TEST_CASE("boxes that reach into small points are in the picture, others are not") {
  const auto points = spread({0, 0, 0}, {1, 1, 1});
  const Cuboid around{Pose{Quat::Identity(), Vec3(0.5, 0.5, 0.5)}, Vec3(8, 4, 2)};
  const Cuboid far{Pose{Quat::Identity(), Vec3(4000, 0, 0)}, Vec3(4, 2, 2)};
  const double alone = first_view(points, {}).distance;
  const double with_box = first_view(points, std::vector{around}).distance;
  CHECK(with_box > 2 * alone);
  CHECK(first_view(points, std::vector{around, far}).distance == with_box);
}

TEST_CASE("points that are not finite do not count in the first view") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Vec3> points(100, Vec3(nan, 0, 0));
  CHECK(is_usual(first_view(points, {})));
  points.insert(points.end(), {{499, 0, 0}, {501, 0, 0}});
  const SceneCamera camera = first_view(points, {});
  CHECK(camera.target == Vec3(500, 0, 0));
  CHECK(camera.distance > 0);
}

TEST_CASE("the turn of the view stays when another drive opens, its place does not") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive", true, 2));
  Jobs jobs(1);
  Session session(jobs);
  session.scene_camera = {{900, 20, 3}, 0.5, -1.2, 4000, true};
  OpenRequest request;
  request.path = folder / "drive";
  request.project = "memory";
  REQUIRE(open_in_session(session, request));
  CHECK(is_usual(session.scene_camera));
  CHECK(session.scene_camera.yaw == 0.5);
  CHECK(session.scene_camera.pitch == -1.2);
  CHECK(session.scene_camera.orthographic);
  // Whoever moves the camera before the points are there keeps it so.
  session.scene_camera.distance = 12;
  while (!everything_loaded(session)) {
    std::this_thread::yield();
    update(session);
  }
  update(session);
  CHECK(session.scene_camera.distance == 12);
}

TEST_CASE("rays that came back from nowhere, and places that are none, set no view") {
  CHECK(is_usual(first_view(std::vector<Vec3>(1000, Vec3::Zero()), {}, {})));
  CHECK(is_usual(first_view(std::vector<Vec3>{{3, 4, 0}}, {}, {})));
  CHECK(is_usual(first_view(std::vector<Vec3>(10, Vec3(1e30, 0, 0)), {}, {})));
  CHECK(first_view(spread({0, 0, 0}, {9e7, 1e6, 10}), {}, {}).distance <= 50'000);
}

TEST_CASE("every drive of a vehicle in the sample data opens with the usual view") {
  for (const char* name : {"kitti_object",
                           "kitti_tracking",
                           "kitti_raw/2011_09_26/2011_09_26_drive_0001_sync",
                           "kitti_raw/2011_09_26/2011_09_26_drive_9001_sync",
                           "sustechpoints/example",
                           "nuscenes",
                           "argoverse2",
                           "pandaset",
                           "view_of_delft"}) {
    SHARED_DATA_OR_SKIP(folder, name);
    INFO(name);
    CHECK(is_usual(opened_with(folder)));
  }
}

TEST_CASE("a recording that looks to one side, a survey and a model open framed") {
  SHARED_DATA_OR_SKIP(formats, "formats");
  const SceneCamera bag = opened_with(formats / "ros1" / "test.bag");
  CHECK_FALSE(is_usual(bag));
  CHECK(bag.target.y() > 10);  // the luminar of this bag looks to the left
  const SceneCamera survey = opened_with(formats / "las");
  CHECK(survey.distance > 500);
  const SceneCamera models = opened_with(formats / "pcl");
  CHECK(models.distance < 2);
}
