#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stamp.hpp"
#include "core/geometry/pose.hpp"

// Inside the room drive: poses beside a plain folder (formats.md 2.17).

namespace sweepbox {

struct FolderPose {
  std::optional<Stamp> stamp;  ///< empty: pose n belongs to frame n
  Pose world_from_ego;
};

struct FolderPoses {
  std::vector<FolderPose> poses;
  bool kitti = false;  ///< 12 numbers: KITTI's are those of the left camera
  std::vector<Problem> problems;
};

/// A text of rows: 12 numbers (KITTI, row-major 3×4), 16 (row-major 4×4), 8 (TUM: seconds, x y z,
/// quaternion x y z w), our csv (stamp_ns,x,y,z,qw,qx,qy,qz under a
/// header); blanks or commas between, # begins a comment. Or JSON: a list (or "poses") of such
/// lists of 12 or 16 numbers, or of objects with "pose" or "matrix" and "stamp_ns" or "timestamp"
/// (s). What stands in the file is world from ego; rows that hold no pose are counted in one
/// problem.
FolderPoses parse_folder_poses(std::string_view content, const std::string& file);

}  // namespace sweepbox
