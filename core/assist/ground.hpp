#pragma once
#include "core/base/error.hpp"
#include "core/geometry/ray.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

/// The ground near a place, as a plane.
struct Ground {
  Plane plane_in_ego;       ///< normal upwards (z > 0)
  int points = 0;           ///< that it rests on
  double inlier_share = 0;  ///< of the points that could be ground, how many it takes; 0 … 1

  /// z of the ground in ego under (x, y).
  double height_at(double x, double y) const {
    const Vec3& n = plane_in_ego.normal;
    return (plane_in_ego.offset - n.x() * x - n.y() * y) / n.z();
  }
};

/// The ground plane under and around a place; its z does not count, so it may lie on the roof of a
/// car. Of each square metre within `radius` (m, horizontal) the lowest points are taken, so that
/// cars, walls and what hangs above are few among them; PCL's RANSAC finds the plane that most of
/// them share, its normal within 20° of ego's z; then it is fitted to those again, near ones more,
/// which follows a curved road. The same sweep and place give the same plane.
///
/// Where the points are too few or share no plane, it tries twice and four times the radius: far
/// ground then stands in for the near one. Where that fails too, or the place is not finite, it
/// refuses, and the caller keeps the height it has. Some 1 ms for 120 k points.
[[nodiscard]] Result<Ground> ground_around(const Sweep& sweep,
                                           const Vec3& place_in_ego,
                                           double radius = 8);

/// A box of this size that stands on the ground at (x, y) of the place: upright in ego (its axis is
/// ego's z, whatever the slope), the middle of its bottom on the plane.
Cuboid box_on_ground(const Ground& ground, const Vec3& place_in_ego, const Vec3& size, double yaw);

}  // namespace sweepbox
