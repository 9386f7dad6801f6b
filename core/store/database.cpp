#include "core/store/database.hpp"

#include "core/base/files.hpp"

#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

namespace sweepbox {
namespace {

constexpr const char* kRoomOnTheDisk = "room on the disk";
constexpr int kBusyMs = 3000;  // another connection recovers or closes: milliseconds, never seconds

constexpr int kLongestValue = 1 << 29;  // bytes; the text of a label file, compressed
constexpr int kStepsAtOnce = 1000;      // of SQLite's machine

std::string uri_of(const fs::path& path) {
  std::string uri = "file:";
  for (const char c : fs::absolute(path).string()) {
    if (c == '?' || c == '#' || c == '%') {
      char escaped[4];
      std::snprintf(
          escaped, sizeof escaped, "%%%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      uri += escaped;
    } else {
      uri += c;
    }
  }
  return uri;
}

int count_frames(void* frames, sqlite3*, const char*, int in_log) {
  *static_cast<std::int64_t*>(frames) = in_log;
  return SQLITE_OK;
}

/// The file may come from anybody: its schema may run nothing, and nothing is attached to it.
void harden(sqlite3* handle) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_exec(handle, "PRAGMA cell_size_check=ON", nullptr, nullptr, nullptr);
}

/// The kernel's reason. A failed COMMIT leaves it with the log's file alone.
int system_error(sqlite3* handle) {
  if (const int told = sqlite3_system_errno(handle)) return told;
  int number = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log && log->pMethods) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
  if (number == 0) sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

}  // namespace

// ---- statements ----

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), ++bound_, number);
  return *this;
}

// An empty view may have no address, which SQLite would take for NULL.
Statement& Statement::bind_text(std::string_view text) {
  sqlite3_bind_text64(statement_.get(),
                      ++bound_,
                      text.data() ? text.data() : "",
                      text.size(),
                      SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  sqlite3_bind_blob64(
      statement_.get(), ++bound_, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
  return *this;
}

int Statement::step() {
  return sqlite3_step(statement_.get());
}

int Statement::finish() {
  int code = step();
  while (code == SQLITE_ROW) code = step();
  reset();
  return code;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size))
              : std::string_view();
}

// ---- connections ----

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(const fs::path& path, Access access) {
  Database database;
  database.path_ = path;
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | (access == Access::create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_URI;
  const int code = sqlite3_open_v2(
      uri_of(path).c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return tl::unexpected(database.failure(code));
  harden(handle);
  sqlite3_busy_timeout(handle, kBusyMs);
  database.log_frames_ = std::make_unique<std::int64_t>(0);
  // Replaces the automatic checkpoint.
  sqlite3_wal_hook(handle, count_frames, database.log_frames_.get());
  return database;
}

Result<Database> Database::open_memory() {
  Database database;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      ":memory:",
      &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return tl::unexpected(database.failure(code));
  harden(handle);
  return database;
}

Result<Database> Database::of_image(const std::string& image, const fs::path& path) {
  auto database = open_memory();
  if (!database) return database;
  database->path_ = path;
  sqlite3* const handle = database->handle_.get();
  auto* const bytes = static_cast<unsigned char*>(sqlite3_malloc64(image.size()));
  if (!bytes) return tl::unexpected(database->failure(SQLITE_NOMEM));
  std::memcpy(bytes, image.data(), image.size());
  const auto size = static_cast<sqlite3_int64>(image.size());
  // Frees the bytes, also where it fails.
  const int code =
      sqlite3_deserialize(handle,
                          "main",
                          bytes,
                          size,
                          size,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  if (code != SQLITE_OK) return tl::unexpected(database->failure(code));
  sqlite3_limit(handle,
                SQLITE_LIMIT_LENGTH,
                static_cast<int>(std::clamp<sqlite3_int64>(size, 1 << 20, INT_MAX)));
  // A row takes some ten bytes and some hundred steps; pages that name each other in a ring give
  // rows without end.
  database->work_left_ = std::make_unique<std::int64_t>(1000 + size / 100);
  sqlite3_progress_handler(
      handle,
      kStepsAtOnce,
      [](void* left) { return --*static_cast<std::int64_t*>(left) < 0 ? 1 : 0; },
      database->work_left_.get());
  return database;
}

Result<void> Database::run(const char* sql) {
  return check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql, -1, &statement, nullptr);
  Statement result(statement);
  if (code != SQLITE_OK) return tl::unexpected(failure(code));
  return result;
}

Result<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  const int code = statement->step();
  if (code != SQLITE_ROW) return tl::unexpected(failure(code));
  return statement->number(0);
}

std::string Database::quick_check() {
  auto statement = prepare("PRAGMA quick_check(1)");
  if (!statement) return english(statement.error().found);
  const int code = statement->step();
  if (code != SQLITE_ROW) return english(failure(code).found);
  const std::string said(statement->bytes(0));
  return said == "ok" ? std::string() : said;
}

Result<void> Database::check(int code) const {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return {};
  return tl::unexpected(failure(code));
}

Error Database::failure(int code) const {
  const int system = handle_ ? system_error(handle_.get()) : 0;
  const char* const make_room = "make room and retry, or save the project elsewhere";
  const auto error = [&](Text expected, Text found, Text fix) {
    return Error{
        Severity::error, path_.string(), {}, std::move(expected), std::move(found), std::move(fix)};
  };
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return error(kRoomOnTheDisk, "a full disk", make_room);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return error(
          "a file and a folder that can be written",
          "one that is read only",
          "give yourself the right to write there and retry, or save the project elsewhere");
    case SQLITE_CANTOPEN:
      return error("a file that can be opened",
                   system ? Text(std::strerror(system)) : Text("one that cannot be opened"),
                   "check the path, its rights and the disk");
    case SQLITE_IOERR:
      // A quota and a limit of file sizes are a full disk under another name.
      if (system == ENOSPC || system == EDQUOT || system == EFBIG)
        return error(kRoomOnTheDisk, text("a full disk ({})", std::strerror(system)), make_room);
      return error("a disk that works",
                   system ? text("an error of the disk ({})", std::strerror(system))
                          : Text("an error of the disk"),
                   "check the disk and retry, or save the project elsewhere");
    case SQLITE_NOTADB:
      return error("a Sweepbox project",
                   "another kind of file, or a project whose beginning is damaged",
                   "name another file, or take a copy of the project from before; this one was "
                   "left as it is");
    case SQLITE_CORRUPT:
      return error("a whole project",
                   "a damaged one",
                   "take a copy of the project from before; this one was left as it is");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error("a project that nobody else writes",
                   "one that another program holds",
                   "close the other program and retry");
    case SQLITE_ERROR:  // a table that is not there, or has other columns
      return error("a whole project",
                   handle_ ? Text(sqlite3_errmsg(handle_.get())) : Text("a damaged one"),
                   "take a copy of the project from before; this one was left as it is");
    case SQLITE_INTERRUPT:
      return error("a whole project",
                   "one whose pages give more rows than it can hold",
                   "take a copy of the project from before; this one was left as it is");
    case SQLITE_NOMEM:
      return error("memory", "none left", "close other programs and retry");
    default:
      return error("a project that can be read and written",
                   handle_ ? Text(sqlite3_errmsg(handle_.get())) : Text(sqlite3_errstr(code)),
                   "retry, or save the project elsewhere");
  }
}

Result<void> Database::take_copy_of(Database& other) {
  sqlite3_backup* backup = sqlite3_backup_init(handle_.get(), "main", other.handle_.get(), "main");
  if (!backup) return tl::unexpected(failure(sqlite3_extended_errcode(handle_.get())));
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  return check(code);
}

std::int64_t Database::log_frames() const {
  return *log_frames_;
}

bool Database::reserve_log(std::uint64_t least, std::uint64_t wanted) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  sqlite3_int64 size = 0;
  if (!log || !log->pMethods || log->pMethods->xFileSize(log, &size) != SQLITE_OK) return false;
  if (size >= static_cast<sqlite3_int64>(least)) return true;
  // Beyond the limit of file sizes the kernel sends a signal.
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && wanted > limit.rlim_cur) return false;
  return log->pMethods->xTruncate(log, static_cast<sqlite3_int64>(wanted)) == SQLITE_OK;
}

std::uint64_t Database::page_bytes() const {
  int now = 0, highest = 0;
  sqlite3_db_status(handle_.get(), SQLITE_DBSTATUS_CACHE_USED, &now, &highest, 0);
  return static_cast<std::uint64_t>(now);
}

bool Database::checkpoint(Checkpoint how) {
  const int mode = how == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE
                   : how == Checkpoint::full  ? SQLITE_CHECKPOINT_FULL
                                              : SQLITE_CHECKPOINT_TRUNCATE;
  int in_log = 0, moved = 0;
  if (how != Checkpoint::full) sqlite3_busy_timeout(handle_.get(), 0);
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, &in_log, &moved);
  sqlite3_busy_timeout(handle_.get(), kBusyMs);
  if (code == SQLITE_OK && how == Checkpoint::truncate) *log_frames_ = 0;
  return code == SQLITE_OK && moved == in_log;
}

void Database::on_close(OnClose what) {
  sqlite3_db_config(
      handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, what == OnClose::leave ? 1 : 0, nullptr);
}

bool is_full_disk(const Error& error) {
  return error.expected.key == kRoomOnTheDisk;
}

}  // namespace sweepbox
