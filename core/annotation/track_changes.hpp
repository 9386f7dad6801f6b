#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/annotation/edits.hpp"

// What the functions of edits.hpp share. Only they include this.

namespace sweepbox {

/// Changes of tracks on their way to one Edit. What ends as it began is left out; a key whose box,
/// class or attributes are no longer those of its record loses its Origin.
class TrackChanges {
 public:
  explicit TrackChanges(const Document& document) : document_(document) {}

  /// The track becomes another value with the same uid. `others`: tracks that its keys came from,
  /// too.
  void set(const std::shared_ptr<const Track>& before,
           Track after,
           std::span<const std::shared_ptr<const Track>> others = {});
  /// A track whose keys came from that one (nullptr: from none).
  void add(Track track, const std::shared_ptr<const Track>& from = nullptr);
  void remove(const std::shared_ptr<const Track>& track);

  bool empty() const { return edit_.changes.empty(); }

  /// Empty where nothing changed.
  Edit finish(Text title) &&;

 private:
  const Document& document_;
  Edit edit_;
};

/// The track, or that it is gone.
Result<std::shared_ptr<const Track>> find_track(const Document& document, TrackId uid);
/// All of them, or that one is gone.
Result<std::vector<std::shared_ptr<const Track>>> find_tracks(const Document& document,
                                                              std::span<const TrackId> uids);

/// The track's box at a moment, or why there is none.
Result<Cuboid> box_at(const Track& track, const Moment& moment);

/// "car 12".
std::string words_of(const Track& track);
/// "frame 000965", or the time where it has no name.
std::string words_of(const Moment& moment);
/// "car 12", or "3 boxes" for several.
Text words_of(std::span<const std::shared_ptr<const Track>> tracks);

/// Sets or replaces the key at the moment's stamp.
void put_key(Track& track, const Moment& moment, const Cuboid& cuboid, KeySource source);

/// For a key that is set at a stamp: an absence that covers it ends, from there on and back to the
/// hidden key before it, or whole where none is hidden before.
void end_absence(Track& track, Stamp stamp);

}  // namespace sweepbox
