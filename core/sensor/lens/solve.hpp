#pragma once
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/geometry/pose.hpp"

namespace sweepbox::lens {

// What the lenses have in common: where a radial map stops growing, and how it is inverted.
// Templates, since a whole image may be unprojected.

/// Rays of the kinds that map a plane end this far from it: at 90° their pixels are infinite.
constexpr double kOneDegree = kPi / 180;

/// First argument in (0, end] at which `slope` is not positive, by steps of end / 8192 and
/// bisection; `end` where there is none. A narrower dip is not seen: it folds nothing that a pixel
/// could show.
template <class Slope>
double first_fall(Slope slope, double end) {
  constexpr int kSteps = 8192;
  for (int i = 1; i <= kSteps; ++i) {
    double high = end * i / kSteps;
    if (slope(high) > 0) continue;
    double low = end * (i - 1) / kSteps;
    for (int halving = 0; halving < 60; ++halving) {
      const double middle = (low + high) / 2;
      (slope(middle) > 0 ? low : high) = middle;
    }
    return low;
  }
  return end;
}

/// Argument in [0, end] at which a growing function, 0 at 0, reaches `value`; `end` where it stays
/// below. Newton's method kept in a bracket.
template <class Function, class Slope>
double inverse_of_growing(Function function, Slope slope, double end, double value) {
  if (!(function(end) > value)) return end;
  double low = 0;
  double high = end;
  double at = std::min(value, end / 2);
  for (int i = 0; i < 80 && high - low > 1e-15 * end; ++i) {
    const double miss = function(at) - value;
    (miss < 0 ? low : high) = at;
    const double rise = slope(at);
    double next = rise > 0 ? at - miss / rise : -1;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - at) <= 1e-15 * end) break;
    at = next;
  }
  return at;
}

/// A point of the normalised image plane under a radial factor d(r²) and OpenCV's tangential terms:
///   x·d + 2 p1 x y + p2 (r² + 2x²), y·d + p1 (r² + 2y²) + 2 p2 x y.
inline Vec2 distorted(const Vec2& point, double factor, double p1, double p2) {
  const double x = point.x();
  const double y = point.y();
  const double r2 = point.squaredNorm();
  return {x * factor + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
          y * factor + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y};
}

/// The point within `max_radius` that `distorted` maps to `wanted`; empty where none comes within
/// `tolerance` (units of the plane). Newton's method with the exact Jacobian, started at the radial
/// solution: the usual fixed-point steps do not converge for strong barrel distortion.
/// `factor(r²)` is d, `factor_slope(r²)` its derivative by r².
template <class Factor, class FactorSlope>
std::optional<Vec2> undistorted(const Vec2& wanted,
                                Factor factor,
                                FactorSlope factor_slope,
                                double p1,
                                double p2,
                                double max_radius,
                                double tolerance) {
  if (!wanted.allFinite()) return std::nullopt;
  const double r_wanted = wanted.norm();
  if (r_wanted == 0) return Vec2(0, 0);  // no tangential term moves the centre
  const double r =
      inverse_of_growing([&](double radius) { return radius * factor(radius * radius); },
                         [&](double radius) {
                           const double r2 = radius * radius;
                           return factor(r2) + 2 * r2 * factor_slope(r2);
                         },
                         max_radius,
                         r_wanted);
  Vec2 point = wanted * (r / r_wanted);
  const auto miss_of = [&](const Vec2& at) {
    return Vec2(distorted(at, factor(at.squaredNorm()), p1, p2) - wanted);
  };
  Vec2 miss = miss_of(point);
  for (int i = 0; i < 30 && miss.norm() > tolerance * 1e-6; ++i) {
    const double x = point.x();
    const double y = point.y();
    const double r2 = point.squaredNorm();
    const double d = factor(r2);
    const double slope = 2 * factor_slope(r2);
    Eigen::Matrix2d jacobian;
    jacobian(0, 0) = d + slope * x * x + 2 * p1 * y + 6 * p2 * x;
    jacobian(0, 1) = slope * x * y + 2 * p1 * x + 2 * p2 * y;
    jacobian(1, 0) = jacobian(0, 1);
    jacobian(1, 1) = d + slope * y * y + 6 * p1 * y + 2 * p2 * x;
    const double determinant = jacobian.determinant();
    if (determinant == 0) break;
    Vec2 step(jacobian(1, 1) * miss.x() - jacobian(0, 1) * miss.y(),
              jacobian(0, 0) * miss.y() - jacobian(1, 0) * miss.x());
    step /= determinant;
    bool nearer = false;
    for (int halving = 0; halving < 10 && !nearer; ++halving, step /= 2) {
      Vec2 next = point - step;
      if (const double length = next.norm(); length > max_radius) next *= max_radius / length;
      const Vec2 next_miss = miss_of(next);
      if (!(next_miss.norm() < miss.norm())) continue;
      point = next;
      miss = next_miss;
      nearer = true;
    }
    if (!nearer) break;
  }
  if (!(miss.norm() <= tolerance)) return std::nullopt;
  return point;
}

/// Pixels within which an unprojected ray must meet its pixel again.
constexpr double kPixelTolerance = 0.005;

}  // namespace sweepbox::lens
