#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sweepbox {

/// A statement being run. Texts and blobs bound to it must outlive its run.
class Statement {
 public:
  Statement() = default;

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(std::int64_t number);
  Statement& bind_text(std::string_view text);
  Statement& bind_blob(std::string_view bytes);

  /// SQLite's code: SQLITE_ROW, SQLITE_DONE or an error.
  int step();
  /// Runs to the end and makes it ready for the next; the code is SQLITE_DONE or an error.
  int finish();
  /// Makes it ready for the next run, wherever it is.
  void reset();

  std::int64_t number(int column) const;
  /// Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// A connection to one SQLite file. Belongs to one thread at a time.
class Database {
 public:
  enum class Access { write, create };

  /// Opens without reading: what is no database shows at the first statement. Creates a log (-wal)
  /// and shared memory (-shm) beside the file: for writers alone, see Snapshot for reading.
  static Result<Database> open(const std::filesystem::path& path, Access access);
  /// In memory, empty.
  static Result<Database> open_memory();
  /// In memory, from the bytes of a file; statements that do more work than such bytes can give are
  /// interrupted. `path` is for messages.
  static Result<Database> of_image(const std::string& image, const std::filesystem::path& path);

  /// Several statements without results.
  Result<void> run(const char* sql);
  Result<Statement> prepare(const char* sql);
  /// The number that a pragma or a count answers.
  Result<std::int64_t> number(const char* sql);
  /// What SQLite finds wrong with its pages, in its words; empty where nothing is. Reads all.
  std::string quick_check();

  /// What went wrong last, in the person's words, with what to do.
  Error failure(int code) const;
  Result<void> check(int code) const;

  /// All of another database's pages, as it stands, in place of this one's.
  Result<void> take_copy_of(Database& other);

  /// Frames in the write-ahead log after the last commit of this connection.
  std::int64_t log_frames() const;
  /// Makes the log's open file, where it is shorter than `least`, `wanted` bytes long with a hole
  /// that costs no room. False where it cannot be.
  bool reserve_log(std::uint64_t least, std::uint64_t wanted);
  /// Bytes of pages that a transaction under way holds in memory: at most so many it will log.
  std::uint64_t page_bytes() const;

  enum class Checkpoint { passive, full, truncate };
  /// Moves the log into the file; `full` waits a little for other programs. True where the whole
  /// log was moved (and cut to nothing with `truncate`); other programs that read and failures
  /// leave the rest.
  bool checkpoint(Checkpoint how);
  /// Whether the last connection to close moves the rest of the log into the file and removes it.
  enum class OnClose { leave, fold };
  void on_close(OnClose what);

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  std::filesystem::path path_;
  std::unique_ptr<std::int64_t> log_frames_;
  std::unique_ptr<std::int64_t> work_left_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Whether it is for want of room: a full disk, a quota, a limit of file sizes.
bool is_full_disk(const Error& error);

}  // namespace sweepbox
