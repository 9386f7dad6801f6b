#include "core/store/codec.hpp"

#include <memory>
#include <optional>

#include "core/store/parts.hpp"
#include "core/store/seal.hpp"
#include "core/store/track_difference.hpp"

namespace sweepbox {
namespace {

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
      to.byte(static_cast<std::uint8_t>(Form::track_difference));
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
