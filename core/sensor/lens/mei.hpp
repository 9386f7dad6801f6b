#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// MEI omnidirectional: P/|P| = (Xs, Ys, Zs); x = Xs/(Zs + ξ), y = Ys/(Zs + ξ), then radial k1, k2
/// and tangential p1, p2 as in BrownConrady; u = fx·x + cx, v = fy·y + cy (fx, fy are γ1, γ2).
/// Source: Mei and Rives, ICRA 2007. Valid where Zs > −ξ (ξ ≤ 1) or Zs > −1/ξ, and radially
/// monotone.
struct Mei {
  static constexpr std::string_view kName = "mei";
  double fx = 1, fy = 1, cx = 0, cy = 0;  ///< pixels; (0, 0) is the centre of the first pixel
  double xi = 0;
  double k1 = 0, k2 = 0, p1 = 0, p2 = 0;
  double limit = 0;  ///< rad, largest angle to the axis; set by find_limit

  void find_limit();

  /// Values in the order of parameters(); the limit is found.
  static Mei from(const std::array<double, 9>& values);

  std::optional<Vec2> project(const Vec3& point_in_camera) const;
  std::optional<Vec3> unproject(const Vec2& pixel) const;

  double max_angle() const { return limit; }

  bool keeps_lines_straight() const;
  std::array<std::pair<std::string_view, double>, 9> parameters() const;
};

}  // namespace sweepbox
