#include "core/annotation/document.hpp"

#include <algorithm>
#include <cassert>
#include <set>

namespace sweepbox {

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
    : taxonomy_(std::move(taxonomy)), others_(std::make_shared<const Others>()) {}

const Document::OfOneKind& Document::others(Kind kind) const {
  static const OfOneKind none;
  const auto found = others_->find(kind);
  return found == others_->end() ? none : *found->second;
}

const Document::Entry* Document::other(const Key& key) const {
  const OfOneKind& things = others(key.kind);
  const auto found = things.find(key.id);
  return found == things.end() ? nullptr : &found->second;
}

Pose Document::correction(std::string_view sensor) const {
  const Entry* found = other({Kind::correction, std::string(sensor)});
  const Pose* pose = found ? std::get_if<Pose>(&found->value) : nullptr;
  return pose ? *pose : Pose{};
}

Value Document::value(const Key& key) const {
  if (key.kind == Kind::track) {
    const auto found = track(uid_of(key));
    return found ? Value(found) : Value();
  }
  const Entry* found = other(key);
  return found ? found->value : Value();
}

std::uint64_t Document::edit_of(const Key& key) const {
  if (key.kind == Kind::track) return tracks_.edit_of(uid_of(key));
  const Entry* found = other(key);
  return found ? found->edit : 0;
}

std::vector<Key> Document::keys(Kind kind) const {
  std::vector<Key> result;
  if (kind == Kind::track)
    for (const auto& track : tracks_) result.push_back({kind, to_hex(track->uid)});
  for (const auto& [id, entry] : others(kind)) result.push_back({kind, id});
  return result;
}

Document Document::with(const Key& key, const Value& value, std::uint64_t edit_number) const {
  const std::pair<Key, Value> thing(key, value);
  return with(std::span(&thing, 1), edit_number);
}

Document Document::with(std::span<const std::pair<Key, Value>> things,
                        std::uint64_t edit_number) const {
  std::vector<TrackList::Replacement> tracks;
  std::map<Kind, OfOneKind> changed;
  for (const auto& [key, value] : things) {
    if (key.kind == Kind::track) {
      const auto* track = std::get_if<std::shared_ptr<const Track>>(&value);
      assert(track || std::holds_alternative<std::monostate>(value));
      assert(!track || (*track)->uid == uid_of(key));
      tracks.push_back({uid_of(key), track ? *track : nullptr});
      continue;
    }
    const auto [kind, first] = changed.try_emplace(key.kind);
    if (first) kind->second = others(key.kind);
    if (std::holds_alternative<std::monostate>(value))
      kind->second.erase(key.id);
    else
      kind->second[key.id] = {value, edit_number};
  }
  Document result = *this;
  if (!tracks.empty()) result.tracks_ = tracks_.with(std::move(tracks), edit_number);
  if (changed.empty()) return result;
  Others all = *others_;
  for (auto& [kind, of_kind] : changed)
    all[kind] = std::make_shared<const OfOneKind>(std::move(of_kind));
  result.others_ = std::make_shared<const Others>(std::move(all));
  return result;
}

bool Document::operator==(const Document& other) const {
  if (!(tracks_ == other.tracks_)) return false;
  if (others_ == other.others_) return true;
  std::set<Kind> kinds;
  for (const Document* document : {this, &other})
    for (const auto& [kind, things] : *document->others_) kinds.insert(kind);
  return std::all_of(kinds.begin(), kinds.end(), [&](Kind kind) {
    const OfOneKind &a = others(kind), &b = other.others(kind);
    return &a == &b || std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto& x, auto& y) {
      return x.first == y.first && same(x.second.value, y.second.value);
    });
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
