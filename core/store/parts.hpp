#pragma once
#include <map>
#include <vector>

#include "core/annotation/document.hpp"
#include "core/store/packing.hpp"

namespace sweepbox {

// The parts of values as bytes. What is read may be unsound in itself (see why_unsound); an
// impossible enum or count spoils the reader.

void pack(Packer& to, const Pose& pose);
void unpack(Unpacker& from, Pose& pose);
void pack(Packer& to, const Attributes& attributes);
void unpack(Unpacker& from, Attributes& attributes);
void pack(Packer& to, const Mark& mark);
void unpack(Unpacker& from, Mark& mark);
/// Without the stamp: that is the list's.
void pack(Packer& to, const Keyframe& key);
void unpack(Unpacker& from, Keyframe& key);

/// Everything of a track but its lists by stamp.
void pack_head(Packer& to, const Track& track);
Track unpack_head(Unpacker& from);
bool same_head(const Track& a, const Track& b);

void pack_track(Packer& to, const Track& track);
Track unpack_track(Unpacker& from);
void pack_source(Packer& to, const Source& source);
Source unpack_source(Unpacker& from);

/// Keys as a map, so that keys, frame attributes and marks are told apart by one piece of code.
std::map<Stamp, Keyframe> by_stamp(const std::vector<Keyframe>& keys);
std::vector<Keyframe> as_keys(std::map<Stamp, Keyframe>&& map);

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

}  // namespace sweepbox
