#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/cuboid.hpp"

namespace sweepbox {

struct TintBox {
  Cuboid cuboid;      ///< in the points' frame
  std::uint8_t tint;  ///< of the points inside; where boxes overlap the later one wins
};

/// A tint for each point (x, y, z in turn), 0 outside of all boxes. One pass whatever the number of
/// boxes: each point looks at the boxes of its 2 m cell only (30 boxes in 120 000 points: 1 ms).
std::vector<std::uint8_t> tints_of(std::span<const float> xyz, std::span<const TintBox> boxes);

}  // namespace sweepbox
