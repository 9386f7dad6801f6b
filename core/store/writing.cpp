#include "core/store/writing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <utility>

#include "core/base/files.hpp"
#include "core/store/form.hpp"
#include "core/store/log_file.hpp"
#include "core/store/whole.hpp"

namespace sweepbox {
namespace {

using Checkpoint = Database::Checkpoint;

// The log's file is kept so much longer than its end, by a hole that takes no room: one that ends
// sooner was cut.
constexpr std::int64_t kLogRoom = 1 << 20;
constexpr std::uint64_t kLogStep = 8 << 20;

std::optional<FileId> file_id(const fs::path& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

fs::path log_of(const fs::path& path) {
  return path.string() + "-wal";
}

std::int64_t now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

tl::unexpected<Error> held_by_reader(const fs::path& path) {
  return fail(path.string(),
              {},
              "a project that nobody else has open in another program",
              "one that another program reads without an end",
              "close the other program and retry");
}

/// Files of SQLite's that another person's program left and that hold nothing: with them in place,
/// nothing could be written here.
void remove_empty_leftovers(const fs::path& path) {
  std::error_code ignored;
  const fs::path log = log_of(path), shared = path.string() + "-shm";
  if (fs::exists(log, ignored) && fs::file_size(log, ignored) == 0) fs::remove(log, ignored);
  if (fs::exists(shared, ignored) &&
      ::faccessat(AT_FDCWD, shared.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
    fs::remove(shared, ignored);
}

}  // namespace

Result<std::unique_ptr<Writing>> Writing::on(const fs::path& path,
                                             std::unique_ptr<Lock> lock,
                                             bool older,
                                             fs::path& copy) {
  std::unique_ptr<Writing> writing(new Writing(path, std::move(lock)));
  remove_empty_leftovers(path);
  if (auto done = writing->open(); !done) return tl::unexpected(done.error());
  Database& database = *writing->database_;
  if (older) {
    auto copied = copy_before_migration(database, migrations());
    if (!copied) return tl::unexpected(copied.error());
    copy = std::move(*copied);
    // An older program's log may have old frames behind its end.
    if (auto done = database.run("PRAGMA journal_mode=WAL"); !done)
      return tl::unexpected(done.error());
    if (!database.checkpoint(Checkpoint::truncate)) return held_by_reader(path);
    if (auto done = migrate(database, migrations()); !done) return tl::unexpected(done.error());
  }
  if (auto done = writing->prepare(); !done) return tl::unexpected(done.error());
  return writing;
}

Writing::~Writing() {
  if (!database_ || log_lost_) return;
  const bool whole = check_place() && fold() && !log_in_use();
  release_log();
  holding_.reset();
  if (whole) database_->on_close(Database::OnClose::fold);
}

Result<void> Writing::open() {
  auto database = Database::open(path_, Database::Access::write);
  if (!database) return tl::unexpected(database.error());
  // Not by SQLite on its own: the mark must go with it.
  database->on_close(Database::OnClose::leave);
  database_.emplace(std::move(*database));
  // FULL: the log is on the disk when a transaction returns. Pages stay in memory until then, so
  // that it is known how much they are.
  return database_->run("PRAGMA synchronous=FULL; PRAGMA cache_spill=OFF");
}

Result<void> Writing::prepare() {
  if (auto done = database_->run("PRAGMA journal_mode=WAL"); !done) return done;
  auto made = RowWriter::on(*database_);
  if (!made) return tl::unexpected(made.error());
  rows_.emplace(std::move(*made));
  const auto tally = rows_->tally().read();
  if (!tally)
    return fail(path_.string(), {}, "a whole project", "one without its tally", "open it again");
  tally_ = *tally;
  file_ = file_id(path_).value_or(FileId{});
  log_lost_ = false;
  marked_ = false;
  if (log_in_use()) return fold();
  if (!database_->checkpoint(Checkpoint::truncate)) return held_by_reader(path_);
  return {};
}

// ---- the log ----

bool Writing::log_stands() const {
  struct stat status {};

  return ::stat(log_of(path_).c_str(), &status) == 0 &&
         FileId{status.st_dev, status.st_ino} == log_file_ &&
         static_cast<std::uint64_t>(status.st_size) >=
             log_bytes(static_cast<std::uint64_t>(log_frames()));
}

Result<void> Writing::check_place() const {
  const auto lost = [&](Text expected, Text found, Text fix) {
    return fail(path_.string(), {}, std::move(expected), std::move(found), std::move(fix));
  };
  if (file_id(path_) != file_)
    return lost("the project where it was",
                "it was moved, removed or replaced",
                "put it back and retry, or save the project elsewhere");
  if (!lock_->stands())
    return lost("its lock file where it was",
                "it was removed: another program may have opened the project",
                "retry, or save the project elsewhere");
  return {};
}

Result<void> Writing::check_log() {
  log_lost_ = log_lost_ || (marked_ && !log_stands());
  if (log_lost_)
    return fail(path_.string(),
                {},
                text("its log {} as it was written", log_of(path_.filename()).string()),
                "it was removed, cut or replaced by another program",
                "retry to write the whole project anew, or save it elsewhere");
  return {};
}

Result<void> Writing::hold_log() {
  if (!holding_) {
    auto opened = Database::open(path_, Database::Access::write);
    if (!opened) return tl::unexpected(opened.error());
    opened->on_close(Database::OnClose::leave);
    holding_.emplace(std::move(*opened));
  }
  release_log();
  if (auto done = holding_->run("BEGIN"); !done) return done;
  const auto read = holding_->number("SELECT count(*) FROM tally");
  return read ? Result<void>{} : tl::unexpected(read.error());
}

void Writing::release_log() {
  if (holding_) static_cast<void>(holding_->run("ROLLBACK"));
}

/// Ends a transaction; the log's file is made long enough before a byte of it is written.
Result<void> Writing::commit(Tally tally) {
  if (tally.log_in_use()) {
    const std::uint64_t least = log_bytes(static_cast<std::uint64_t>(log_frames())) +
                                2 * database_->page_bytes() + kLogRoom;
    tally.log_room = database_->reserve_log(least, least + kLogStep) ? kLogRoom : 0;
  }
  auto done = rows_->tally().write(tally);
  if (done) done = database_->run("COMMIT");
  if (done) tally_ = tally;
  return done;
}

Result<void> Writing::put_tally(const Tally& tally) {
  auto done = database_->run("BEGIN IMMEDIATE");
  if (done) done = commit(tally);
  if (!done) static_cast<void>(database_->run("ROLLBACK"));
  return done;
}

Result<void> Writing::begin_log() {
  if (marked_) return {};
  if (!log_in_use()) {
    // What is left of the last one, where another program read it: the file must not have its mark.
    if (log_frames() > 0 && !database_->checkpoint(Checkpoint::full)) return held_by_reader(path_);
    Tally next = tally_;
    next.log = random_number();
    next.log_since_ns = now_ns();
    if (auto done = put_tally(next); !done) return done;
  }
  if (auto done = hold_log(); !done) return done;
  if (!database_->checkpoint(Checkpoint::full)) return held_by_reader(path_);
  log_file_ = file_id(log_of(path_)).value_or(FileId{});
  marked_ = true;
  return {};
}

Result<void> Writing::fold() {
  if (!log_in_use()) return {};
  if (auto done = check_log(); !done) return done;
  // All edits first, while the file is marked; the log goes on, so that it can be told from one
  // that was cut.
  if (auto done = hold_log(); !done) return done;
  if (!database_->checkpoint(Checkpoint::passive)) return held_by_reader(path_);
  Tally next = tally_;
  next.log_since_ns = 0;
  next.log_room = 0;
  auto done = put_tally(next);
  release_log();
  // No room for one more page in the log, which holds nothing any more that the file lacks. A kill
  // between these two lines leaves a whole file that says that it lacks edits.
  if (!done && is_full_disk(done.error()) && database_->checkpoint(Checkpoint::truncate))
    done = put_tally(next);
  if (!done) return done;
  marked_ = false;
  if (!database_->checkpoint(Checkpoint::truncate)) return held_by_reader(path_);
  return {};
}

// ---- edits ----

Result<void> Writing::write(const LogRecord* record, const Row* row, const ProjectDrive* drive) {
  if (auto done = check_place(); !done) return done;
  if (auto done = check_log(); !done) return done;
  if (auto done = begin_log(); !done) return done;
  Tally next = tally_;
  const auto all = [&]() -> Result<void> {
    if (auto done = database_->run("BEGIN IMMEDIATE"); !done) return done;
    if (rows_->tally().read() != tally_)
      return fail(path_.string(),
                  {},
                  "the project as it was written last",
                  "another program wrote it meanwhile",
                  "save the project elsewhere");
    if (record) {
      if (auto done = rows_->add(*row, next); !done) return done;
      if (auto done = rows_->put_changes(*record, next); !done) return done;
    }
    if (drive)
      if (auto done = rows_->put(*drive, next); !done) return done;
    return commit(next);
  };
  if (auto done = all(); !done) {
    static_cast<void>(database_->run("ROLLBACK"));
    return done;
  }
  return check_log();
}

Result<void> Writing::restore(const std::string& holder,
                              const std::vector<Row>& rows,
                              const Document& document,
                              const ProjectDrive& drive) {
  if (!lock_->stands()) {
    Lock::Taken taken = Lock::take(path_, holder);
    if (!taken.held_by.empty())
      return fail(path_.string(),
                  {},
                  "a project that can be written",
                  text("{} has it open", taken.held_by),
                  "save the project elsewhere to go on");
    if (!taken.lock) return tl::unexpected(*taken.problem);
    lock_ = std::move(taken.lock);
    // Who had it meanwhile may have folded the log.
    if (const auto kept = rows_ ? rows_->tally().read() : std::nullopt;
        kept && kept->same_rows(tally_)) {
      tally_ = *kept;
      marked_ = false;
    }
  }
  if (!log_lost_) return {};
  if (auto done = check_place(); !done) return done;
  const fs::path fresh = path_.string() + ".new";
  std::error_code ignored;
  fs::remove(fresh, ignored);  // of a program that was killed here
  if (auto done = write_whole(fresh, rows, document, drive); !done) return done;
  rows_.reset();
  holding_.reset();
  database_.reset();
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(path_.string() + suffix, ignored);
  if (auto done = replace_by(fresh, path_); !done) return done;
  if (auto done = open(); !done) return done;
  return prepare();
}

}  // namespace sweepbox
