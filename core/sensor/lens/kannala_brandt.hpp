#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// Kannala–Brandt fisheye: r(θ) = θ + k1·θ³ + k2·θ⁵ + k3·θ⁷ + k4·θ⁹.
/// Source: Kannala and Brandt, PAMI 28(8), 2006, eq. 6, in OpenCV's scaling. Works past 90°.
struct KannalaBrandt {
  static constexpr std::string_view kName = "kannala_brandt";
  double fx = 1, fy = 1, cx = 0, cy = 0;  ///< pixels; (0, 0) is the centre of the first pixel
  std::array<double, 4> k{};              ///< k1 … k4, no unit
  double limit =
      0;  ///< rad; beyond it r falls and points would fold into the image; set by find_limit

  /// Finds limit: the first maximum of r(θ), at most π − 1e-3.
  void find_limit();

  /// Values in the order of parameters(); the limit is found.
  static KannalaBrandt from(const std::array<double, 8>& values);

  std::optional<Vec2> project(const Vec3& point_in_camera) const;
  std::optional<Vec3> unproject(const Vec2& pixel) const;

  double max_angle() const { return limit; }

  bool keeps_lines_straight() const { return false; }

  std::array<std::pair<std::string_view, double>, 8> parameters() const;
};

}  // namespace sweepbox
