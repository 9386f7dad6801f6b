#pragma once
#include <optional>
#include <span>
#include <string>

#include "core/annotation/track.hpp"
#include "core/drive/drive.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

/// The attribute that names the one lidar of several in a sweep (LidarInfo::parts) that a label was
/// drawn on.
constexpr const char* kLidarAttribute = "lidar";

/// The channels that counting points in boxes looks at.
const WantedChannels& channels_for_counts();

/// Whether a sweep is a radar's: its points have a radar cross section. Sets of several sensors
/// name radars among the lidars; their own counts of points (num_lidar_pts) leave those out.
bool is_radar(const Sweep& sweep);

/// Points of a sweep inside a closed box. Where the label's attribute `lidar` names one of the
/// sweep's parts, those of that lidar alone: where two lidars see a moving object at different
/// times, each has a box of its own, and the other's points are none of its business.
std::size_t count_points(const Sweep& sweep,
                         std::span<const std::string> parts,
                         const Cuboid& cuboid_in_points,
                         const Attributes& attributes);

/// Points of the first lidar in boxes that are written: trainings leave out boxes without points.
/// Reads a sweep when it is asked for another frame than before.
class PointCounts {
 public:
  explicit PointCounts(const Drive& drive) : drive_(drive) {}

  /// Empty where there is no sweep that can be read, as in frame −1.
  std::optional<std::size_t> of(const Cuboid& cuboid_in_ego, int frame);

 private:
  const Drive& drive_;
  int frame_ = -1;
  std::optional<Sweep> sweep_;
};

}  // namespace sweepbox
