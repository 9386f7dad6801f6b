#include "core/label/import_plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/label/import_matches.hpp"

namespace sweepbox {
namespace {

constexpr std::array<std::string_view, 3> kModes = {"merge", "replace", "add"};

/// What a label set would bring into an empty document.
struct Brought {
  TrackPointers tracks;
  std::vector<std::shared_ptr<const Source>> sources;
};

Brought brought_by(const LabelSet& labels, const Drive& drive, const Document& document) {
  Brought result;
  const Document empty(document.shared_taxonomy());
  for (const Change& change : import_edit(labels, drive, empty).changes) {
    if (const auto* track = std::get_if<std::shared_ptr<const Track>>(&change.after))
      result.tracks.push_back(*track);
    if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&change.after))
      result.sources.push_back(*source);
  }
  return result;
}

Key key_of(const Source& source) {
  return {Kind::source, source.id};
}

/// Nobody touched it since it was imported.
bool is_untouched(const Track& track, const Presence& presence, const Keyframe& key) {
  return key.source == KeySource::import && key.origin && !track.still && presence.at(key.stamp);
}

/// Closer than a file of millimetres can tell.
bool is_equal(const Cuboid& a, const Cuboid& b) {
  constexpr double kSame = 1e-3;
  return (a.pose.translation - b.pose.translation).norm() < kSame &&
         (a.size - b.size).norm() < kSame &&
         a.pose.rotation.angularDistance(b.pose.rotation) < kSame;
}

Attributes recorded_attributes(const Track& track, Stamp stamp) {
  Attributes result = attributes_at(track, stamp);
  result.erase(kPresent);
  return result;
}

/// Instants at which a track without a box is absent.
std::vector<Stamp> instants_of(const LabelSet& labels, const Drive& drive) {
  if (!labels.labelled.empty()) return labels.labelled;
  std::vector<Stamp> stamps;
  for (const FrameInfo& frame : drive.frames()) stamps.push_back(frame.stamp);
  return stamps;
}

/// Boxes of a label set on their way into one track of the document.
class Joined {
 public:
  Joined(const Track& held, std::span<const Stamp> instants, ClassWords& words)
      : held_(held), presence_(held), instants_(instants), words_(words) {}

  /// A box of the labels is this one of the track.
  void add(const Track& track, const Keyframe& key, std::optional<std::size_t> held_key) {
    boxes_.push_back({&track, &key, held_key});
  }

  /// The track with them; counts what became of each.
  Track finish(ImportOutcome& counts) {
    // Whole tracks that nobody touched are renamed with the file.
    const std::string& class_name = words_.name_of(boxes_.front().track->class_name);
    const bool adopts =
        boxes_.size() >= held_.keys.size() &&
        std::all_of(held_.keys.begin(),
                    held_.keys.end(),
                    [&](const Keyframe& key) { return is_untouched(key); }) &&
        std::all_of(boxes_.begin(), boxes_.end(), [&](const Box& box) {
          return box.held_key && words_.name_of(box.track->class_name) == class_name;
        });
    result_ = held_;
    renamed_ = adopts && words_.name_of(held_.class_name) != class_name;
    if (renamed_) result_.class_name = boxes_.front().track->class_name;
    by_hand_ = std::any_of(held_.keys.begin(), held_.keys.end(), [&](const Keyframe& key) {
      return !is_untouched(key);
    });
    std::sort(boxes_.begin(), boxes_.end(), [](const Box& a, const Box& b) {
      return a.key->stamp < b.key->stamp;
    });
    for (const Box& box : boxes_) ++(counts.*take(box));
    std::vector<Keyframe> keys;
    std::merge(std::make_move_iterator(result_.keys.begin()),
               std::make_move_iterator(result_.keys.end()),
               std::make_move_iterator(taken_in_.begin()),
               std::make_move_iterator(taken_in_.end()),
               std::back_inserter(keys),
               [](const Keyframe& a, const Keyframe& b) { return a.stamp < b.stamp; });
    result_.keys = std::move(keys);
    set_gaps();
    settle_sizes();
    return std::move(result_);
  }

  /// Times of keys whose record is one of the labels.
  const std::set<Stamp>& recorded() const { return recorded_; }

 private:
  struct Box {
    const Track* track = nullptr;
    const Keyframe* key = nullptr;
    std::optional<std::size_t> held_key;
  };

  using Count = std::size_t ImportOutcome::*;

  bool is_untouched(const Keyframe& key) const {
    return sweepbox::is_untouched(held_, presence_, key);
  }

  bool same_attributes(const Box& box, Stamp stamp) {
    // Mostly the whole track is as it was.
    const auto [at, added] = same_throughout_.try_emplace(box.track);
    if (added)
      at->second = box.track->attributes == held_.attributes &&
                   box.track->frame_attributes == held_.frame_attributes;
    return at->second ||
           recorded_attributes(held_, stamp) == recorded_attributes(*box.track, box.key->stamp);
  }

  bool same_class(const Box& box) const {
    return words_.name_of(box.track->class_name) == words_.name_of(result_.class_name);
  }

  Count take(const Box& box) { return box.held_key ? take_over(box, *box.held_key) : take_in(box); }

  /// A box where the track has a key.
  Count take_over(const Box& box, std::size_t at) {
    Keyframe& key = result_.keys[at];
    if (!presence_.at(key.stamp)) return &ImportOutcome::kept;
    if (is_equal(key.cuboid(), box.key->cuboid()) && same_class(box) &&
        same_attributes(box, key.stamp)) {
      // Where its record was read anew it is found there.
      if (key.source == KeySource::import && box.key->origin &&
          (renamed_ || !key.origin || key.origin->source == box.key->origin->source)) {
        key.origin = box.key->origin;
        recorded_.insert(key.stamp);
      }
      return &ImportOutcome::merged;
    }
    if (!is_untouched(held_.keys[at]) || !same_class(box)) return &ImportOutcome::kept;
    const Stamp stamp = key.stamp;
    const std::string frame = key.frame;
    key = *box.key;
    key.stamp = stamp;
    key.frame = frame;
    recorded_.insert(stamp);
    set_attributes(box, stamp);
    return &ImportOutcome::merged;
  }

  /// A box where the track has no key: between its keys, in an absence, or beyond its life.
  Count take_in(const Box& box) {
    const Stamp stamp = box.key->stamp;
    const bool beyond = stamp < held_.first || held_.last < stamp;
    const Stamp nearest = std::clamp(stamp, held_.first, held_.last);
    const bool shown = presence_.at(nearest);
    if (!beyond && shown && same_class(box) && same_attributes(box, stamp) &&
        is_equal(cuboid_by_keys(held_, stamp), box.key->cuboid()))
      return &ImportOutcome::merged;  // what lies between its keys is that box
    if (beyond ? !shown : beside_a_hand(stamp)) return &ImportOutcome::kept;
    Keyframe key = *box.key;
    if (!same_class(box)) key.origin.reset();
    taken_in_.push_back(std::move(key));
    recorded_.insert(stamp);
    result_.first = std::min(result_.first, stamp);
    result_.last = std::max(result_.last, stamp);
    result_.still = false;
    set_attributes(box, stamp);
    if (!beyond && shown) return &ImportOutcome::merged;  // it was carried until here
    added_.push_back(stamp);
    return &ImportOutcome::fresh;
  }

  /// A key before or after the time was set by somebody: the boxes between are his.
  bool beside_a_hand(Stamp stamp) const {
    if (held_.still) return true;
    const auto after = std::lower_bound(
        held_.keys.begin(), held_.keys.end(), stamp, [](const Keyframe& key, Stamp s) {
          return key.stamp < s;
        });
    return (after != held_.keys.end() && !is_untouched(*after)) ||
           (after != held_.keys.begin() && !is_untouched(*std::prev(after)));
  }

  /// What the labels say of attributes at a key; at the next one it is as it was.
  void set_attributes(const Box& box, Stamp stamp) {
    const Attributes wanted = recorded_attributes(*box.track, box.key->stamp);
    const Attributes now = recorded_attributes(result_, stamp);
    if (wanted == now) return;
    const auto after = std::upper_bound(
        held_.keys.begin(), held_.keys.end(), stamp, [](Stamp s, const Keyframe& key) {
          return s < key.stamp;
        });
    std::set<std::string> names;
    for (const auto* attributes : {&wanted, &now})
      for (const auto& [name, value] : *attributes) names.insert(name);
    const auto value_in = [](const Attributes& attributes, const std::string& name) {
      const auto found = attributes.find(name);
      return found == attributes.end() ? std::string() : found->second;
    };
    const Attributes later =
        after == held_.keys.end() ? Attributes() : attributes_at(result_, after->stamp);
    for (const std::string& name : names) {
      if (value_in(wanted, name) == value_in(now, name)) continue;
      result_.frame_attributes[stamp][name] = value_in(wanted, name);
      if (after != held_.keys.end())
        result_.frame_attributes[after->stamp].try_emplace(name, value_in(later, name));
    }
  }

  /// Instants beside the boxes that came in and that have none stay without.
  void set_gaps() {
    for (const Stamp stamp : added_) {
      const auto here = std::find_if(result_.keys.begin(),
                                     result_.keys.end(),
                                     [&](const auto& key) { return key.stamp == stamp; });
      if (here != result_.keys.begin()) set_gap(std::prev(here)->stamp, stamp);
      if (std::next(here) != result_.keys.end()) set_gap(stamp, std::next(here)->stamp);
    }
  }

  /// Between two keys: absent at the instants between that the track did not show.
  void set_gap(Stamp from, Stamp to) {
    const auto shown = [&](Stamp stamp) {
      return held_.first <= stamp && stamp <= held_.last && presence_.at(stamp);
    };
    const auto begin = std::upper_bound(instants_.begin(), instants_.end(), from);
    const auto end = std::lower_bound(begin, instants_.end(), to);
    Stamp before = from;
    bool present = is_added(from) || shown(from);
    const bool present_then = is_added(to) || shown(to);
    const auto change = [&](Stamp at, bool to_present) {
      result_.frame_attributes[halfway(before, at)][kPresent] = to_present ? "true" : "false";
      present = to_present;
    };
    // What the track said of presence in between is said anew.
    forget_presence(result_, {from.ns + 1}, to);
    for (auto at = begin; at != end; before = *at++)
      if (shown(*at) != present) change(*at, !present);
    if (present != present_then) change(to, present_then);
  }

  bool is_added(Stamp stamp) const {
    return std::binary_search(added_.begin(), added_.end(), stamp);
  }

  /// One size for the track stays that where somebody chose it.
  void settle_sizes() {
    if (!result_.rigid) return;
    const Vec3 size = held_.keys.front().size;
    const bool one = std::all_of(result_.keys.begin(), result_.keys.end(), [&](const auto& key) {
      return key.size == result_.keys.front().size;
    });
    if (one) return;
    if (!by_hand_) {
      result_.rigid = false;
      return;
    }
    for (Keyframe& key : result_.keys) {
      if (key.size == size) continue;
      key.size = size;
      key.origin.reset();
    }
  }

  const Track& held_;
  Presence presence_;
  std::span<const Stamp> instants_;
  ClassWords& words_;
  std::vector<Box> boxes_;
  std::map<const Track*, bool> same_throughout_;
  Track result_;
  std::vector<Keyframe> taken_in_;
  std::vector<Stamp> added_;  ///< times at which the track had no box, ascending
  std::set<Stamp> recorded_;
  bool by_hand_ = false;  ///< some key is
  bool renamed_ = false;  ///< it has the class of the labels now
};

/// The boxes of a fresh track that are none of the document's, as a track of their own: absent
/// where those that went elsewhere were.
Track without_matched(const Track& track, std::span<const std::optional<HeldBox>> matches) {
  Track result = track;
  result.keys.clear();
  std::vector<std::size_t> left;
  for (std::size_t k = 0; k < track.keys.size(); ++k)
    if (!matches[k]) left.push_back(k);
  for (std::size_t i = 0; i < left.size(); ++i) {
    result.keys.push_back(track.keys[left[i]]);
    if (i == 0 || left[i] == left[i - 1] + 1) continue;
    const Stamp from = halfway(track.keys[left[i - 1]].stamp, track.keys[left[i - 1] + 1].stamp);
    const Stamp until = halfway(track.keys[left[i] - 1].stamp, track.keys[left[i]].stamp);
    forget_presence(result, from, until);
    set_presence(result, from, false);
    set_presence(result, until, true);
  }
  result.first = result.keys.front().stamp;
  result.last = result.keys.back().stamp;
  return result;
}

class Merge {
 public:
  Merge(const Brought& brought, const Document& document, std::vector<Stamp> instants)
      : brought_(brought),
        document_(document),
        instants_(std::move(instants)),
        words_(document.taxonomy()),
        edit_(document) {
    for (const auto& source : brought_.sources) {
      const Value held = document_.value(key_of(*source));
      if (same(held, Value(source)))
        unchanged_.insert(source->id);
      else if (!std::holds_alternative<std::monostate>(held))
        replaced_.insert(source->id);
    }
  }

  ImportPlan run() && {
    const auto matches = match_boxes(brought_.tracks, document_, unchanged_);
    std::map<std::size_t, Joined> joined;
    for (std::size_t f = 0; f < brought_.tracks.size(); ++f) {
      const Track& track = *brought_.tracks[f];
      bool some = false, all = true;
      for (std::size_t k = 0; k < track.keys.size(); ++k) {
        if (!matches[f][k]) {
          all = all && !present_at(track, track.keys[k].stamp);
          continue;
        }
        some = true;
        const auto [at, added] = joined.try_emplace(
            matches[f][k]->track, *document_.tracks()[matches[f][k]->track], instants_, words_);
        at->second.add(track, track.keys[k], matches[f][k]->key);
      }
      if (!some)
        bring(track);
      else if (!all)
        bring(without_matched(track, matches[f]));
    }
    for (std::size_t h = 0; h < document_.tracks().size(); ++h) {
      const auto found = joined.find(h);
      if (found != joined.end())
        take(*document_.tracks()[h], found->second.finish(plan_.counts), found->second.recorded());
      else if (!replaced_.empty())
        take(*document_.tracks()[h], *document_.tracks()[h], {});
    }
    for (const auto& source : brought_.sources)
      if (needs(*source)) edit_.set(key_of(*source), source);
    const ImportOutcome& counts = plan_.counts;
    plan_.edit = edit_.finish(text("Labels imported: {} new, {} merged, {} kept",
                                   counts.fresh,
                                   counts.merged,
                                   counts.kept),
                              Author::import);
    return std::move(plan_);
  }

 private:
  void bring(Track track) {
    while (track.uid == 0 || document_.track(track.uid)) track.uid = new_track_id();
    plan_.counts.fresh += shown_keys(track);
    note_sources(track);
    edit_.set(std::move(track));
  }

  /// A track of the document by what it is now.
  void take(const Track& before, Track after, const std::set<Stamp>& recorded) {
    // A record of a file that was read anew is another one unless its box was found there.
    for (Keyframe& key : after.keys)
      if (key.origin && replaced_.contains(key.origin->source) && !recorded.contains(key.stamp))
        key.origin.reset();
    if (after == before) return;
    note_sources(after);
    edit_.set(std::move(after));
  }

  void note_sources(const Track& track) {
    for (const Keyframe& key : track.keys)
      if (key.origin) used_.insert(key.origin->source);
  }

  /// A source comes in where a box of it does, where it was read anew, or, beside others, where it
  /// holds what is no box for a place that no other source of its format holds.
  bool needs(const Source& source) {
    if (unchanged_.contains(source.id)) return false;
    if (used_.contains(source.id) || replaced_.contains(source.id)) return true;
    if (used_.empty()) return false;
    if (!held_places_) {
      held_places_.emplace();
      for (const Key& key : document_.keys(Kind::source)) {
        const Value value = document_.value(key);
        if (const auto* held = std::get_if<std::shared_ptr<const Source>>(&value))
          held_places_->emplace((*held)->format, (*held)->frame);
      }
    }
    return !held_places_->contains({source.format, source.frame});
  }

  const Brought& brought_;
  const Document& document_;
  std::vector<Stamp> instants_;
  ClassWords words_;
  EditBuilder edit_;
  std::set<std::string> unchanged_, replaced_, used_;
  std::optional<std::set<std::pair<std::string, std::string>>> held_places_;
  ImportPlan plan_;
};

std::size_t boxes_in(const TrackPointers& tracks) {
  std::size_t boxes = 0;
  for (const auto& track : tracks) boxes += shown_keys(*track);
  return boxes;
}

ImportPlan replacing(const Brought& brought, const Document& document) {
  ImportPlan plan;
  EditBuilder edit(document);
  for (const auto& track : document.tracks()) {
    edit.remove(track->uid);
    plan.counts.removed += shown_keys(*track);
    const Presence presence(*track);
    for (const Keyframe& key : track->keys)
      plan.counts.removed_by_hand += presence.at(key.stamp) && !is_untouched(*track, presence, key);
  }
  for (const Key& key : document.keys(Kind::source)) edit.set(key, std::monostate());
  for (const auto& source : brought.sources) edit.set(key_of(*source), source);
  for (const auto& track : brought.tracks) edit.set(*track);
  plan.counts.fresh = boxes_in(brought.tracks);
  plan.edit = edit.finish(
      text("Labels imported: {} boxes in place of {}", plan.counts.fresh, plan.counts.removed),
      Author::import);
  return plan;
}

}  // namespace

std::string_view name_of(ImportMode mode) {
  return kModes[static_cast<std::size_t>(mode)];
}

std::optional<ImportMode> import_mode_named(std::string_view name) {
  const auto found = std::find(kModes.begin(), kModes.end(), name);
  if (found == kModes.end()) return std::nullopt;
  return static_cast<ImportMode>(found - kModes.begin());
}

ImportPlan plan_import(const LabelSet& labels,
                       const Drive& drive,
                       const Document& document,
                       ImportMode mode) {
  // Nothing is held: all of it is new, in whatever way.
  if (mode == ImportMode::add || document.tracks().empty()) {
    ImportPlan plan{import_edit(labels, drive, document), {}};
    TrackPointers tracks;
    for (const Change& change : plan.edit.changes)
      if (const auto* track = std::get_if<std::shared_ptr<const Track>>(&change.after))
        tracks.push_back(*track);
    plan.counts.fresh = boxes_in(tracks);
    return plan;
  }
  const Brought brought = brought_by(labels, drive, document);
  if (mode == ImportMode::replace) return replacing(brought, document);
  return Merge(brought, document, instants_of(labels, drive)).run();
}

}  // namespace sweepbox
