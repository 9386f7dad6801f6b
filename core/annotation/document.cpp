#include "core/annotation/document.hpp"

#include <algorithm>
#include <cassert>

namespace sweepbox {

struct Document::Tracks {
  std::vector<std::shared_ptr<const Track>> list;  ///< ascending uid
  std::vector<std::uint64_t> edits;                ///< the edit that made each

  std::size_t lower_bound(TrackId uid) const {
    const auto found =
        std::lower_bound(list.begin(), list.end(), uid, [](const auto& track, TrackId id) {
          return track->uid < id;
        });
    return static_cast<std::size_t>(found - list.begin());
  }

  /// Index of the track; list.size() where there is none.
  std::size_t find(TrackId uid) const {
    const std::size_t at = lower_bound(uid);
    return at < list.size() && list[at]->uid == uid ? at : list.size();
  }

  struct Replacement {
    TrackId uid = 0;
    std::shared_ptr<const Track> track;  ///< null: removed
  };

  /// The list with things replaced, in one pass: an import brings tens of thousands, and each put
  /// into its place alone would move half of the others.
  static Tracks replaced(const Tracks& before, std::vector<Replacement> by, std::uint64_t edit) {
    // Of two of one uid the last counts.
    std::stable_sort(
        by.begin(), by.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
    Tracks after;
    after.list.reserve(before.list.size() + by.size());
    after.edits.reserve(before.list.size() + by.size());
    std::size_t at = 0;
    const auto keep_below = [&](TrackId uid) {
      for (; at < before.list.size() && before.list[at]->uid < uid; ++at) {
        after.list.push_back(before.list[at]);
        after.edits.push_back(before.edits[at]);
      }
    };
    for (std::size_t i = 0; i < by.size(); ++i) {
      if (i + 1 < by.size() && by[i + 1].uid == by[i].uid) continue;
      keep_below(by[i].uid);
      if (at < before.list.size() && before.list[at]->uid == by[i].uid) ++at;
      if (!by[i].track) continue;
      after.list.push_back(std::move(by[i].track));
      after.edits.push_back(edit);
    }
    for (; at < before.list.size(); ++at) {
      after.list.push_back(before.list[at]);
      after.edits.push_back(before.edits[at]);
    }
    return after;
  }
};

namespace {

/// What a track key names; tracks are only ever named by their uid.
TrackId uid_of(const Key& key) {
  const auto uid = track_id_from_hex(key.id);
  return uid.value_or(0);
}

template <class T>
bool same_thing(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace

bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (const auto* track = std::get_if<std::shared_ptr<const Track>>(&a))
    return same_thing(*track, std::get<std::shared_ptr<const Track>>(b));
  if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&a))
    return same_thing(*source, std::get<std::shared_ptr<const Source>>(b));
  return a == b;
}

Document::Document(std::shared_ptr<const Taxonomy> taxonomy)
    : taxonomy_(std::move(taxonomy)),
      tracks_(std::make_shared<const Tracks>()),
      others_(std::make_shared<const Others>()) {}

std::span<const std::shared_ptr<const Track>> Document::tracks() const {
  return tracks_->list;
}

std::shared_ptr<const Track> Document::track(TrackId uid) const {
  const std::size_t at = tracks_->find(uid);
  return at < tracks_->list.size() ? tracks_->list[at] : nullptr;
}

std::shared_ptr<const Track> Document::track_named(std::string_view name) const {
  for (const auto& track : tracks_->list)
    if (track->name == name) return track;
  return nullptr;
}

Pose Document::correction(std::string_view sensor) const {
  const auto found = others_->find({Kind::correction, std::string(sensor)});
  if (found == others_->end()) return {};
  const Pose* pose = std::get_if<Pose>(&found->second.value);
  return pose ? *pose : Pose{};
}

Value Document::value(const Key& key) const {
  if (key.kind == Kind::track) {
    const auto found = track(uid_of(key));
    return found ? Value(found) : Value();
  }
  const auto found = others_->find(key);
  return found == others_->end() ? Value() : found->second.value;
}

std::uint64_t Document::edit_of(const Key& key) const {
  if (key.kind == Kind::track) {
    const std::size_t at = tracks_->find(uid_of(key));
    return at < tracks_->list.size() ? tracks_->edits[at] : 0;
  }
  const auto found = others_->find(key);
  return found == others_->end() ? 0 : found->second.edit;
}

std::vector<Key> Document::keys(Kind kind) const {
  std::vector<Key> result;
  if (kind == Kind::track) {
    for (const auto& track : tracks_->list) result.push_back({kind, to_hex(track->uid)});
    return result;
  }
  for (auto at = others_->lower_bound({kind, {}}); at != others_->end() && at->first.kind == kind;
       ++at)
    result.push_back(at->first);
  return result;
}

Document Document::with(const Key& key, const Value& value, std::uint64_t edit_number) const {
  const std::pair<Key, Value> thing(key, value);
  return with(std::span(&thing, 1), edit_number);
}

Document Document::with(std::span<const std::pair<Key, Value>> things,
                        std::uint64_t edit_number) const {
  std::vector<Tracks::Replacement> tracks;
  std::shared_ptr<Others> others;
  for (const auto& [key, value] : things) {
    if (key.kind == Kind::track) {
      const auto* track = std::get_if<std::shared_ptr<const Track>>(&value);
      assert(track || std::holds_alternative<std::monostate>(value));
      assert(!track || (*track)->uid == uid_of(key));
      tracks.push_back({uid_of(key), track ? *track : nullptr});
      continue;
    }
    if (!others) others = std::make_shared<Others>(*others_);
    if (std::holds_alternative<std::monostate>(value))
      others->erase(key);
    else
      (*others)[key] = {value, edit_number};
  }
  Document result = *this;
  if (!tracks.empty())
    result.tracks_ =
        std::make_shared<const Tracks>(Tracks::replaced(*tracks_, std::move(tracks), edit_number));
  if (others) result.others_ = std::move(others);
  return result;
}

bool Document::operator==(const Document& other) const {
  if (tracks_ != other.tracks_ &&
      !std::equal(tracks_->list.begin(),
                  tracks_->list.end(),
                  other.tracks_->list.begin(),
                  other.tracks_->list.end(),
                  [](const auto& a, const auto& b) { return same_thing(a, b); }))
    return false;
  return others_ == other.others_ ||
         std::equal(others_->begin(),
                    others_->end(),
                    other.others_->begin(),
                    other.others_->end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && same(a.second.value, b.second.value);
                    });
}

Camera corrected(const Camera& camera, const Document& document) {
  Camera result = camera;
  // Without a correction the loaded pose stays as it is, to the last bit.
  if (const Pose correction = document.correction(camera.name); !(correction == Pose{}))
    result.camera_from_ego = correction * camera.camera_from_ego;
  return result;
}

Pose corrected_ego_from_points(const Sweep& sweep, const Document& document) {
  const Pose correction = document.correction(sweep.lidar);
  return correction == Pose{} ? sweep.ego_from_points : correction * sweep.ego_from_points;
}

}  // namespace sweepbox
