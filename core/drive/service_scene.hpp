#pragma once
#include <map>
#include <span>

#include "core/base/files.hpp"
#include "core/drive/reading.hpp"

// Inside the room drive: what scenes of annotation services come down to. Clouds with names, for
// each some images with their own intrinsics and lidar-to-camera matrix; no clock, no poses. Ego is
// the lidar's frame as it stands in the files, since they name no forward.
namespace sweepbox::reading {

struct SceneImage {
  std::string camera;
  fs::path path;
  Pinhole lens;
  Pose camera_from_lidar;
};

/// fx, fy, cx, cy of 9 numbers, row by row. All zeros mean that nobody calibrated (Datumaro writes
/// that): an error like any other matrix that is none.
[[nodiscard]] Result<Pinhole> pinhole_of(std::span<const double> k);

/// A rotation and a translation of 12 or 16 numbers, row by row; or column by column where they say
/// so, or where only that makes the last row 0 0 0 1.
[[nodiscard]] Result<Pose> lidar_to_camera(std::span<const double> m, bool by_columns = false);

class ServiceScene {
 public:
  ServiceScene(std::string_view format, const fs::path& root, std::string name);

  /// In the order of frames; the first list is the reference lidar's.
  void add_lidar(const std::string& name, const std::vector<fs::path>& clouds);
  void add_image(const std::string& frame, const SceneImage& image);
  /// An image whose calibration cannot be used is left out; said once a camera, with the first
  /// reason.
  void leave_out(const std::string& camera, Error error);

  DriveTables tables(bool sequence);

  DriveTables& raw() { return tables_; }

 private:
  DriveTables tables_;
  std::map<std::string, Stamp> stamps_;
  std::map<std::string, TableCamera> cameras_;
  std::map<std::string, std::pair<Error, int>> left_out_;
};

}  // namespace sweepbox::reading
