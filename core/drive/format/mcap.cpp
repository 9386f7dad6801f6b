#include "core/drive/recording_drive.hpp"

// MCAP recordings (formats.md 2.15): each file is a drive. Those of a rosbag2 folder are one
// (rosbag2.cpp).

namespace sweepbox {

DriveFormat mcap_format();

namespace {

Listing list(const std::filesystem::path& path) {
  return recorded::list_recordings(path, "mcap", ".mcap");
}

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  auto recording = open_mcap(ref.path);
  if (!recording) return tl::unexpected(recording.error());
  return recorded::open_recording_drive(std::move(*recording), ref, repairs);
}

}  // namespace

DriveFormat mcap_format() {
  return {"mcap",
          "MCAP recording",
          "clouds, images, calibration, transforms and poses of ROS 1, ROS 2 and foxglove messages",
          list,
          open};
}

}  // namespace sweepbox
