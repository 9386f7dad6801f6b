#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
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

/// A project that can be written: the file, the right to it, and the statements that write.
struct Writing {
  std::unique_ptr<Lock> lock;  // goes last
  FileId file;
  Database database;
  std::optional<RowWriter> rows;

  Writing(std::unique_ptr<Lock> taken, Database opened)
      : lock(std::move(taken)), database(std::move(opened)) {}

  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  /// Before the first write, on each connection.
  Result<void> prepare();
  /// One transaction: a record, what is known of the drive, or both.
  Result<void> write(const LogRecord* record, const Row* row, const ProjectDrive* drive);
};

/// A file that was opened: to write, or to read and why only that.
struct Entered {
  std::unique_ptr<Writing> writing;  ///< null: read only
  std::optional<Database> reading;
  std::optional<Error> read_only;
  std::string held_by;
  std::vector<Problem> problems;

  Database& database() { return writing ? writing->database : *reading; }
};

/// Opens with the right to write where that can be had, else read only; the problems say why.
/// Brings an older file to the newest form, with a copy before; to read, in memory.
Result<Entered> enter(const std::filesystem::path& path, const ProjectOptions& options);

/// Why nothing can be written there.
Error read_only_error(const std::filesystem::path& path, Text found);

}  // namespace sweepbox
