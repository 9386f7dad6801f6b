#pragma once
#include <Eigen/LU>
#include <optional>

#include "app/session/session.hpp"
#include "app/view/views.hpp"
#include "core/geometry/ray.hpp"

class vtkCamera;

namespace sweepbox {

/// How a 3D picture lies in the window: from ego to window pixels and back.
struct ScreenMap {
  Eigen::Matrix4d clip_from_ego = Eigen::Matrix4d::Identity();
  Eigen::Matrix4d ego_from_clip = Eigen::Matrix4d::Identity();
  Area area;

  ScreenMap() = default;

  ScreenMap(const Eigen::Matrix4d& clip, const Area& where)
      : clip_from_ego(clip), ego_from_clip(clip.inverse()), area(where) {}

  /// Window pixel of a point; empty behind the near plane.
  std::optional<Vec2> project(const Vec3& point_in_ego) const;
  /// Ray through a window pixel, from the near plane on.
  Ray ray(double x, double y) const;
  /// How much of the scene one pixel covers at a point.
  double metres_per_pixel(const Vec3& point_in_ego) const;
};

Vec3 direction_of(const SceneCamera& camera);  ///< from the eye to the target, unit
Vec3 eye_of(const SceneCamera& camera);
Vec3 up_of(const SceneCamera& camera);  ///< of the screen, unit

constexpr double kNearPlane = 0.2, kFarPlane = 2000;  ///< m, for looking at a street

/// What both planes are multiplied with where a camera stands `distance` m before its target: 1 on
/// a street, less at a model of centimetres, more over a survey of kilometres. A power of two, so
/// that depths stored as floats keep their steps.
double depth_scale(double distance);

void aim(vtkCamera* camera, const SceneCamera& from);

bool same_view(const SceneCamera& a, const SceneCamera& b);
/// Share 0 … 1 of the way; the yaw turns the short way round.
SceneCamera between(const SceneCamera& a, const SceneCamera& b, double share);

}  // namespace sweepbox
