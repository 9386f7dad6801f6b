#include "core/scene/world.hpp"

namespace sweepbox {

Pose world_from_ego_of_label(const Drive& drive, Stamp stamp) {
  if (!drive.info().poses) return {};
  if (const auto pose = drive.world_from_ego(stamp)) return *pose;
  const int frame = drive.frame_table().nearest_with_pose(stamp);
  if (frame < 0) return {};
  return drive.world_from_ego(drive.frames()[static_cast<std::size_t>(frame)].stamp)
      .value_or(Pose());
}

}  // namespace sweepbox
