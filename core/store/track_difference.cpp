#include "core/store/track_difference.hpp"

#include <utility>

#include "core/store/parts.hpp"

namespace sweepbox {
namespace {

template <class Item>
TwoSides<Item> difference(const std::map<Stamp, Item>& before, const std::map<Stamp, Item>& after) {
  TwoSides<Item> sides;
  for (const auto& [stamp, item] : before) {
    const auto other = after.find(stamp);
    if (other == after.end() || !(other->second == item)) sides.before.emplace(stamp, item);
  }
  for (const auto& [stamp, item] : after) {
    const auto other = before.find(stamp);
    if (other == before.end() || !(other->second == item)) sides.after.emplace(stamp, item);
  }
  return sides;
}

/// Takes `held` out of the list and puts `wanted` in. False where the list does not have `held`.
template <class Item>
bool exchange(std::map<Stamp, Item>& list,
              const std::map<Stamp, Item>& held,
              std::map<Stamp, Item> wanted) {
  for (const auto& [stamp, item] : held) {
    const auto found = list.find(stamp);
    if (found == list.end() || !(found->second == item)) return false;
    list.erase(found);
  }
  for (auto& [stamp, item] : wanted)
    if (!list.emplace(stamp, std::move(item)).second) return false;
  return true;
}

template <class Item>
void pack_sides(Packer& to,
                const std::map<Stamp, Item>& before,
                const std::map<Stamp, Item>& after) {
  const TwoSides<Item> sides = difference(before, after);
  pack_list(to, sides.before);
  pack_list(to, sides.after);
}

template <class Item>
TwoSides<Item> unpack_sides(Unpacker& from) {
  TwoSides<Item> sides;
  sides.before = unpack_list<Item>(from);
  sides.after = unpack_list<Item>(from);
  return sides;
}

}  // namespace

void pack_difference(Packer& to, const Track& before, const Track& after) {
  pack_head(to, before);
  to.byte(same_head(before, after) ? 1 : 0);
  if (!same_head(before, after)) pack_head(to, after);
  pack_sides(to, by_stamp(before.keys), by_stamp(after.keys));
  pack_sides(to, before.frame_attributes, after.frame_attributes);
  pack_sides(to, before.marks, after.marks);
}

TrackDifference unpack_difference(Unpacker& from) {
  TrackDifference difference;
  difference.before = unpack_head(from);
  const std::uint8_t same = from.byte();
  if (same > 1) from.spoil();
  difference.after = same ? difference.before : unpack_head(from);
  difference.keys = unpack_sides<Keyframe>(from);
  difference.frame_attributes = unpack_sides<Attributes>(from);
  difference.marks = unpack_sides<Mark>(from);
  // Keys are compared with their stamp, which lies in the map's key alone on the disk.
  for (auto* side : {&difference.keys.before, &difference.keys.after})
    for (auto& [stamp, key] : *side) key.stamp = stamp;
  return difference;
}

std::optional<Track> other_side(TrackDifference difference, const Track& held, Holds holds) {
  const bool after_held = holds == Holds::after;
  if (!same_head(held, after_held ? difference.after : difference.before)) return std::nullopt;
  Track wanted = after_held ? std::move(difference.before) : std::move(difference.after);
  const auto turn = [&](auto& list, auto& sides) {
    return after_held ? exchange(list, sides.after, std::move(sides.before))
                      : exchange(list, sides.before, std::move(sides.after));
  };
  auto keys = by_stamp(held.keys);
  wanted.frame_attributes = held.frame_attributes;
  wanted.marks = held.marks;
  if (!turn(keys, difference.keys) || !turn(wanted.frame_attributes, difference.frame_attributes) ||
      !turn(wanted.marks, difference.marks))
    return std::nullopt;
  wanted.keys = as_keys(std::move(keys));
  return wanted;
}

}  // namespace sweepbox
