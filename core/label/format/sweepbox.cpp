#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/label/json_records.hpp"
#include "core/label/ordered_json.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

// Sweepbox's own labels.json (formats.md 2.18): whole tracks with their keys.
//
// {"tracks": [{"uid": 16 hex digits, "name", "class", "rigid", "still", "state", "first_ns",
// "last_ns",
//   "attributes": {…}, "frame_attributes": [{"stamp_ns", "attributes": {…}}],
//   "marks": [{"stamp_ns", "kind": "accepted"|"unsure", "why", "who"}],
//   "keys": [{"frame", "stamp_ns", "center": [x, y, z], "size": [l, w, h], "rotation": [w, x, y,
//   z],
//             "frame_of": "world"|"ego", "source", "score"}]}]}
// Of a track name, class and keys must be there; of a key center, size, rotation, and frame or
// stamp_ns. A record is a key. Unknown keys stay on writing.

namespace sweepbox {

LabelFormat sweepbox_labels();

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFix = "correct the file, or write the labels again";
constexpr double kLargestSize = 1000;

tl::unexpected<Error> wrong(std::string_view field, Text expected, Text found) {
  return fail({}, std::string(field), std::move(expected), std::move(found), kFix);
}

template <std::size_t N>
Result<std::array<double, N>> numbers_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  std::array<double, N> result{};
  bool good = found != object.end() && found->is_array() && found->size() == N;
  for (std::size_t i = 0; good && i < N; ++i) {
    good = (*found)[i].is_number();
    if (good) result[i] = (*found)[i].template get<double>();
    good = good && std::isfinite(result[i]);
  }
  if (!good)
    return wrong(key, text("{} numbers", N), found == object.end() ? "nothing" : "something else");
  return result;
}

std::optional<std::int64_t> integer_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string string_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_at(const Json& object, const char* key, bool otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Attributes attributes_of(const Json& object) {
  Attributes result;
  const auto found = object.find("attributes");
  if (found == object.end() || !found->is_object()) return result;
  for (const auto& [name, value] : found->items())
    result[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return result;
}

Result<Keyframe> key_of(const Json& json, const Drive& drive, const Instants& instants) {
  if (!json.is_object()) return wrong({}, "a key as a JSON object", "something else");
  Keyframe key;
  key.frame = string_at(json, "frame");
  const auto stamp = integer_at(json, "stamp_ns");
  // The frame's name wins over the stamp.
  if (!key.frame.empty() && (instants.has(key.frame) || !stamp))
    key.stamp = instants.named(key.frame).stamp;
  else if (stamp)
    key.stamp = {*stamp};
  else
    return wrong("stamp_ns", "a frame or a stamp", "neither");

  const auto center = numbers_at<3>(json, "center");
  if (!center) return tl::make_unexpected(center.error());
  const auto size = numbers_at<3>(json, "size");
  if (!size) return tl::make_unexpected(size.error());
  const auto rotation = numbers_at<4>(json, "rotation");
  if (!rotation) return tl::make_unexpected(rotation.error());
  for (const double length : *size)
    if (!(length > 0 && length <= kLargestSize))
      return wrong("size", text("lengths above 0, up to {} m", kLargestSize), text("{}", length));
  const Quat q((*rotation)[0], (*rotation)[1], (*rotation)[2], (*rotation)[3]);
  if (std::abs(q.norm() - 1) > 1e-3)
    return wrong("rotation", "a unit quaternion", text("one of length {}", q.norm()));
  // A repair of their order; without one, what is a unit quaternion stays bit for bit.
  const auto meant = RawAngles(drive).wxyz(q.w(), q.x(), q.y(), q.z());
  const bool reordered = meant && angle_between(*meant, q.normalized()) > 1e-9;
  Pose pose{reordered ? *meant : q, Vec3((*center)[0], (*center)[1], (*center)[2])};
  if (std::abs(q.norm() - 1) > 1e-9) pose.rotation.normalize();

  std::string frame_of = string_at(json, "frame_of");
  if (frame_of.empty()) frame_of = drive.info().poses ? "world" : "ego";
  if (frame_of == "ego")
    pose = world_from_ego_of_label(drive, key.stamp) * pose;
  else if (frame_of != "world")
    return wrong("frame_of", "world or ego", text("\"{}\"", frame_of));
  else if (!drive.info().poses)
    return wrong("frame_of", "ego, since the drive has no poses", "world");
  key.world_from_box = pose;
  key.size = {(*size)[0], (*size)[1], (*size)[2]};
  key.source = key_source_named(string_at(json, "source")).value_or(KeySource::import);
  if (const auto score = json.find("score"); score != json.end() && score->is_number())
    key.score = score->get<double>();
  return key;
}

void read_frame_values(const Json& json, Track& track) {
  const auto list = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_array() ? *found : Json::array();
  };
  for (const Json& entry : list("frame_attributes"))
    if (entry.is_object())
      if (const auto stamp = integer_at(entry, "stamp_ns"))
        track.frame_attributes[{*stamp}] = attributes_of(entry);
  for (const Json& entry : list("marks"))
    if (entry.is_object())
      if (const auto stamp = integer_at(entry, "stamp_ns"))
        track.marks[{*stamp}] = {
            string_at(entry, "kind") == "accepted" ? Mark::Kind::accepted : Mark::Kind::unsure,
            string_at(entry, "why"),
            string_at(entry, "who")};
}

/// A fault where a name or a value of the track is too long.
std::optional<Error> too_long_in(const Track& track) {
  Label words;
  words.track = track.name;
  words.class_name = track.class_name;
  words.attributes = track.attributes;
  if (auto fault = too_long(words)) return fault;
  for (const auto& [stamp, attributes] : track.frame_attributes) {
    words.attributes = attributes;
    if (auto fault = too_long(words)) return fault;
  }
  return std::nullopt;
}

/// Life, rigid and still as far as the keys allow them.
void settle(const Json& json, Track& track) {
  std::stable_sort(track.keys.begin(), track.keys.end(), [](const Keyframe& a, const Keyframe& b) {
    return a.stamp < b.stamp;
  });
  track.first = std::min(Stamp{integer_at(json, "first_ns").value_or(track.keys.front().stamp.ns)},
                         track.keys.front().stamp);
  track.last = std::max(Stamp{integer_at(json, "last_ns").value_or(track.keys.back().stamp.ns)},
                        track.keys.back().stamp);
  const bool one_size = std::all_of(track.keys.begin(), track.keys.end(), [&](const Keyframe& key) {
    return key.size == track.keys.front().size;
  });
  track.rigid = flag_at(json, "rigid", one_size) && one_size;
  track.still = flag_at(json, "still", false) && track.keys.size() == 1;
}

class Reader {
 public:
  Reader(const Drive& drive, Source source)
      : drive_(drive), instants_(drive), source_(std::move(source)) {}

  LabelSet read() {
    set_.format = "sweepbox";
    tracks();
    set_.sources.push_back(std::move(source_));
    for (const Track& track : set_.tracks) list_boxes(track);
    return std::move(set_);
  }

  /// Those that can be read, without their boxes in the frames.
  const std::vector<Track>& tracks() {
    FileProblems problems(set_.problems, source_.file);
    read_tracks(problems);
    return set_.tracks;
  }

 private:
  void read_tracks(FileProblems& problems) {
    const Json file = parse_ordered_json(source_.text);
    const auto tracks = file.is_object() ? file.find("tracks") : file.end();
    if (!file.is_object() || tracks == file.end() || !tracks->is_array()) {
      problems.add(
          {},
          fail({},
               {},
               "a JSON object with a list of tracks",
               file.is_discarded() ? "no JSON, or a file that is cut off" : "something else",
               kFix)
              .value());
      return;
    }
    int number = 0;
    for (const Json& json : *tracks) read_track(json, fmt::format("track {}", ++number), problems);
  }

  void read_track(const Json& json, const std::string& where, FileProblems& problems) {
    Track track;
    const auto keys = json.is_object() ? json.find("keys") : json.end();
    if (!json.is_object() || keys == json.end() || !keys->is_array()) {
      problems.add(where, wrong("keys", "a list of keys", "none").value());
      return;
    }
    track.uid = track_id_from_hex(string_at(json, "uid")).value_or(0);
    track.name = string_at(json, "name");
    track.class_name = string_at(json, "class");
    if (track.name.empty()) problems.add(where, wrong("name", "a name", "none").value());
    if (track.class_name.empty()) problems.add(where, wrong("class", "a class", "none").value());
    track.attributes = attributes_of(json);
    track.state = track_state_named(string_at(json, "state")).value_or(TrackState::open);
    read_frame_values(json, track);
    const auto fault = too_long_in(track);
    if (fault) problems.add(where, *fault);
    std::set<Stamp> stamps;
    int number = 0;
    for (const Json& key_json : *keys) {
      const auto record = static_cast<std::uint32_t>(source_.records.size());
      source_.records.emplace_back(0,
                                   0);  // a key is found by its number; its bytes are never copied
      const std::string here = fmt::format("{}, key {}", where, ++number);
      if (fault) continue;
      auto key = key_of(key_json, drive_, instants_);
      if (!key) {
        problems.add(here, key.error());
        continue;
      }
      if (const auto too_long_frame = too_long("frame", key->frame)) {
        problems.add(here, *too_long_frame);
        continue;
      }
      if (!stamps.insert(key->stamp).second) {
        problems.add(here, wrong("stamp_ns", "one key at a time", "a second one").value());
        continue;
      }
      key->origin = Origin{source_.id, record};
      track.keys.push_back(std::move(*key));
    }
    if (track.name.empty() || track.class_name.empty() || track.keys.empty()) return;
    settle(json, track);
    set_.tracks.push_back(std::move(track));
  }

  /// The track's box in every frame, and its keys elsewhere.
  void list_boxes(const Track& track) {
    const auto add = [&](Label label, const Cuboid& world) {
      label.track = track.name;
      label.has_track_id = true;
      label.class_name = track.class_name;
      label.cuboid_in_ego = world_from_ego_of_label(drive_, label.stamp).inverse() * world;
      label.attributes = attributes_at(track, label.stamp);
      label.attributes.erase(kPresent);
      const Keyframe* key = key_at(track, label.stamp);
      label.key = key;
      if (key) {
        label.score = key->score;
        label.origin = *key->origin;
      }
      set_.labels.push_back(std::move(label));
    };
    for (int frame = 0; frame < static_cast<int>(drive_.frames().size()); ++frame) {
      const FrameInfo& info = drive_.frames()[static_cast<std::size_t>(frame)];
      if (const auto cuboid = cuboid_at(track, info.stamp))
        add(label_at(instant_of_frame(drive_, frame)), *cuboid);
    }
    for (const Keyframe& key : track.keys)
      if (!key.frame.empty() && !instants_.has(key.frame) && present_at(track, key.stamp)) {
        Instant instant{-1, 0, key.frame, key.stamp};
        add(label_at(instant), key.cuboid());
      }
  }

  const Drive& drive_;
  Instants instants_;
  Source source_;
  LabelSet set_;
};

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const auto file = label_file(drive, place, ".json");
  if (!file) return tl::unexpected(file.error());
  auto source = read_source(drive, *file, "sweepbox", {});
  if (!source) return tl::make_unexpected(source.error());
  LabelSet set = Reader(drive, std::move(*source)).read();
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  return beginning.has("\"tracks\"") && beginning.has("\"uid\"") ? 0.9 : 0;
}

using Place = std::optional<std::size_t>;  ///< in a list of the file; none for what is new

/// A list in which what could not be read comes back to where it stood.
class PlacedList {
 public:
  void add(Json item, Place place) { items_.emplace_back(place, std::move(item)); }

  /// Behind all that stood before it. In the order of the file; the item outlives this.
  void put_back(const Json& item, std::size_t place) { back_.emplace_back(place, &item); }

  Json json() && {
    constexpr std::size_t kEnd = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> least(items_.size() + 1, kEnd);  // place from an item on
    for (std::size_t i = items_.size(); i-- > 0;)
      least[i] = std::min(least[i + 1], items_[i].first.value_or(kEnd));
    Json list = Json::array();
    auto back = back_.begin();
    for (std::size_t i = 0; i <= items_.size(); ++i) {
      for (; back != back_.end() && least[i] >= back->first; ++back) list.push_back(*back->second);
      if (i < items_.size()) list.push_back(std::move(items_[i].second));
    }
    return list;
  }

 private:
  std::vector<std::pair<Place, Json>> items_;
  std::vector<std::pair<std::size_t, const Json*>> back_;
};

/// The JSON that was read: where its tracks and keys are, by record.
struct Original {
  Json file = Json::object();
  std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> place;  ///< record → track, key
  std::set<std::size_t> read_tracks;
  std::map<std::size_t, std::vector<std::size_t>> unread_keys;  ///< of a track
  std::map<TrackId, std::size_t> track_of_uid;
  std::string source;

  Original(const Sources& sources, const Drive& drive) {
    if (sources.empty()) return;
    source = sources.front()->id;
    file = parse_ordered_json(sources.front()->text);
    if (!file.is_object()) file = Json::object();
    std::uint32_t record = 0;
    const auto tracks = file.find("tracks");
    if (tracks == file.end() || !tracks->is_array()) return;
    for (std::size_t t = 0; t < tracks->size(); ++t) {
      const Json& track = (*tracks)[t];
      const auto keys = track.is_object() ? track.find("keys") : track.end();
      if (!track.is_object() || keys == track.end() || !keys->is_array()) continue;
      for (std::size_t k = 0; k < keys->size(); ++k) place[record++] = {t, k};
    }
    Source again = *sources.front();
    again.records.clear();
    Reader reader(drive, std::move(again));
    std::set<std::uint32_t> read;
    for (const Track& one : reader.tracks())
      for (const Keyframe& key : one.keys) {
        const std::size_t t = place.at(key.origin->record).first;
        read.insert(key.origin->record);
        read_tracks.insert(t);
        track_of_uid.emplace(one.uid, t);
      }
    for (const auto& [number, at] : place)
      if (!read.contains(number)) unread_keys[at.first].push_back(at.second);
  }

  const std::pair<std::size_t, std::size_t>* place_of(const std::optional<Origin>& origin) const {
    const auto found =
        origin && origin->source == source ? place.find(origin->record) : place.end();
    return found == place.end() ? nullptr : &found->second;
  }

  Place place_of(const Track& track) const {
    for (const Keyframe& key : track.keys)
      if (const auto* at = place_of(key.origin)) return at->first;
    // All of its keys were changed.
    const auto found = track_of_uid.find(track.uid);
    return found == track_of_uid.end() ? std::nullopt : Place(found->second);
  }

  /// The keys of a track that could not be read: they were not deleted either.
  void put_back_keys(PlacedList& keys, std::size_t track) const {
    if (const auto found = unread_keys.find(track); found != unread_keys.end())
      for (const std::size_t key : found->second)
        keys.put_back(file["tracks"][track]["keys"][key], key);
  }

  /// The tracks that could not be read.
  void put_back_tracks(PlacedList& tracks) const {
    const auto list = file.find("tracks");
    if (list == file.end() || !list->is_array()) return;
    for (std::size_t t = 0; t < list->size(); ++t)
      if (!read_tracks.contains(t)) tracks.put_back((*list)[t], t);
  }
};

Json key_json(const Drive& drive, const Keyframe& key, const Json* was) {
  Json json = was && was->is_object() ? *was : Json::object();
  const Vec3& c = key.world_from_box.translation;
  const Quat& q = key.world_from_box.rotation;
  if (key.frame.empty())
    json.erase("frame");
  else
    json["frame"] = key.frame;
  json["stamp_ns"] = key.stamp.ns;
  // An untouched key keeps its numbers: those of a key in ego went to the world and back.
  if (!was) {
    json["center"] = {c.x(), c.y(), c.z()};
    json["size"] = {key.size.x(), key.size.y(), key.size.z()};
    json["rotation"] = {q.w(), q.x(), q.y(), q.z()};
    json["frame_of"] = drive.info().poses ? "world" : "ego";
  }
  json["source"] = name_of(key.source);
  if (key.score)
    json["score"] = *key.score;
  else
    json.erase("score");
  return json;
}

Json attributes_json(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes) json[name] = value;
  return json;
}

Json track_json(const WriteRequest& request,
                const Original& original,
                const Track& track,
                bool whole,
                bool first_of_place) {
  const Place place = original.place_of(track);
  Json json = place ? original.file["tracks"][*place] : Json::object();
  json.erase("keys");
  json["uid"] = to_hex(track.uid);
  json["name"] = track.name;
  json["class"] = track.class_name;
  json["rigid"] = track.rigid;
  json["still"] = track.still;
  json["state"] = name_of(track.state);
  json["first_ns"] = track.first.ns;
  json["last_ns"] = track.last.ns;
  json["attributes"] = attributes_json(track.attributes);
  Json values = Json::array();
  for (const auto& [stamp, attributes] : track.frame_attributes)
    values.push_back({{"stamp_ns", stamp.ns}, {"attributes", attributes_json(attributes)}});
  json["frame_attributes"] = std::move(values);
  Json marks = Json::array();
  for (const auto& [stamp, mark] : track.marks)
    marks.push_back({{"stamp_ns", stamp.ns},
                     {"kind", mark.kind == Mark::Kind::accepted ? "accepted" : "unsure"},
                     {"why", mark.why},
                     {"who", mark.who}});
  json["marks"] = std::move(marks);
  PlacedList keys;
  for (const Keyframe& key : track.keys) {
    // A key of a track that was cut to some frames is none of the file's any more.
    const auto* at = whole ? original.place_of(key.origin) : nullptr;
    const Json* was = at ? &original.file["tracks"][at->first]["keys"][at->second] : nullptr;
    keys.add(key_json(request.drive, key, was),
             at && at->first == place ? Place(at->second) : std::nullopt);
  }
  if (place && whole && first_of_place) original.put_back_keys(keys, *place);
  json["keys"] = std::move(keys).json();
  return json;
}

/// The document with its tracks cut to the stamps of the requested frames.
Document cut_to_frames(const WriteRequest& request) {
  Document document = request.document;
  if (request.frames.empty()) return document;
  const auto moment = [&](int frame) {
    const FrameInfo& info = request.drive.frames()[static_cast<std::size_t>(frame)];
    return Moment{info.name, info.stamp};
  };
  const Moment first = moment(request.frames.front()), last = moment(request.frames.back());
  const std::vector<std::shared_ptr<const Track>> tracks(document.tracks().begin(),
                                                         document.tracks().end());
  for (const auto& track : tracks) {
    const TrackId uid = track->uid;
    const auto before = delete_before(document, uid, first);
    if (before) document = applied(*before, document, 0);
    const auto after = before ? delete_after(document, uid, last) : before;
    if (after) document = applied(*after, document, 0);
    if (!before || !after) document = document.with({Kind::track, to_hex(uid)}, std::monostate());
  }
  return document;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const bool whole = is_whole(request);
  const Document document = whole ? request.document : cut_to_frames(request);
  const Original original(sources_of(request.document, "sweepbox"), request.drive);
  std::vector<std::shared_ptr<const Track>> order(document.tracks().begin(),
                                                  document.tracks().end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return name_before(a->name, b->name);
  });
  Json file = original.file;
  PlacedList tracks;
  std::set<std::size_t> places;  // of a track that was cut in two the first has it
  for (const auto& track : order) {
    const Place place = original.place_of(*track);
    const bool first = place && places.insert(*place).second;
    tracks.add(track_json(request, original, *track, whole, first), place);
  }
  if (whole) original.put_back_tracks(tracks);
  file["tracks"] = std::move(tracks).json();
  try {
    return std::vector<WrittenFile>{{"labels.json", file.dump(1) + "\n"}};
  } catch (const Json::exception&) {  // texts that are no UTF-8
    return refuse("A name or an attribute is no UTF-8 text", "rename it");
  }
}

}  // namespace

LabelFormat sweepbox_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.scores = true;
  can.several_frames = true;
  can.keyframes = true;
  can.names.frame = NameRule::name;
  return {"sweepbox", "Sweepbox", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
