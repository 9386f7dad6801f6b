#include "core/geometry/clip.hpp"

namespace sweepbox {
namespace {

/// Always reckoned from the inside out, so that both polygons at a shared edge get the same point.
Vec3 crossing(const Vec3& inside,
              double inside_height,
              const Vec3& outside,
              double outside_height) {
  return inside + (inside_height / (inside_height - outside_height)) * (outside - inside);
}

}  // namespace

std::optional<std::pair<Vec3, Vec3>> clip_segment(const Vec3& a,
                                                  const Vec3& b,
                                                  const Plane& plane) {
  const double height_a = plane.height_of(a);
  const double height_b = plane.height_of(b);
  if (height_a >= 0 && height_b >= 0) return std::pair(a, b);
  if (height_a >= 0) return std::pair(a, crossing(a, height_a, b, height_b));
  if (height_b >= 0) return std::pair(crossing(b, height_b, a, height_a), b);
  return std::nullopt;
}

std::vector<Vec3> clip_polygon(std::vector<Vec3> polygon, const Plane& plane) {
  std::vector<Vec3> kept;
  kept.reserve(polygon.size() + 1);
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vec3& a = polygon[i];
    const Vec3& b = polygon[(i + 1) % polygon.size()];
    const double height_a = plane.height_of(a);
    const double height_b = plane.height_of(b);
    if (height_a >= 0) kept.push_back(a);
    if (height_a > 0 && height_b < 0) kept.push_back(crossing(a, height_a, b, height_b));
    if (height_a < 0 && height_b > 0) kept.push_back(crossing(b, height_b, a, height_a));
  }
  return kept;
}

}  // namespace sweepbox
