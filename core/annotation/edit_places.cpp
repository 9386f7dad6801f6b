#include "core/annotation/edit_places.hpp"

#include <algorithm>
#include <map>

namespace sweepbox {
namespace {

const Track* track_in(const Value& value) {
  const auto* track = std::get_if<std::shared_ptr<const Track>>(&value);
  return track ? track->get() : nullptr;
}

bool differ_in_all_frames(const Track& a, const Track& b) {
  return a.class_name != b.class_name || a.name != b.name || a.state != b.state ||
         a.attributes != b.attributes || a.still != b.still || a.rigid != b.rigid;
}

/// Where it came from is not seen: a key that loses its origin alone is the same key.
bool same_box(const Keyframe& a, const Keyframe& b) {
  return a.world_from_box == b.world_from_box && a.size == b.size;
}

const Mark* mark_at(const Track& track, Stamp stamp) {
  const auto mark = track.marks.find(stamp);
  return mark == track.marks.end() ? nullptr : &mark->second;
}

bool same_mark(const Mark* a, const Mark* b) {
  return a && b ? *a == *b : a == b;
}

/// Stamps that one of two maps has alone, or with another value.
template <class T>
void add_differences(const std::map<Stamp, T>& a,
                     const std::map<Stamp, T>& b,
                     std::vector<Stamp>& stamps) {
  for (const auto& [stamp, value] : a)
    if (const auto other = b.find(stamp); other == b.end() || other->second != value)
      stamps.push_back(stamp);
  for (const auto& [stamp, value] : b)
    if (!a.contains(stamp)) stamps.push_back(stamp);
}

}  // namespace

TrackId track_of(const Change& change) {
  const Track* track = track_in(change.before);
  if (!track) track = track_in(change.after);
  return track ? track->uid : 0;
}

bool shows_at(const Change& change, Stamp stamp) {
  const Track* a = track_in(change.before);
  const Track* b = track_in(change.after);
  const auto before = a ? cuboid_at(*a, stamp) : std::nullopt;
  const auto after = b ? cuboid_at(*b, stamp) : std::nullopt;
  if (!before && !after) return false;
  if (!before || !after) return true;
  return !(*before == *after) || differ_in_all_frames(*a, *b) ||
         (key_at(*a, stamp) == nullptr) != (key_at(*b, stamp) == nullptr) ||
         attributes_at(*a, stamp) != attributes_at(*b, stamp) ||
         !same_mark(mark_at(*a, stamp), mark_at(*b, stamp));
}

bool is_of_whole_track(const Change& change) {
  const Track* a = track_in(change.before);
  const Track* b = track_in(change.after);
  if (!a || !b) return a != b;
  // The one key of a static object is its box in every frame.
  return differ_in_all_frames(*a, *b) ||
         (a->still && b->still && !same_box(a->keys.front(), b->keys.front()));
}

std::vector<Stamp> moments_of(const Change& change) {
  const Track* a = track_in(change.before);
  const Track* b = track_in(change.after);
  std::vector<Stamp> stamps;
  if (!a || !b) return stamps;
  for (const Keyframe& key : a->keys)
    if (const Keyframe* other = key_at(*b, key.stamp); !other || !same_box(key, *other))
      stamps.push_back(key.stamp);
  for (const Keyframe& key : b->keys)
    if (!key_at(*a, key.stamp)) stamps.push_back(key.stamp);
  add_differences(a->frame_attributes, b->frame_attributes, stamps);
  add_differences(a->marks, b->marks, stamps);
  if (a->first != b->first) stamps.insert(stamps.end(), {a->first, b->first});
  if (a->last != b->last) stamps.insert(stamps.end(), {a->last, b->last});
  std::sort(stamps.begin(), stamps.end());
  stamps.erase(std::unique(stamps.begin(), stamps.end()), stamps.end());
  return stamps;
}

}  // namespace sweepbox
