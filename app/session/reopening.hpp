#pragma once
#include <memory>

#include "app/session/session.hpp"

namespace sweepbox {

// The drive follows the repairs of the document. Reading it again is a job with a bar; document,
// history, frame, selection and view stay as they are.

/// Repairs of the document, under those that were asked for on the command line.
Repairs repairs_of(const Document& document, const Repairs& asked);
/// Every lidar of the drive and every part of one, switched on.
void show_all_lidars(Session& session);
std::unique_ptr<FrameCache> cache_for(Session& session, std::shared_ptr<const Drive> drive);

/// Imported boxes as a drive reads them by now. `before` and `fresh` are imports into an empty
/// document, read without and with the repair: each track that still is what `before` brought takes
/// the boxes of `fresh` and keeps its name, state, marks and uid; one that `fresh` no longer has
/// goes. A track that anybody touched stays as it is, counted in `kept`.
Edit relabel_edit(const Edit& before, const Edit& fresh, const Document& document, int& kept);

/// Shows the drive as it would be with the repair (Session::repair_preview); an empty value is the
/// drive without it. Nothing is edited meanwhile.
Result<void> show_repair(Session& session, const std::string& name, const std::string& value);
/// Makes the repair that is shown an edit: the repair, the boxes read anew, their stamps.
Result<void> take_repair(Session& session);
/// Back to the drive as it is, at once.
void leave_repair(Session& session);
/// The same as showing and taking.
Result<void> set_repair_now(Session& session, const std::string& name, const std::string& value);

/// Reads the drive again where undo or redo gave the document other repairs. Called by update().
void follow_repairs(Session& session);

}  // namespace sweepbox
