#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/annotation/edit.hpp"

namespace sweepbox {

/// Which of an edit's values a document holds: before it was made (or after its undo), or after it.
enum class Holds { before, after };

/// One row of a history. Nothing is ever deleted: undo and redo are rows that name the edit they
/// reverse.
struct LogRecord {
  enum class What : std::uint8_t { apply = 1, undo = 2, redo = 3 };
  std::uint64_t number = 0;  ///< 1, 2, 3 … without gaps
  What what = What::apply;
  std::uint64_t of = 0;              ///< for undo and redo: the edit's number
  std::shared_ptr<const Edit> edit;  ///< the edit itself (for undo and redo too: what they swap)
  /// Set where a log read the record from a disk: `edit` then has its head (title, author, who,
  /// time) but no changes yet, which lie there as differences against a document that holds one
  /// side of them. 100 000 edits open at once this way. Empty: `edit` is whole.
  std::function<Result<std::shared_ptr<const Edit>>(const Document&, Holds)> unpack;
};

/// The record's edit with its changes; the error says what the document does not hold, or that the
/// record is damaged.
inline Result<std::shared_ptr<const Edit>> whole_edit(const LogRecord& record,
                                                      const Document& document,
                                                      Holds holds) {
  return record.unpack ? record.unpack(document, holds) : record.edit;
}

/// Where records go: memory here, SQLite in `store`, a server later.
class EditLog {
 public:
  virtual ~EditLog() = default;

  /// Takes a record to be kept. An error means that it will not be kept and the document must not
  /// change (read only; the disk refused earlier and Retry has not succeeded). May return before it
  /// is on the disk: durable() tells. Never waits for the disk.
  virtual Result<void> append(const LogRecord& record) = 0;

  /// Number up to which every record is on the disk.
  virtual std::uint64_t durable() const = 0;
};

/// Keeps records in memory, for tests and for drives opened without a project.
class MemoryLog final : public EditLog {
 public:
  Result<void> append(const LogRecord& record) override;

  std::uint64_t durable() const override { return records_.empty() ? 0 : records_.back().number; }

  std::span<const LogRecord> records() const { return records_; }

 private:
  std::vector<LogRecord> records_;
};

/// The document and how it came to be. Belongs to one thread (the frame loop's). Undo and redo have
/// no limit; a new edit ends what could be redone.
class History {
 public:
  /// `past`: every record so far, ascending, as a log kept them; `document` is what they lead to.
  History(Document document, EditLog& log, std::vector<LogRecord> past = {});

  const Document& document() const { return document_; }

  /// Number of the last record; 0 for none. A view that drew another number is old.
  std::uint64_t version() const { return last_; }

  /// Checks the edit against the document (an error names what changed meanwhile), appends it,
  /// applies it. An empty edit changes nothing and is no error.
  Result<void> apply(Edit edit);

  /// False where there is nothing to undo / redo.
  Result<bool> undo();
  Result<bool> redo();
  /// Record of the edit that undo / redo would reverse; nullptr where there is nothing. It may have
  /// only its head: whole_edit() has the changes.
  const LogRecord* undoable() const;
  const LogRecord* redoable() const;
  /// Its title; empty where there is nothing.
  std::optional<Text> undo_title() const;
  std::optional<Text> redo_title() const;

  /// All records, for the history panel.
  std::span<const LogRecord> records() const { return records_; }

 private:
  Result<void> keep(LogRecord record);
  Result<void> swap(std::uint64_t of, LogRecord::What what);
  const LogRecord& record_numbered(std::uint64_t number) const;

  Document document_;
  EditLog* log_;
  std::vector<LogRecord> records_;
  std::vector<std::uint64_t> undoable_;  ///< numbers of edits in force, in order
  std::vector<std::uint64_t> redoable_;
  std::uint64_t last_ = 0;
};

}  // namespace sweepbox
