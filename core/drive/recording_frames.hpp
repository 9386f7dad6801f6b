#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/drive/table_drive.hpp"
#include "core/drive/transform_tree.hpp"
#include "core/recording/recording.hpp"

// Inside the room drive: which frame of a recording is the vehicle's, and where it was.
namespace sweepbox::recorded {

/// The transforms of all TF messages. Poses that are none are counted in a problem.
TransformTree tree_of(const Recording& recording, Problems& problems);

/// The vehicle's frame: a usual name of it that hangs together with `sensor`, else `sensor`.
std::string ego_frame(const TransformTree& tree, const std::string& sensor);

/// Where the vehicle was, and what said so.
struct EgoPoses {
  std::vector<TablePose> poses;       ///< ascending; empty where nothing said it
  std::vector<std::uint32_t> topics;  ///< that were used
  std::string world;                  ///< the frame that they refer to
  bool assumed = false;               ///< they are of a frame that nothing ties to the vehicle
};

/// From the tree, else from odometry, else from poses. `first` and `last` bound the drive: a pose
/// that never changes holds between them.
EgoPoses ego_poses(const Recording& recording,
                   const TransformTree& tree,
                   const std::string& ego,
                   Stamp first,
                   Stamp last,
                   Problems& problems);

/// A pose from numbers of a message: empty where they are none or no rotation.
std::optional<Pose> sound_pose(std::span<const double, 3> translation,
                               std::span<const double, 4> rotation);

/// Stamps beyond this (73 years) are no times; differences of others stay inside 64 bits.
constexpr std::int64_t kFarthestStamp = std::int64_t{1} << 61;

}  // namespace sweepbox::recorded
