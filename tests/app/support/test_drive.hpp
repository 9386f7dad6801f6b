#pragma once
#include <filesystem>

#include "core/cloud/cloud_file.hpp"
#include "core/drive/sweepbox_folder.hpp"

namespace sweepbox::test {

/// A drive small enough to know by heart: twenty frames at 10 Hz, ego at rest (world = ego), flat
/// ground at z = −1.7 m (a point each 0.5 m within 30 m) and one car's hull: 4.5 × 1.8 × 1.55 m, a
/// point each 0.15 m on its walls and roof, its bottom on the ground, its centre at
/// car_centre(frame), heading along x; it drives 1 m a frame.
inline Vec3 car_centre(int frame) {
  return {10.0 + frame, 3, -1.7 + 1.55 / 2};
}

inline constexpr int kTestFrames = 20;

inline PointCloud test_cloud(int frame) {
  PointCloud cloud;
  const auto add = [&](double x, double y, double z) {
    cloud.x.push_back(static_cast<float>(x));
    cloud.y.push_back(static_cast<float>(y));
    cloud.z.push_back(static_cast<float>(z));
  };
  for (double x = -30; x <= 30; x += 0.5)
    for (double y = -30; y <= 30; y += 0.5) add(x, y, -1.7);
  const Vec3 c = car_centre(frame);
  for (double u = -2.25; u <= 2.2501; u += 0.15) {
    for (double v = -0.9; v <= 0.9001; v += 0.15) add(c.x() + u, c.y() + v, c.z() + 0.775);
    for (double w = -0.7; w <= 0.7001; w += 0.15) {
      add(c.x() + u, c.y() - 0.9, c.z() + w);
      add(c.x() + u, c.y() + 0.9, c.z() + w);
    }
  }
  cloud.channels.push_back({"intensity", std::vector<float>(cloud.size(), 0.5F)});
  update_bounds(cloud);
  return cloud;
}

/// Writes it into the folder. Without `sequence` frames stand alone and there are no poses. Ego
/// rests at `world_from_ego`.
inline Result<void> write_test_drive(const std::filesystem::path& folder,
                                     bool sequence = true,
                                     int frames = kTestFrames,
                                     const Pose& world_from_ego = {}) {
  SweepboxFolderWriter writer(folder, "test drive", sequence);
  writer.add_lidar({"lidar", Pose{}, false});
  for (int i = 0; i < frames; ++i) {
    const Stamp stamp{std::int64_t{i} * 100'000'000};
    if (sequence) writer.add_pose(stamp, world_from_ego);
    const int frame = writer.add_frame({fmt::format("{:06}", i), stamp});
    if (auto written = writer.write_sweep(frame, "lidar", stamp, test_cloud(i)); !written)
      return written;
  }
  return writer.finish({});
}

}  // namespace sweepbox::test
