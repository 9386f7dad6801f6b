#include "core/drive/recording_drive.hpp"

// ROS 1 bags (formats.md 2.13): each file is a drive.

namespace sweepbox {

DriveFormat rosbag1_format();

namespace {

Listing list(const std::filesystem::path& path) {
  return recorded::list_recordings(path, "rosbag1", ".bag");
}

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  auto recording = open_rosbag1(ref.path);
  if (!recording) return tl::unexpected(recording.error());
  return recorded::open_recording_drive(std::move(*recording), ref, repairs);
}

}  // namespace

DriveFormat rosbag1_format() {
  return {"rosbag1",
          "ROS 1 bag (version 2.0)",
          "clouds, images, calibration, transforms and poses; also unindexed or cut short",
          list,
          open};
}

}  // namespace sweepbox
