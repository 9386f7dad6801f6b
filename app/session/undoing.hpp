#pragma once
#include "app/session/session.hpp"

namespace sweepbox {

/// Undoes (or redoes) at once, says what, and selects what was selected before (after) the edit, as
/// far as this session knows it and it is still there. False where there is nothing.
Result<bool> undo(Session& session);
Result<bool> redo(Session& session);

/// The same for a key, a menu or a button. A change of another frame is shown first: its frame and
/// its tracks, and done when asked once more (Settings::undo_shows_first). Undoing the import of
/// the drive's own labels asks, in the popup "undo_import".
Result<void> undo_by_hand(Session& session);
Result<void> redo_by_hand(Session& session);
/// Everything but that import, then asks about it.
Result<void> undo_all_by_hand(Session& session);

/// Undo has shown what it would change and waits to be asked once more: a key that is held is no
/// answer.
bool undo_is_shown(const Session& session);

/// What undo would reverse is the import of the labels that came with the drive.
bool own_labels_are_next(const Session& session);

// What was selected is part of what undo restores. commit() begins the memory of its edit; the
// action that called it may still select something, so the memory ends with the action, or with
// the frame.
/// `selected`: before the edit, which is the history's last.
void begin_memory(Session& session, std::vector<TrackId> selected, Author author);
void end_memory(Session& session);

}  // namespace sweepbox
