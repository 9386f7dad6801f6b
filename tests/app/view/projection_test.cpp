#include "app/view/projection.hpp"

#include <vtkCamera.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>

#include <catch2/catch.hpp>

#include "app/view/image_frame.hpp"

using namespace sweepbox;

namespace {

ScreenMap map_of(const SceneCamera& from, const Area& area) {
  const vtkNew<vtkCamera> camera;
  aim(camera, from);
  const vtkMatrix4x4* m =
      camera->GetCompositeProjectionTransformMatrix(area.width / area.height, -1, 1);
  Eigen::Matrix4d clip;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column) clip(row, column) = m->GetElement(row, column);
  return ScreenMap(clip, area);
}

}  // namespace

TEST_CASE("the target of the scene's camera stands in the middle, forward up, left on the left") {
  const Area area{100, 50, 900, 600};
  for (const bool orthographic : {false, true}) {
    SceneCamera from;
    from.target = Vec3(8, 1, -1);
    from.orthographic = orthographic;
    const ScreenMap map = map_of(from, area);
    const auto middle = map.project(from.target);
    REQUIRE(middle);
    CHECK(middle->x() == Approx(550).margin(1e-6));
    CHECK(middle->y() == Approx(350).margin(1e-6));
    CHECK(map.project(from.target + Vec3(3, 0, 0))->y() < 350);
    CHECK(map.project(from.target + Vec3(0, 3, 0))->x() < 550);
    CHECK(map.project(from.target + Vec3(0, 0, 1))->y() < 350);
  }
}

TEST_CASE("a ray through a point's pixel meets the point") {
  const Area area{0, 0, 900, 600};
  SceneCamera from;
  from.yaw = 0.7;
  for (const bool orthographic : {false, true}) {
    from.orthographic = orthographic;
    const ScreenMap map = map_of(from, area);
    for (const Vec3& point : {Vec3(20, 5, -1.7), Vec3(3, -2, 0), Vec3(60, 20, 2)}) {
      const auto pixel = map.project(point);
      REQUIRE(pixel);
      const Ray ray = map.ray(pixel->x(), pixel->y());
      const Vec3 way = point - ray.origin;
      CHECK((way - way.dot(ray.direction) * ray.direction).norm() < 1e-3);
      CHECK(way.dot(ray.direction) > 0);
    }
  }
}

TEST_CASE("one pixel at the target covers the height of the view by its number of pixels") {
  // 2 · 30 m · tan(45° / 2) over 600 px.
  const ScreenMap map = map_of(SceneCamera{}, {0, 0, 900, 600});
  CHECK(map.metres_per_pixel(SceneCamera{}.target) ==
        Approx(2 * 30 * std::tan(kPi / 8) / 600).epsilon(1e-9));
}

TEST_CASE("near and far planes stay on a street and go with models and surveys") {
  for (const double distance : {2.0, 30.0, 500.0}) CHECK(depth_scale(distance) == 1);
  CHECK(depth_scale(1.9) == 0.5);
  CHECK(depth_scale(0.3) == 0.125);  // the near plane 2.5 cm before the eye
  CHECK(depth_scale(0) > 0);
  CHECK(depth_scale(501) == 2);
  CHECK(depth_scale(6000) == 16);  // the far plane at 32 km
  for (const double distance : {0.1, 0.7, 30.0, 9000.0})
    for (const bool orthographic : {false, true}) {
      SceneCamera from;
      from.distance = distance;
      from.orthographic = orthographic;
      const ScreenMap map = map_of(from, {0, 0, 900, 600});
      const auto middle = map.project(from.target);
      REQUIRE(middle);
      CHECK(middle->x() == Approx(450).margin(1e-4));
      CHECK(map.project(from.target + Vec3(distance / 2, 0, 0)));
      CHECK(map.project(from.target - Vec3(distance / 2, 0, 0)));
    }
}

TEST_CASE("half way between two cameras the yaw has turned the short way round") {
  SceneCamera a, b;
  a.yaw = 3;
  b.yaw = -3;
  a.distance = 10;
  b.distance = 40;
  const SceneCamera half = between(a, b, 0.5);
  CHECK(std::abs(wrapped_angle(half.yaw - kPi)) < 1e-9);
  CHECK(half.distance == Approx(20));  // the geometric mean: equal steps look equal
}

TEST_CASE("an image fills its area where little is cut away, and is whole else") {
  // 16:9 in 400 × 212: 400/1600 = 0.25 and 212/900 = 0.2356 differ by 6 %.
  const ImageFrame filled = whole_image({10, 20, 400, 212}, 1600, 900);
  CHECK(filled.scale == Approx(0.25));
  const ImageFrame whole = whole_image({10, 20, 400, 400}, 1600, 900);
  CHECK(whole.scale == Approx(0.25));
  CHECK(whole.window(Vec2(-0.5, -0.5)).x() == Approx(10));
  CHECK(whole.window(Vec2(1599.5, 899.5)).x() == Approx(410));
  const Vec2 back = whole.pixel(whole.window(Vec2(333, 222)).x(), whole.window(Vec2(333, 222)).y());
  CHECK((back - Vec2(333, 222)).norm() < 1e-9);
}

TEST_CASE(
    "a close-up shows two thirds of the area as what it is about, and no bars beside the image") {
  const Area area{0, 0, 300, 300};
  const ImageFrame middle = close_up(area, 1600, 900, {750, 400, 850, 500});
  CHECK(middle.scale == Approx(300 * 0.66 / 100));
  CHECK(middle.centre.x() == Approx(800));
  const ImageFrame corner = close_up(area, 1600, 900, {0, 0, 60, 60});
  CHECK(corner.window(Vec2(-0.5, -0.5)).x() == Approx(0).margin(1e-6));
  CHECK(corner.window(Vec2(-0.5, -0.5)).y() == Approx(0).margin(1e-6));
  // A far pedestrian is not blown up to mush.
  CHECK(close_up(area, 1600, 900, {100, 100, 103, 108}).scale == Approx(6));
}

TEST_CASE("an image's points are painted where its pixels lie in the window") {
  ImageFrame frame{{0, 0, 400, 200}, 1600, 900, 0.5, Vec2(800, 450)};
  const Eigen::Vector4d clip = frame.clip_from_image() * Eigen::Vector4d(900, 400, 20, 1);
  const Vec2 window = frame.window(Vec2(900, 400));
  CHECK((clip.x() * 0.5 + 0.5) * 400 == Approx(window.x()));
  CHECK((0.5 - clip.y() * 0.5) * 200 == Approx(window.y()));
  CHECK(clip.z() > -1);
  CHECK(clip.z() < 1);
}
