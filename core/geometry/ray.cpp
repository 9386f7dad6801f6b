#include "core/geometry/ray.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sweepbox {

Ray operator*(const Pose& b_from_a, const Ray& ray_in_a) {
  return {b_from_a * ray_in_a.origin, b_from_a.rotation * ray_in_a.direction};
}

Plane operator*(const Pose& b_from_a, const Plane& plane_in_a) {
  const Vec3 normal = b_from_a.rotation * plane_in_a.normal;
  return {normal, plane_in_a.offset + normal.dot(b_from_a.translation)};
}

std::optional<double> hit(const Ray& ray, const Plane& plane) {
  const double fall = plane.normal.dot(ray.direction);
  if (fall == 0) return std::nullopt;
  const double distance = -plane.height_of(ray.origin) / fall;
  if (!(distance >= 0) || !std::isfinite(distance)) return std::nullopt;
  return distance;
}

std::optional<BoxHit> hit(const Ray& ray, const Cuboid& cuboid) {
  const Ray in_box = cuboid.pose.inverse() * ray;
  double enter = -std::numeric_limits<double>::infinity();
  double leave = std::numeric_limits<double>::infinity();
  int enter_face = -1;
  int leave_face = -1;
  for (int axis = 0; axis < 3; ++axis) {
    const double half = cuboid.size[axis] / 2;
    const double start = in_box.origin[axis];
    const double step = in_box.direction[axis];
    if (step == 0) {  // parallel to the slab: 0/0 would be neither inside nor outside
      if (!(std::abs(start) <= half)) return std::nullopt;
      continue;
    }
    const int towards = step > 0 ? 1 : 0;
    const double sign = step > 0 ? 1 : -1;
    const double in = (-sign * half - start) / step;
    const double out = (sign * half - start) / step;
    if (in > enter) {
      enter = in;
      enter_face = 2 * axis + 1 - towards;
    }
    if (out < leave) {
      leave = out;
      leave_face = 2 * axis + towards;
    }
  }
  if (!(enter <= leave) || leave < 0 || leave_face < 0) return std::nullopt;
  if (enter < 0) return BoxHit{0, leave_face};
  return BoxHit{enter, enter_face};
}

}  // namespace sweepbox
