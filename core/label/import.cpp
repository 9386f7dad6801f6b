#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <ranges>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/label/instants.hpp"
#include "core/label/label.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

Keyframe key_of(const Label& label, const Drive& drive) {
  const Cuboid world = world_from_ego_of_label(drive, label.stamp) * label.cuboid_in_ego;
  Keyframe key;
  key.frame = label.frame_name;
  key.stamp = label.stamp;
  key.world_from_box = world.pose;
  key.size = world.size;
  key.source = KeySource::import;
  // JSON of Python has NaN, and detectors divide by zero.
  if (label.score && std::isfinite(*label.score)) key.score = label.score;
  if (!label.origin.source.empty()) key.origin = label.origin;
  return key;
}

/// Attributes of labels in the order of time: what never changes and belongs to the track, and what
/// changes from frame to frame.
void set_attributes(Track& track,
                    const std::vector<const Label*>& labels,
                    const Taxonomy& taxonomy) {
  std::set<std::string> names;
  for (const Label* label : labels)
    for (const auto& [name, value] : label->attributes) names.insert(name);
  for (const std::string& name : names) {
    const auto value_of = [&](const Label* label) {
      const auto found = label->attributes.find(name);
      return found == label->attributes.end() ? std::string() : found->second;
    };
    const bool constant = std::all_of(labels.begin(), labels.end(), [&](const Label* label) {
      return value_of(label) == value_of(labels.front());
    });
    const AttributeSpec* spec = taxonomy.attribute(name);
    if (constant && !(spec && spec->scope == AttributeScope::frame)) {
      track.attributes[name] = value_of(labels.front());
      continue;
    }
    std::string held;
    for (const Label* label : labels)
      if (const std::string value = value_of(label); value != held) {
        track.frame_attributes[label->stamp][name] = value;
        held = value;
      }
  }
}

/// Labelled instants (ascending) between the track's boxes that have none: absent from halfway
/// before the first of them to halfway after the last.
void set_absences(Track& track, std::span<const Stamp> labelled) {
  const std::span stamps(std::lower_bound(labelled.begin(), labelled.end(), track.first),
                         std::upper_bound(labelled.begin(), labelled.end(), track.last));
  const auto halfway = [](Stamp a, Stamp b) { return Stamp{a.ns + (b.ns - a.ns) / 2}; };
  bool present = true;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    const bool here = key_at(track, stamps[i]);
    if (here == present) continue;
    // The life may begin with a box of no frame of the drive; then the absence begins after that.
    const Stamp before = i > 0 ? stamps[i - 1] : track.first;
    track.frame_attributes[halfway(before, stamps[i])]["present"] = here ? "true" : "false";
    present = here;
  }
  // Until the box of no frame that the life ends with.
  if (!present) track.frame_attributes[track.last]["present"] = "true";
}

/// The instants within the track's life, and those of its keys: a box of no frame of the drive is
/// present too.
std::vector<Stamp> with_keys(std::span<const Stamp> labelled, const Track& track) {
  const auto begin = std::lower_bound(labelled.begin(), labelled.end(), track.first);
  const auto end = std::upper_bound(begin, labelled.end(), track.last);
  std::vector<Stamp> keys, result;
  for (const Keyframe& key : track.keys) keys.push_back(key.stamp);
  std::set_union(begin, end, keys.begin(), keys.end(), std::back_inserter(result));
  return result;
}

/// Instants at which a box that is not there says that the object is not: those that the set
/// labels, every frame where it does not say.
std::vector<Stamp> labelled_instants(const LabelSet& set, const Drive& drive) {
  if (!set.labelled.empty()) return set.labelled;
  std::vector<Stamp> stamps;
  for (const FrameInfo& frame : drive.frames()) stamps.push_back(frame.stamp);
  std::sort(stamps.begin(), stamps.end());
  return stamps;
}

Track track_of(std::vector<const Label*> labels,
               const Drive& drive,
               std::span<const Stamp> labelled,
               const Taxonomy& taxonomy) {
  std::stable_sort(labels.begin(), labels.end(), [](const Label* a, const Label* b) {
    return a->stamp < b->stamp;
  });
  Track track;
  track.name = labels.front()->track;
  track.class_name = labels.front()->class_name;
  for (const Label* label : labels) track.keys.push_back(key_of(*label, drive));
  track.first = track.keys.front().stamp;
  track.last = track.keys.back().stamp;
  track.rigid = std::all_of(track.keys.begin(), track.keys.end(), [&](const Keyframe& key) {
    return key.size == track.keys.front().size;
  });
  // Boxes of detectors are proposals. A score of 1 throughout is how sets of KITTI's kind fill the
  // column for boxes that people drew (View-of-Delft).
  const auto scored = [](const Keyframe& key) { return key.score.has_value(); };
  const auto certain = [](const Keyframe& key) { return key.score == 1; };
  if (std::all_of(track.keys.begin(), track.keys.end(), scored) &&
      !std::all_of(track.keys.begin(), track.keys.end(), certain))
    track.state = TrackState::proposed;
  set_attributes(track, labels, taxonomy);
  set_absences(track, with_keys(labelled, track));
  return track;
}

/// Labels that make one track: of one id and class, each at its own time. The rest stand alone, so
/// that no box is lost.
std::vector<std::vector<const Label*>> grouped(const LabelSet& set) {
  std::vector<std::vector<const Label*>> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> group_of;
  std::map<std::size_t, std::set<Stamp>> stamps;
  for (const Label& label : set.labels) {
    if (!label.has_track_id) {
      groups.push_back({&label});
      continue;
    }
    const auto [at, added] = group_of.try_emplace({label.track, label.class_name}, groups.size());
    if (added) groups.emplace_back();
    if (stamps[at->second].insert(label.stamp).second)
      groups[at->second].push_back(&label);
    else
      groups.push_back({&label});
  }
  return groups;
}

}  // namespace

Edit import_edit(const LabelSet& labels, const Drive& drive, const Document& document) {
  std::vector<Track> tracks = labels.tracks;
  const std::vector<Stamp> labelled = labelled_instants(labels, drive);
  if (tracks.empty())
    for (auto& group : grouped(labels))
      tracks.push_back(track_of(std::move(group), drive, labelled, document.taxonomy()));

  Edit edit;
  edit.author = Author::import;
  for (const Source& source : labels.sources) {
    const Key key{Kind::source, source.id};
    Change change{key, document.value(key), std::make_shared<const Source>(source)};
    if (!same(change.before, change.after)) edit.changes.push_back(std::move(change));
  }
  std::set<TrackId> uids;
  std::size_t boxes = 0;
  for (Track& track : tracks) {
    while (track.uid == 0 || document.track(track.uid) || uids.contains(track.uid))
      track.uid = new_track_id();
    uids.insert(track.uid);
    boxes += track.keys.size();
    const Key key{Kind::track, to_hex(track.uid)};
    edit.changes.push_back(
        {key, std::monostate(), std::make_shared<const Track>(std::move(track))});
  }
  edit.title = text("Labels imported: {} boxes in {} tracks", boxes, tracks.size());
  return edit;
}

}  // namespace sweepbox
