#pragma once
#include <string_view>

#include "core/geometry/pose.hpp"
#include "core/sensor/lens.hpp"

namespace sweepbox {

// What one value of a repair makes of one number of a drive: shared by those that apply repairs and
// those that look for them.

/// extrinsics.NAME: sensor_from_points as it should be, from what was read as it. An unknown value
/// changes nothing.
Pose repaired_extrinsics(const Pose& sensor_from_points, std::string_view value);

/// lens.NAME. The same lens where it has no coefficients to mean something else ("undistorted"), or
/// where they make no fisheye.
Lens repaired_lens(const Lens& lens, int width, int height, std::string_view value);

/// poses.quaternion: `value` is the order that the file has; it was read as the other one.
Quat reordered(const Quat& read, std::string_view value);

}  // namespace sweepbox
