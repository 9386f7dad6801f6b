#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/store/database.hpp"
#include "core/store/lock.hpp"
#include "core/store/rows.hpp"

namespace sweepbox {

/// Which file a path names; it is noticed when that changes under an open project.
struct FileId {
  dev_t device = 0;
  ino_t number = 0;

  bool operator==(const FileId&) const = default;
};

/// A project that can be written: the file, its log, the right to both, and the statements that
/// write. Belongs to one thread at a time.
///
/// Edits go to the log (-wal). Before the first of them, a random number and the time are written
/// into the log, and from there into the file: the file alone then says since when it lacks edits,
/// and a log that is not its own is known by the number. Folding moves the log into the file and
/// takes the mark out of it; then the file alone is the whole project. Whenever the program is
/// killed, file and log together are one of these states.
class Writing {
 public:
  /// Opens the file; brings it to the newest form where that is `older`; folds what a killed
  /// program left in the log. `copy` becomes the path of the copy that is made before the form
  /// changes.
  static Result<std::unique_ptr<Writing>> on(const std::filesystem::path& path,
                                             std::unique_ptr<Lock> lock,
                                             bool older,
                                             std::filesystem::path& copy);
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  /// Folds the log where it can.
  ~Writing();

  /// One transaction: a record, what is known of the drive, or both. Without an error it is on the
  /// disk, in a log that is still beside the file. Refused: where the file, its log or the lock
  /// were removed, cut or replaced, and where another program wrote.
  Result<void> write(const LogRecord* record, const Row* row, const ProjectDrive* drive);

  /// Moves the log into the file. An error leaves both as good as they were.
  Result<void> fold();

  bool log_in_use() const { return tally_.log_in_use(); }

  /// Somebody removed or cut the log: what it held is in memory alone, until restore() succeeds.
  bool log_lost() const { return log_lost_; }

  std::int64_t log_frames() const { return database_ ? database_->log_frames() : 0; }

  /// Before another try after an error: takes the lock again where its file was removed, and writes
  /// the project anew, from memory, where its log was lost. `rows` and `document`: what was
  /// written.
  Result<void> restore(const std::string& holder,
                       const std::vector<Row>& rows,
                       const Document& document,
                       const ProjectDrive& drive);

 private:
  Writing(std::filesystem::path path, std::unique_ptr<Lock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  Result<void> open();
  Result<void> prepare();
  Result<void> check_place() const;
  Result<void> check_log();
  Result<void> begin_log();
  Result<void> commit(Tally tally);
  Result<void> put_tally(const Tally& tally);
  Result<void> hold_log();
  void release_log();
  bool log_stands() const;

  std::filesystem::path path_;
  std::unique_ptr<Lock> lock_;  // goes last
  FileId file_, log_file_;
  std::optional<Database> database_;
  std::optional<Database> holding_;  ///< reads on, so that SQLite does not begin the log anew
  std::optional<RowWriter> rows_;
  Tally tally_;            ///< as it is on the disk
  bool marked_ = false;    ///< the file says that its log is in use
  bool log_lost_ = false;  ///< nothing goes on but restore()
};

}  // namespace sweepbox
