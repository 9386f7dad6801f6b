#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/geometry/pose.hpp"

// Inside the room drive: calibrations beside a plain folder (formats.md 2.17).

namespace sweepbox {

/// A camera as a file describes it; its lens is made once the image's size is known.
struct FolderCamera {
  std::string name;              ///< as the file has it; may be empty (one file a camera)
  std::string lens = "pinhole";  ///< as in lens_names()
  std::vector<std::pair<std::string, double>> parameters;
  int width = 0, height = 0;              ///< 0: unknown
  std::optional<Pose> camera_from_lidar;  ///< empty: the file does not say where it stands
};

struct FolderCalibration {
  std::vector<FolderCamera> cameras;
  std::optional<Pose> rect_from_lidar;  ///< KITTI: for its labels and poses
  std::vector<Problem> problems;
};

/// Told by its content: our own JSON ({"cameras": {NAME: {lens, parameters, camera_from_ego}}}, as
/// drive.json has it) or a single camera with "extrinsic" and "intrinsic"; KITTI's text; YAML as
/// OpenCV, ROS (camera_info) or Kalibr (camchain) write it. Never throws.
FolderCalibration parse_folder_calibration(std::string_view content, const std::string& file);

}  // namespace sweepbox
