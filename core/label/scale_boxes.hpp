#pragma once
#include "core/label/instants.hpp"
#include "core/label/label.hpp"

// What PandaSet's tables and Scale's JSON share (formats.md 1.3, 4.16): boxes in the world whose
// length lies along their y axis, yaw 0 is +y.

namespace sweepbox {

struct ScaleBox {
  Vec3 position = Vec3::Zero();    ///< centre in the world, m
  Vec3 dimensions = Vec3::Zero();  ///< x = width, y = length, z = height, m
  double yaw = 0;                  ///< rad, counter-clockwise; 0: the front looks along +y
  /// rad about the box's own x (its right) and y (its front), after yaw. Not in PandaSet.
  double pitch = 0, roll = 0;
};

/// The neutral box in the world; the error names the field that makes it none.
[[nodiscard]] Result<Cuboid> cuboid_in_world(const ScaleBox& box);

/// The nearest such box, upright.
ScaleBox scale_box(const Cuboid& cuboid_in_world);

/// Every box stands in the world (ego, for a drive without poses).
Pose ego_from_world_of_label(const Drive& drive, const Instant& instant);

/// "pandar64" and "pandar_gt" for the sensor ids 0 and 1; empty for others (−1: both).
std::string lidar_of_sensor_id(std::int64_t id);
std::int64_t sensor_id_of(const Attributes& attributes);

extern const std::span<const std::string_view> kPandaSetWords;

}  // namespace sweepbox
