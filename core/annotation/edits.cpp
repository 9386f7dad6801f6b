#include "core/annotation/edits.hpp"

#include "core/annotation/track_changes.hpp"
#include "core/base/limits.hpp"
#include "core/base/parse.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

namespace sweepbox {
namespace {

tl::unexpected<Error> no_box(const Cuboid& cuboid) {
  return refuse(text("There is no box of {} × {} × {} m at such a place",
                     cuboid.size.x(),
                     cuboid.size.y(),
                     cuboid.size.z()),
                "give finite numbers and lengths above 0");
}

void set_all_sizes(Track& track, const Vec3& size) {
  for (Keyframe& key : track.keys) key.size = size;
}

/// What a new box does to the old one, in a word for the title.
Text title_of(const Track& track, const std::optional<Cuboid>& before, const Cuboid& after) {
  const std::string words = words_of(track);
  if (!before) return text("Keyframe of {} set", words);
  const bool resized = before->size != after.size;
  // Through world and back a rotation that nobody touched comes out a rounding away.
  const bool turned = before->pose.rotation.angularDistance(after.pose.rotation) > 1e-9;
  const bool moved = before->pose.translation != after.pose.translation;
  // A face that is dragged moves the centre too: it is the size that was meant.
  if (resized) return text("Box of {} resized", words);
  if (turned) return text("Box of {} turned", words);
  if (moved) return text("Box of {} moved", words);
  return text("Keyframe of {} set", words);
}

}  // namespace

TrackId new_track_id() {
  thread_local std::random_device device;  // the kernel's; opening it costs more than asking it
  TrackId id = 0;
  while (id == 0) id = (TrackId{device()} << 32) | device();
  return id;
}

Result<Edit> create_track(const Document& document,
                          const std::string& class_name,
                          const Cuboid& world_cuboid,
                          const Moment& moment,
                          TrackId uid) {
  const ObjectClass* found = document.taxonomy().find(class_name);
  if (!found)
    return refuse(text("\"{}\" is no class of the taxonomy", class_name), "choose a class");
  if (!is_valid(world_cuboid)) return no_box(world_cuboid);
  if (uid == 0 || document.track(uid)) return refuse("This box is there already");
  Track track;
  track.uid = uid;
  track.name = document.tracks().free_name();
  track.class_name = found->name;
  track.first = track.last = moment.stamp;
  put_key(track, moment, world_cuboid, KeySource::hand);
  Text title = text("{} placed", words_of(track));
  TrackChanges changes(document);
  changes.add(std::move(track));
  return std::move(changes).finish(std::move(title));
}

Result<Edit> set_key(const Document& document,
                     TrackId uid,
                     const Moment& moment,
                     const Cuboid& world_cuboid,
                     KeySource source) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if (!is_valid(world_cuboid)) return no_box(world_cuboid);
  Track track = **before;
  const Keyframe* old = key_at(track, moment.stamp);
  if (old && old->cuboid() == world_cuboid && old->source == source) return Edit{};
  const Text title = title_of(track, cuboid_at(track, moment.stamp), world_cuboid);
  track.first = std::min(track.first, moment.stamp);
  track.last = std::max(track.last, moment.stamp);
  end_absence(track, moment.stamp);
  if (track.still) track.keys.clear();  // its one place is now this
  put_key(track, moment, world_cuboid, source);
  if (track.rigid) set_all_sizes(track, world_cuboid.size);
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(title);
}

Result<Edit> add_key(const Document& document, TrackId uid, const Moment& moment) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  const auto cuboid = box_at(**before, moment);
  if (!cuboid) return tl::make_unexpected(cuboid.error());
  if (key_at(**before, moment.stamp)) return Edit{};
  return set_key(document, uid, moment, *cuboid);
}

Result<Edit> remove_key(const Document& document, TrackId uid, Stamp stamp) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  const Keyframe* key = key_at(**before, stamp);
  if (!key) return Edit{};
  if (!present_at(**before, stamp))
    return refuse(
        text("{} is not present in {}", words_of(**before), words_of(Moment{key->frame, stamp})),
        "switch its presence on first");
  if ((*before)->keys.size() == 1)
    return refuse(text("This is the only keyframe of {}", words_of(**before)),
                  "delete the whole track if it should go");
  Track track = **before;
  std::erase_if(track.keys, [&](const Keyframe& one) { return one.stamp == stamp; });
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text("Keyframe of {} removed", words_of(**before)));
}

Result<Edit> set_size(const Document& document,
                      TrackId uid,
                      const Moment& moment,
                      const Vec3& size) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  if (!is_valid({Pose{}, size})) return no_box({Pose{}, size});
  Track track = **before;
  if (track.rigid) {
    set_all_sizes(track, size);
  } else {
    const Keyframe* old = key_at(track, moment.stamp);
    if (old && old->size == size) return Edit{};
    auto cuboid = box_at(track, moment);
    if (!cuboid) return tl::make_unexpected(cuboid.error());
    cuboid->size = size;
    if (track.still)
      track.keys.front().size = size;
    else
      put_key(track, moment, *cuboid, KeySource::hand);
  }
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text("Size of {} set to {} × {} × {} m",
                                        words_of(**before),
                                        fmt::format("{:.2f}", size.x()),
                                        fmt::format("{:.2f}", size.y()),
                                        fmt::format("{:.2f}", size.z())));
}

Result<Edit> set_rigid(const Document& document,
                       TrackId uid,
                       bool rigid,
                       const Moment& whose_size) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  Track track = **before;
  track.rigid = rigid;
  if (rigid) set_all_sizes(track, cuboid_by_keys(track, whose_size.stamp).size);
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(
      text(rigid ? "One size for all of {}" : "Sizes of {} freed, one for each keyframe",
           words_of(**before)));
}

Result<Edit> set_class(const Document& document,
                       std::span<const TrackId> uids,
                       const std::string& class_name) {
  const ObjectClass* found = document.taxonomy().find(class_name);
  if (!found)
    return refuse(text("\"{}\" is no class of the taxonomy", class_name), "choose a class");
  const auto befores = find_tracks(document, uids);
  if (!befores) return tl::make_unexpected(befores.error());
  TrackChanges changes(document);
  for (const auto& before : *befores) {
    Track track = *before;
    track.class_name = found->name;
    changes.set(before, std::move(track));
  }
  return std::move(changes).finish(
      text("Class of {} set to {}", english(words_of(*befores)), found->name));
}

namespace {

Result<Edit> set_present(const Document& document,
                         std::span<const TrackId> uids,
                         bool present,
                         const Moment& moment,
                         Stamp since) {
  const auto befores = find_tracks(document, uids);
  if (!befores) return tl::make_unexpected(befores.error());
  TrackChanges changes(document);
  std::optional<Error> reason;
  bool some = false;
  for (const auto& before : *befores) {
    if (moment.stamp < before->first || before->last < moment.stamp) {
      reason = refuse(text("{} is not there in {}", words_of(*before), words_of(moment)),
                      "go to a frame within its life")
                   .value();
      continue;
    }
    Track track = *before;
    if (present_at(track, moment.stamp) != present) {
      // A change between the frame before and this one was meant for this one.
      forget_presence(track, std::min(since, moment.stamp), moment.stamp);
      set_presence(track, std::min(since, moment.stamp), present);
    }
    if (!shown_life(track)) {
      reason = refuse(text("Nothing of {} would be left", words_of(track)),
                      "delete the whole track if it should go")
                   .value();
      continue;
    }
    some = true;
    changes.set(before, std::move(track));
  }
  if (!some && reason) return tl::make_unexpected(*reason);
  const std::string words = english(words_of(*befores));
  return std::move(changes).finish(present ? text("{} present from {} on", words, words_of(moment))
                                           : text("{} absent from {} on", words, words_of(moment)));
}

}  // namespace

Result<Edit> set_attribute(const Document& document,
                           std::span<const TrackId> uids,
                           const std::string& name,
                           const std::string& value,
                           const Moment& moment,
                           std::optional<Stamp> since) {
  const AttributeSpec* spec = document.taxonomy().attribute(name);
  if (!spec)
    return refuse(text("\"{}\" is no attribute of the taxonomy", name), "add it to the taxonomy");
  if (value.size() > kLongestValue)
    return refuse(text("A value has at most {} bytes", kLongestValue), "choose a shorter one");
  if (!value.empty())
    if (const auto why = why_not(*spec, value))
      return fail({}, name, *why, text("\"{}\"", value), "choose another value");
  if (name == kPresent)
    return set_present(document, uids, value != "false", moment, since.value_or(moment.stamp));
  const auto befores = find_tracks(document, uids);
  if (!befores) return tl::make_unexpected(befores.error());

  TrackChanges changes(document);
  std::optional<Error> reason;
  bool some = false;
  for (const auto& before : *befores) {
    const auto has = document.taxonomy().attributes_of(before->class_name);
    if (std::find(has.begin(), has.end(), spec) == has.end()) {
      reason = refuse(text("{} has no {}", words_of(*before), name)).value();
      continue;
    }
    Track track = *before;
    if (spec->scope == AttributeScope::track) {
      if (value.empty())
        track.attributes.erase(name);
      else
        track.attributes[name] = value;
    } else if (moment.stamp < track.first || track.last < moment.stamp) {
      reason = refuse(text("{} is not there in {}", words_of(track), words_of(moment)),
                      "go to a frame within its life")
                   .value();
      continue;
    } else {
      track.frame_attributes[moment.stamp][name] = value;
    }
    some = true;
    changes.set(before, std::move(track));
  }
  // Of several boxes those that cannot have it are passed over.
  if (!some && reason) return tl::make_unexpected(*reason);
  const std::string words = english(words_of(*befores));
  return std::move(changes).finish(value.empty() ? text("{} of {} cleared", name, words)
                                                 : text("{} of {} set to {}", name, words, value));
}

Result<Edit> rename(const Document& document, TrackId uid, const std::string& name) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  const std::string wanted(trimmed(name));
  if (split_blanks(wanted).size() != 1)  // label files separate by blanks
    return refuse("A name is one word", "leave out blanks");
  if (wanted.size() > kLongestName)
    return refuse(text("A name has at most {} bytes", kLongestName), "choose a shorter one");
  const auto other = document.track_named(wanted);
  if (other && other->uid != uid)
    return refuse(text("{} has this name already", words_of(*other)),
                  "merge the two if they are one object");
  Track track = **before;
  track.name = wanted;
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text("{} renamed to {}", words_of(**before), wanted));
}

Result<Edit> renumber(const Document& document) {
  std::vector<std::shared_ptr<const Track>> order(document.tracks().begin(),
                                                  document.tracks().end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a->first != b->first ? a->first < b->first : a->uid < b->uid;
  });
  TrackChanges changes(document);
  for (std::size_t i = 0; i < order.size(); ++i) {
    Track track = *order[i];
    track.name = std::to_string(i + 1);
    changes.set(order[i], std::move(track));
  }
  return std::move(changes).finish(text("{} tracks renumbered", order.size()));
}

Result<Edit> set_state(const Document& document, std::span<const TrackId> uids, TrackState state) {
  const auto befores = find_tracks(document, uids);
  if (!befores) return tl::make_unexpected(befores.error());
  TrackChanges changes(document);
  for (const auto& before : *befores) {
    Track track = *before;
    track.state = state;
    changes.set(before, std::move(track));
  }
  return std::move(changes).finish(
      text("{} set to {}", english(words_of(*befores)), name_of(state)));
}

Result<Edit> set_mark(const Document& document,
                      TrackId uid,
                      Stamp stamp,
                      std::optional<Mark> mark) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  Track track = **before;
  if (mark && (stamp < track.first || track.last < stamp))
    return refuse(text("{} is not there in this frame", words_of(track)),
                  "go to a frame within its life");
  const std::string_view word = !mark                                ? "not marked any more"
                                : mark->kind == Mark::Kind::accepted ? "accepted in one frame"
                                                                     : "marked unsure in one frame";
  if (mark)
    track.marks[stamp] = std::move(*mark);
  else
    track.marks.erase(stamp);
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text(fmt::format("{{}} {}", word), words_of(**before)));
}

Result<Edit> flip(const Document& document, TrackId uid) {
  const auto before = find_track(document, uid);
  if (!before) return tl::make_unexpected(before.error());
  Track track = **before;
  const Quat half_turn(0, 0, 0, 1);  // about z, and without rounding: components only change places
  for (Keyframe& key : track.keys)
    key.world_from_box.rotation = key.world_from_box.rotation * half_turn;
  TrackChanges changes(document);
  changes.set(*before, std::move(track));
  return std::move(changes).finish(text("{} turned round", words_of(**before)));
}

Result<Edit> duplicate(const Document& document,
                       TrackId uid,
                       const Moment& moment,
                       const Cuboid& world_cuboid,
                       TrackId new_uid) {
  const auto original = find_track(document, uid);
  if (!original) return tl::make_unexpected(original.error());
  if (!is_valid(world_cuboid)) return no_box(world_cuboid);
  if (new_uid == 0 || document.track(new_uid)) return refuse("This box is there already");
  Track track;
  track.uid = new_uid;
  track.name = document.tracks().free_name();
  track.class_name = (*original)->class_name;
  track.attributes = (*original)->attributes;
  track.first = track.last = moment.stamp;
  put_key(track, moment, world_cuboid, KeySource::hand);
  Text title = text("{} copied from {}", words_of(track), words_of(**original));
  TrackChanges changes(document);
  changes.add(std::move(track));
  return std::move(changes).finish(std::move(title));
}

Result<Edit> set_correction(const Document& document,
                            const std::string& sensor,
                            const Pose& correction,
                            Text title) {
  if (!is_valid({correction, Vec3::Ones()}))
    return refuse(text("The correction of {} is no rotation and translation", sensor),
                  "give finite numbers");
  EditBuilder builder(document);
  const bool none = correction == Pose{};
  builder.set({Kind::correction, sensor}, none ? Value() : Value(correction));
  return builder.finish(std::move(title));
}

namespace {

Edit set_text(const Document& document,
              const Key& key,
              const std::optional<std::string>& value,
              Text set_title,
              Text removed_title) {
  EditBuilder builder(document);
  builder.set(key, value ? Value(*value) : Value());
  return builder.finish(value ? std::move(set_title) : std::move(removed_title));
}

}  // namespace

Result<Edit> set_repair(const Document& document,
                        const std::string& name,
                        const std::optional<std::string>& value) {
  return set_text(document,
                  {Kind::repair, name},
                  value,
                  text("Repair {} set to {}", name, value.value_or("")),
                  text("Repair {} taken back", name));
}

Result<Edit> set_note(const Document& document,
                      const std::string& id,
                      const std::optional<std::string>& text) {
  return set_text(document, {Kind::note, id}, text, "Note written", "Note removed");
}

}  // namespace sweepbox
