#include "core/synth/stage.hpp"

#include <algorithm>

#include "core/synth/scenery.hpp"

namespace sweepbox::synth {
namespace {

constexpr unsigned kSteps = 3;  ///< start, middle, end

/// Adds a mesh whose corners are given at one or three times.
void attach(RTCDevice device, RTCScene scene, const std::vector<std::vector<Vec3f>>& corners) {
  RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
  rtcSetGeometryTimeStepCount(geometry, static_cast<unsigned>(corners.size()));
  const std::size_t count = corners.front().size();
  for (unsigned step = 0; step < corners.size(); ++step) {
    auto* vertices = static_cast<float*>(rtcSetNewGeometryBuffer(
        geometry, RTC_BUFFER_TYPE_VERTEX, step, RTC_FORMAT_FLOAT3, 3 * sizeof(float), count));
    for (const Vec3f& p : corners[step]) {
      for (int i = 0; i < 3; ++i) *vertices++ = p[i];
    }
  }
  auto* indices = static_cast<unsigned*>(rtcSetNewGeometryBuffer(
      geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, 3 * sizeof(unsigned), count / 3));
  for (unsigned i = 0; i < count; ++i) indices[i] = i;
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(scene, geometry);
  rtcReleaseGeometry(geometry);
}

std::vector<Vec3f> placed(const Mesh& mesh, const Pose& world_from_mesh) {
  std::vector<Vec3f> corners;
  corners.reserve(3 * mesh.triangles.size());
  for (const Triangle& triangle : mesh.triangles)
    for (const Vec3f& p : triangle.points)
      corners.push_back((world_from_mesh * p.cast<double>()).cast<float>());
  return corners;
}

}  // namespace

StillStage::StillStage(const World& world) : world_(world), device_(rtcNewDevice(nullptr)) {
  scene_.reset(rtcNewScene(device_.get()));
  rtcSetSceneFlags(scene_.get(), RTC_SCENE_FLAG_ROBUST);
  rtcSetSceneBuildQuality(scene_.get(), RTC_BUILD_QUALITY_HIGH);
  const auto add = [&](Mesh mesh, int actor, const Pose& pose) {
    attach(device_.get(), scene_.get(), {placed(mesh, pose)});
    meshes_.push_back(std::move(mesh));
    actors_.push_back(actor);
    rotations_.push_back(pose.rotation.toRotationMatrix().cast<float>());
  };
  add(scenery(world.spec(), world.road()), -1, Pose{});
  for (std::size_t i = 0; i < world.actors().size(); ++i) {
    const Actor& actor = world.actors()[i];
    if (actor.motion.moves()) continue;
    add(actor.shape.mesh(0), static_cast<int>(i), actor.world_from_object(world.road(), 0));
  }
  rtcCommitScene(scene_.get());
}

Stage::Stage(const StillStage& still, double start_s, double end_s)
    : still_(still), start_s_(start_s), end_s_(end_s) {
  RTCDevice device = still.device_.get();
  scene_.reset(rtcNewScene(device));
  rtcSetSceneFlags(scene_.get(), RTC_SCENE_FLAG_ROBUST);
  const std::vector<Actor>& actors = world().actors();
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const Actor& actor = actors[i];
    if (!actor.motion.moves()) continue;
    std::vector<std::vector<Vec3f>> corners;
    for (unsigned step = 0; step < kSteps; ++step) {
      const double time = start_s + (end_s - start_s) * step / (kSteps - 1);
      const Pose pose = actor.world_from_object(world().road(), time);
      Mesh mesh = actor.shape.mesh(actor.phase(time));
      corners.push_back(placed(mesh, pose));
      if (step != kSteps / 2) continue;
      meshes_.push_back(std::move(mesh));
      rotations_.push_back(pose.rotation.toRotationMatrix().cast<float>());
      actors_.push_back(static_cast<int>(i));
    }
    attach(device, scene_.get(), corners);
  }
  RTCGeometry instance = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_INSTANCE);
  rtcSetGeometryInstancedScene(instance, still.scene_.get());
  constexpr float kIdentity[12] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  rtcSetGeometryTransform(instance, 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, kIdentity);
  rtcCommitGeometry(instance);
  // Last: movers count from 0, and an id of one's own choice makes Embree list all that are
  // skipped.
  rtcAttachGeometry(scene_.get(), instance);
  rtcReleaseGeometry(instance);
  rtcCommitScene(scene_.get());
}

float Stage::ray_time(double time_s) const {
  return static_cast<float>(std::clamp((time_s - start_s_) / (end_s_ - start_s_), 0.0, 1.0));
}

Hit Stage::hit(const RTCRayHit8& packet, int i, const Vec3f& direction) const {
  Hit hit;
  if (packet.hit.geomID[i] == RTC_INVALID_GEOMETRY_ID) return hit;
  const bool still = packet.hit.instID[0][i] != RTC_INVALID_GEOMETRY_ID;
  const std::size_t id = packet.hit.geomID[i];
  const Mesh& mesh = still ? still_.meshes_[id] : meshes_[id];
  const Eigen::Matrix3f& rotation = still ? still_.rotations_[id] : rotations_[id];
  const Triangle& t = mesh.triangles[packet.hit.primID[i]];
  const float b = packet.hit.u[i], c = packet.hit.v[i], a = 1 - b - c;
  hit.distance = packet.ray.tfar[i];
  hit.actor = still ? still_.actors_[id] : actors_[id];
  hit.material = &mesh.materials[t.material];
  hit.local = a * t.points[0] + b * t.points[1] + c * t.points[2];
  hit.uv = a * t.uv[0] + b * t.uv[1] + c * t.uv[2];
  hit.normal = (rotation * (a * t.normals[0] + b * t.normals[1] + c * t.normals[2])).normalized();
  hit.flat = Vec3f(packet.hit.Ng_x[i], packet.hit.Ng_y[i], packet.hit.Ng_z[i]).normalized();
  if (hit.flat.dot(direction) > 0) {
    hit.flat = -hit.flat;
    if (hit.material->pattern != Pattern::leaf) hit.normal = -hit.normal;
  }
  return hit;
}

void set_ray(
    RTCRay8& rays, int i, const Vec3f& origin, const Vec3f& direction, const RaySpan& span) {
  rays.org_x[i] = origin.x();
  rays.org_y[i] = origin.y();
  rays.org_z[i] = origin.z();
  rays.dir_x[i] = direction.x();
  rays.dir_y[i] = direction.y();
  rays.dir_z[i] = direction.z();
  rays.tnear[i] = span.near;
  rays.tfar[i] = span.far;
  rays.time[i] = span.time;
  rays.mask[i] = ~0U;
  rays.id[i] = static_cast<unsigned>(i);
  rays.flags[i] = 0;
}

}  // namespace sweepbox::synth
