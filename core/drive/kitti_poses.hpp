#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/geometry/pose.hpp"

namespace sweepbox {

/// One line of an oxts file, as far as poses need it.
struct OxtsPacket {
  double latitude = 0;   ///< degrees
  double longitude = 0;  ///< degrees
  double altitude = 0;   ///< m
  double roll = 0;       ///< rad; yaw 0 is east, counter-clockwise
  double pitch = 0;
  double yaw = 0;
};

/// The first six numbers of a line; empty where they are not there, not finite or no place on
/// Earth.
std::optional<OxtsPacket> parse_oxts(std::string_view line);

/// world_from_imu of each packet: Mercator at the first one's latitude, east, north, up, the first
/// at the origin (its heading stays). Source: pykitti's utils.py.
std::vector<Pose> world_from_imu(std::span<const OxtsPacket> packets);

/// One 3×4 matrix (row-major, 12 numbers) a line; line n − 1 of the file is frame n. Empty lines
/// and such that hold no rotation are empty entries and one problem.
struct MatrixPoses {
  std::vector<std::optional<Pose>> poses;
  std::vector<Problem> problems;
};

MatrixPoses parse_matrix_poses(std::string_view content, const std::string& file);

}  // namespace sweepbox
