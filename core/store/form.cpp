#include "core/store/form.hpp"

#include "core/base/files.hpp"
#include "core/store/embedded.hpp"
#include "core/store/tally.hpp"

#include <sqlite3.h>

#include <string>
#include <vector>

namespace sweepbox {
namespace {

fs::path with_suffix(const fs::path& path, const std::string& suffix) {
  return path.string() + suffix;
}

/// Everything that a schema says: type, name, table and SQL of each entry.
Result<std::vector<std::string>> schema_of(Database& database) {
  std::vector<std::string> entries;
  auto statement =
      database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
  if (!statement) return tl::unexpected(statement.error());
  int code = statement->step();
  for (; code == SQLITE_ROW; code = statement->step())
    for (int column = 0; column < 4; ++column) entries.emplace_back(statement->bytes(column));
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  return entries;
}

/// The schema of an empty project of that version.
Result<std::vector<std::string>> schema_made_by(std::span<const Migration> steps) {
  auto empty = Database::open_memory();
  if (!empty) return tl::unexpected(empty.error());
  if (auto done = migrate(*empty, steps); !done) return tl::unexpected(done.error());
  return schema_of(*empty);
}

Result<void> fill_tally(Database& database) {
  const auto tally = counted_tally(database);
  if (!tally) return tl::unexpected(tally.error());
  auto row = TallyRow::of(database);
  return row ? row->write(*tally) : tl::unexpected(row.error());
}
}  // namespace

std::span<const Migration> migrations() {
  static const Migration table[] = {
      {store_files::get("001_first.sql")},
      {store_files::get("002_tally.sql"), fill_tally},
  };
  return table;
}

Result<Standing> standing_of(Database& database, std::span<const Migration> steps) {
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  const std::string file = database.path().string();
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
  const auto changed = [&](Text found) {
    return fail(file,
                {},
                "a Sweepbox project",
                std::move(found),
                "take a copy of the project from before; this one was left as it is");
  };
  if (*version < 1) return changed("one that another program changed");
  const auto found = schema_of(database);
  if (!found) return tl::unexpected(found.error());
  const auto wanted = schema_made_by(steps.first(static_cast<std::size_t>(*version)));
  if (!wanted) return tl::unexpected(wanted.error());
  if (*found != *wanted) return changed("one whose tables are damaged or changed");
  return *version < known ? Standing::older : Standing::current;
}

Result<void> migrate(Database& database, std::span<const Migration> steps) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  for (std::int64_t next = *version + 1; next <= static_cast<std::int64_t>(steps.size()); ++next) {
    const Migration& step = steps[static_cast<std::size_t>(next - 1)];
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(step.sql) +
                            ";PRAGMA application_id=" + std::to_string(kApplicationId) +
                            ";PRAGMA user_version=" + std::to_string(next);
    auto done = database.run(sql.c_str());
    if (done && step.then) done = step.then(database);
    if (done) done = database.run("COMMIT");
    if (!done) {
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
