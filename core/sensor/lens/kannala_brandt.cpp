#include "core/sensor/lens/kannala_brandt.hpp"

#include <algorithm>
#include <cmath>

#include "core/sensor/lens/solve.hpp"

namespace sweepbox {
namespace {

double radius(const std::array<double, 4>& k, double angle) {
  const double t = angle * angle;
  return angle * (1 + t * (k[0] + t * (k[1] + t * (k[2] + t * k[3]))));
}

double radius_slope(const std::array<double, 4>& k, double angle) {
  const double t = angle * angle;
  return 1 + t * (3 * k[0] + t * (5 * k[1] + t * (7 * k[2] + t * 9 * k[3])));
}

}  // namespace

KannalaBrandt KannalaBrandt::from(const std::array<double, 8>& values) {
  KannalaBrandt lens{values[0], values[1], values[2], values[3]};
  std::copy_n(values.begin() + 4, 4, lens.k.begin());
  lens.find_limit();
  return lens;
}

void KannalaBrandt::find_limit() {
  // Straight behind, every direction would be the same point.
  limit = lens::first_fall([this](double angle) { return radius_slope(k, angle); }, kPi - 1e-3);
}

std::optional<Vec2> KannalaBrandt::project(const Vec3& point_in_camera) const {
  const double across = point_in_camera.head<2>().norm();
  const double z = point_in_camera.z();
  if (across == 0) {
    if (!(z > 0)) return std::nullopt;
    return Vec2(cx, cy);
  }
  const double angle = std::atan2(across, z);
  if (!(angle <= limit)) return std::nullopt;
  const Vec2 image = point_in_camera.head<2>() * (radius(k, angle) / across);
  return Vec2(fx * image.x() + cx, fy * image.y() + cy);
}

std::optional<Vec3> KannalaBrandt::unproject(const Vec2& pixel) const {
  const Vec2 image((pixel.x() - cx) / fx, (pixel.y() - cy) / fy);
  const double r = image.norm();
  if (r == 0) return Vec3(0, 0, 1);
  const double tolerance = lens::kPixelTolerance / std::max(std::abs(fx), std::abs(fy));
  if (!(r <= radius(k, limit) + tolerance)) return std::nullopt;
  const double angle = lens::inverse_of_growing([this](double a) { return radius(k, a); },
                                                [this](double a) { return radius_slope(k, a); },
                                                limit,
                                                r);
  Vec3 ray;
  ray << image * (std::sin(angle) / r), std::cos(angle);
  return ray;
}

std::array<std::pair<std::string_view, double>, 8> KannalaBrandt::parameters() const {
  return {{{"fx", fx},
           {"fy", fy},
           {"cx", cx},
           {"cy", cy},
           {"k1", k[0]},
           {"k2", k[1]},
           {"k3", k[2]},
           {"k4", k[3]}}};
}

}  // namespace sweepbox
