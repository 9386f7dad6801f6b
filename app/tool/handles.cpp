#include "app/tool/handles.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox {
namespace {

constexpr double kSmallest = 0.05;      ///< m: no size goes below
constexpr double kRingDistancePx = 22;  ///< LOOK.md: the rotation ring stands so far outside

/// The two box axes that a view shows: first the one that lies along the screen, then the upright
/// one.
struct ShownAxes {
  int right, up, normal;
};

ShownAxes axes_of(ViewKind view) {
  switch (view) {
    case ViewKind::side:
      return {0, 2, 1};
    case ViewKind::front:
      return {1, 2, 0};
    default:
      return {0, 1, 2};
  }
}

std::string id_of(const Vec3& sign) {
  constexpr const char* kNames = "xyz";
  std::string id;
  for (int i = 0; i < 3; ++i)
    if (sign[i] != 0) id += std::string(sign[i] > 0 ? "+" : "-") + kNames[i];
  return id;
}

/// Turn from a to b about the view's normal, seen so that it is positive about the box's own axis.
double turn(const Vec3& a, const Vec3& b, int normal) {
  const int u = (normal + 1) % 3, v = (normal + 2) % 3;
  return wrapped_angle(std::atan2(b[v], b[u]) - std::atan2(a[v], a[u]));
}

}  // namespace

std::vector<Handle> handles_of(const Cuboid& cuboid_in_ego,
                               ViewKind view,
                               double metres_per_pixel) {
  const ShownAxes axes = axes_of(view);
  const Vec3 half = cuboid_in_ego.size / 2;
  std::vector<Handle> handles;
  const auto add =
      [&](std::string id, Handle::Part part, const Vec3& sign, const Vec3& in_box, double radius) {
        handles.push_back({std::move(id), part, sign, cuboid_in_ego.pose * in_box, radius});
      };
  const double ring = kRingDistancePx * metres_per_pixel;
  Vec3 at = Vec3::Zero();
  if (view == ViewKind::side)
    at.x() = -half.x() - ring;  // the arrow takes the front, the ground the bottom
  else
    at[axes.up] = half[axes.up] + ring;
  add("rotate", Handle::Part::rotation, Vec3::Zero(), at, 10);
  if (view != ViewKind::front)
    add("heading", Handle::Part::heading, Vec3::UnitX(), Vec3(half.x() + ring, 0, 0), 9);
  for (const int right : {-1, 1})
    for (const int up : {-1, 1}) {
      Vec3 sign = Vec3::Zero();
      sign[axes.right] = right;
      sign[axes.up] = up;
      add(id_of(sign), Handle::Part::corner, sign, sign.cwiseProduct(half), 7);
    }
  for (const int axis : {axes.right, axes.up})
    for (const int side : {-1, 1}) {
      Vec3 sign = Vec3::Zero();
      sign[axis] = side;
      add(id_of(sign), Handle::Part::face, sign, sign.cwiseProduct(half), 10);
    }
  add("centre", Handle::Part::centre, Vec3::Zero(), Vec3::Zero(), 9);
  return handles;
}

const Handle* handle_at(const std::vector<Handle>& handles,
                        const Vec3& point_in_ego,
                        const Pointer& pointer) {
  const Handle* nearest = nullptr;
  double nearest_px = 0;
  for (const Handle& handle : handles) {
    const Vec3 offset = (point_in_ego - handle.place_in_ego) / pointer.metres_per_pixel;
    const double px = std::hypot(offset.dot(pointer.screen_right), offset.dot(pointer.screen_up));
    if (px > handle.hit_radius_px) continue;
    if (nearest && px >= nearest_px) continue;
    nearest = &handle;
    nearest_px = px;
  }
  return nearest;
}

Cuboid dragged(const Cuboid& cuboid_in_ego,
               const Handle& handle,
               ViewKind view,
               const Vec3& from,
               const Vec3& to,
               bool symmetric) {
  Cuboid box = cuboid_in_ego;
  const Quat& rotation = cuboid_in_ego.pose.rotation;
  const Vec3 delta_in_box = rotation.conjugate() * (to - from);
  switch (handle.part) {
    case Handle::Part::centre:
      box.pose.translation += to - from;
      break;
    case Handle::Part::face:
    case Handle::Part::corner: {
      Vec3 shift = Vec3::Zero();
      for (int i = 0; i < 3; ++i) {
        if (handle.sign[i] == 0) continue;
        const double grown = handle.sign[i] * delta_in_box[i] * (symmetric ? 2 : 1);
        const double size = std::max(cuboid_in_ego.size[i] + grown, kSmallest);
        if (!symmetric) shift[i] = handle.sign[i] * (size - cuboid_in_ego.size[i]) / 2;
        box.size[i] = size;
      }
      box.pose.translation += rotation * shift;
      break;
    }
    case Handle::Part::rotation:
    case Handle::Part::heading: {
      const int normal = axes_of(view).normal;
      const Pose box_from_ego = cuboid_in_ego.pose.inverse();
      const double angle = turn(box_from_ego * from, box_from_ego * to, normal);
      box.pose.rotation =
          (rotation * Quat(Eigen::AngleAxisd(angle, Vec3::Unit(normal)))).normalized();
      break;
    }
  }
  return box;
}

}  // namespace sweepbox
