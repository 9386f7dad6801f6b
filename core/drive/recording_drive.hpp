#pragma once
#include "core/drive/formats.hpp"
#include "core/recording/recording.hpp"

// Inside the room drive: what the formats of recordings (rosbag1, rosbag2, mcap) share.
namespace sweepbox::recorded {

/// A drive from a recording's topics (formats.md 2.16).
///
/// Each topic of clouds is a lidar; the one whose clouds are largest is the reference. Each topic
/// of images that a calibration belongs to (by namespace, else by frame) is a camera. Ego is the
/// frame `base_link` where there is one (or another usual name of the vehicle), else the reference
/// lidar's own; world is `map`, `odom` or `world` above it in the tree of transforms, else what
/// odometry or pose messages refer to. Points with times are brought to their sweep's stamp.
/// Without any cloud or image it is an error that lists the topics.
[[nodiscard]] Result<std::unique_ptr<Drive>> open_recording_drive(
    std::shared_ptr<const Recording> recording, const DriveRef& ref, const Repairs& repairs);

/// Recordings at a path: the file itself, or those of a folder that end so.
Listing list_recordings(const std::filesystem::path& path,
                        std::string_view format,
                        std::string_view extension);

}  // namespace sweepbox::recorded
