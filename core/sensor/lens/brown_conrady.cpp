#include "core/sensor/lens/brown_conrady.hpp"

#include <algorithm>
#include <cmath>

#include "core/sensor/lens/solve.hpp"

namespace sweepbox {
namespace {

/// A polynomial of r² and its derivative.
struct Cubic {
  double value, slope;

  Cubic(double a, double b, double c, double r2)
      : value(1 + r2 * (a + r2 * (b + r2 * c))), slope(a + r2 * (2 * b + r2 * 3 * c)) {}
};

double factor(const std::array<double, 6>& k, double r2) {
  return Cubic(k[0], k[1], k[2], r2).value / Cubic(k[3], k[4], k[5], r2).value;
}

double factor_slope(const std::array<double, 6>& k, double r2) {
  const Cubic above(k[0], k[1], k[2], r2);
  const Cubic below(k[3], k[4], k[5], r2);
  return (above.slope * below.value - above.value * below.slope) / (below.value * below.value);
}

}  // namespace

BrownConrady BrownConrady::from(const std::array<double, 12>& values) {
  BrownConrady lens{values[0], values[1], values[2], values[3]};
  std::copy_n(values.begin() + 4, 6, lens.k.begin());
  lens.p1 = values[10];
  lens.p2 = values[11];
  lens.find_limit();
  return lens;
}

void BrownConrady::find_limit() {
  // In steps of the angle: the radius runs to 57, and the fold lies near 1.
  const double angle = lens::first_fall(
      [this](double a) {
        const double r2 = std::tan(a) * std::tan(a);
        if (Cubic(k[3], k[4], k[5], r2).value <= 0)
          return -1.0;  // a pole: beyond it the sign turns
        return factor(k, r2) + 2 * r2 * factor_slope(k, r2);
      },
      kPi / 2 - lens::kOneDegree);
  max_radius = std::tan(angle);
}

std::optional<Vec2> BrownConrady::project(const Vec3& point_in_camera) const {
  const double z = point_in_camera.z();
  if (!(z > 0)) return std::nullopt;
  const Vec2 point = point_in_camera.head<2>() / z;
  const double r2 = point.squaredNorm();
  if (!(r2 <= max_radius * max_radius)) return std::nullopt;
  const Vec2 image = lens::distorted(point, factor(k, r2), p1, p2);
  const Vec2 pixel(fx * image.x() + cx, fy * image.y() + cy);
  if (!pixel.allFinite()) return std::nullopt;  // right at a pole
  return pixel;
}

std::optional<Vec3> BrownConrady::unproject(const Vec2& pixel) const {
  const Vec2 image((pixel.x() - cx) / fx, (pixel.y() - cy) / fy);
  const auto point = lens::undistorted(
      image,
      [this](double r2) { return factor(k, r2); },
      [this](double r2) { return factor_slope(k, r2); },
      p1,
      p2,
      max_radius,
      lens::kPixelTolerance / std::max(std::abs(fx), std::abs(fy)));
  if (!point) return std::nullopt;
  return Vec3(point->x(), point->y(), 1).normalized();
}

double BrownConrady::max_angle() const {
  return std::atan(max_radius);
}

bool BrownConrady::keeps_lines_straight() const {
  return p1 == 0 && p2 == 0 &&
         std::all_of(k.begin(), k.end(), [](double each) { return each == 0; });
}

std::array<std::pair<std::string_view, double>, 12> BrownConrady::parameters() const {
  return {{{"fx", fx},
           {"fy", fy},
           {"cx", cx},
           {"cy", cy},
           {"k1", k[0]},
           {"k2", k[1]},
           {"k3", k[2]},
           {"k4", k[3]},
           {"k5", k[4]},
           {"k6", k[5]},
           {"p1", p1},
           {"p2", p2}}};
}

}  // namespace sweepbox
