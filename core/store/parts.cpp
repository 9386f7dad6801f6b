#include "core/store/parts.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace sweepbox {
namespace {

constexpr std::uint8_t kHasScore = 1, kHasOrigin = 2;

void pack(Packer& to, const Vec3& v) {
  to.real(v.x());
  to.real(v.y());
  to.real(v.z());
}

void unpack(Unpacker& from, Vec3& v) {
  v.x() = from.real();
  v.y() = from.real();
  v.z() = from.real();
}

}  // namespace

void pack(Packer& to, const Pose& pose) {
  for (const double part :
       {pose.rotation.w(), pose.rotation.x(), pose.rotation.y(), pose.rotation.z()})
    to.real(part);
  pack(to, pose.translation);
}

void unpack(Unpacker& from, Pose& pose) {
  const double w = from.real(), x = from.real(), y = from.real(), z = from.real();
  pose.rotation = Quat(w, x, y, z);
  unpack(from, pose.translation);
}

void pack(Packer& to, const Attributes& attributes) {
  to.count(attributes.size());
  for (const auto& [name, value] : attributes) {
    to.word(name);
    to.word(value);
  }
}

void unpack(Unpacker& from, Attributes& attributes) {
  for (std::uint64_t n = from.count_of(2); n > 0 && from.good(); --n) {
    std::string name = from.word();
    attributes.insert_or_assign(std::move(name), from.word());
  }
}

void pack(Packer& to, const Mark& mark) {
  to.byte(static_cast<std::uint8_t>(mark.kind));
  to.word(mark.why);
  to.word(mark.who);
}

void unpack(Unpacker& from, Mark& mark) {
  const std::uint8_t kind = from.byte();
  if (kind > static_cast<std::uint8_t>(Mark::Kind::unsure)) from.spoil();
  mark.kind = static_cast<Mark::Kind>(kind);
  mark.why = from.word();
  mark.who = from.word();
}

void pack(Packer& to, const Keyframe& key) {
  to.word(key.frame);
  pack(to, key.world_from_box);
  pack(to, key.size);
  to.byte(static_cast<std::uint8_t>(key.source));
  to.byte(static_cast<std::uint8_t>((key.score ? kHasScore : 0) | (key.origin ? kHasOrigin : 0)));
  if (key.score) to.real(*key.score);
  if (key.origin) {
    to.word(key.origin->source);
    to.count(key.origin->record);
  }
}

void unpack(Unpacker& from, Keyframe& key) {
  key.frame = from.word();
  unpack(from, key.world_from_box);
  unpack(from, key.size);
  const std::uint8_t source = from.byte(), has = from.byte();
  if (source > static_cast<std::uint8_t>(KeySource::import) || has > 3) from.spoil();
  key.source = static_cast<KeySource>(source);
  if (has & kHasScore) key.score = from.real();
  if (has & kHasOrigin) {
    std::string source_id = from.word();
    const std::uint64_t record = from.count();
    if (record > UINT32_MAX) from.spoil();
    key.origin = Origin{std::move(source_id), static_cast<std::uint32_t>(record)};
  }
}

void pack_head(Packer& to, const Track& track) {
  to.fixed(track.uid);
  to.word(track.name);
  to.word(track.class_name);
  pack(to, track.attributes);
  to.number(track.first.ns);
  to.number(track.last.ns);
  to.byte(static_cast<std::uint8_t>((track.rigid ? 1 : 0) | (track.still ? 2 : 0)));
  to.byte(static_cast<std::uint8_t>(track.state));
}

Track unpack_head(Unpacker& from) {
  Track track;
  track.uid = from.fixed();
  track.name = from.word();
  track.class_name = from.word();
  unpack(from, track.attributes);
  track.first.ns = from.number();
  track.last.ns = from.number();
  const std::uint8_t flags = from.byte(), state = from.byte();
  if (flags > 3 || state > static_cast<std::uint8_t>(TrackState::accepted)) from.spoil();
  track.rigid = flags & 1;
  track.still = flags & 2;
  track.state = static_cast<TrackState>(state);
  return track;
}

bool same_head(const Track& a, const Track& b) {
  return a.uid == b.uid && a.name == b.name && a.class_name == b.class_name &&
         a.attributes == b.attributes && a.first == b.first && a.last == b.last &&
         a.rigid == b.rigid && a.still == b.still && a.state == b.state;
}

std::map<Stamp, Keyframe> by_stamp(const std::vector<Keyframe>& keys) {
  std::map<Stamp, Keyframe> result;
  for (const Keyframe& key : keys) result.emplace_hint(result.end(), key.stamp, key);
  return result;
}

std::vector<Keyframe> as_keys(std::map<Stamp, Keyframe>&& map) {
  std::vector<Keyframe> keys;
  keys.reserve(map.size());
  for (auto& [stamp, key] : map) {
    key.stamp = stamp;
    keys.push_back(std::move(key));
  }
  return keys;
}

void pack_track(Packer& to, const Track& track) {
  pack_head(to, track);
  pack_list(to, by_stamp(track.keys));
  pack_list(to, track.frame_attributes);
  pack_list(to, track.marks);
}

Track unpack_track(Unpacker& from) {
  Track track = unpack_head(from);
  track.keys = as_keys(unpack_list<Keyframe>(from));
  track.frame_attributes = unpack_list<Attributes>(from);
  track.marks = unpack_list<Mark>(from);
  return track;
}

void pack_source(Packer& to, const Source& source) {
  to.word(source.id);
  to.word(source.format);
  to.word(source.file);
  to.word(source.frame);
  to.fixed(source.hash);
  to.word(source.text);
  to.count(source.records.size());
  for (const auto& [begin, end] : source.records) {
    to.count(begin);
    to.count(end);
  }
}

Source unpack_source(Unpacker& from) {
  Source source;
  source.id = from.word();
  source.format = from.word();
  source.file = from.word();
  source.frame = from.word();
  source.hash = from.fixed();
  source.text = from.word();
  for (std::uint64_t n = from.count_of(2); n > 0 && from.good(); --n) {
    const std::uint64_t begin = from.count(), end = from.count();
    // Writers cut the text by these: they must lie in it.
    if (begin > end || (!source.text.empty() && end > source.text.size())) from.spoil();
    source.records.emplace_back(begin, end);
  }
  return source;
}

}  // namespace sweepbox
