#pragma once
#include "core/drive/drive.hpp"

namespace sweepbox {

/// Brings every point to where it would have been seen at `stamp`: p' = inv(T(stamp)) · T(stamp +
/// time) · p with T = world_from_ego(t) · ego_from_points, from the channel `time` (s relative to
/// the stamp). Poses are interpolated at millisecond steps, which moves no point by more than the
/// ego turns in half of one. Nothing happens without that channel, or where the poses do not reach.
void compensate(PointCloud& cloud, const Pose& ego_from_points, Stamp stamp, const Drive& drive);

}  // namespace sweepbox
