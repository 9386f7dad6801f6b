#include "app/session/undoing.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/session/inside.hpp"
#include "core/annotation/edit_places.hpp"

namespace sweepbox {
namespace {

enum class Way { back, forward };

const LogRecord* next_step(const Session& session, Way way) {
  if (!session.history) return nullptr;
  return way == Way::back ? session.history->undoable() : session.history->redoable();
}

void select_all_of(Session& session, std::vector<TrackId> tracks) {
  std::erase_if(tracks, [&](TrackId id) { return !session.document().track(id); });
  if (tracks == session.selected) return;
  session.selected = std::move(tracks);
  ++session.versions.selection;
}

Result<bool> step(Session& session, Way way) {
  const LogRecord* record = next_step(session, way);
  if (!record) return false;
  if (session.read_only()) {
    const Error error = session.repair_preview ? shown_repair_error()
                                               : refuse("This project is open read only").value();
    say(session, error);
    return tl::unexpected(error);
  }
  end_memory(session);
  session.inside->shown_step.reset();
  const std::uint64_t number = record->number;
  const Text title = record->edit->title;
  session.preview.reset();
  Result<bool> done = way == Way::back ? session.history->undo() : session.history->redo();
  document_changed(session);
  if (!done) {
    say(session, done.error());
    return done;
  }
  if (const auto memory = session.inside->memories.find(number);
      memory != session.inside->memories.end())
    select_all_of(session, way == Way::back ? memory->second.before : memory->second.after);
  say(session,
      Severity::note,
      text(way == Way::back ? "Undone: {}" : "Again: {}", session.language.tr(title)));
  return done;
}

/// Where an edit shows.
struct Place {
  int frame = 0;
  std::vector<TrackId> tracks;
};

Stamp stamp_of(const Session& session, int frame) {
  return session.drive->frames()[static_cast<std::size_t>(frame)].stamp;
}

/// Whether a person who looks at the shown frame sees the edit where it is made. A key of another
/// frame moves boxes between keys here, too; that alone is not enough, unless it was made here.
bool acts_here(const Session& session, const Edit& edit, bool made_here) {
  const int frame = session.time.frame;
  const Stamp stamp = stamp_of(session, frame);
  for (const Change& change : edit.changes) {
    // Calibration and repairs change every frame.
    if (change.key.kind == Kind::correction || change.key.kind == Kind::repair) return true;
    if (!shows_at(change, stamp)) continue;
    if (made_here || is_of_whole_track(change)) return true;
    const std::vector<Stamp> moments = moments_of(change);
    if (std::any_of(moments.begin(), moments.end(), [&](Stamp moment) {
          return session.drive->frame_table().nearest(moment) == frame;
        }))
      return true;
  }
  return false;
}

bool shows_in(const Session& session, const Edit& edit, int frame) {
  return std::any_of(edit.changes.begin(), edit.changes.end(), [&](const Change& change) {
    return shows_at(change, stamp_of(session, frame));
  });
}

/// The frame nearest to the shown one in which the edit shows; empty where it shows in none.
std::optional<int> nearest_frame(const Session& session, const Edit& edit) {
  std::optional<int> nearest;
  const auto offer = [&](const Change& change, Stamp moment) {
    const int frame = session.drive->frame_table().nearest(moment);
    const int shown = session.time.frame;
    if (nearest && std::abs(frame - shown) >= std::abs(*nearest - shown)) return;
    if (shows_at(change, stamp_of(session, frame))) nearest = frame;
  };
  for (const Change& change : edit.changes) {
    for (const Stamp moment : moments_of(change)) offer(change, moment);
    if (!is_of_whole_track(change)) continue;
    for (const Value* value : {&change.before, &change.after}) {
      const auto* held = std::get_if<std::shared_ptr<const Track>>(value);
      if (!held) continue;
      const Track& track = **held;
      offer(change, std::clamp(session.frame().stamp, track.first, track.last));
      offer(change, track.keys.front().stamp);
      offer(change, track.keys.back().stamp);
    }
  }
  return nearest;
}

/// Where else the next step shows; empty where it acts on the shown frame, or nowhere.
std::optional<Place> elsewhere(const Session& session, const LogRecord& record, Way way) {
  const auto edit = whole_edit(
      record, session.history->document(), way == Way::back ? Holds::after : Holds::before);
  if (!edit || session.drive->frames().empty()) return std::nullopt;  // the step says the error
  const auto memory = session.inside->memories.find(record.number);
  const int made_in = memory == session.inside->memories.end() ? -1 : memory->second.frame;
  if (acts_here(session, **edit, made_in == session.time.frame)) return std::nullopt;
  const int count = static_cast<int>(session.drive->frames().size());
  std::optional<int> frame;
  if (made_in >= 0 && made_in < count && shows_in(session, **edit, made_in))
    frame = made_in;
  else
    frame = nearest_frame(session, **edit);
  if (!frame || *frame == session.time.frame) return std::nullopt;
  Place place{*frame, {}};
  for (const Change& change : (*edit)->changes)
    if (shows_at(change, stamp_of(session, *frame))) place.tracks.push_back(track_of(change));
  return place;
}

Result<void> step_by_hand(Session& session, Way way) {
  end_memory(session);
  const LogRecord* record = next_step(session, way);
  if (record && session.settings.undo_shows_first && !session.read_only()) {
    const ShownStep here{record->number, way == Way::back, session.time.frame};
    const auto place =
        session.inside->shown_step == here ? std::nullopt : elsewhere(session, *record, way);
    if (place) {
      session.time.playing = false;
      go_to_frame(session, place->frame);
      // A track that the step brings back is not there to be selected.
      select_all_of(session, place->tracks);
      session.inside->shown_step = ShownStep{here.edit, here.back, place->frame};
      say(session,
          Severity::note,
          text(way == Way::back ? "Undo changes this frame: {}. Press again to undo it."
                                : "Redo changes this frame: {}. Press again to redo it.",
               session.language.tr(record->edit->title)));
      return {};
    }
  }
  const auto done = step(session, way);
  return done ? Result<void>() : tl::make_unexpected(done.error());
}

}  // namespace

Result<bool> undo(Session& session) {
  return step(session, Way::back);
}

Result<bool> redo(Session& session) {
  return step(session, Way::forward);
}

Result<void> undo_by_hand(Session& session) {
  if (own_labels_are_next(session)) {
    session.popup = "undo_import";
    return {};
  }
  return step_by_hand(session, Way::back);
}

Result<void> redo_by_hand(Session& session) {
  return step_by_hand(session, Way::forward);
}

Result<void> undo_all_by_hand(Session& session) {
  while (next_step(session, Way::back) && !own_labels_are_next(session))
    if (const auto done = undo(session); !done) return tl::unexpected(done.error());
  if (own_labels_are_next(session)) session.popup = "undo_import";
  return {};
}

bool undo_is_shown(const Session& session) {
  const auto& shown = session.inside->shown_step;
  if (!shown || shown->frame != session.time.frame) return false;
  const LogRecord* record = next_step(session, shown->back ? Way::back : Way::forward);
  return record && record->number == shown->edit;
}

bool own_labels_are_next(const Session& session) {
  // They are the first thing that a project holds.
  const LogRecord* record = next_step(session, Way::back);
  return record && record->number == 1 && record->edit->author == Author::import;
}

void begin_memory(Session& session, std::vector<TrackId> selected, Author author) {
  const std::uint64_t number = session.history->version();
  // What a job brings was made where nobody looked.
  const int frame = author == Author::hand ? session.time.frame : -1;
  session.inside->memories[number] = {std::move(selected), {}, frame};
  session.inside->open_memory = number;
}

void end_memory(Session& session) {
  const auto memory = session.inside->memories.find(std::exchange(session.inside->open_memory, 0));
  if (memory != session.inside->memories.end()) memory->second.after = session.selected;
}

}  // namespace sweepbox
