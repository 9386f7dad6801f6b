#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
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
  enum class Access { read, write, create };

  /// Opens without reading: what is no database shows at the first statement. `read` also opens a
  /// project in a folder where nothing can be written.
  static Result<Database> open(const std::filesystem::path& path, Access access);
  /// In memory.
  static Result<Database> open_memory();

  /// Several statements without results.
  Result<void> run(const char* sql);
  Result<Statement> prepare(const char* sql);
  /// The number that a pragma or a count answers.
  Result<std::int64_t> number(const char* sql);

  /// What went wrong last, in the person's words, with what to do.
  Error failure(int code) const;
  Result<void> check(int code) const;

  /// All of another database's pages, as it stands, in place of this one's.
  Result<void> take_copy_of(Database& other);

  /// Pages that the last commit left in the write-ahead log.
  int log_pages() const;
  /// Moves what it can from the log into the file; readers and failures leave the rest for later.
  /// True where the whole log was moved, so that it is written from its start again.
  bool checkpoint();
  /// Whether the last connection to close moves the rest of the log into the file. `leave` until a
  /// file is known to be whole: a damaged one is not touched.
  enum class OnClose { leave, fold };
  void on_close(OnClose what);

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Copy;  // of a file that can only be read elsewhere

  std::filesystem::path path_;
  std::shared_ptr<Copy> copy_;
  std::unique_ptr<int> log_pages_;
  std::unique_ptr<sqlite3, Close> handle_;
};

constexpr std::int64_t kApplicationId = 0x53776278;  // "Swbx"

/// One step of the form of projects: version N is what the first N make.
struct Migration {
  std::string_view sql;
};

std::span<const Migration> migrations();

/// What a file is, before anything in it is touched.
enum class Standing { blank, older, current };

/// Refused: what is no project, one of a newer program, one with triggers or views (none of ours
/// has).
Result<Standing> standing_of(Database& database, std::span<const Migration> steps);

/// Brings a blank or older database to the newest form, each step one transaction.
Result<void> migrate(Database& database, std::span<const Migration> steps);

/// Copies an older project beside itself before it is migrated: "NAME.sbx.before-vN" (N: the
/// version that comes), with a number after it where that name is taken. Answers the copy's path.
Result<std::filesystem::path> copy_before_migration(Database& database,
                                                    std::span<const Migration> steps);

}  // namespace sweepbox
