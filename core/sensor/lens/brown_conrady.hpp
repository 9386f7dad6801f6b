#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// OpenCV's rational model: with x = X/Z, y = Y/Z, r² = x² + y²,
///   d = (1 + k1 r² + k2 r⁴ + k3 r⁶) / (1 + k4 r² + k5 r⁴ + k6 r⁶),
///   u = fx·(x d + 2 p1 x y + p2 (r² + 2x²)) + cx, v = fy·(y d + p1 (r² + 2y²) + 2 p2 x y) + cy.
/// Source: OpenCV calib3d; Brown 1966, Conrady 1919. Tangential terms are not part of the limit.
struct BrownConrady {
  static constexpr std::string_view kName = "brown_conrady";
  double fx = 1, fy = 1, cx = 0, cy = 0;  ///< pixels; (0, 0) is the centre of the first pixel
  std::array<double, 6> k{};              ///< k1 … k6, no unit
  double p1 = 0, p2 = 0;
  double max_radius =
      0;  ///< r beyond which r·d falls and points would fold into the image; set by find_limit

  /// Finds max_radius: the first root of d(r·d)/dr, at most tan(89°).
  void find_limit();

  /// Values in the order of parameters(); the limit is found.
  static BrownConrady from(const std::array<double, 12>& values);

  std::optional<Vec2> project(const Vec3& point_in_camera) const;
  std::optional<Vec3> unproject(const Vec2& pixel) const;
  double max_angle() const;
  bool keeps_lines_straight() const;
  std::array<std::pair<std::string_view, double>, 12> parameters() const;
};

}  // namespace sweepbox
