#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/staged_files.hpp"
#include "core/drive/drive.hpp"

namespace sweepbox {

/// Writes Sweepbox's own folder (formats.md 2.18) piece by piece: sweeps and images as they come,
/// drive.json and poses.csv at finish(), when all of them get their names (StagedFiles): a folder
/// that was cut short is no drive, and nothing of it stays. Files are named after sensors and
/// frames, made safe where those cannot be (file_name_of); drive.json has the names themselves.
/// Used by the synthetic drive and by `convert --with-data`.
class SweepboxFolderWriter {
 public:
  struct LidarSpec {
    std::string name;
    Pose ego_from_lidar;
    bool compensated = false;
  };

  struct FrameSpec {
    std::string name;
    Stamp stamp;
  };

  SweepboxFolderWriter(std::filesystem::path folder,
                       std::string drive_name,
                       bool sequence,
                       Existing existing = Existing::refuse);

  void add_lidar(LidarSpec lidar);
  void add_camera(const Camera& camera);  ///< its lens, size and camera_from_ego
  void add_pose(Stamp stamp, const Pose& world_from_ego);

  /// Index of the new frame; stamps ascend.
  int add_frame(FrameSpec frame);
  /// Written as binary PCD with the cloud's channels. Safe from several threads for different
  /// frames.
  [[nodiscard]] Result<void> write_sweep(int frame,
                                         const std::string& lidar,
                                         Stamp stamp,
                                         const PointCloud& cloud);
  /// `encoded` is a whole JPEG or PNG file; the extension is told from it.
  [[nodiscard]] Result<void> write_image(int frame,
                                         const std::string& camera,
                                         Stamp stamp,
                                         std::span<const std::byte> encoded);
  /// drive.json and poses.csv; `labels_json` (may be empty) becomes labels.json.
  [[nodiscard]] Result<void> finish(std::string_view labels_json);

 private:
  struct Part;
  std::shared_ptr<Part> part_;
};

}  // namespace sweepbox
