#pragma once
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

/// Intersection over union of two cuboids, exact by convex clipping in double; any orientation.
/// Identical boxes (equal in every number) give exactly 1, boxes that do not touch exactly 0.
/// A box with a size that is not positive gives 0.
double iou_3d(const Cuboid& a, const Cuboid& b);

/// The same for their footprints seen from above (convex hull of the corners projected onto z = 0).
double iou_bev(const Cuboid& a, const Cuboid& b);

}  // namespace sweepbox
