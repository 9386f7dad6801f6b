#pragma once
#include <embree3/rtcore.h>

#include <memory>
#include <vector>

#include "core/synth/world.hpp"

// Rays against the world. Embree stays inside this room.

namespace sweepbox::synth {

/// What a ray met.
struct Hit {
  float distance = -1;  ///< < 0: nothing
  Vec3f normal;         ///< smooth, unit, in the world
  Vec3f flat;           ///< of the triangle, unit, towards the ray's origin
  Vec3f local;          ///< where on the object, in its own frame
  Vec2f uv;
  const Material* material = nullptr;
  int actor = -1;  ///< index in World::actors(); −1: scenery
};

/// Embree's handles, released when they go.
struct SceneRelease {
  void operator()(RTCScene scene) const { rtcReleaseScene(scene); }
};

struct DeviceRelease {
  void operator()(RTCDevice device) const { rtcReleaseDevice(device); }
};

using Device = std::unique_ptr<RTCDeviceTy, DeviceRelease>;
using Scene = std::unique_ptr<RTCSceneTy, SceneRelease>;

/// Everything that stands still, built once; safe to read from several threads.
class StillStage {
 public:
  explicit StillStage(const World& world);

  const World& world() const { return world_; }

 private:
  friend class Stage;
  const World& world_;
  Device device_;
  std::vector<Mesh> meshes_;                ///< by geometry id: scenery, then actors that stand
  std::vector<int> actors_;                 ///< by geometry id
  std::vector<Eigen::Matrix3f> rotations_;  ///< world_from_mesh
  Scene scene_;
};

/// The world during one sweep: what moves is swept linearly between its places at the start, the
/// middle and the end (0.1 mm from the true way at the speeds of a street).
class Stage {
 public:
  Stage(const StillStage& still, double start_s, double end_s);

  const World& world() const { return still_.world(); }

  RTCScene scene() const { return scene_.get(); }

  /// 0 … 1 within the sweep: RTCRay::time.
  float ray_time(double time_s) const;

  /// What ray i of a packet met.
  Hit hit(const RTCRayHit8& packet, int i, const Vec3f& direction) const;

 private:
  const StillStage& still_;
  double start_s_, end_s_;
  std::vector<Mesh> meshes_;  ///< by geometry id, as they are in the middle of the sweep
  std::vector<int> actors_;
  std::vector<Eigen::Matrix3f> rotations_;
  Scene scene_;
};

/// What a packet's rays have besides a place and a direction; m, and 0 … 1 within the sweep.
struct RaySpan {
  float near = 0, far = 0, time = 0;
};

void set_ray(
    RTCRay8& rays, int i, const Vec3f& origin, const Vec3f& direction, const RaySpan& span);

}  // namespace sweepbox::synth
