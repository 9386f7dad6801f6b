#include <algorithm>
#include <cmath>

#include "core/synth/random.hpp"
#include "core/synth/sensors.hpp"
#include "core/synth/surface.hpp"

namespace sweepbox::synth {
namespace {

constexpr int kWide = 8;          ///< beams cast together
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

/// One turn in the making.
class Sweeper {
 public:
  Sweeper(const Stage& stage, const LidarSpec& lidar, int frame, std::uint64_t seed)
      : stage_(stage), lidar_(lidar), frame_(frame), seed_(seed) {
    rtcInitIntersectContext(&context_);
    context_.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
    for (int ring = 0; ring < lidar.beams; ++ring) {
      const double share = lidar.beams > 1 ? static_cast<double>(ring) / (lidar.beams - 1) : 0;
      const double elevation = lidar.top + share * (lidar.bottom - lidar.top);
      beams_.emplace_back(std::cos(elevation), std::sin(elevation));
    }
    cloud_.channels = {{"intensity", {}}, {"ring", {}}, {"time", {}}};
    if (lidar.truth) cloud_.channels.push_back({"track", {}});
  }

  PointCloud turn() {
    const World& world = stage_.world();
    const double stamp_s = world.time_s(world.frame_stamp(frame_));
    const Pose stamp_from_world = (world.world_from_ego(stamp_s) * lidar_.ego_from_lidar).inverse();
    for (int column = 0; column < lidar_.columns; ++column) {
      const double share = (column + 0.5) / lidar_.columns;
      const double offset_s = (share - 0.5) * world.frame_gap_s();
      const Pose world_from_lidar =
          world.world_from_ego(stamp_s + offset_s) * lidar_.ego_from_lidar;
      const Pose stored_from_lidar =
          lidar_.compensated ? stamp_from_world * world_from_lidar : Pose{};
      shoot(column,
            (2 * share - 1) * kPi,
            offset_s,
            stage_.ray_time(stamp_s + offset_s),
            world_from_lidar,
            stored_from_lidar);
    }
    update_bounds(cloud_);
    return std::move(cloud_);
  }

 private:
  /// All beams at one azimuth.
  void shoot(int column,
             double azimuth,
             double offset_s,
             float time,
             const Pose& world_from_lidar,
             const Pose& stored_from_lidar) {
    const Vec3f origin = world_from_lidar.translation.cast<float>();
    for (int first = 0; first < lidar_.beams; first += kWide) {
      const int count = std::min(kWide, lidar_.beams - first);
      alignas(32) int valid[kWide];
      alignas(32) RTCRayHit8 packet;
      Vec3 directions[kWide];
      Vec3f in_world[kWide];
      for (int i = 0; i < kWide; ++i) {
        const Vec2& beam = beams_[static_cast<std::size_t>(first + std::min(i, count - 1))];
        directions[i] = {beam.x() * std::cos(azimuth), beam.x() * std::sin(azimuth), beam.y()};
        in_world[i] = (world_from_lidar.rotation * directions[i]).cast<float>();
        valid[i] = i < count ? -1 : 0;
        set_ray(packet.ray,
                i,
                origin,
                in_world[i],
                {.near = kNearest, .far = static_cast<float>(lidar_.range), .time = time});
        packet.hit.geomID[i] = packet.hit.instID[0][i] = RTC_INVALID_GEOMETRY_ID;
      }
      rtcIntersect8(valid, stage_.scene(), &context_, &packet);
      for (int i = 0; i < count; ++i) {
        const Hit hit = stage_.hit(packet, i, in_world[i]);
        if (hit.distance >= 0)
          echo(hit, column, first + i, offset_s, directions[i], in_world[i], stored_from_lidar);
      }
    }
  }

  void echo(const Hit& hit,
            int column,
            int ring,
            double offset_s,
            const Vec3& direction,
            const Vec3f& in_world,
            const Pose& stored_from_lidar) {
    const World& world = stage_.world();
    const Surface surface = surface_at(hit, world.spec().road, 0);
    const double range = hit.distance;
    Random random(seed_,
                  static_cast<std::uint64_t>(frame_) + 1,
                  static_cast<std::uint64_t>(column),
                  static_cast<std::uint64_t>(ring));
    // Retro-reflectors send light back whatever the angle.
    const double shine = surface.reflectivity > 1 ? 1 : std::abs(hit.flat.dot(in_world));
    if (lidar_.dropouts > 0 &&
        random.uniform() < lost(lidar_, surface, *hit.material, shine, range))
      return;
    const Vec3 point = stored_from_lidar * ((range + lidar_.noise * random.normal()) * direction);
    cloud_.x.push_back(static_cast<float>(point.x()));
    cloud_.y.push_back(static_cast<float>(point.y()));
    cloud_.z.push_back(static_cast<float>(point.z()));
    const double bright = std::clamp(
        surface.reflectivity * (0.3 + 0.7 * shine) * (1 + 0.05 * random.normal()), 0.0, 1.0);
    cloud_.channels[0].values.push_back(static_cast<float>(std::round(255 * bright) / 255));
    cloud_.channels[1].values.push_back(static_cast<float>(ring));
    cloud_.channels[2].values.push_back(static_cast<float>(offset_s));
    if (!lidar_.truth) return;
    const int number =
        hit.actor < 0 ? 0 : world.actors()[static_cast<std::size_t>(hit.actor)].number;
    cloud_.channels[3].values.push_back(static_cast<float>(number));
  }

  const Stage& stage_;
  const LidarSpec& lidar_;
  int frame_;
  std::uint64_t seed_;
  RTCIntersectContext context_;
  std::vector<Vec2> beams_;  ///< cosine and sine of the elevation
  PointCloud cloud_;
};

}  // namespace

PointCloud take_sweep(const Stage& stage, const LidarSpec& lidar, int frame, std::uint64_t seed) {
  return Sweeper(stage, lidar, frame, seed).turn();
}

}  // namespace sweepbox::synth
