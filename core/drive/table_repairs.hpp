#pragma once
#include "core/drive/table_drive.hpp"

// Inside the room drive: repairs on the tables, before frames are made of them.
namespace sweepbox::reading {

/// Calls with every stamp of a sensor, or of all and the poses where both are null.
template <class Function>
void for_each_stamp(DriveTables& tables,
                    TableLidar* lidar,
                    TableCamera* camera,
                    Function function) {
  const bool all = !lidar && !camera;
  for (TableLidar& one : tables.lidars)
    if (all || &one == lidar)
      for (TableSweep& sweep : one.sweeps) function(sweep.stamp);
  for (TableCamera& one : tables.cameras)
    if (all || &one == camera)
      for (TableImage& image : one.images) function(image.stamp);
  if (all)
    for (TablePose& pose : tables.poses) function(pose.stamp);
}

/// Applies tables.info.repairs. Repairs of labels are left to the label readers; those that no
/// sensor or value fits are errors.
Result<void> apply_repairs(DriveTables& tables);

}  // namespace sweepbox::reading
