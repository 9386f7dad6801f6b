#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "core/geometry/ray.hpp"

namespace sweepbox {

/// Part of a segment on the side of the plane where height_of ≥ 0; empty where none is.
std::optional<std::pair<Vec3, Vec3>> clip_segment(const Vec3& a, const Vec3& b, const Plane& plane);

/// Part of a planar convex polygon on that side, order kept (Sutherland and Hodgman 1974).
std::vector<Vec3> clip_polygon(std::vector<Vec3> polygon, const Plane& plane);

}  // namespace sweepbox
