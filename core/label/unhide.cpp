#include <algorithm>
#include <iterator>
#include <set>

#include "core/annotation/edit.hpp"
#include "core/label/label.hpp"

namespace sweepbox {
namespace {

/// An import's record of no frame of the drive.
bool is_elsewhere(const Keyframe& key, const std::set<std::string_view>& names) {
  return key.source == KeySource::import && key.origin && !names.contains(key.frame);
}

/// The track present at its hidden keys of an absence, and absent at the frames between them.
void show_keys(Track& track, const Absence& absence, std::span<const Stamp> frames) {
  const Stamp until = absence.until.value_or(Stamp{track.last.ns + 1});
  std::vector<Stamp> keys, absent, instants;
  for (const Keyframe& key : track.keys)
    if (absence.from <= key.stamp && key.stamp < until) keys.push_back(key.stamp);
  std::copy_if(frames.begin(), frames.end(), std::back_inserter(absent), [&](Stamp stamp) {
    return absence.from <= stamp && stamp < until;
  });
  std::set_union(
      keys.begin(), keys.end(), absent.begin(), absent.end(), std::back_inserter(instants));
  Stamp before = absence.from;
  bool present = false;
  for (const Stamp stamp : instants) {
    const bool here = std::binary_search(keys.begin(), keys.end(), stamp);
    if (here != present)
      track.frame_attributes[halfway(before, stamp)][kPresent] = here ? "true" : "false";
    present = here;
    before = stamp;
  }
}

}  // namespace

Edit unhide_edit(const Drive& drive, const Document& document) {
  std::set<std::string_view> names;
  std::vector<Stamp> frames;
  for (const FrameInfo& frame : drive.frames()) {
    names.insert(frame.name);
    frames.push_back(frame.stamp);
  }
  EditBuilder builder(document);
  int shown = 0;
  for (const auto& track : document.tracks()) {
    if (shown_keys(*track) == track->keys.size()) continue;
    Track after = *track;
    for (const Absence& absence : absences(*track)) {
      const auto hidden = [&](const Keyframe& key) {
        return absence.from <= key.stamp && (!absence.until || key.stamp < *absence.until);
      };
      // Somebody who switched presence off hid keys of frames.
      if (std::all_of(track->keys.begin(), track->keys.end(), [&](const Keyframe& key) {
            return !hidden(key) || is_elsewhere(key, names);
          }))
        show_keys(after, absence, frames);
    }
    if (after == *track || why_unsound(after)) continue;
    builder.set(std::move(after));
    ++shown;
  }
  return builder.finish(text("{} tracks present at their labels of no frame", shown), Author::job);
}

}  // namespace sweepbox
