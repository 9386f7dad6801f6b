#pragma once
#include <optional>
#include <string>

#include "core/geometry/ray.hpp"
#include "core/sensor/lens.hpp"

namespace sweepbox {

/// A camera as one image has it: it hangs on the image, since some data sets give each frame
/// another.
struct Camera {
  std::string name;
  Lens lens;
  int width = 0;  ///< of the full image, px
  int height = 0;
  Pose camera_from_ego;  ///< ego at the image's own time

  /// Pixel of a point in the camera's frame, also outside the image; empty outside the lens's
  /// limit.
  std::optional<Vec2> project(const Vec3& point_in_camera) const {
    return sweepbox::project(lens, point_in_camera);
  }
};

/// Inside −0.5 … size − 0.5.
bool in_image(const Camera& camera, const Vec2& pixel);

/// Ray through a pixel, in ego.
std::optional<Ray> ray_in_ego(const Camera& camera, const Vec2& pixel);

/// Distance in pixels at which one metre at `distance` m straight ahead appears (focal length /
/// distance).
double pixels_per_metre(const Camera& camera, double distance);

}  // namespace sweepbox
