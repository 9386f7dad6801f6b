#include "core/store/codec.hpp"

#include "core/store/packing.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace sweepbox {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr std::size_t kWorthPressing = 400;  // below, zstd's own frame eats what it saves
constexpr int kPressing = 1;                 // 3 saves 2 % more on tracks and costs twice the time

// What a record may unpack to: labels of a drive press 100 to 1, a bomb 10 000 to 1.
std::size_t most_from(std::size_t pressed) {
  return std::clamp<std::size_t>(1000 * pressed, std::size_t{1} << 24, std::size_t{1} << 30);
}

tl::unexpected<Error> damaged(Text found) {
  return fail({}, {}, "a whole record", std::move(found), "take a copy of the project from before");
}

std::string sealed(const std::string& bytes) {
  std::string result{static_cast<char>(kForm), 0};
  if (bytes.size() >= kWorthPressing) {
    result.resize(2 + ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compress(result.data() + 2, result.size() - 2, bytes.data(), bytes.size(), kPressing);
    if (!ZSTD_isError(size) && size < bytes.size()) {
      result.resize(2 + size);
      result[1] = 1;
      return result;
    }
    result.resize(2);
  }
  return result + bytes;
}

// In steps: a size that lies in the frame's header must cost nothing.
Result<std::string> unpressed(std::string_view bytes) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                             ZSTD_freeDStream);
  if (!stream) return damaged("no memory to unpack it");
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, 27);
  std::string result;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (left != 0) {
    const std::size_t before = result.size();
    result.resize(std::max<std::size_t>(2 * before, 4096));
    ZSTD_outBuffer out{result.data(), result.size(), before};
    left = ZSTD_decompressStream(stream.get(), &out, &in);
    const bool stuck = out.pos == before && in.pos == in.size;
    result.resize(out.pos);
    if (ZSTD_isError(left))
      return damaged(text("compressed bytes that cannot be read ({})", ZSTD_getErrorName(left)));
    if (left != 0 && stuck) return damaged("compressed bytes that end too early");
    if (result.size() > most_from(bytes.size())) return damaged("more than a record can hold");
  }
  if (in.pos != in.size) return damaged("bytes after its end");
  return result;
}

Result<std::string> unsealed(std::string_view bytes) {
  if (bytes.size() < 2) return damaged(text("{} bytes", bytes.size()));
  if (static_cast<std::uint8_t>(bytes[0]) != kForm)
    return damaged(text("form {} of records, unknown to this program",
                        static_cast<int>(static_cast<std::uint8_t>(bytes[0]))));
  if (bytes[1] == 0) return std::string(bytes.substr(2));
  if (bytes[1] == 1) return unpressed(bytes.substr(2));
  return damaged("an unknown compression");
}

// ---- parts of values; each pack has its unpack beneath ----

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

constexpr std::uint8_t kHasScore = 1, kHasOrigin = 2;

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

// Everything of a track but its lists by stamp.
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

// A track's lists as maps by stamp, so that keys, frame attributes and marks are told apart by one
// piece of code.
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

template <class Item>
void pack_list(Packer& to, const std::map<Stamp, Item>& items) {
  to.count(items.size());
  std::int64_t last = 0;
  for (const auto& [stamp, item] : items) {
    to.number(static_cast<std::int64_t>(static_cast<std::uint64_t>(stamp.ns) -
                                        static_cast<std::uint64_t>(last)));
    last = stamp.ns;
    pack(to, item);
  }
}

template <class Item>
std::map<Stamp, Item> unpack_list(Unpacker& from) {
  std::map<Stamp, Item> items;
  std::int64_t last = 0;
  for (std::uint64_t n = from.count_of(2); n > 0 && from.good(); --n) {
    last = static_cast<std::int64_t>(static_cast<std::uint64_t>(last) +
                                     static_cast<std::uint64_t>(from.number()));
    Item item;
    unpack(from, item);
    if (!items.emplace(Stamp{last}, std::move(item)).second) from.spoil();
  }
  return items;
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

// ---- values ----

enum class Form : std::uint8_t {
  none = 0,
  track = 1,
  source = 2,
  pose = 3,
  text = 4,
  track_difference = 5
};

void pack(Packer& to, const Value& value) {
  if (const auto* track = std::get_if<std::shared_ptr<const Track>>(&value)) {
    to.byte(static_cast<std::uint8_t>(Form::track));
    pack_track(to, **track);
  } else if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&value)) {
    to.byte(static_cast<std::uint8_t>(Form::source));
    pack_source(to, **source);
  } else if (const auto* pose = std::get_if<Pose>(&value)) {
    to.byte(static_cast<std::uint8_t>(Form::pose));
    pack(to, *pose);
  } else if (const auto* words = std::get_if<std::string>(&value)) {
    to.byte(static_cast<std::uint8_t>(Form::text));
    to.word(*words);
  } else {
    to.byte(static_cast<std::uint8_t>(Form::none));
  }
}

Value unpack_form(Unpacker& from, Form form) {
  switch (form) {
    case Form::none:
      return std::monostate{};
    case Form::track:
      return std::make_shared<const Track>(unpack_track(from));
    case Form::source:
      return std::make_shared<const Source>(unpack_source(from));
    case Form::pose: {
      Pose pose;
      unpack(from, pose);
      return pose;
    }
    case Form::text:
      return from.word();
    case Form::track_difference:
      break;
  }
  from.spoil();
  return std::monostate{};
}

bool fits(const Value& value, const Key& key) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  switch (key.kind) {
    case Kind::track: {
      const auto* track = std::get_if<std::shared_ptr<const Track>>(&value);
      return track && to_hex((*track)->uid) == key.id;
    }
    case Kind::source: {
      const auto* source = std::get_if<std::shared_ptr<const Source>>(&value);
      return source && (*source)->id == key.id;
    }
    case Kind::correction:
      return std::holds_alternative<Pose>(value);
    default:
      return std::holds_alternative<std::string>(value);
  }
}

bool known(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(Kind::track) &&
         kind <= static_cast<std::uint8_t>(Kind::frame);
}

const Track* track_in(const Value& value) {
  const auto* track = std::get_if<std::shared_ptr<const Track>>(&value);
  return track ? track->get() : nullptr;
}

// ---- differences between two values of one track ----

template <class Item>
struct TwoSides {
  std::map<Stamp, Item> before, after;  // what only that side has, or has otherwise
};

template <class Item>
TwoSides<Item> difference(const std::map<Stamp, Item>& before, const std::map<Stamp, Item>& after) {
  TwoSides<Item> sides;
  for (const auto& [stamp, item] : before) {
    const auto other = after.find(stamp);
    if (other == after.end() || !(other->second == item)) sides.before.emplace(stamp, item);
  }
  for (const auto& [stamp, item] : after) {
    const auto other = before.find(stamp);
    if (other == before.end() || !(other->second == item)) sides.after.emplace(stamp, item);
  }
  return sides;
}

/// Takes `held` out of the list and puts `wanted` in. False where the list does not have `held`.
template <class Item>
bool exchange(std::map<Stamp, Item>& list,
              const std::map<Stamp, Item>& held,
              std::map<Stamp, Item> wanted) {
  for (const auto& [stamp, item] : held) {
    const auto found = list.find(stamp);
    if (found == list.end() || !(found->second == item)) return false;
    list.erase(found);
  }
  for (auto& [stamp, item] : wanted)
    if (!list.emplace(stamp, std::move(item)).second) return false;
  return true;
}

template <class Item>
void pack_sides(Packer& to,
                const std::map<Stamp, Item>& before,
                const std::map<Stamp, Item>& after) {
  const TwoSides<Item> sides = difference(before, after);
  pack_list(to, sides.before);
  pack_list(to, sides.after);
}

template <class Item>
TwoSides<Item> unpack_sides(Unpacker& from) {
  TwoSides<Item> sides;
  sides.before = unpack_list<Item>(from);
  sides.after = unpack_list<Item>(from);
  return sides;
}

void pack_difference(Packer& to, const Track& before, const Track& after) {
  to.byte(static_cast<std::uint8_t>(Form::track_difference));
  pack_head(to, before);
  to.byte(same_head(before, after) ? 1 : 0);
  if (!same_head(before, after)) pack_head(to, after);
  pack_sides(to, by_stamp(before.keys), by_stamp(after.keys));
  pack_sides(to, before.frame_attributes, after.frame_attributes);
  pack_sides(to, before.marks, after.marks);
}

struct TrackDifference {
  Track before, after;  // heads
  TwoSides<Keyframe> keys;
  TwoSides<Attributes> frame_attributes;
  TwoSides<Mark> marks;
};

TrackDifference unpack_difference(Unpacker& from) {
  TrackDifference difference;
  difference.before = unpack_head(from);
  const std::uint8_t same = from.byte();
  if (same > 1) from.spoil();
  difference.after = same ? difference.before : unpack_head(from);
  difference.keys = unpack_sides<Keyframe>(from);
  difference.frame_attributes = unpack_sides<Attributes>(from);
  difference.marks = unpack_sides<Mark>(from);
  // Keys are compared with their stamp, which lies in the map's key alone on the disk.
  for (auto* side : {&difference.keys.before, &difference.keys.after})
    for (auto& [stamp, key] : *side) key.stamp = stamp;
  return difference;
}

/// The other side of the track that the document holds; empty where it holds another one.
std::optional<Track> other_side(TrackDifference difference, const Track& held, Holds holds) {
  const bool after_held = holds == Holds::after;
  if (!same_head(held, after_held ? difference.after : difference.before)) return std::nullopt;
  Track wanted = after_held ? std::move(difference.before) : std::move(difference.after);
  const auto turn = [&](auto& list, auto& sides) {
    return after_held ? exchange(list, sides.after, std::move(sides.before))
                      : exchange(list, sides.before, std::move(sides.after));
  };
  auto keys = by_stamp(held.keys);
  wanted.frame_attributes = held.frame_attributes;
  wanted.marks = held.marks;
  if (!turn(keys, difference.keys) || !turn(wanted.frame_attributes, difference.frame_attributes) ||
      !turn(wanted.marks, difference.marks))
    return std::nullopt;
  wanted.keys = as_keys(std::move(keys));
  return wanted;
}

}  // namespace

std::optional<std::string> why_unsound(const Value& value) {
  if (const Track* track = track_in(value)) return why_unsound(*track);
  if (const auto* pose = std::get_if<Pose>(&value))
    if (!pose->rotation.coeffs().allFinite() || !pose->translation.allFinite())
      return "a pose that is not finite";
  return std::nullopt;
}

std::string pack_value(const Value& value) {
  Packer packer;
  pack(packer, value);
  return sealed(packer.bytes());
}

Result<Value> unpack_value(std::string_view bytes, const Key& key) {
  const auto plain = unsealed(bytes);
  if (!plain) return tl::unexpected(plain.error());
  Unpacker from(*plain);
  Value value = unpack_form(from, static_cast<Form>(from.byte()));
  if (!from.finished() || !fits(value, key) || std::holds_alternative<std::monostate>(value))
    return damaged("bytes that are no such value");
  if (const auto why = why_unsound(value)) return damaged(text("{}", *why));
  return value;
}

std::string pack_changes(const Edit& edit) {
  Packer to;
  to.count(edit.changes.size());
  for (const Change& change : edit.changes) {
    to.byte(static_cast<std::uint8_t>(change.key.kind));
    to.word(change.key.id);
    const Track* before = track_in(change.before);
    const Track* after = track_in(change.after);
    if (before && after) {
      pack_difference(to, *before, *after);
    } else {
      pack(to, change.before);
      pack(to, change.after);
    }
  }
  return sealed(to.bytes());
}

Result<std::vector<Change>> unpack_changes(std::string_view bytes,
                                           const Document& document,
                                           Holds holds) {
  const auto plain = unsealed(bytes);
  if (!plain) return tl::unexpected(plain.error());
  Unpacker from(*plain);
  std::vector<Change> changes;
  for (std::uint64_t n = from.count_of(4); n > 0 && from.good(); --n) {
    const std::uint8_t kind = from.byte();
    if (!known(kind)) return damaged(text("a thing of kind {}", static_cast<int>(kind)));
    Change change;
    change.key = {static_cast<Kind>(kind), from.word()};
    const Form form = static_cast<Form>(from.byte());
    const Value held = document.value(change.key);
    if (form == Form::track_difference) {
      TrackDifference difference = unpack_difference(from);
      if (!from.good()) break;
      const Track* held_track = track_in(held);
      std::optional<Track> other;
      if (held_track) other = other_side(std::move(difference), *held_track, holds);
      if (!other) return refuse(text("{} {} was changed meanwhile", "track", change.key.id));
      Value wanted = std::make_shared<const Track>(std::move(*other));
      change.before = holds == Holds::before ? held : wanted;
      change.after = holds == Holds::before ? wanted : held;
    } else {
      change.before = unpack_form(from, form);
      change.after = unpack_form(from, static_cast<Form>(from.byte()));
    }
    if (!from.good() || !fits(change.before, change.key) || !fits(change.after, change.key)) {
      from.spoil();
      break;
    }
    for (const Value* side : {&change.before, &change.after})
      if (const auto why = why_unsound(*side)) return damaged(text("{}", *why));
    changes.push_back(std::move(change));
  }
  if (!from.finished()) return damaged("bytes that are no edit");
  return changes;
}

std::string pack_words(const std::vector<std::string>& words) {
  Packer to;
  to.count(words.size());
  for (const std::string& word : words) to.word(word);
  return to.bytes();
}

Result<std::vector<std::string>> unpack_words(std::string_view bytes) {
  Unpacker from(bytes);
  std::vector<std::string> words;
  for (std::uint64_t n = from.count_of(1); n > 0 && from.good(); --n) words.push_back(from.word());
  if (!from.finished()) return damaged("bytes that are no words");
  return words;
}

}  // namespace sweepbox
