#include "core/scene/boxes.hpp"

#include <algorithm>

#include "core/scene/world.hpp"

namespace sweepbox {

std::vector<FrameCuboid> cuboids_in_frame(const Document& document, const Drive& drive, int frame) {
  const Stamp stamp = drive.frames()[static_cast<std::size_t>(frame)].stamp;
  const Pose ego_from_world = world_from_ego_of_label(drive, stamp).inverse();
  std::vector<FrameCuboid> result;
  for (const auto& track : document.tracks_at(stamp, stamp))
    if (const auto cuboid = cuboid_at(*track, stamp))
      result.push_back({track, ego_from_world * *cuboid});
  std::stable_sort(result.begin(), result.end(), [](const FrameCuboid& a, const FrameCuboid& b) {
    return name_before(a.track->name, b.track->name);
  });
  return result;
}

std::optional<Cuboid> cuboid_in_ego_at(const Track& track, const Drive& drive, Stamp stamp) {
  const bool within = track.first <= stamp && stamp <= track.last;
  const auto cuboid = cuboid_at(track, stamp, within ? 0 : drive.frame_table().gap_ns() / 2);
  if (!cuboid) return std::nullopt;
  return world_from_ego_of_label(drive, stamp).inverse() * *cuboid;
}

std::optional<Cuboid> cuboid_on_image(const Track& track,
                                      const Drive& drive,
                                      Stamp frame,
                                      Stamp image) {
  if (auto cuboid = cuboid_in_ego_at(track, drive, image)) return cuboid;
  const auto in_frame = cuboid_in_ego_at(track, drive, frame);
  if (!in_frame) return std::nullopt;
  const std::int64_t between = std::max(frame, image).ns - std::min(frame, image).ns;
  if (const auto carried = cuboid_at(track, image, between))
    return world_from_ego_of_label(drive, image).inverse() * *carried;
  return ego_from_ego(drive, frame, image) * *in_frame;
}

std::vector<FrameCuboid> cuboids_on_image(const Document& document,
                                          const Drive& drive,
                                          Stamp frame,
                                          Stamp image) {
  const std::int64_t reach = drive.frame_table().gap_ns() / 2;
  std::vector<FrameCuboid> result;
  for (const auto& track :
       document.tracks_at({std::min(frame, image).ns - reach}, {std::max(frame, image).ns + reach}))
    if (const auto cuboid = cuboid_on_image(*track, drive, frame, image))
      result.push_back({track, *cuboid});
  return result;
}

}  // namespace sweepbox
