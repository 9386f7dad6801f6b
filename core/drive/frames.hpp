#pragma once
#include "core/drive/table_drive.hpp"

// Inside the room drive: which files make up a frame.
namespace sweepbox::frames {

/// A file in the tables: the sweep or image at an index of a sensor.
struct Place {
  int sensor = 0;
  int index = -1;
};

/// The files of one frame. Its name and stamp are those of the reference's file, or of the first
/// image where the reference has none.
struct Row {
  std::string name;
  Stamp stamp;
  std::vector<Place> sweeps;  ///< at most one a lidar, in lidar order
  std::vector<Place> images;  ///< at most one a camera, in camera order
};

/// Every sweep of the first lidar (or image of the first camera, where there is no lidar) with what
/// the other sensors have nearest to it within half of the gap, or of the same name; what is
/// farther from all of them makes frames of its own. Ascending, names unique. Every sensor has a
/// file.
std::vector<Row> rows_of(const DriveTables& tables);

}  // namespace sweepbox::frames
