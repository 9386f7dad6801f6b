#include "core/sensor/lens/pinhole.hpp"

#include <cmath>

#include "core/sensor/lens/solve.hpp"

namespace sweepbox {
namespace {

constexpr double kMaxAngle = kPi / 2 - lens::kOneDegree;
const double kMaxTangent = std::tan(kMaxAngle);

}  // namespace

Pinhole Pinhole::from(const std::array<double, 4>& values) {
  return {values[0], values[1], values[2], values[3]};
}

std::optional<Vec2> Pinhole::project(const Vec3& point_in_camera) const {
  const double z = point_in_camera.z();
  if (!(z > 0)) return std::nullopt;
  const double x = point_in_camera.x() / z;
  const double y = point_in_camera.y() / z;
  if (!(x * x + y * y <= kMaxTangent * kMaxTangent)) return std::nullopt;
  return Vec2(fx * x + cx, fy * y + cy);
}

std::optional<Vec3> Pinhole::unproject(const Vec2& pixel) const {
  const Vec3 ray((pixel.x() - cx) / fx, (pixel.y() - cy) / fy, 1);
  if (!(ray.head<2>().norm() <= kMaxTangent)) return std::nullopt;
  return ray.normalized();
}

double Pinhole::max_angle() const {
  return kMaxAngle;
}

std::array<std::pair<std::string_view, double>, 4> Pinhole::parameters() const {
  return {{{"fx", fx}, {"fy", fy}, {"cx", cx}, {"cy", cy}}};
}

}  // namespace sweepbox
