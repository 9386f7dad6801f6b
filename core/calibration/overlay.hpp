#pragma once
#include <cstdint>
#include <vector>

#include "core/sensor/camera.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

/// A point of a sweep on an image.
struct OverlayPoint {
  float u = 0, v = 0;  ///< px, inside the image
  float depth = 0;  ///< distance from the camera along the ray, m (a fisheye's z may be negative)
  std::uint32_t index = 0;  ///< over all pieces in order, as in indices_inside
  bool hidden = false;      ///< behind something nearer, as the camera sees it
};

enum class HiddenPoints { ignore, find };

/// The sweep's points that fall on the camera's image, in the order of the sweep.
/// `camera_ego_from_sweep_ego` takes the ego frame at the sweep's time to the one at the image's
/// (identity without poses): camera.camera_from_ego is meant at the image's own time.
///
/// Hidden are points with one nearer by more than 0.5 m + 5 % close by in the image on two opposite
/// sides (or in the same 3 px or so): lidar and camera stand apart, so the lidar sees past what
/// covers the camera's view. Two sides, because ground that runs away and what rises just above a
/// roof have nearer points only below. The gap that two sides may have is 0.5° of rays: a lidar of
/// 64 beams. 120 k points take some 2 ms in a pinhole, 7 in the others.
std::vector<OverlayPoint> project_points(const Sweep& sweep,
                                         const Camera& camera,
                                         const Pose& camera_ego_from_sweep_ego,
                                         HiddenPoints hidden);

}  // namespace sweepbox
