#include <algorithm>

#include "app/tool/box_edits.hpp"
#include "app/tool/tool.hpp"

namespace sweepbox {
namespace {

std::unique_ptr<Tool> make_tool(const std::string& name) {
  const auto table = tools();
  const auto found = std::find_if(
      table.begin(), table.end(), [&](const ToolEntry& entry) { return entry.name == name; });
  return (found == table.end() ? table.front() : *found).make();
}

}  // namespace

const Preview& Hand::on_pointer(const Pointer& pointer, Session& session) {
  if (session.cancelled != cancelled_) {  // Esc since then
    cancelled_ = session.cancelled;
    if (busy_) cancel(session);
  }
  if (!tool_ || (session.tool != name_ && !busy_)) {
    name_ = session.tool;
    tool_ = make_tool(name_);
  }
  // What follows a cancelled press until the next one is no gesture of anybody's.
  const bool follows =
      pointer.phase == PointerPhase::drag || pointer.phase == PointerPhase::release;
  if (follows && !busy_) return preview_;
  if (pointer.phase == PointerPhase::press) busy_ = true;

  ToolAnswer answer = tool_->on_pointer(pointer, session);
  const bool had_document = preview_.document.has_value();
  preview_ = std::move(answer.preview);
  consumed_ = answer.consumed;
  if (pointer.phase == PointerPhase::release || pointer.phase == PointerPhase::cancel)
    busy_ = false;
  if (preview_.document)
    set_preview(session, preview_.document);
  else if (had_document)
    set_preview(session, std::nullopt);

  bool committed = true;
  if (answer.edit) {
    preview_ = {};
    committed = commit(session, std::move(*answer.edit)).has_value();  // said there
  }
  if (answer.select && committed && *answer.select != session.selected) {
    session.selected = std::move(*answer.select);
    ++session.versions.selection;
  }
  if (answer.edit && committed)
    if (const auto box = committed_box(session, primary(session)))
      session.last_yaw = yaw_of(box->pose.rotation);
  if (answer.finished) session.tool = "select";
  return preview_;
}

void Hand::cancel(Session& session) {
  if (tool_) tool_->cancel();
  if (preview_.document) set_preview(session, std::nullopt);
  preview_ = {};
  busy_ = false;
  consumed_ = false;
}

}  // namespace sweepbox
