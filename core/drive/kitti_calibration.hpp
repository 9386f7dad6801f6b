#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/sensor/lens.hpp"

namespace sweepbox {

/// One rectified camera of KITTI: P = K · [I | t], pixel = K · (camera_from_velo * point).
struct KittiCamera {
  Pinhole lens;
  Pose camera_from_velo;  ///< with the baseline of P's last column in it
};

/// What KITTI's calibration files say. A part that is absent or no rotation is empty, and what was
/// wrong with it is a problem; cameras without a whole chain from the velodyne are empty too.
struct KittiCalibration {
  std::array<std::optional<KittiCamera>, 4>
      cameras;                         ///< grey left and right, colour left and right
  std::optional<Pose> rect_from_velo;  ///< rectified camera 0, where labels live
  std::optional<Pose> velo_from_imu;
  std::vector<Problem> problems;
};

/// A file of the object or tracking benchmark: P0 … P3, R0_rect or R_rect, Tr_velo_to_cam or
/// Tr_velo_cam, Tr_imu_to_velo or Tr_imu_velo; with or without colons, empty values and lines
/// allowed. `file` is what problems call it.
KittiCalibration parse_kitti_calibration(std::string_view text, const std::string& file);

/// The three files of a day of raw data; empty texts are absent files.
struct KittiRawTexts {
  std::string_view cam_to_cam, velo_to_cam, imu_to_velo;
};

KittiCalibration parse_kitti_raw_calibration(const KittiRawTexts& texts);

}  // namespace sweepbox
