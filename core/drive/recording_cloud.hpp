#pragma once
#include "core/cloud/cloud_file.hpp"
#include "core/recording/messages.hpp"

// Inside the room drive: clouds of recordings.
namespace sweepbox::recorded {

/// What the fields of a cloud say of its points' times.
enum class PointTimes { none, relative, absolute };

PointTimes times_of(const CloudMessage& message);

/// The points of a message. Fields named otherwise get the standard names; times become the channel
/// `time` in seconds relative to `stamp_ns` (dialects in formats.md 2.16: velodyne's `time` in
/// seconds and ouster's and livox's `t`, `offset_time` in nanoseconds count from the stamp, luminar
/// writes seconds and nanoseconds apart, hesai and robosense seconds of the clock).
[[nodiscard]] Result<CloudRead> cloud_of(const CloudMessage& message, std::int64_t stamp_ns);

}  // namespace sweepbox::recorded
