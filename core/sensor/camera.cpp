#include "core/sensor/camera.hpp"

#include <cmath>

namespace sweepbox {

bool in_image(const Camera& camera, const Vec2& pixel) {
  return pixel.x() >= -0.5 && pixel.y() >= -0.5 && pixel.x() <= camera.width - 0.5 &&
         pixel.y() <= camera.height - 0.5;
}

std::optional<Ray> ray_in_ego(const Camera& camera, const Vec2& pixel) {
  const std::optional<Vec3> direction = unproject(camera.lens, pixel);
  if (!direction) return std::nullopt;
  const Pose ego_from_camera = camera.camera_from_ego.inverse();
  return Ray{ego_from_camera.translation, ego_from_camera.rotation * *direction};
}

double pixels_per_metre(const Camera& camera, double distance) {
  // From the lens itself: for MEI the focal length on the axis is γ / (1 + ξ), not γ.
  constexpr double kStep = 1e-4;
  const auto centre = camera.project({0, 0, 1});
  const auto right = camera.project({kStep, 0, 1});
  const auto below = camera.project({0, kStep, 1});
  if (!centre || !right || !below || !(distance > 0)) return 0;
  const double focal = ((*right - *centre).norm() + (*below - *centre).norm()) / (2 * kStep);
  return focal / distance;
}

}  // namespace sweepbox
