#include "core/annotation/history.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace sweepbox {
namespace {

std::int64_t now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

/// Words of a thing that changed meanwhile.
std::string words_of(const Key& key, const Document& document) {
  if (key.kind != Kind::track) return key.id;
  const auto uid = track_id_from_hex(key.id);
  const auto track = uid ? document.track(*uid) : nullptr;
  return track ? track->class_name + " " + track->name : "a track that is gone";
}

}  // namespace

Result<void> MemoryLog::append(const LogRecord& record) {
  records_.push_back(record);
  return {};
}

History::History(Document document, EditLog& log, std::vector<LogRecord> past)
    : document_(std::move(document)), log_(&log), records_(std::move(past)) {
  for (const LogRecord& record : records_) {
    last_ = std::max(last_, record.number);
    switch (record.what) {
      case LogRecord::What::apply:
        undoable_.push_back(record.number);
        redoable_.clear();
        break;
      case LogRecord::What::undo:
        std::erase(undoable_, record.of);
        redoable_.push_back(record.of);
        break;
      case LogRecord::What::redo:
        std::erase(redoable_, record.of);
        undoable_.push_back(record.of);
        break;
    }
  }
}

Result<void> History::keep(LogRecord record) {
  record.number = last_ + 1;
  // First the log: what it does not take must not be seen either.
  if (auto taken = log_->append(record); !taken) return taken;
  document_ = record.what == LogRecord::What::undo
                  ? reversed(*record.edit, document_, record.number)
                  : applied(*record.edit, document_, record.number);
  last_ = record.number;
  records_.push_back(std::move(record));
  return {};
}

Result<void> History::apply(Edit edit) {
  if (edit.empty()) return {};
  if (const auto changed = conflicts(edit, document_); !changed.empty())
    return refuse(text("\"{}\" cannot be done: {} changed meanwhile",
                       english(edit.title),
                       words_of(changed.front(), document_)),
                  "look at it again and repeat the step");
  if (edit.time_ns == 0) edit.time_ns = now_ns();
  LogRecord record;
  record.what = LogRecord::What::apply;
  record.edit = std::make_shared<const Edit>(std::move(edit));
  if (auto kept = keep(std::move(record)); !kept) return kept;
  undoable_.push_back(last_);
  redoable_.clear();
  return {};
}

Result<bool> History::undo() {
  if (undoable_.empty()) return false;
  const std::uint64_t of = undoable_.back();
  auto kept = swap(of, LogRecord::What::undo);
  if (!kept) return tl::make_unexpected(kept.error());
  undoable_.pop_back();
  redoable_.push_back(of);
  return true;
}

Result<bool> History::redo() {
  if (redoable_.empty()) return false;
  const std::uint64_t of = redoable_.back();
  auto kept = swap(of, LogRecord::What::redo);
  if (!kept) return tl::make_unexpected(kept.error());
  redoable_.pop_back();
  undoable_.push_back(of);
  return true;
}

Result<void> History::swap(std::uint64_t of, LogRecord::What what) {
  const Holds holds = what == LogRecord::What::undo ? Holds::after : Holds::before;
  auto edit = whole_edit(record_numbered(of), document_, holds);
  if (!edit) return tl::make_unexpected(edit.error());
  LogRecord record;
  record.what = what;
  record.of = of;
  record.edit = std::move(*edit);
  return keep(std::move(record));
}

const LogRecord* History::undoable() const {
  return undoable_.empty() ? nullptr : &record_numbered(undoable_.back());
}

const LogRecord* History::redoable() const {
  return redoable_.empty() ? nullptr : &record_numbered(redoable_.back());
}

std::optional<Text> History::undo_title() const {
  const LogRecord* record = undoable();
  return record ? std::optional(record->edit->title) : std::nullopt;
}

std::optional<Text> History::redo_title() const {
  const LogRecord* record = redoable();
  return record ? std::optional(record->edit->title) : std::nullopt;
}

const LogRecord& History::record_numbered(std::uint64_t number) const {
  const auto found = std::lower_bound(
      records_.begin(), records_.end(), number, [](const LogRecord& record, std::uint64_t n) {
        return record.number < n;
      });
  assert(found != records_.end() && found->number == number);  // both lists name rows of records_
  return *found;
}

}  // namespace sweepbox
