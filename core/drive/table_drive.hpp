#pragma once
#include <functional>
#include <map>

#include "core/base/problems.hpp"
#include "core/cloud/cloud_file.hpp"
#include "core/drive/drive.hpp"
#include "core/picture/picture.hpp"

namespace sweepbox {

/// One sweep file as a reader found it.
struct TableSweep {
  std::string name;  ///< of its frame, where it is the reference lidar's
  Stamp stamp;
  std::filesystem::path path;
  /// Reads it from inside a container; without, `path` is a point file. Called from several threads
  /// at a time. Then `path` is the container's, and `inside` the place in it ("message 12").
  std::function<Result<CloudRead>()> read = {};
  std::string inside = {};
  /// Where it differs from the lidar's (points stored in the world).
  std::optional<Pose> ego_from_points = {};
};

struct TableImage {
  std::string name;
  Stamp stamp;
  std::filesystem::path path;
  std::shared_ptr<const Camera> calibration;
  /// As for sweeps; the picture no wider than max_width (0: full size).
  std::function<Result<Image>(int max_width)> read = {};
  std::string inside = {};
};

/// What the vehicle's motion did to the points of a sweep.
enum class Motion {
  unknown,      ///< nobody says: shown as stored
  compensated,  ///< stored as if all were seen at the sweep's stamp
  raw,  ///< each in the lidar's frame at its own time: compensated while reading, where there
        ///< are poses and a channel `time`; the repair motion.NAME=stored leaves it out
};

struct TableLidar {
  std::string name;
  Pose ego_from_points;
  CloudOptions options;
  std::vector<TableSweep> sweeps;  ///< ascending stamps
  Motion motion = Motion::unknown;
  std::vector<std::string> parts = {};  ///< as in LidarInfo
};

struct TableCamera {
  std::string name;
  std::vector<TableImage> images;  ///< ascending stamps
};

struct TablePose {
  Stamp stamp;
  Pose world_from_ego;
};

/// What nearly every drive format comes down to: tables of files, poses and frames of reference.
/// A reader fills it and hands it over; matching, frames, interpolation and reading are here, and
/// the repairs of what the tables say. Repairs of how points and boxes are read (labels.…, bin.…,
/// axes.…) are the affair of those who read them.
struct DriveTables {
  DriveInfo info;                  ///< lidars and cameras are filled from the tables below
  std::vector<TableLidar> lidars;  ///< the first is the reference
  std::vector<TableCamera> cameras;
  std::vector<TablePose> poses;  ///< ascending; empty without poses
  /// What the poses of the set's files are of, where it is not ego but a lidar with other axes: the
  /// repair poses.quaternion reorders the numbers that stand in the file.
  Pose ego_from_posed;
  /// ego_from_NAME; an entry for one frame ("camera_rect_0", 3) wins over that for all (frame −1).
  std::map<std::pair<std::string, int>, Pose> frames_of_reference;
  /// Where the set has no clock and the stamps were made from numbers: the rate that was assumed.
  /// The repair rate_hz replaces it; 0 where the stamps are the set's own.
  double assumed_rate_hz = 0;
  bool match_by_name =
      false;             ///< images belong to the sweep of the same name (no stamps in the set)
  bool is_file = false;  ///< the drive is one file: what else its folder holds is not the drive's
  Problems problems;
  int missing_sweeps = 0;
  int missing_images = 0;
};

/// Frames in order, repairs applied. A drive without any sweep or image is an error.
[[nodiscard]] Result<std::unique_ptr<Drive>> make_table_drive(DriveTables tables,
                                                              const Repairs& repairs);
/// The same for a reader that may fail.
[[nodiscard]] Result<std::unique_ptr<Drive>> make_table_drive(Result<DriveTables> tables,
                                                              const Repairs& repairs);

}  // namespace sweepbox
