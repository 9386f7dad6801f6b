#include "core/drive/recording_drive.hpp"

// rosbag2 recordings (formats.md 2.14): a folder with metadata.yaml is one drive, whatever number
// of files it was split into; a .db3 file without one is a drive too.

namespace sweepbox {

DriveFormat rosbag2_format();

namespace {

Listing list(const std::filesystem::path& path) {
  if (!is_rosbag2_folder(path)) return recorded::list_recordings(path, "rosbag2", ".db3");
  Listing listing;
  listing.drives.push_back({path.filename().string(),
                            "rosbag2",
                            path,
                            {},
                            0.95,
                            "metadata.yaml beside .db3 or .mcap files"});
  return listing;
}

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  auto recording = open_rosbag2(ref.path);
  if (!recording) return tl::unexpected(recording.error());
  return recorded::open_recording_drive(std::move(*recording), ref, repairs);
}

}  // namespace

DriveFormat rosbag2_format() {
  return {"rosbag2",
          "ROS 2 bag (rosbag2)",
          "clouds, images, calibration, transforms and poses; SQLite or MCAP, split files",
          list,
          open};
}

}  // namespace sweepbox
