#pragma once
#include <optional>
#include <string>

#include "core/base/stamp.hpp"

// Names and times as nuScenes and what was made from it have them: readers of drives and of labels
// must find the same frames.
namespace sweepbox::nuscenes {

/// From microseconds; Lyft has them with a fraction. Empty for what is no time.
std::optional<Stamp> stamp_of_us(std::optional<double> us);

/// From seconds that were microseconds once (mmdetection3d): rounded to a whole one again.
std::optional<Stamp> stamp_of_seconds(std::optional<double> seconds);

/// Name of a frame from the name of its sweep: the microseconds at its end
/// ("…__LIDAR_TOP__1532402927647951.pcd.bin"), else all of it without extensions.
std::string frame_name_of(const std::string& file_name);

}  // namespace sweepbox::nuscenes
