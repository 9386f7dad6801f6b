#pragma once
#include "core/label/instants.hpp"
#include "core/label/label.hpp"

// What is left of a tilted box in a format that turns its boxes about one axis alone.

namespace sweepbox {

/// The nearest box that is turned about z alone: centre and size stay, the yaw is the one whose
/// eight corners lie nearest to those of the tilted box (least sum of squares; closed form). The
/// same box where it stands upright already; yaw 0 where no yaw is nearer than another.
Cuboid nearest_upright(const Cuboid& cuboid);

/// Farthest distance between a corner of one box and the same corner of the other, m.
double worst_corner(const Cuboid& a, const Cuboid& b);

/// The nearest box that a format can hold, in ego. `Upright::in_camera` measures from
/// camera_rect_0 (from ego, where the drive has none).
Cuboid held_cuboid(const LabelFormat& format,
                   const Drive& drive,
                   const Instant& instant,
                   const Cuboid& cuboid_in_ego);

}  // namespace sweepbox
