#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// What a correction multiplies: `camera_from_ego = correction * loaded` for a camera,
/// `ego_from_points = correction * loaded` for a lidar.
enum class CorrectedSensor { camera, lidar };

/// A correction as six numbers, in the order in which they are shown, stepped and written.
///
/// Camera: x right, y down, z forward; roll about z (the optical axis), pitch about x, yaw about y,
/// R = Ry(yaw)·Rx(pitch)·Rz(roll): the picture turns, tips, swings. Positive yaw moves what is seen
/// to the right, positive pitch upwards. Lidar: ego's x forward, y left, z up; R =
/// Rz(yaw)·Ry(pitch)·Rx(roll).
struct Nudge {
  double x = 0, y = 0, z = 0;           ///< m
  double roll = 0, pitch = 0, yaw = 0;  ///< rad

  bool operator==(const Nudge&) const = default;
};

/// Exact inverses of each other for |pitch| < π/2.
Pose correction_of(const Nudge& nudge, CorrectedSensor sensor);
Nudge nudge_of(const Pose& correction, CorrectedSensor sensor);

/// One sensor's correction, for the file that other programs read.
struct Correction {
  std::string sensor;
  CorrectedSensor kind = CorrectedSensor::camera;
  Pose correction;
  Pose loaded;  ///< camera_from_ego or ego_from_points as the data set has it
};

/// JSON: {"drive", "corrections": [{"sensor", "kind", "rule", "moved": {x, y, z in m, roll, pitch,
/// yaw in rad}, "correction", "loaded", "corrected": 4x4 row by row}]}. Ends in a line feed.
std::string correction_to_json(std::string_view drive, std::span<const Correction> corrections);

}  // namespace sweepbox
