#pragma once
#include <optional>
#include <span>
#include <string>

#include "core/annotation/edit.hpp"

namespace sweepbox {

/// A moment in the drive: its frame's name (may be empty) and stamp.
struct Moment {
  std::string frame;
  Stamp stamp;
};

// Functions that make edits, one for each thing a person does to a track. Each takes the document
// it works on and answers an Edit (empty where nothing would change) or why it cannot be done.
// Cuboids are in the world (ego without poses). An edit of a box, class or attribute ends a key's
// Origin.

TrackId new_track_id();

/// A new track with one key; life is that moment, or `life` where given (a drive's whole span for
/// still things). Rigid.
Result<Edit> create_track(const Document&,
                          const std::string& class_name,
                          const Cuboid& world_cuboid,
                          const Moment&,
                          TrackId uid);

/// Sets (or replaces) the key of a moment; the life grows to contain it. On a rigid track a new
/// size becomes the size of every key (kept: the given cuboid's centre). In an absence the track
/// is present again: from there on, and back to the last hidden key before it; where there is none,
/// the whole absence ends.
Result<Edit> set_key(const Document&,
                     TrackId,
                     const Moment&,
                     const Cuboid& world_cuboid,
                     KeySource = KeySource::hand);
/// A key with the interpolated box.
Result<Edit> add_key(const Document&, TrackId, const Moment&);
/// Refused for the last key and for a hidden one.
Result<Edit> remove_key(const Document&, TrackId, Stamp);

/// One size for all keys ("one size for the track"), or, where the track is not rigid, of that key
/// alone.
Result<Edit> set_size(const Document&, TrackId, const Moment&, const Vec3& size);
Result<Edit> set_rigid(const Document&, TrackId, bool rigid, const Moment& whose_size);
Result<Edit> set_class(const Document&, std::span<const TrackId>, const std::string& class_name);
/// Of the track, or from a moment on until it changes again. "present" (track.hpp) changes at
/// `since`, which is halfway from the frame before, or at the moment where that is not given: keys
/// stay; refused where no box would be left.
Result<Edit> set_attribute(const Document&,
                           std::span<const TrackId>,
                           const std::string& name,
                           const std::string& value,
                           const Moment&,
                           std::optional<Stamp> since = std::nullopt);
Result<Edit> rename(const Document&, TrackId, const std::string& name);
/// Renumbers all tracks 1 … n by first appearance.
Result<Edit> renumber(const Document&);
Result<Edit> set_state(const Document&, std::span<const TrackId>, TrackState);
Result<Edit> set_mark(const Document&, TrackId, Stamp, std::optional<Mark>);

Result<Edit> delete_tracks(const Document&, std::span<const TrackId>);
/// Ends the life before / after the moment; keys beyond it go, one is set at the new end so that
/// the box there stays as it was. Refused where nothing would be left.
Result<Edit> delete_before(const Document&, TrackId, const Moment&);
Result<Edit> delete_after(const Document&, TrackId, const Moment&);
Result<Edit> set_life(const Document&, TrackId, const Moment& first, const Moment& last);
/// The part from the moment on becomes a track of its own, with its absences. Refused where one
/// side would have no box.
Result<Edit> split(const Document&, TrackId, const Moment&, TrackId new_uid);
/// The second becomes part of the first, present wherever one of them was; refused where both have
/// a key at the same stamp with different boxes. Between their lives it is absent where either was
/// beside. Hidden keys of one where the other is present go.
Result<Edit> merge(const Document&, TrackId first, TrackId second);
/// One place in the world for the whole span: a single key with that box. Refused without poses.
Result<Edit> set_still(const Document&,
                       TrackId,
                       const Moment&,
                       const Moment& drive_first,
                       const Moment& drive_last,
                       bool drive_has_poses);
Result<Edit> unset_still(const Document&, TrackId);
/// Turned by half a revolution about its own z, in every key.
Result<Edit> flip(const Document&, TrackId);
/// A copy of the box at the moment as a new track.
Result<Edit> duplicate(
    const Document&, TrackId, const Moment&, const Cuboid& world_cuboid, TrackId new_uid);

Result<Edit> set_correction(const Document&,
                            const std::string& sensor,
                            const Pose& correction,
                            Text title);
Result<Edit> set_repair(const Document&,
                        const std::string& name,
                        const std::optional<std::string>& value);
Result<Edit> set_note(const Document&,
                      const std::string& id,
                      const std::optional<std::string>& text);

}  // namespace sweepbox
