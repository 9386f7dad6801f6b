#include "core/annotation/track_changes.hpp"

#include <algorithm>
#include <cassert>

namespace sweepbox {
namespace {

/// Attributes that a record holds: presence is told by the record's being there.
Attributes recorded_attributes(const Track& track, Stamp stamp) {
  Attributes result = attributes_at(track, stamp);
  result.erase(kPresent);
  return result;
}

bool still_recorded(const Keyframe& key, const Track& now, const Track& before) {
  const Keyframe* was = key_at(before, key.stamp);
  if (!was || was->origin != key.origin || !(was->cuboid() == key.cuboid())) return false;
  if (now.class_name != before.class_name) return false;
  if (now.attributes == before.attributes && now.frame_attributes == before.frame_attributes)
    return true;
  return recorded_attributes(now, key.stamp) == recorded_attributes(before, key.stamp);
}

void end_origins(Track& track, std::span<const std::shared_ptr<const Track>> befores) {
  for (Keyframe& key : track.keys)
    if (key.origin && std::none_of(befores.begin(), befores.end(), [&](const auto& before) {
          return still_recorded(key, track, *before);
        }))
      key.origin.reset();
}

template <class T>
auto first_key_from(T& track, Stamp stamp) {
  return std::lower_bound(
      track.keys.begin(), track.keys.end(), stamp, [](const Keyframe& key, Stamp s) {
        return key.stamp < s;
      });
}

Key key_of(const Track& track) {
  return {Kind::track, to_hex(track.uid)};
}

}  // namespace

void TrackChanges::set(const std::shared_ptr<const Track>& before,
                       Track after,
                       std::span<const std::shared_ptr<const Track>> others) {
  assert(before->uid == after.uid);
  std::vector<std::shared_ptr<const Track>> befores(others.begin(), others.end());
  befores.push_back(before);
  end_origins(after, befores);
  assert(!why_unsound(after));
  if (after == *before) return;
  Key key = key_of(after);
  edit_.changes.push_back(
      {std::move(key), before, std::make_shared<const Track>(std::move(after))});
}

void TrackChanges::add(Track track, const std::shared_ptr<const Track>& from) {
  assert(!document_.track(track.uid));
  if (from)
    end_origins(track, std::span(&from, 1));
  else
    end_origins(track, {});
  assert(!why_unsound(track));
  Key key = key_of(track);
  edit_.changes.push_back(
      {std::move(key), std::monostate(), std::make_shared<const Track>(std::move(track))});
}

void TrackChanges::remove(const std::shared_ptr<const Track>& track) {
  edit_.changes.push_back({key_of(*track), track, std::monostate()});
}

Edit TrackChanges::finish(Text title) && {
  edit_.title = std::move(title);
  return std::move(edit_);
}

Result<std::shared_ptr<const Track>> find_track(const Document& document, TrackId uid) {
  auto track = document.track(uid);
  if (!track) return refuse("This box is gone", "select another one");
  return track;
}

Result<std::vector<std::shared_ptr<const Track>>> find_tracks(const Document& document,
                                                              std::span<const TrackId> uids) {
  std::vector<std::shared_ptr<const Track>> result;
  for (const TrackId uid : uids) {
    auto track = find_track(document, uid);
    if (!track) return tl::make_unexpected(track.error());
    // Named twice is meant once: an edit replaces a thing once.
    if (std::find(result.begin(), result.end(), *track) == result.end())
      result.push_back(std::move(*track));
  }
  return result;
}

Result<Cuboid> box_at(const Track& track, const Moment& moment) {
  const auto cuboid = cuboid_at(track, moment.stamp);
  if (!cuboid)
    return refuse(text("{} has no box in {}", words_of(track), words_of(moment)),
                  "go to a frame within its life, or set a keyframe here");
  return *cuboid;
}

std::string words_of(const Track& track) {
  return track.class_name + " " + track.name;
}

std::string words_of(const Moment& moment) {
  return moment.frame.empty() ? to_text(moment.stamp, Stamp{}) : "frame " + moment.frame;
}

Text words_of(std::span<const std::shared_ptr<const Track>> tracks) {
  if (tracks.size() == 1) return words_of(*tracks.front());
  return text("{} boxes", tracks.size());
}

void put_key(Track& track, const Moment& moment, const Cuboid& cuboid, KeySource source) {
  Keyframe key;
  key.frame = moment.frame;
  key.stamp = moment.stamp;
  key.world_from_box = cuboid.pose;
  key.size = cuboid.size;
  key.source = source;
  const auto at = first_key_from(track, moment.stamp);
  if (at != track.keys.end() && at->stamp == moment.stamp)
    *at = std::move(key);
  else
    track.keys.insert(at, std::move(key));
}

void end_absence(Track& track, Stamp stamp) {
  if (present_at(track, stamp)) return;
  const auto gone = absences(track);
  const auto here = std::find_if(gone.begin(), gone.end(), [&](const Absence& absence) {
    return absence.from <= stamp && (!absence.until || stamp < *absence.until);
  });
  if (here == gone.end()) {  // beyond the life
    set_presence(track, stamp, true);
    return;
  }
  const auto after = first_key_from(track, stamp);
  const bool hidden = after != track.keys.begin() && here->from <= std::prev(after)->stamp;
  const Stamp since = hidden ? halfway(std::prev(after)->stamp, stamp) : here->from;
  forget_presence(track, since, stamp);
  set_presence(track, since, true);
  // The next change may only repeat it.
  auto& entries = track.frame_attributes;
  const auto next = std::find_if(entries.upper_bound(stamp), entries.end(), [](const auto& entry) {
    return entry.second.contains(kPresent);
  });
  if (next != entries.end() && next->second.at(kPresent) != "false")
    forget_presence(track, next->first, next->first);
}

}  // namespace sweepbox
