#include "core/annotation/rebase.hpp"

#include <set>
#include <utility>

namespace sweepbox {
namespace {

/// Takes one part into `ours`, which holds what the edit made of it; false where both changed it.
template <class T>
bool take(const T& before, T& ours, const T& theirs) {
  if (theirs == before || theirs == ours) return true;
  if (!(ours == before)) return false;
  ours = theirs;
  return true;
}

/// Entry by entry; one that is missing is a part like any other.
template <class Key, class T>
bool take(const std::map<Key, T>& before, std::map<Key, T>& ours, const std::map<Key, T>& theirs) {
  const auto at = [](const std::map<Key, T>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::optional<T>() : std::optional<T>(found->second);
  };
  std::set<Key> keys;
  for (const auto& [key, value] : before) keys.insert(key);
  for (const auto& [key, value] : ours) keys.insert(key);
  for (const auto& [key, value] : theirs) keys.insert(key);
  for (const Key& key : keys) {
    std::optional<T> mine = at(ours, key);
    if (!take(at(before, key), mine, at(theirs, key))) return false;
    if (mine)
      ours.insert_or_assign(key, std::move(*mine));
    else
      ours.erase(key);
  }
  return true;
}

using Keys = std::map<Stamp, Keyframe>;

Keys by_stamp(const Track& track) {
  Keys keys;
  for (const Keyframe& key : track.keys) keys.emplace(key.stamp, key);
  return keys;
}

/// Pose and size of a key that all three have are parts of their own; the rest of it (source,
/// score, origin) belongs to the pose, and an origin holds only while nobody changed anything.
bool take(const Keyframe& before, Keyframe& ours, const Keyframe& theirs) {
  if (theirs == before || theirs == ours) return true;
  if (ours == before) {
    ours = theirs;
    return true;
  }
  const bool same_origin = ours.origin == theirs.origin;
  Vec3 size = ours.size;
  if (!take(before.size, size, theirs.size)) return false;
  Keyframe placed = ours;
  if (theirs.world_from_box != before.world_from_box) {
    if (ours.world_from_box != before.world_from_box &&
        ours.world_from_box != theirs.world_from_box)
      return false;
    placed = theirs;
  }
  placed.size = size;
  if (!same_origin) placed.origin.reset();
  ours = std::move(placed);
  return true;
}

bool take_keys(const Track& before, Track& ours, const Track& theirs) {
  const Keys was = by_stamp(before), now = by_stamp(theirs);
  Keys mine = by_stamp(ours);
  std::set<Stamp> stamps;
  for (const Track* track : {&before, &std::as_const(ours), &theirs})
    for (const Keyframe& key : track->keys) stamps.insert(key.stamp);
  for (const Stamp stamp : stamps) {
    const auto a = was.find(stamp), c = now.find(stamp);
    const auto b = mine.find(stamp);
    if (a != was.end() && b != mine.end() && c != now.end()) {
      if (!take(a->second, b->second, c->second)) return false;
      continue;
    }
    std::optional<Keyframe> one, other;
    if (a != was.end()) one = a->second;
    if (c != now.end()) other = c->second;
    std::optional<Keyframe> kept;
    if (b != mine.end()) kept = b->second;
    if (!take(one, kept, other)) return false;
    mine.erase(stamp);
    if (kept) mine.emplace(stamp, std::move(*kept));
  }
  ours.keys.clear();
  for (auto& [stamp, key] : mine) ours.keys.push_back(std::move(key));
  return true;
}

std::optional<Track> merged(const Track& before, Track ours, const Track& theirs) {
  const bool taken =
      take(before.name, ours.name, theirs.name) &&
      take(before.class_name, ours.class_name, theirs.class_name) &&
      take(before.attributes, ours.attributes, theirs.attributes) &&
      take(before.first, ours.first, theirs.first) && take(before.last, ours.last, theirs.last) &&
      take(before.rigid, ours.rigid, theirs.rigid) &&
      take(before.still, ours.still, theirs.still) &&
      take(before.state, ours.state, theirs.state) && take_keys(before, ours, theirs) &&
      take(before.frame_attributes, ours.frame_attributes, theirs.frame_attributes) &&
      take(before.marks, ours.marks, theirs.marks);
  if (!taken || why_unsound(ours)) return std::nullopt;
  return ours;
}

}  // namespace

std::optional<Edit> rebased(const Edit& edit, const Document& document) {
  using Held = std::shared_ptr<const Track>;
  Edit result = edit;
  for (Change& change : result.changes) {
    const Value now = document.value(change.key);
    if (same(change.before, now)) continue;
    const auto* before = std::get_if<Held>(&change.before);
    const auto* ours = std::get_if<Held>(&change.after);
    const auto* theirs = std::get_if<Held>(&now);
    if (!before || !ours || !theirs) return std::nullopt;
    auto track = merged(**before, **ours, **theirs);
    if (!track) return std::nullopt;
    change.before = now;
    change.after = std::make_shared<const Track>(std::move(*track));
  }
  return result;
}

}  // namespace sweepbox
