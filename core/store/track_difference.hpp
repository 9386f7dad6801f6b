#pragma once
#include <map>
#include <optional>

#include "core/annotation/history.hpp"
#include "core/store/packing.hpp"

namespace sweepbox {

template <class Item>
struct TwoSides {
  std::map<Stamp, Item> before, after;  // what only that side has, or has otherwise
};

/// Two values of one track: both heads, and of its lists what differs.
struct TrackDifference {
  Track before, after;  // heads
  TwoSides<Keyframe> keys;
  TwoSides<Attributes> frame_attributes;
  TwoSides<Mark> marks;
};

void pack_difference(Packer& to, const Track& before, const Track& after);
TrackDifference unpack_difference(Unpacker& from);

/// The other side of the track that the document holds; empty where it holds another one.
std::optional<Track> other_side(TrackDifference difference, const Track& held, Holds holds);

}  // namespace sweepbox
