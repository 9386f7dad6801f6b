#include "core/label/points.hpp"

#include <algorithm>

namespace sweepbox {

const WantedChannels& channels_for_counts() {
  static const WantedChannels channels = std::vector<std::string>{"lidar", "rcs"};
  return channels;
}

bool is_radar(const Sweep& sweep) {
  return std::any_of(sweep.pieces.begin(), sweep.pieces.end(), [](const auto& piece) {
    return piece->channel("rcs") != nullptr;
  });
}

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

std::optional<std::size_t> PointCounts::of(const Cuboid& cuboid_in_ego, int frame) {
  if (frame != frame_) {
    frame_ = frame;
    sweep_.reset();
    const bool has = frame >= 0 && !drive_.info().lidars.empty() &&
                     drive_.frames()[static_cast<std::size_t>(frame)].sweeps.front();
    if (has)
      if (auto sweep = drive_.read_sweep(frame, 0, channels_for_counts())) sweep_ = std::move(*sweep);
  }
  if (!sweep_) return std::nullopt;
  return count_inside(*sweep_, sweep_->ego_from_points.inverse() * cuboid_in_ego);
}

}  // namespace sweepbox
