#include "core/label/cuboids.hpp"

#include <cmath>

namespace sweepbox {
namespace {

constexpr double kSame = 1e-7;
constexpr double kLargestSize = 100, kFarthest = 100'000;
constexpr const char* kFix = "correct the box, or take the file again";

}  // namespace

Quat from_xyz_angles(const Vec3& angles) {
  return Quat(Eigen::AngleAxisd(angles.x(), Vec3::UnitX()) *
              Eigen::AngleAxisd(angles.y(), Vec3::UnitY()) *
              Eigen::AngleAxisd(angles.z(), Vec3::UnitZ()));
}

Vec3 xyz_angles_of(const Quat& rotation) {
  const Mat3 r = rotation.toRotationMatrix();
  if (std::abs(r(0, 2)) > 1 - 1e-12)
    return {0, std::copysign(kPi / 2, r(0, 2)), std::atan2(r(1, 0), r(1, 1))};
  return {std::atan2(-r(1, 2), r(2, 2)), std::asin(r(0, 2)), std::atan2(-r(0, 1), r(0, 0))};
}

Result<Cuboid> checked_cuboid(const Vec3& place, const Vec3& size, const Quat& q) {
  for (int i = 0; i < 3; ++i) {
    if (!(size[i] > 0 && size[i] <= kLargestSize))
      return fail(
          {}, "size", text("lengths above 0, up to {} m", kLargestSize), text("{}", size[i]), kFix);
    if (!(std::abs(place[i]) <= kFarthest))
      return fail(
          {}, "position", text("a place within {} m", kFarthest), text("{}", place[i]), kFix);
  }
  if (!(std::abs(q.norm() - 1) < 1e-6))
    return fail({}, "rotation", "finite angles", text("{}", q.norm()), kFix);
  return Cuboid{{q, place}, size};
}

bool same_rotation(const Quat& a, const Quat& b) {
  return angle_between(a, b) <= kSame;
}

}  // namespace sweepbox
