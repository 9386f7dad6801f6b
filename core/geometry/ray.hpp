#pragma once
#include <optional>

#include "core/geometry/cuboid.hpp"

namespace sweepbox {

struct Ray {
  Vec3 origin;
  Vec3 direction;  ///< unit length

  Vec3 at(double distance) const { return origin + distance * direction; }
};

Ray operator*(const Pose& b_from_a, const Ray& ray_in_a);

/// normal · point = offset; unit normal.
struct Plane {
  Vec3 normal = Vec3::UnitZ();
  double offset = 0;

  double height_of(const Vec3& point) const { return normal.dot(point) - offset; }
};

Plane operator*(const Pose& b_from_a, const Plane& plane_in_a);

/// Distance along the ray to the plane, ≥ 0; empty where it runs parallel or away.
std::optional<double> hit(const Ray& ray, const Plane& plane);

struct BoxHit {
  double distance;  ///< ≥ 0; 0 where the ray starts inside
  int face;  ///< as in kCuboidFaces: the face it enters by (leaves by, where it starts inside)
};

/// First meeting of the ray with the closed box (slabs in the box's own frame; Kay and Kajiya
/// 1986).
std::optional<BoxHit> hit(const Ray& ray, const Cuboid& cuboid);

}  // namespace sweepbox
