#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// u = fx·X/Z + cx, v = fy·Y/Z + cy.
struct Pinhole {
  static constexpr std::string_view kName = "pinhole";
  double fx = 1, fy = 1, cx = 0, cy = 0;  ///< pixels; (0, 0) is the centre of the first pixel

  /// Values in the order of parameters(); the limit is found.
  static Pinhole from(const std::array<double, 4>& values);

  /// Pixel of a point (m; x right, y down, z forward). Empty beyond 89°, and where it is
  /// not finite.
  std::optional<Vec2> project(const Vec3& point_in_camera) const;
  std::optional<Vec3> unproject(const Vec2& pixel) const;
  double max_angle() const;

  bool keeps_lines_straight() const { return true; }

  std::array<std::pair<std::string_view, double>, 4> parameters() const;
};

}  // namespace sweepbox
