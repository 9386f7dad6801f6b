#pragma once
#include <array>
#include <span>

#include "core/geometry/pose.hpp"

namespace sweepbox {

/// An oriented box with nine degrees of freedom. Its own axes: x to the front, y to the left, z up.
struct Cuboid {
  Pose pose;                 ///< of its centre: frame_from_box
  Vec3 size = Vec3::Ones();  ///< (length along x, width along y, height along z), m, each > 0

  bool operator==(const Cuboid& other) const { return pose == other.pose && size == other.size; }
};

/// The same box in another frame: b_from_a applied to a cuboid in a.
Cuboid operator*(const Pose& b_from_a, const Cuboid& cuboid_in_a);

/// Corner i has x at +half for i & 1, y for i & 2, z for i & 4, else −half.
std::array<Vec3, 8> corners(const Cuboid& cuboid);

/// Pairs of corner indices of the twelve edges; the first four bound the front face (x = +half).
extern const std::array<std::array<int, 2>, 12> kCuboidEdges;

/// Corner indices of the six faces, in order −x, +x (front), −y, +y, −z, +z; each counter-clockwise
/// seen from outside.
extern const std::array<std::array<int, 4>, 6> kCuboidFaces;

/// Closed: the surface belongs to it.
bool contains(const Cuboid& cuboid, const Vec3& point);

double volume(const Cuboid& cuboid);

/// Finite, positive sizes, unit rotation (within 1e-6).
bool is_valid(const Cuboid& cuboid);

}  // namespace sweepbox
