#include "app/action/tables.hpp"
#include "app/session/reopening.hpp"
#include "app/session/undoing.hpp"
#include "app/tool/tool.hpp"

namespace sweepbox {
namespace {

std::optional<Text> nothing_to_undo(const Session& session) {
  if (auto reason = needs_writing(session)) return reason;
  if (!session.history->undo_title()) return Text("Nothing to undo");
  return std::nullopt;
}

std::optional<Text> nothing_to_redo(const Session& session) {
  if (auto reason = needs_writing(session)) return reason;
  if (!session.history->redo_title()) return Text("Nothing to redo");
  return std::nullopt;
}

using StepFunction = Result<bool> (*)(Session&);

Result<void> repeat(Session& session, StepFunction step, int times) {
  for (int i = 0; i < times; ++i) {
    const auto done = step(session);
    if (!done) return tl::unexpected(done.error());
    if (!*done) break;
  }
  return {};
}

Result<void> undo_some(Session& session, const Arguments& arguments) {
  return repeat(session, undo, arguments.integer("times").value_or(1));
}

Result<void> redo_some(Session& session, const Arguments& arguments) {
  return repeat(session, redo, arguments.integer("times").value_or(1));
}

Result<void> undo_all(Session& session, const Arguments&) {
  return repeat(session, undo, 1'000'000'000);
}

Result<void> redo_all(Session& session, const Arguments&) {
  return repeat(session, redo, 1'000'000'000);
}

/// Esc ends the innermost thing that is open.
Result<void> cancel(Session& session, const Arguments&) {
  ++session.cancelled;
  if (!session.popup.empty()) {
    session.popup.clear();
  } else if (session.repair_preview) {
    leave_repair(session);
    session.popup = "doctor";
  } else if (session.preview) {
    set_preview(session, std::nullopt);
  } else if (session.tool != "select") {
    session.tool = "select";
  } else if (!session.locked_axis.empty()) {
    session.locked_axis.clear();
  } else if (!session.filter.empty()) {
    session.filter.clear();
  } else {
    select(session, 0);
  }
  ++session.versions.layers;  // hints and tool bar
  return {};
}

Result<void> save(Session& session, const Arguments&) {
  if (!session.project) {
    say(session, Severity::note, "Nothing is kept: this drive is open without a project");
    return {};
  }
  const SaveState state = session.project->state();
  if (state.read_only) return refuse("This project is open read only");
  if (state.refused) return tl::unexpected(*state.refused);
  if (state.waiting > 0)
    say(session, Severity::note, text("{} edits on their way to the disk", state.waiting));
  else
    say(session,
        Severity::note,
        text("Saved: every edit is in {}", session.project->path().string()));
  return {};
}

std::optional<Text> no_offers(const Session& session) {
  if (session.offers.empty()) return Text("Nothing is on offer");
  return needs_writing(session);
}

Result<void> take(Session& session, const Arguments& arguments) {
  return take_offer(session,
                    static_cast<std::size_t>(std::max(0, arguments.integer("index").value_or(0))));
}

Result<void> drop(Session& session, const Arguments& arguments) {
  const auto index = static_cast<std::size_t>(std::max(0, arguments.integer("index").value_or(0)));
  if (index >= session.offers.size()) return refuse("There is no such offer");
  session.offers.erase(session.offers.begin() + static_cast<std::ptrdiff_t>(index));
  return {};
}

}  // namespace

std::span<const Action> edit_actions() {
  constexpr Parameter kTimes = {"times", ParameterType::integer, false, "1 without it"};
  constexpr Parameter kIndex = {
      "index", ParameterType::integer, false, "of the offer, 0 without it"};
  static const Action table[] = {
      {"edit.undo",
       "Undo",
       "Edit",
       "Ctrl+Z",
       "",
       undo_some,
       nothing_to_undo,
       {kTimes},
       "undo",
       undo_by_hand},
      {"edit.redo",
       "Redo",
       "Edit",
       "Ctrl+Shift+Z, Ctrl+Y",
       "",
       redo_some,
       nothing_to_redo,
       {kTimes},
       "repeat",
       redo_by_hand},
      {"edit.undo_all",
       "Undo everything",
       "Edit",
       "",
       "",
       undo_all,
       nothing_to_undo,
       {},
       "undo",
       undo_all_by_hand},
      {"edit.redo_all", "Redo everything", "Edit", "", "", redo_all, nothing_to_redo, {}, "repeat"},
      {"edit.cancel",
       "Cancel, close, deselect",
       "Edit",
       "Escape",
       "",
       cancel,
       nullptr,
       {},
       "times"},
      {"edit.save", "Saved?", "Edit", "Ctrl+S", "", save, needs_drive, {}, "floppy-o"},
      {"offer.take", "Take the offer", "Edit", "", "", take, no_offers, {kIndex}, "check"},
      {"offer.drop", "Drop the offer", "Edit", "", "", drop, no_offers, {kIndex}, "times"},
  };
  return table;
}

}  // namespace sweepbox
