#include "core/store/database.hpp"

#include "core/base/files.hpp"
#include "core/store/embedded.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <system_error>

namespace sweepbox {
namespace {

constexpr int kBusyMs = 3000;  // another connection recovers or closes: milliseconds, never seconds

std::string uri_of(const fs::path& path, std::string_view query) {
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
  uri += query;
  return uri;
}

int count_pages(void* pages, sqlite3*, const char*, int in_log) {
  *static_cast<int*>(pages) = in_log;
  return SQLITE_OK;
}

bool has_content(const fs::path& path) {
  std::error_code code;
  const auto size = fs::file_size(path, code);
  return !code && size > 0;
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

fs::path with_suffix(const fs::path& path, const std::string& suffix) {
  return path.string() + suffix;
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
  sqlite3_reset(statement_.get());
  bound_ = 0;
  return code;
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

/// A private folder with the file and its log, for a project whose own folder takes no
/// shared-memory file of SQLite's.
struct Database::Copy {
  fs::path folder;

  Copy() {
    std::string pattern = (fs::temp_directory_path() / "sweepbox-XXXXXX").string();
    if (::mkdtemp(pattern.data())) folder = pattern;
  }

  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  ~Copy() {
    std::error_code ignored;
    if (!folder.empty()) fs::remove_all(folder, ignored);
  }
};

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(const fs::path& path, Access access) {
  const auto connect = [&](const std::string& name, int flags) -> Result<Database> {
    Database database;
    database.path_ = path;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(name.c_str(),
                        &handle,
                        flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        nullptr);
    database.handle_.reset(handle);
    if (code != SQLITE_OK) return tl::unexpected(database.failure(code));
    sqlite3_busy_timeout(handle, kBusyMs);
    // The file may come from anybody: its schema may run nothing.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    database.log_pages_ = std::make_unique<int>(0);
    sqlite3_wal_hook(
        handle, count_pages, database.log_pages_.get());  // replaces the automatic checkpoint
    sqlite3_exec(handle, "PRAGMA cell_size_check=ON", nullptr, nullptr, nullptr);
    return database;
  };
  if (access != Access::read)
    return connect(uri_of(path, ""),
                   SQLITE_OPEN_READWRITE | (access == Access::create ? SQLITE_OPEN_CREATE : 0));

  auto plain = connect(uri_of(path, ""), SQLITE_OPEN_READONLY);
  if (!plain) return plain;
  const int code =
      sqlite3_exec(plain->handle_.get(), "PRAGMA user_version", nullptr, nullptr, nullptr);
  const int kind = code & 0xFF;
  if (kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY && kind != SQLITE_IOERR &&
      kind != SQLITE_FULL)
    return plain;
  // SQLite wants a shared-memory file beside a WAL database, and this folder takes none (read only,
  // a full disk). Without a log the file alone is the whole; with one, both are read from a copy.
  const fs::path log = with_suffix(path, "-wal");
  if (!has_content(log)) return connect(uri_of(path, "?immutable=1"), SQLITE_OPEN_READONLY);
  const auto copy = std::make_shared<Copy>();
  std::error_code failed;
  if (copy->folder.empty()) return plain;
  fs::copy_file(path, copy->folder / "copy", failed);
  if (!failed) fs::copy_file(log, copy->folder / "copy-wal", failed);
  if (failed) return plain;
  auto elsewhere = connect(uri_of(copy->folder / "copy", ""), SQLITE_OPEN_READWRITE);
  if (elsewhere) elsewhere->copy_ = copy;
  return elsewhere;
}

Result<Database> Database::open_memory() {
  Database database;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(":memory:",
                                   &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   nullptr);
  database.handle_.reset(handle);
  database.log_pages_ = std::make_unique<int>(0);
  if (code != SQLITE_OK) return tl::unexpected(database.failure(code));
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
      return error("room on the disk", "a full disk", make_room);
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
        return error(
            "room on the disk", text("a full disk ({})", std::strerror(system)), make_room);
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

int Database::log_pages() const {
  return *log_pages_;
}

bool Database::checkpoint() {
  int in_log = 0, moved = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
  if (code == SQLITE_OK) *log_pages_ = 0;
  return code == SQLITE_OK && in_log > 0 && moved == in_log;
}

void Database::on_close(OnClose what) {
  sqlite3_db_config(
      handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, what == OnClose::leave ? 1 : 0, nullptr);
}

// ---- the form of a project ----

std::span<const Migration> migrations() {
  static const Migration table[] = {
      {store_files::get("001_first.sql")},
  };
  return table;
}

Result<Standing> standing_of(Database& database, std::span<const Migration> steps) {
  const auto things = database.number("SELECT count(*) FROM sqlite_schema");
  if (!things) return tl::unexpected(things.error());
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  const std::string file = database.path().string();
  if (*things == 0 && *application == 0 && *version == 0) return Standing::blank;
  if (*application != kApplicationId)
    return fail(file,
                {},
                "a Sweepbox project",
                "a database of another program",
                "name another file; this one was left as it is");
  const auto known = static_cast<std::int64_t>(steps.size());
  if (*version > known)
    return fail(file,
                {},
                text("a project of version {} or older", known),
                text("version {}, made by a newer Sweepbox", *version),
                "open it with that Sweepbox");
  const auto foreign =
      database.number("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')");
  if (!foreign) return tl::unexpected(foreign.error());
  if (*version < 1 || *foreign != 0)
    return fail(file,
                {},
                "a Sweepbox project",
                "one that another program changed",
                "take a copy of the project from before; this one was left as it is");
  return *version < known ? Standing::older : Standing::current;
}

Result<void> migrate(Database& database, std::span<const Migration> steps) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  for (std::int64_t next = *version + 1; next <= static_cast<std::int64_t>(steps.size()); ++next) {
    const std::string sql = "BEGIN IMMEDIATE;" +
                            std::string(steps[static_cast<std::size_t>(next - 1)].sql) +
                            ";PRAGMA application_id=" + std::to_string(kApplicationId) +
                            ";PRAGMA user_version=" + std::to_string(next) + ";COMMIT";
    if (auto done = database.run(sql.c_str()); !done) {
      static_cast<void>(database.run("ROLLBACK"));
      return done;
    }
  }
  return {};
}

Result<fs::path> copy_before_migration(Database& database, std::span<const Migration> steps) {
  const std::string base = database.path().string() + ".before-v" + std::to_string(steps.size());
  fs::path path = base;
  std::error_code ignored;
  for (int n = 2; fs::exists(path, ignored); ++n) path = base + "." + std::to_string(n);
  const fs::path part = with_suffix(path, ".part");
  fs::remove(part, ignored);  // of a program that was killed while copying
  {
    auto copy = Database::open(part, Database::Access::create);
    Result<void> done = copy ? copy->take_copy_of(database) : tl::unexpected(copy.error());
    // A copy keeps the mark of a write-ahead log; as a plain file it stands alone.
    if (done) done = copy->run("PRAGMA journal_mode=DELETE");
    if (!done) {
      fs::remove(part, ignored);
      return tl::unexpected(done.error());
    }
  }
  std::error_code code;
  fs::rename(part, path, code);
  if (code)
    return fail(path.string(),
                {},
                "a copy before the project's form changes",
                code.message(),
                "check the folder's rights and the disk");
  return path;
}

}  // namespace sweepbox
