#include "core/store/entrance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/files.hpp"

namespace sweepbox {
namespace {

std::optional<FileId> file_id(const fs::path& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Problem opened_read_only(Error error) {
  error.severity = Severity::warning;
  error.fix = "opened read only; save the project elsewhere to go on";
  return error;
}

/// Brings the file to the newest form; answers a note where a copy was made.
Result<std::optional<Problem>> brought_up(Database& database) {
  const auto standing = standing_of(database, migrations());
  if (!standing) return tl::unexpected(standing.error());
  std::optional<Problem> note;
  if (*standing == Standing::older) {
    const auto copy = copy_before_migration(database, migrations());
    if (!copy) return tl::unexpected(copy.error());
    note = Problem{Severity::note,
                   database.path().string(),
                   {},
                   {},
                   text("brought to a newer form; a copy of the old one is {}", copy->string()),
                   {}};
  }
  if (*standing != Standing::current) {
    // WAL first: a project is never seen without it.
    if (auto done = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"); !done)
      return tl::unexpected(done.error());
    if (auto done = migrate(database, migrations()); !done) return tl::unexpected(done.error());
  }
  return note;
}

Result<Entered> enter_as_writer(const fs::path& path, std::unique_ptr<Lock> lock) {
  auto database = Database::open(path, Database::Access::create);
  if (!database) return tl::unexpected(database.error());
  database->on_close(Database::OnClose::leave);
  auto note = brought_up(*database);
  if (!note) return tl::unexpected(note.error());
  Entered entered;
  if (*note) entered.problems.push_back(**note);
  entered.writing = std::make_unique<Writing>(std::move(lock), std::move(*database));
  if (auto done = entered.writing->prepare(); !done) return tl::unexpected(done.error());
  return entered;
}

Result<Entered> enter_as_reader(const fs::path& path) {
  auto database = Database::open(path, Database::Access::read);
  if (!database) return tl::unexpected(database.error());
  database->on_close(Database::OnClose::leave);
  const auto standing = standing_of(*database, migrations());
  if (!standing) return tl::unexpected(standing.error());
  if (*standing != Standing::current) {
    // Its newest form in memory: the file stays as it is.
    auto memory = Database::open_memory();
    if (!memory) return tl::unexpected(memory.error());
    if (auto done = memory->take_copy_of(*database); !done) return tl::unexpected(done.error());
    if (auto done = migrate(*memory, migrations()); !done) return tl::unexpected(done.error());
    database = std::move(memory);
  }
  Entered entered;
  entered.reading.emplace(std::move(*database));
  return entered;
}

Result<Entered> enter_read_only(const fs::path& path, const Lock::Taken& taken) {
  if (!is_there(path)) {
    if (taken.problem) return tl::unexpected(*taken.problem);
    return fail(
        path.string(),
        {},
        "a project",
        taken.held_by.empty() ? Text("no file") : text("{} is just making it", taken.held_by),
        "check the path");
  }
  auto entered = enter_as_reader(path);
  if (!entered) return entered;
  entered->held_by = taken.held_by;
  if (!taken.held_by.empty()) {
    entered->read_only = read_only_error(path, text("{} has it open", taken.held_by));
    entered->problems.push_back(opened_read_only(*entered->read_only));
  } else if (taken.problem) {
    entered->read_only = read_only_error(path, taken.problem->found);
    entered->problems.push_back(*taken.problem);
  } else {
    entered->read_only = read_only_error(path, "it was opened read only");
  }
  return entered;
}

}  // namespace

Error read_only_error(const fs::path& path, Text found) {
  return {Severity::error,
          path.string(),
          {},
          "a project that can be written",
          std::move(found),
          "save the project elsewhere to go on"};
}

Result<void> Writing::prepare() {
  // FULL: the log is on the disk when a transaction returns. Asked for again on each connection.
  if (auto done = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"); !done)
    return done;
  auto made = RowWriter::on(database);
  if (!made) return tl::unexpected(made.error());
  rows.emplace(std::move(*made));
  file = file_id(database.path()).value_or(FileId{});
  return {};
}

Result<void> Writing::write(const LogRecord* record, const Row* row, const ProjectDrive* drive) {
  if (file_id(database.path()) != file)
    return fail(database.path().string(),
                {},
                "the project where it was",
                "it was moved, removed or replaced",
                "put it back and retry, or save the project elsewhere");
  const auto all = [&]() -> Result<void> {
    if (auto done = database.run("BEGIN IMMEDIATE"); !done) return done;
    if (record) {
      if (auto done = rows->add(*row); !done) return done;
      if (auto done = rows->put_changes(*record); !done) return done;
    }
    if (drive)
      if (auto done = rows->put(*drive); !done) return done;
    return database.run("COMMIT");
  };
  auto done = all();
  if (!done) static_cast<void>(database.run("ROLLBACK"));
  return done;
}

Result<Entered> enter(const fs::path& path, const ProjectOptions& options) {
  if (options.read_only) return enter_read_only(path, {});
  if (!is_there(path))
    if (auto made = make_folder(path.parent_path()); !made) return tl::unexpected(made.error());
  Lock::Taken taken = Lock::take(path, holder_name(options.who));
  if (!taken.lock) return enter_read_only(path, taken);
  std::optional<Error> why;
  if (is_there(path) && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) {
    why = Error{
        Severity::error, path.string(), {}, "a file that can be written", std::strerror(errno), {}};
  } else {
    auto entered = enter_as_writer(path, std::move(taken.lock));
    if (entered) return entered;
    why = entered.error();
  }
  // A full disk or a folder without rights keeps nobody from looking; what is no project is none
  // for a reader either, and the first error is the better one.
  auto entered = enter_as_reader(path);
  if (!entered) return tl::unexpected(*why);
  entered->read_only = read_only_error(path, why->found);
  entered->problems.push_back(opened_read_only(*why));
  return entered;
}

}  // namespace sweepbox
