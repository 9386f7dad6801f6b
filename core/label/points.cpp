#include "core/label/points.hpp"

#include <algorithm>

namespace sweepbox {

std::size_t count_points(const Sweep& sweep,
                         std::span<const std::string> parts,
                         const Cuboid& cuboid_in_points,
                         const Attributes& attributes) {
  const auto named = attributes.find(kLidarAttribute);
  const auto part = named == attributes.end()
                        ? parts.end()
                        : std::find(parts.begin(), parts.end(), named->second);
  if (part == parts.end()) return count_inside(sweep, cuboid_in_points);
  const auto wanted = static_cast<float>(part - parts.begin());
  std::size_t count = 0, piece_begin = 0, piece = 0;
  for (const std::uint32_t index : indices_inside(sweep, cuboid_in_points)) {
    while (index >= piece_begin + sweep.pieces[piece]->size())
      piece_begin += sweep.pieces[piece++]->size();
    const Channel* lidar = sweep.pieces[piece]->channel("lidar");
    count += !lidar || lidar->values[index - piece_begin] == wanted;
  }
  return count;
}

}  // namespace sweepbox
