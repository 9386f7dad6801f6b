#pragma once
#include "core/drive/drive.hpp"

namespace sweepbox {

/// Pose at an instant for labels: the drive's own; beyond its poses that of the nearest frame that
/// has one; identity for a drive without poses ("relative to ego").
Pose world_from_ego_of_label(const Drive& drive, Stamp stamp);

}  // namespace sweepbox
