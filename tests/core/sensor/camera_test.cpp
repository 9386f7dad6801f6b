#include "core/sensor/camera.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

/// A front camera 1.2 m above the ego's origin: camera x is ego −y, y is −z, z is x.
Camera front_camera(const Lens& lens) {
  Mat3 axes;
  axes << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  return {"front", lens, 640, 480, {Quat(axes), {0, 1.2, 0}}};
}

TEST_CASE("a point ahead and to the left stands left of the middle") {
  const Camera camera = front_camera(Pinhole{500, 400, 320, 240});
  const auto pixel = camera.project(camera.camera_from_ego * Vec3(10, 2, 1.2));
  REQUIRE(pixel);
  // Camera point (−2, 0, 10): u = 320 − 500·0.2, v = 240.
  CHECK((*pixel - Vec2(220, 240)).norm() < 1e-9);
}

TEST_CASE("the ray of a pixel starts at the camera and meets the point again") {
  const Camera camera = front_camera(Pinhole{500, 400, 320, 240});
  const auto ray = ray_in_ego(camera, {220, 240});
  REQUIRE(ray);
  CHECK((ray->origin - Vec3(0, 0, 1.2)).norm() < 1e-12);
  CHECK((ray->at(std::sqrt(104.0)) - Vec3(10, 2, 1.2)).norm() < 1e-9);
  CHECK(ray->direction.norm() == Approx(1));
}

TEST_CASE("the image reaches half a pixel around its pixels' centres") {
  const Camera camera = front_camera(Pinhole{500, 400, 320, 240});
  CHECK(in_image(camera, {-0.5, -0.5}));
  CHECK(in_image(camera, {639.5, 479.5}));
  CHECK_FALSE(in_image(camera, {-0.51, 10}));
  CHECK_FALSE(in_image(camera, {10, 479.51}));
}

TEST_CASE("a metre is the focal length over the distance") {
  CHECK(pixels_per_metre(front_camera(Pinhole{500, 500, 320, 240}), 20) == Approx(25));
  // MEI: the focal length on the axis is γ / (1 + ξ) = 600 / 2.
  CHECK(pixels_per_metre(
            front_camera(*make_lens(
                "mei", {{"fx", 600}, {"fy", 600}, {"cx", 320}, {"cy", 240}, {"xi", 1}}, 640, 480)),
            10) == Approx(30).epsilon(1e-6));
  CHECK(pixels_per_metre(front_camera(Pinhole{500, 500, 320, 240}), 0) == 0);
}

}  // namespace
}  // namespace sweepbox
