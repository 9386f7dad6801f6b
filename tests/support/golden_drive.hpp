#pragma once
#include <memory>
#include <vector>

#include "core/annotation/document.hpp"
#include "core/drive/drive.hpp"

// A drive in which nothing is parallel to anything, and the boxes that every label format must give
// back in it.

namespace sweepbox::test {

/// How the golden drive is made.
struct GoldenDrive {
  /// Where the world has its zero: (0, 0, 0), or UTM's millions of metres.
  Vec3 world_origin = Vec3::Zero();
  std::filesystem::path root = "/nowhere";
};

/// Coordinates of the size that UTM has.
Vec3 utm_origin();

/// Three frames ("000010" … "000012", 0.1 s apart) in which ego drives, yaws, pitches and rolls; a
/// lidar "velodyne" (also known as "lidar" and "LIDAR_TOP") that is turned about all its axes;
/// cameras "image_2" (to the front, pitched) and "side", each with an image a frame whose stamp is
/// not the sweep's; camera_rect_0. No sweep and no image can be read.
std::shared_ptr<const Drive> golden_drive(const GoldenDrive& golden = {});

/// The golden box at a frame: 4.1 × 1.7 × 1.5 m at (12.3, −4.5, 0.6) of the world's zero with yaw
/// 0.3 (then driving on), the front where its length points.
Cuboid golden_cuboid(const GoldenDrive& golden, int frame);

/// Names of the tracks of golden_document. Each has a key in every frame.
inline constexpr const char* kGolden = "1";    ///< golden_cuboid: a car, upright in the world
inline constexpr const char* kTilted = "2";    ///< rolled and pitched by 5°: a truck
inline constexpr const char* kInCamera = "3";  ///< upright in camera_rect_0: a pedestrian
inline constexpr const char* kInLidar = "4";   ///< upright in the lidar: a bicycle
inline constexpr const char* kInEgo = "5";     ///< upright in ego: a car

Document golden_document(const GoldenDrive& golden, const Drive& drive);

}  // namespace sweepbox::test
