#include <algorithm>
#include <cmath>

#include "core/synth/random.hpp"
#include "core/synth/sensors.hpp"
#include "core/synth/surface.hpp"

namespace sweepbox::synth {
namespace {

constexpr float kNearest = 0.9F;  ///< m; nearer echoes are the sensor's own

/// Share of shots that bring nothing back: what is lost anywhere, what goes through, what is too
/// weak. The last is fitted by eye to KITTI's sweeps, where the road fades out at some 40 m.
double lost(const LidarSpec& lidar,
            const Surface& surface,
            const Material& material,
            double cosine,
            double range) {
  const double strength = surface.reflectivity * cosine * std::pow(40 / range, 2);
  const double weak = std::clamp(1 - strength / 0.012, 0.0, 1.0);
  return 1 - (1 - lidar.dropouts) * material.returns * (1 - weak);
}

}  // namespace

PointCloud take_sweep(const Stage& stage, const LidarSpec& lidar, int frame, std::uint64_t seed) {
  const World& world = stage.world();
  const double stamp_s = world.time_s(world.frame_stamp(frame));
  const double turn_s = world.frame_gap_s();
  const Pose stamp_from_world = (world.world_from_ego(stamp_s) * lidar.ego_from_lidar).inverse();
  PointCloud cloud;
  cloud.channels = {{"intensity", {}}, {"ring", {}}, {"time", {}}};
  if (lidar.truth) cloud.channels.push_back({"track", {}});
  std::vector<Vec2> beams;  // cosine and sine of the elevation
  for (int ring = 0; ring < lidar.beams; ++ring) {
    const double share = lidar.beams > 1 ? static_cast<double>(ring) / (lidar.beams - 1) : 0;
    const double elevation = lidar.top + share * (lidar.bottom - lidar.top);
    beams.emplace_back(std::cos(elevation), std::sin(elevation));
  }
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  for (int column = 0; column < lidar.columns; ++column) {
    const double share = (column + 0.5) / lidar.columns;
    const double offset_s = (share - 0.5) * turn_s;
    const double azimuth = (2 * share - 1) * kPi;
    const Pose world_from_lidar = world.world_from_ego(stamp_s + offset_s) * lidar.ego_from_lidar;
    const Pose stored_from_lidar = lidar.compensated ? stamp_from_world * world_from_lidar : Pose{};
    const Vec3f origin = world_from_lidar.translation.cast<float>();
    const float time = stage.ray_time(stamp_s + offset_s);
    for (int ring = 0; ring < lidar.beams; ++ring) {
      const Vec2& beam = beams[static_cast<std::size_t>(ring)];
      const Vec3 direction(beam.x() * std::cos(azimuth), beam.x() * std::sin(azimuth), beam.y());
      const Vec3f in_world = (world_from_lidar.rotation * direction).cast<float>();
      RTCRayHit ray{};
      ray.ray = {origin.x(),
                 origin.y(),
                 origin.z(),
                 kNearest,
                 in_world.x(),
                 in_world.y(),
                 in_world.z(),
                 time,
                 static_cast<float>(lidar.range),
                 ~0U,
                 0,
                 0};
      ray.hit.geomID = ray.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
      rtcIntersect1(stage.scene(), &context, &ray);
      const Hit hit = stage.hit(ray);
      if (hit.distance < 0) continue;
      const Surface surface = surface_at(hit, world.spec().road, 0);
      const double cosine = std::abs(hit.flat.dot(in_world));
      const double range = hit.distance;
      Random random(seed,
                    static_cast<std::uint64_t>(frame) + 1,
                    static_cast<std::uint64_t>(column),
                    static_cast<std::uint64_t>(ring));
      // Retro-reflectors send light back whatever the angle.
      const double shine = surface.reflectivity > 1 ? 1 : cosine;
      if (lidar.dropouts > 0 &&
          random.uniform() < lost(lidar, surface, *hit.material, shine, range))
        continue;
      const Vec3 point = stored_from_lidar * ((range + lidar.noise * random.normal()) * direction);
      cloud.x.push_back(static_cast<float>(point.x()));
      cloud.y.push_back(static_cast<float>(point.y()));
      cloud.z.push_back(static_cast<float>(point.z()));
      const double bright =
          std::min(1.0, surface.reflectivity * (0.3 + 0.7 * shine) * (1 + 0.05 * random.normal()));
      cloud.channels[0].values.push_back(
          static_cast<float>(std::round(255 * std::max(0.0, bright)) / 255));
      cloud.channels[1].values.push_back(static_cast<float>(ring));
      cloud.channels[2].values.push_back(static_cast<float>(offset_s));
      if (lidar.truth)
        cloud.channels[3].values.push_back(
            hit.actor < 0
                ? 0.0F
                : static_cast<float>(world.actors()[static_cast<std::size_t>(hit.actor)].number));
    }
  }
  update_bounds(cloud);
  return cloud;
}

}  // namespace sweepbox::synth
