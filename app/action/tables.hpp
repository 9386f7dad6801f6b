#pragma once
#include <optional>
#include <span>

#include "app/action/action.hpp"

namespace sweepbox {

// One table a file; actions.cpp puts them in a row.
std::span<const Action> time_actions();
std::span<const Action> box_actions();
std::span<const Action> nudge_actions();
std::span<const Action> track_actions();
std::span<const Action> edit_actions();
std::span<const Action> view_actions();
std::span<const Action> calibrate_actions();
std::span<const Action> file_actions();
std::span<const Action> doctor_actions();

// Reasons why an action is disabled; empty: it is not.
std::optional<Text> needs_drive(const Session& session);
std::optional<Text> needs_writing(const Session& session);  ///< a drive that may be edited
std::optional<Text> needs_selection(const Session& session);
std::optional<Text> needs_selection_to_edit(const Session& session);
std::optional<Text> needs_box(const Session& session);  ///< a selected box in the shown frame
std::optional<Text> needs_sequence(const Session& session);

/// The track named by `track=` (its shown name), else the primary selection.
Result<TrackId> track_of(const Session& session, const Arguments& arguments);
/// The same, else everything selected.
Result<std::vector<TrackId>> tracks_of(const Session& session, const Arguments& arguments);
/// Its box in the shown frame, in ego; beyond its life, where it would be (carried_box).
Result<Cuboid> box_of(const Session& session, TrackId track);

/// The error for a word that is no class of the taxonomy; it lists those that are.
tl::unexpected<Error> no_class(const Session& session, const std::string& word);

/// Puts the box there as one edit.
Result<void> put_box(Session& session, TrackId track, const Cuboid& cuboid_in_ego);

/// A flag that an action without `on=` turns over.
bool switched(const Arguments& arguments, bool now);

constexpr Parameter kTrackParameter = {
    "track", ParameterType::text, false, "the track's name; without it the selection"};
constexpr Parameter kOnParameter = {
    "on", ParameterType::flag, false, "true or false; without it, the other of the two"};

}  // namespace sweepbox
