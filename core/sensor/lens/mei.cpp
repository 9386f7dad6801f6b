#include "core/sensor/lens/mei.hpp"

#include <algorithm>
#include <cmath>

#include "core/sensor/lens/solve.hpp"

namespace sweepbox {
namespace {

double factor(const Mei& lens, double r2) {
  return 1 + r2 * (lens.k1 + r2 * lens.k2);
}

double factor_slope(const Mei& lens, double r2) {
  return lens.k1 + 2 * r2 * lens.k2;
}

/// Radius in the plane of a ray at this angle, before distortion.
double plane_radius(double xi, double angle) {
  return std::sin(angle) / (std::cos(angle) + xi);
}

}  // namespace

Mei Mei::from(const std::array<double, 9>& values) {
  Mei lens{values[0],
           values[1],
           values[2],
           values[3],
           values[4],
           values[5],
           values[6],
           values[7],
           values[8]};
  lens.find_limit();
  return lens;
}

void Mei::find_limit() {
  // For ξ ≤ 1 the plane radius grows without end towards acos(−ξ); for ξ > 1 it turns at
  // acos(−1/ξ).
  const double mirror_limit = xi <= 1 ? std::acos(-xi) - lens::kOneDegree : std::acos(-1 / xi);
  limit = lens::first_fall(
      [this](double angle) {
        const double r2 = std::pow(plane_radius(xi, angle), 2);
        return factor(*this, r2) + 2 * r2 * factor_slope(*this, r2);
      },
      mirror_limit);
}

std::optional<Vec2> Mei::project(const Vec3& point_in_camera) const {
  const double distance = point_in_camera.norm();
  if (!(distance > 0) || !std::isfinite(distance)) return std::nullopt;
  const double angle = std::atan2(point_in_camera.head<2>().norm(), point_in_camera.z());
  if (!(angle <= limit)) return std::nullopt;
  const Vec3 on_sphere = point_in_camera / distance;
  const Vec2 point = on_sphere.head<2>() / (on_sphere.z() + xi);
  const Vec2 image = lens::distorted(point, factor(*this, point.squaredNorm()), p1, p2);
  return Vec2(fx * image.x() + cx, fy * image.y() + cy);
}

std::optional<Vec3> Mei::unproject(const Vec2& pixel) const {
  const Vec2 image((pixel.x() - cx) / fx, (pixel.y() - cy) / fy);
  const auto point = lens::undistorted(
      image,
      [this](double r2) { return factor(*this, r2); },
      [this](double r2) { return factor_slope(*this, r2); },
      p1,
      p2,
      plane_radius(xi, limit),
      lens::kPixelTolerance / std::max(std::abs(fx), std::abs(fy)));
  if (!point) return std::nullopt;
  const double r2 = point->squaredNorm();
  // Negative only by rounding at the rim of ξ > 1, where both solutions meet.
  const double root = std::sqrt(std::max(0.0, 1 + (1 - xi * xi) * r2));
  const double scale = (xi + root) / (r2 + 1);
  return Vec3(point->x() * scale, point->y() * scale, scale - xi).normalized();
}

bool Mei::keeps_lines_straight() const {
  return xi == 0 && k1 == 0 && k2 == 0 && p1 == 0 && p2 == 0;
}

std::array<std::pair<std::string_view, double>, 9> Mei::parameters() const {
  return {{{"fx", fx},
           {"fy", fy},
           {"cx", cx},
           {"cy", cy},
           {"xi", xi},
           {"k1", k1},
           {"k2", k2},
           {"p1", p1},
           {"p2", p2}}};
}

}  // namespace sweepbox
