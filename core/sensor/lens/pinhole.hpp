#pragma once
#include <array>
#include <optional>
#include <utility>
#include <string_view>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// u = fx·X/Z + cx, v = fy·Y/Z + cy.
struct Pinhole {
  static constexpr std::string_view kName = "pinhole";
  double fx = 1, fy = 1, cx = 0, cy = 0;  ///< pixels; (0, 0) is the centre of the first pixel

  /// Pixel of a point (m; x right, y down, z forward). Empty where z is below max_angle's share.
  std::optional<Vec2> project(const Vec3& point_in_camera) const;
  std::optional<Vec3> unproject(const Vec2& pixel) const;
  double max_angle() const;
  std::array<std::pair<std::string_view, double>, 4> parameters() const;
};

}  // namespace sweepbox
