#include <map>
#include <string_view>
#include <unordered_map>

#include "core/annotation/edit.hpp"
#include "core/label/label.hpp"

namespace sweepbox {
namespace {

/// Old stamps to new ones: exact at the anchors, in proportion between them, by the nearest one's
/// shift beyond.
class Clock {
 public:
  void add(Stamp from, Stamp to) { anchors_.emplace(from, to); }

  Stamp operator()(Stamp stamp) const {
    const auto after = anchors_.lower_bound(stamp);
    if (after != anchors_.end() && after->first == stamp) return after->second;
    if (after == anchors_.begin() || after == anchors_.end()) {
      const auto& end = after == anchors_.begin() ? *after : *std::prev(after);
      return {end.second.ns + (stamp.ns - end.first.ns)};
    }
    const auto& [a, new_a] = *std::prev(after);
    const auto& [b, new_b] = *after;
    const double share = seconds_between(a, stamp) / seconds_between(a, b);
    return later(new_a, share * seconds_between(new_a, new_b));
  }

 private:
  std::map<Stamp, Stamp> anchors_;
};

template <class Value>
std::map<Stamp, Value> moved(const std::map<Stamp, Value>& values, const Clock& clock) {
  std::map<Stamp, Value> result;
  for (const auto& [stamp, value] : values) result.insert_or_assign(clock(stamp), value);
  return result;
}

}  // namespace

Edit realign_edit(const Drive& drive, const Document& document) {
  std::unordered_map<std::string_view, Stamp> stamp_of;
  for (const FrameInfo& frame : drive.frames()) stamp_of.emplace(frame.name, frame.stamp);
  // Of every key that belongs to a frame of the drive: its stamp and that frame's.
  const auto any_anchor = [&](auto is) {
    for (const auto& track : document.tracks())
      for (const Keyframe& key : track->keys)
        if (const auto found = stamp_of.find(key.frame);
            found != stamp_of.end() && is(key.stamp, found->second))
          return true;
    return false;
  };
  // On most openings no clock has changed.
  if (!any_anchor([](Stamp from, Stamp to) { return from != to; })) return {};
  Clock clock;
  any_anchor([&](Stamp from, Stamp to) {
    clock.add(from, to);
    return false;
  });
  EditBuilder builder(document);
  int moved_tracks = 0;
  for (const auto& track : document.tracks()) {
    Track after = *track;
    for (Keyframe& key : after.keys) key.stamp = clock(key.stamp);
    after.first = clock(after.first);
    after.last = clock(after.last);
    after.frame_attributes = moved(after.frame_attributes, clock);
    after.marks = moved(after.marks, clock);
    if (after == *track || why_unsound(after)) continue;
    builder.set(std::move(after));
    ++moved_tracks;
  }
  return builder.finish(
      text("Keyframes of {} tracks brought to the stamps of their frames", moved_tracks),
      Author::job);
}

}  // namespace sweepbox
