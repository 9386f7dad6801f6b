#include "core/store/whole.hpp"

#include "core/base/files.hpp"
#include "core/store/form.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sweepbox {
namespace {

Result<void> fill(const fs::path& part,
                  const std::vector<Row>& rows,
                  const Document& document,
                  const ProjectDrive& drive) {
  auto database = Database::open(part, Database::Access::create);
  if (!database) return tl::unexpected(database.error());
  if (auto done = database->run("PRAGMA synchronous=FULL"); !done) return done;
  if (auto done = migrate(*database, migrations()); !done) return done;
  Tally tally;
  auto writer = RowWriter::on(*database);
  if (!writer) return tl::unexpected(writer.error());
  if (auto done = database->run("BEGIN IMMEDIATE"); !done) return done;
  for (const Row& row : rows)
    if (auto done = writer->add(row, tally); !done) return done;
  for (int kind = static_cast<int>(Kind::track); kind <= static_cast<int>(Kind::frame); ++kind)
    for (const Key& key : document.keys(static_cast<Kind>(kind)))
      if (auto done = writer->put(key, document.value(key), document.edit_of(key), tally); !done)
        return done;
  if (auto done = writer->put(drive, tally); !done) return done;
  if (auto done = writer->tally().write(tally); !done) return done;
  // A project never leaves the mode with a log: its header is not written again.
  return database->run("COMMIT; PRAGMA journal_mode=WAL");
}

/// A new name survives a power cut only once its folder is written too.
void sync_folder_of(const fs::path& path) {
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

/// Puts the finished file in its place, never over another.
Result<void> place(const fs::path& part, const fs::path& path) {
  int failed = ::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0
                   ? 0
                   : errno;
  if (failed == EINVAL || failed == ENOSYS) {
    // Network file systems know no "never over another"; the lock beside the name is ours.
    std::error_code code;
    failed =
        fs::exists(path, code) ? EEXIST : (::rename(part.c_str(), path.c_str()) == 0 ? 0 : errno);
  }
  if (failed != 0)
    return fail(path.string(),
                {},
                "a name that no file has yet",
                std::strerror(failed),
                "choose another name");
  sync_folder_of(path);
  return {};
}

}  // namespace

Result<void> write_whole(const fs::path& path,
                         const std::vector<Row>& rows,
                         const Document& document,
                         const ProjectDrive& drive) {
  std::error_code ignored;
  if (fs::exists(path, ignored))
    return fail(path.string(), {}, "a name that no file has yet", "a file", "choose another name");
  const fs::path part = path.string() + ".part";
  for (const char* suffix : {"", "-journal", "-wal", "-shm"})
    fs::remove(part.string() + suffix, ignored);  // of a program that was killed while writing it
  auto done = fill(part, rows, document, drive);
  if (done) done = place(part, path);
  if (!done) {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"})
      fs::remove(part.string() + suffix, ignored);
    done = tl::unexpected([&] {
      Error error = done.error();
      error.file = path.string();
      return error;
    }());
  }
  return done;
}

Result<void> replace_by(const fs::path& fresh, const fs::path& path) {
  if (::rename(fresh.c_str(), path.c_str()) != 0)
    return fail(path.string(),
                {},
                "a file that can be replaced",
                std::strerror(errno),
                text("the whole project is in {}", fresh.string()));
  sync_folder_of(path);
  return {};
}

}  // namespace sweepbox
