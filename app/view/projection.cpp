#include "app/view/projection.hpp"

#include <vtkCamera.h>

#include <cmath>

namespace sweepbox {

std::optional<Vec2> ScreenMap::project(const Vec3& point_in_ego) const {
  const Eigen::Vector4d clip = clip_from_ego * point_in_ego.homogeneous();
  if (clip.z() <= -clip.w() || clip.w() <= 0) return std::nullopt;
  return Vec2(area.x + (clip.x() / clip.w() * 0.5 + 0.5) * area.width,
              area.y + (0.5 - clip.y() / clip.w() * 0.5) * area.height);
}

Ray ScreenMap::ray(double x, double y) const {
  const double cx = 2 * (x - area.x) / area.width - 1, cy = 1 - 2 * (y - area.y) / area.height;
  const Eigen::Vector4d near = ego_from_clip * Eigen::Vector4d(cx, cy, -1, 1);
  // Not the far plane itself: at 2 km its inverse loses digits.
  const Eigen::Vector4d far = ego_from_clip * Eigen::Vector4d(cx, cy, 0.9, 1);
  const Vec3 from = near.hnormalized(), to = far.hnormalized();
  return {from, (to - from).normalized()};
}

double ScreenMap::metres_per_pixel(const Vec3& point_in_ego) const {
  const double w = (clip_from_ego * point_in_ego.homogeneous()).w();
  // Row 1 of the matrix turns a metre along the screen's up axis into clip units; w shrinks it.
  const double scale = clip_from_ego.row(1).head<3>().norm();
  return scale > 0 && area.height > 0 ? std::max(w, 1e-6) / scale * 2 / area.height : 0.01;
}

Vec3 direction_of(const SceneCamera& camera) {
  return {std::cos(camera.pitch) * std::cos(camera.yaw),
          std::cos(camera.pitch) * std::sin(camera.yaw),
          std::sin(camera.pitch)};
}

Vec3 eye_of(const SceneCamera& camera) {
  return camera.target - camera.distance * direction_of(camera);
}

Vec3 up_of(const SceneCamera& camera) {
  return {-std::sin(camera.pitch) * std::cos(camera.yaw),
          -std::sin(camera.pitch) * std::sin(camera.yaw),
          std::cos(camera.pitch)};
}

double depth_scale(double distance) {
  constexpr double kLeast = 2, kMost = 500;  // m: every street
  const double beyond = distance < kLeast ? distance / kLeast : std::max(1.0, distance / kMost);
  return std::exp2(distance < kLeast ? std::floor(std::log2(std::max(beyond, 1e-3)))
                                     : std::ceil(std::log2(beyond)));
}

void aim(vtkCamera* camera, const SceneCamera& from) {
  const Vec3 eye = eye_of(from), up = up_of(from);
  camera->SetPosition(eye.data());
  camera->SetFocalPoint(from.target.data());
  camera->SetViewUp(up.data());
  camera->SetViewAngle(kSceneViewAngle * 180 / kPi);
  camera->SetParallelProjection(from.orthographic);
  camera->SetParallelScale(from.distance * std::tan(kSceneViewAngle / 2));
  // An orthographic picture also shows what stands behind the eye.
  const double reach = std::max(1000.0, 3 * from.distance);
  if (from.orthographic)
    camera->SetClippingRange(from.distance - reach, from.distance + reach);
  else
    camera->SetClippingRange(kNearPlane * depth_scale(from.distance),
                             kFarPlane * depth_scale(from.distance));
}

bool same_view(const SceneCamera& a, const SceneCamera& b) {
  return a.target == b.target && a.yaw == b.yaw && a.pitch == b.pitch && a.distance == b.distance &&
         a.orthographic == b.orthographic;
}

SceneCamera between(const SceneCamera& a, const SceneCamera& b, double share) {
  SceneCamera result = b;
  result.target = a.target + share * (b.target - a.target);
  result.yaw = a.yaw + share * wrapped_angle(b.yaw - a.yaw);
  result.pitch = a.pitch + share * (b.pitch - a.pitch);
  result.distance = a.distance * std::pow(b.distance / a.distance, share);
  return result;
}

}  // namespace sweepbox
