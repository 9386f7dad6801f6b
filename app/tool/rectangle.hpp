#pragma once
#include "core/geometry/pose.hpp"

namespace sweepbox {

struct GroundRectangle {
  Vec3 centre;           ///< in ego
  double length, width;  ///< m, ≥ 0.2
  double yaw;            ///< along the length, the way the hand went
};

/// From one corner to the opposite one, sides along `yaw` and across it. The longer side is the
/// length; its heading is the way in which it was dragged.
GroundRectangle rectangle_between(const Vec3& corner, const Vec3& opposite, double yaw);

/// Dragged along the middle from back to front.
GroundRectangle rectangle_along(const Vec3& back, const Vec3& front, double width);

}  // namespace sweepbox
