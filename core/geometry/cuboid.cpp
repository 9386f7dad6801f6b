#include "core/geometry/cuboid.hpp"

#include <cmath>

namespace sweepbox {

const std::array<std::array<int, 2>, 12> kCuboidEdges{{{1, 3},
                                                       {3, 7},
                                                       {7, 5},
                                                       {5, 1},
                                                       {0, 2},
                                                       {2, 6},
                                                       {6, 4},
                                                       {4, 0},
                                                       {0, 1},
                                                       {2, 3},
                                                       {4, 5},
                                                       {6, 7}}};

const std::array<std::array<int, 4>, 6> kCuboidFaces{
    {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}}};

Cuboid operator*(const Pose& b_from_a, const Cuboid& cuboid_in_a) {
  return {b_from_a * cuboid_in_a.pose, cuboid_in_a.size};
}

std::array<Vec3, 8> corners(const Cuboid& cuboid) {
  // As a matrix product: eight rotations by a quaternion would cost twice as much.
  const Mat3 axes = cuboid.pose.rotation.toRotationMatrix();
  const Vec3 half = cuboid.size / 2;
  std::array<Vec3, 8> result;
  for (unsigned i = 0; i < 8; ++i) {
    const Vec3 in_box((i & 1U) ? half.x() : -half.x(),
                      (i & 2U) ? half.y() : -half.y(),
                      (i & 4U) ? half.z() : -half.z());
    result[i] = axes * in_box + cuboid.pose.translation;
  }
  return result;
}

bool contains(const Cuboid& cuboid, const Vec3& point) {
  const Vec3 in_box =
      cuboid.pose.rotation.toRotationMatrix().transpose() * (point - cuboid.pose.translation);
  return (in_box.array().abs() <= cuboid.size.array() / 2).all();
}

double volume(const Cuboid& cuboid) {
  return cuboid.size.prod();
}

bool is_valid(const Cuboid& cuboid) {
  return cuboid.size.allFinite() && (cuboid.size.array() > 0).all() &&
         cuboid.pose.translation.allFinite() &&
         std::abs(cuboid.pose.rotation.norm() - 1) <= 1e-6;  // false for NaN
}

}  // namespace sweepbox
