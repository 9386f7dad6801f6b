#include "core/annotation/edits.hpp"

#include "core/annotation/track_changes.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <set>

namespace sweepbox {
namespace {

/// Where split() ends the first part, before the second begins: shorter than any gap between
/// frames, long enough that a velocity over it is no rounding noise.
constexpr std::int64_t kCutNs = 1'000'000;

/// What holds per frame at a time, as one entry.
Attributes frame_attributes_at(const Track& track, Stamp stamp) {
  Attributes result;
  for (const auto& [since, attributes] : track.frame_attributes) {
    if (since > stamp) break;
    for (const auto& [name, value] : attributes) result[name] = value;
  }
  return result;
}

/// The track between two times of its life: keys beyond go, one is set at each end that was cut, so
/// that the box there stays as it was (none where it was absent). No keys, or present nowhere:
/// nothing is left.
Track cut(const Track& track, const Moment& first, const Moment& last) {
  Track result = track;
  result.first = first.stamp;
  result.last = last.stamp;
  const auto outside = [&](Stamp stamp) { return stamp < first.stamp || last.stamp < stamp; };
  if (track.still) {
    // Its one key may stand anywhere in the life.
    Keyframe& key = result.keys.front();
    if (outside(key.stamp)) {
      key.frame = first.frame;
      key.stamp = first.stamp;
      key.origin.reset();
    }
  } else {
    std::erase_if(result.keys, [&](const Keyframe& key) { return outside(key.stamp); });
    for (const Moment* end : {&first, &last}) {
      const bool was_cut = end == &first ? track.first < first.stamp : last.stamp < track.last;
      if (was_cut && !key_at(track, end->stamp) && present_at(track, end->stamp))
        put_key(result, *end, cuboid_by_keys(track, end->stamp), KeySource::hand);
    }
  }
  result.frame_attributes.erase(result.frame_attributes.begin(),
                                result.frame_attributes.upper_bound(first.stamp));
  result.frame_attributes.erase(result.frame_attributes.upper_bound(last.stamp),
                                result.frame_attributes.end());
  if (Attributes held = frame_attributes_at(track, first.stamp); !held.empty())
    result.frame_attributes[first.stamp] = std::move(held);
  std::erase_if(result.marks, [&](const auto& mark) { return outside(mark.first); });
  return result;
}

Moment first_of(const Track& track) {
  const Keyframe* key = key_at(track, track.first);
  return {key ? key->frame : std::string(), track.first};
}

Moment last_of(const Track& track) {
  const Keyframe* key = key_at(track, track.last);
  return {key ? key->frame : std::string(), track.last};
}

/// Within the life and no absence.
bool is_present(const Track& track, Stamp stamp) {
  return track.first <= stamp && stamp <= track.last && present_at(track, stamp);
}

/// In a frame that both have, a box that is shown counts more than one that is hidden.
void drop_hidden_where_present(Track& track, const Track& other) {
  std::erase_if(track.keys, [&](const Keyframe& key) {
    return !present_at(track, key.stamp) && is_present(other, key.stamp);
  });
}

/// Presence of two tracks that become one. Between their lives it goes on where both are present at
/// the ends that meet.
bool present_in_either(const Track& a, const Track& b, Stamp stamp) {
  const auto lives = [&](const Track& track) {
    return track.first <= stamp && stamp <= track.last;
  };
  if (lives(a) || lives(b)) return is_present(a, stamp) || is_present(b, stamp);
  const Track& earlier = a.last < b.first ? a : b;
  const Track& later = &earlier == &a ? b : a;
  return present_at(earlier, earlier.last) && present_at(later, later.first);
}

/// Where present_in_either may change, ascending.
std::set<Stamp> changes_of_presence(const Track& a, const Track& b) {
  std::set<Stamp> result;
  for (const Track* track : {&a, &b}) {
    for (const auto& [since, attributes] : track->frame_attributes)
      if (attributes.contains(kPresent)) result.insert(since);
    result.insert(track->first);
    result.insert({track->last.ns + 1});
  }
  const Stamp first = std::min(a.first, b.first), last = std::max(a.last, b.last);
  std::erase_if(result, [&](Stamp stamp) { return stamp < first || last < stamp; });
  return result;
}

tl::unexpected<Error> nothing_left(const Track& track) {
  return refuse(text("Nothing of {} would be left", words_of(track)),
                "delete the whole track if it should go");
}

Result<Edit> cut_to(const Document& document,
                    const std::shared_ptr<const Track>& before,
                    const Moment& first,
                    const Moment& last,
                    Text title) {
  if (last.stamp < first.stamp) return nothing_left(*before);
  Track track = cut(*before, first, last);
  if (track.keys.empty() || !shown_life(track)) return nothing_left(*before);
  TrackChanges changes(document);
  changes.set(before, std::move(track));
  return std::move(changes).finish(std::move(title));
}

}  // namespace

Result<Edit> delete_tracks(const Document& document, std::span<const TrackId> uids) {
  const auto befores = find_tracks(document, uids);
  if (!befores) return tl::make_unexpected(befores.error());
  TrackChanges changes(document);
  for (const auto& before : *befores) changes.remove(before);
  return std::move(changes).finish(text("{} deleted", english(words_of(*befores))));
}

Result<Edit> delete_before(const Document& document, TrackId uid, const Moment& moment) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if (moment.stamp <= (*before)->first) return Edit{};
  return cut_to(document,
                *before,
                moment,
                last_of(**before),
                text("{} deleted before {}", words_of(**before), words_of(moment)));
}

Result<Edit> delete_after(const Document& document, TrackId uid, const Moment& moment) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if ((*before)->last <= moment.stamp) return Edit{};
  return cut_to(document,
                *before,
                first_of(**before),
                moment,
                text("{} deleted after {}", words_of(**before), words_of(moment)));
}

Result<Edit> set_life(const Document& document,
                      TrackId uid,
                      const Moment& first,
                      const Moment& last) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if (last.stamp < first.stamp || last.stamp < (*before)->first || (*before)->last < first.stamp)
    return nothing_left(**before);
  return cut_to(
      document,
      *before,
      first,
      last,
      text("Life of {} set from {} to {}", words_of(**before), words_of(first), words_of(last)));
}

Result<Edit> split(const Document& document, TrackId uid, const Moment& moment, TrackId new_uid) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if (new_uid == 0 || document.track(new_uid)) return refuse("This box is there already");
  const Stamp end{moment.stamp.ns - kCutNs};
  if (end < (*before)->first || (*before)->last < moment.stamp)
    return refuse(text("{} does not reach across {}", words_of(**before), words_of(moment)),
                  "go to a frame within its life, after its first");

  Track head = cut(**before, first_of(**before), {{}, end});
  Track tail = cut(**before, moment, last_of(**before));
  if (head.keys.empty() || tail.keys.empty() || !shown_life(head) || !shown_life(tail))
    return refuse(text("{} is absent on one side of {}", words_of(**before), words_of(moment)),
                  "split it in a frame where it has a box");
  tail.uid = new_uid;
  tail.name = document.tracks().free_name();
  const Text title =
      text("{} split in {}: {} goes on", words_of(**before), words_of(moment), words_of(tail));
  TrackChanges changes(document);
  changes.set(*before, std::move(head));
  changes.add(std::move(tail), *before);
  return std::move(changes).finish(title);
}

Result<Edit> merge(const Document& document, TrackId first_uid, TrackId second_uid) {
  const auto first = find_track(document, first_uid);
  if (!first) return tl::make_unexpected(first.error());
  const auto second = find_track(document, second_uid);
  if (!second) return tl::make_unexpected(second.error());
  if (first_uid == second_uid) return refuse("A track cannot be merged with itself");

  Track track = **first;
  drop_hidden_where_present(track, **second);
  for (Keyframe key : (*second)->keys) {
    if (!present_at(**second, key.stamp) && is_present(**first, key.stamp)) continue;
    if (track.rigid) key.size = (*first)->keys.front().size;
    if (const Keyframe* own = key_at(track, key.stamp)) {
      if (own->cuboid() == key.cuboid() || !is_present(**second, key.stamp)) continue;
      const std::string frame = own->frame.empty() ? key.frame : own->frame;
      return refuse(text("{} and {} have different boxes in {}",
                         words_of(**first),
                         words_of(**second),
                         words_of(Moment{frame, key.stamp})),
                    "delete one of the two boxes first");
    }
    const auto at = std::lower_bound(
        track.keys.begin(), track.keys.end(), key.stamp, [](const Keyframe& k, Stamp stamp) {
          return k.stamp < stamp;
        });
    track.keys.insert(at, std::move(key));
  }
  // Where split() cut, a key of no frame stands right before another: the curve goes on without it.
  for (std::size_t i = 0; i + 1 < track.keys.size();) {
    const bool cut_end = track.keys[i].frame.empty() &&
                         track.keys[i + 1].stamp.ns - track.keys[i].stamp.ns <= kCutNs;
    if (cut_end)
      track.keys.erase(track.keys.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
  track.first = std::min(track.first, (*second)->first);
  track.last = std::max(track.last, (*second)->last);
  if (track.keys.size() > 1) track.still = false;
  forget_presence(track, track.first, track.last);
  for (const auto& [stamp, attributes] : (*second)->frame_attributes)
    for (const auto& [name, value] : attributes)
      if (name != kPresent) track.frame_attributes[stamp].emplace(name, value);
  for (const Stamp stamp : changes_of_presence(**first, **second))
    set_presence(track, stamp, present_in_either(**first, **second, stamp));
  for (const auto& [stamp, mark] : (*second)->marks) track.marks.emplace(stamp, mark);

  TrackChanges changes(document);
  changes.set(*first, std::move(track), std::span(&*second, 1));
  changes.remove(*second);
  return std::move(changes).finish(
      text("{} merged into {}", words_of(**second), words_of(**first)));
}

Result<Edit> set_still(const Document& document,
                       TrackId uid,
                       const Moment& moment,
                       const Moment& drive_first,
                       const Moment& drive_last,
                       bool drive_has_poses) {
  if (!drive_has_poses)
    return refuse("One place in the world needs poses: this drive has none",
                  "set keyframes instead");
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  const auto cuboid = box_at(**before, moment);
  if (!cuboid) return tl::make_unexpected(cuboid.error());
  if (drive_last.stamp < drive_first.stamp) return nothing_left(**before);

  Track track = **before;
  const Keyframe* own = key_at(track, moment.stamp);
  if (own) {
    track.keys = {Keyframe(*own)};
  } else {
    track.keys.clear();
    put_key(track, moment, *cuboid, KeySource::hand);
  }
  track.still = true;
  track.rigid = true;
  track.first = std::min(drive_first.stamp, moment.stamp);
  track.last = std::max(drive_last.stamp, moment.stamp);
  forget_presence(track, Stamp{INT64_MIN}, Stamp{INT64_MAX});
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(
      text("One place in the world for {}, through the whole drive", words_of(**before)));
}

Result<Edit> unset_still(const Document& document, TrackId uid) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  Track track = **before;
  track.still = false;
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text("{} may move again", words_of(**before)));
}

}  // namespace sweepbox
