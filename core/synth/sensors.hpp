#pragma once
#include "core/sensor/image.hpp"
#include "core/sensor/point_cloud.hpp"
#include "core/synth/stage.hpp"

namespace sweepbox::synth {

/// One turn of a lidar around `stamp`; channels intensity (0 … 1), ring, time, and track where
/// asked.
PointCloud take_sweep(const Stage& stage, const LidarSpec& lidar, int frame, std::uint64_t seed);

/// Rays of a camera's pixels, unit, in its frame; zero where the lens sees nothing.
struct PixelRays {
  int width = 0, height = 0;
  std::vector<Vec3f> directions;

  /// Of a place between pixels' centres, offsets within ±0.5.
  Vec3f at(int x, int y, float dx, float dy) const;
};

PixelRays pixel_rays(const Camera& camera);

/// The world as seen from `world_from_camera` at a moment within the stage's sweep.
Image take_image(const Stage& stage,
                 const CameraSpec& camera,
                 const PixelRays& rays,
                 const Pose& world_from_camera,
                 double time_s);

}  // namespace sweepbox::synth
