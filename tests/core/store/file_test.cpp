#include <sqlite3.h>

#include <random>

#include "core/store/form.hpp"
#include "tests/core/store/opened.hpp"
#include "tests/support/temp_folder.hpp"

// Files that are none of ours, older, newer, or damaged.

namespace sweepbox {

using test::content_of;
using test::everything_in;
using test::open_project;
using test::TempFolder;
using test::try_open;

namespace {

void change(const fs::path& path, const std::string& sql) {
  auto database = Database::open(path, Database::Access::create);
  REQUIRE(database);
  REQUIRE(database->run(sql.c_str()));
}

std::string refusal_of(const fs::path& path) {
  const auto opened = try_open(path);
  REQUIRE_FALSE(opened);
  return to_line(opened.error());
}

}  // namespace

TEST_CASE("what is no project is refused by name and left as it is") {
  const TempFolder folder;
  REQUIRE(write_file(folder / "text.sbx", std::string(5000, 'x')));
  CHECK(refusal_of(folder / "text.sbx")
            .find("expected a Sweepbox project, found another kind of file") != std::string::npos);
  CHECK(content_of(folder / "text.sbx") == std::string(5000, 'x'));

  change(folder / "other.sbx", "CREATE TABLE music (title)");
  const std::string before = content_of(folder / "other.sbx");
  CHECK(refusal_of(folder / "other.sbx").find("found a database of another program") !=
        std::string::npos);
  CHECK(content_of(folder / "other.sbx") == before);
  CHECK_FALSE(fs::exists(folder / "other.sbx-wal"));

  CHECK(refusal_of(folder.path()).find("expected a project, found a folder") != std::string::npos);
  CHECK_FALSE(try_open(folder / "none.sbx", {true, {}, {}}));
  CHECK_FALSE(fs::exists(folder / "none.sbx"));
}

TEST_CASE("a file that is there is never taken for a new project") {
  const TempFolder folder;
  REQUIRE(write_file(folder / "empty.sbx", ""));
  CHECK_THAT(refusal_of(folder / "empty.sbx"), Catch::Contains("found an empty file; remove it"));
  CHECK(fs::file_size(folder / "empty.sbx") == 0);

  // What older programs left where they were killed and the log was lost: a page without a table.
  change(folder / "stub.sbx", "PRAGMA journal_mode=WAL");
  const std::string before = content_of(folder / "stub.sbx");
  REQUIRE(before.size() == 4096);
  CHECK_THAT(refusal_of(folder / "stub.sbx"), Catch::Contains("found a file without any table"));
  CHECK(content_of(folder / "stub.sbx") == before);
  CHECK_FALSE(fs::exists(folder / "stub.sbx-wal"));
  CHECK_FALSE(fs::exists(folder / "stub.sbx-shm"));
}

TEST_CASE("a project of a newer program is refused and left as it is") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(3);
  change(folder / "a.sbx", "PRAGMA user_version=99");
  const std::string before = content_of(folder / "a.sbx");
  CHECK(refusal_of(folder / "a.sbx").find("version 99, made by a newer Sweepbox") !=
        std::string::npos);
  CHECK(content_of(folder / "a.sbx") == before);
}

TEST_CASE("a project with triggers or views is refused: opening a file runs nothing") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(3);
  change(folder / "a.sbx", "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM thing; END");
  CHECK_THAT(refusal_of(folder / "a.sbx"),
             Catch::Contains("one whose tables are damaged or changed"));
}

TEST_CASE("a project that lost a table is refused and left as it is") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(3);
  change(folder / "a.sbx", "DROP TABLE record");
  const std::string before = content_of(folder / "a.sbx");
  CHECK_THAT(refusal_of(folder / "a.sbx"),
             Catch::Contains("found one whose tables are damaged or changed; take a copy"));
  CHECK(content_of(folder / "a.sbx") == before);
}

TEST_CASE("an older project is copied before each migration, and a failed one changes nothing") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(30);
  const std::string third = "ALTER TABLE project ADD COLUMN more TEXT";
  const std::string broken = "ALTER TABLE nothing ADD COLUMN more TEXT";
  const Migration steps[] = {migrations()[0], migrations()[1], {third}};
  const Migration failing[] = {migrations()[0], migrations()[1], {third}, {broken}};
  {
    auto database = Database::open(folder / "a.sbx", Database::Access::write);
    REQUIRE(database);
    CHECK(*standing_of(*database, migrations()) == Standing::current);
    CHECK(*standing_of(*database, steps) == Standing::older);
    for (const char* name : {"a.sbx.before-v3", "a.sbx.before-v3.2"}) {
      const auto copy = copy_before_migration(*database, steps);
      REQUIRE(copy);
      CHECK(copy->filename() == name);
    }
    // To read, in memory.
    auto memory = Database::open_memory();
    REQUIRE(memory->take_copy_of(*database));
    REQUIRE(migrate(*memory, steps));
    CHECK(*memory->number("SELECT count(*) FROM record") == 30);
    CHECK(*database->number("PRAGMA user_version") == 2);

    CHECK_FALSE(migrate(*database, failing));
    CHECK(*database->number("PRAGMA user_version") == 3);
    CHECK(*standing_of(*database, steps) == Standing::current);
    CHECK(*standing_of(*database, failing) == Standing::older);
  }
  CHECK(refusal_of(folder / "a.sbx").find("version 3, made by a newer Sweepbox") !=
        std::string::npos);
  const auto copy = open_project(folder / "a.sbx.before-v3");
  CHECK(everything_in(copy->history.document()) ==
        everything_in(test::Reference(30).history.document()));
}

TEST_CASE("a project of the first form opens as it was, and gets its tally when it is written") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(40);
  change(folder / "a.sbx", "DROP TABLE tally; PRAGMA user_version=1");
  const std::string before = content_of(folder / "a.sbx");
  const std::string wanted = everything_in(test::Reference(40).history.document());
  {
    const auto reader = open_project(folder / "a.sbx", {true, {}, {}});
    CHECK(reader->parts.problems.empty());
    CHECK(everything_in(reader->history.document()) == wanted);
    CHECK(content_of(folder / "a.sbx") == before);
  }
  {
    const auto writer = open_project(folder / "a.sbx");
    REQUIRE(writer->parts.problems.size() == 1);
    CHECK_THAT(to_line(writer->parts.problems[0]), Catch::Contains("a.sbx.before-v2"));
    CHECK(everything_in(writer->history.document()) == wanted);
    writer->take_steps(10);
  }
  CHECK(open_project(folder / "a.sbx")->history.version() == 50);
  const auto copy = open_project(folder / "a.sbx.before-v2", {true, {}, {}});
  CHECK(everything_in(copy->history.document()) == wanted);
}

TEST_CASE("rows that are missing without a trace in the pages are missed, and come back") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(80);
  const std::string wanted = everything_in(test::Reference(80).history.document());
  // A whole thing, an older one in its place, one edit's number: SQLite finds nothing wrong.
  for (const char* damage :
       {"DELETE FROM thing WHERE id = (SELECT max(id) FROM thing WHERE kind = 1)",
        "DELETE FROM thing",
        "UPDATE tally SET things = things + 1",
        "UPDATE tally SET thing_sum = thing_sum + 1"}) {
    INFO(damage);
    const TempFolder place;
    fs::copy_file(folder / "a.sbx", place / "a.sbx");
    change(place / "a.sbx", damage);
    const auto opened = open_project(place / "a.sbx");
    CHECK(opened->project().state().read_only);
    REQUIRE_FALSE(opened->parts.problems.empty());
    CHECK(opened->parts.problems[0].severity == Severity::error);
    CHECK(everything_in(opened->history.document()) == wanted);
  }
  change(folder / "a.sbx", "DELETE FROM project WHERE name = 'drive.path'");
  CHECK(open_project(folder / "a.sbx")->project().state().read_only);
}

TEST_CASE("one byte of a page, its count of cells, loses nothing in silence") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(150);
  const std::string good = content_of(folder / "a.sbx");
  const std::string wanted = everything_in(test::Reference(150).history.document());
  constexpr std::size_t kPage = 4096, kCells = 4;
  int changed = 0;
  for (std::size_t page = kPage; page < good.size(); page += kPage) {
    if (good[page] != 13 && good[page] != 10 && good[page] != 5 && good[page] != 2) continue;
    if (good[page + kCells] == 0) continue;
    std::string bad = good;
    --bad[page + kCells];
    REQUIRE(write_file(folder / "bad.sbx", bad));
    const auto opened = try_open(folder / "bad.sbx");
    ++changed;
    if (!opened) continue;
    CHECK(opened->project->state().read_only);
    CHECK(everything_in(opened->document).size() >= wanted.size() / 2);
  }
  CHECK(changed > 10);
}

TEST_CASE("a log that a killed program left is read back") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(50);
  fs::copy_file(folder / "a.sbx", folder / "b.sbx");
  fs::copy_file(folder / "a.sbx-wal", folder / "b.sbx-wal");
  const auto copy = open_project(folder / "b.sbx");
  CHECK(copy->history.version() == 50);
  CHECK(everything_in(copy->history.document()) == everything_in(opened->history.document()));
}

TEST_CASE("a damaged thing comes back from the history") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(80);
  change(folder / "a.sbx", "UPDATE thing SET value = x'0100' || value WHERE kind = 1");
  const std::string before = content_of(folder / "a.sbx");
  const auto opened = open_project(folder / "a.sbx");
  CHECK(opened->project().state().read_only);
  CHECK(opened->parts.problems.size() >= 1);
  CHECK(opened->parts.problems[0].severity == Severity::error);
  CHECK(everything_in(opened->history.document()) ==
        everything_in(test::Reference(80).history.document()));
  const auto refused = test::random_step(opened->history, 1);
  REQUIRE_FALSE(refused);
  CHECK(to_line(refused.error()).find("it is damaged; save the project elsewhere") !=
        std::string::npos);
  CHECK(content_of(folder / "a.sbx") == before);

  REQUIRE(opened->project().move_to(folder / "b.sbx"));
  opened->take_steps(5);
  const auto whole = open_project(folder / "b.sbx", {true, {}, {}});
  CHECK(whole->history.version() == 85);
  CHECK(whole->parts.problems.empty());
}

TEST_CASE("a damaged history keeps its beginning and the newest document, with one step between") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(80);
  for (const char* damage : {"DELETE FROM record WHERE number = 41",
                             "UPDATE record SET changes = x'00' WHERE number = 41",
                             "UPDATE record SET who = 'eve' WHERE number = 41 AND what = 1",
                             "DELETE FROM record WHERE number > 40"}) {
    const TempFolder place;
    fs::copy_file(folder / "a.sbx", place / "a.sbx");
    change(place / "a.sbx", damage);
    const auto opened = open_project(place / "a.sbx");
    CHECK(opened->project().state().read_only);
    CHECK(opened->history.document() == test::Reference(80).history.document());
    CHECK(opened->history.version() == 41);
    CHECK(english(*opened->history.undo_title()) == "Recovered from a damaged project");
    REQUIRE(opened->project().move_to(place / "b.sbx"));
    REQUIRE(*opened->history.undo());
    CHECK(opened->history.document() == test::Reference(40).history.document());
  }
}

TEST_CASE(
    "a file damaged anywhere is refused or opened to read, never crashes, and is not written") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(150);
  const std::string good = content_of(folder / "a.sbx");
  const std::string wanted = everything_in(test::Reference(150).history.document());
  constexpr std::size_t kPage = 4096;
  REQUIRE(good.size() > 10 * kPage);
  std::mt19937_64 random(11);
  int refused = 0, read_only = 0, unharmed = 0;
  const auto look = [&](const std::string& bad) {
    const fs::path path = folder / "bad.sbx";
    REQUIRE(write_file(path, bad));
    const auto opened = try_open(path);
    if (!opened) {
      ++refused;
      CHECK_FALSE(opened.error().fix.empty());
    } else if (opened->project->state().read_only) {
      ++read_only;
      CHECK_FALSE(opened->problems.empty());
    } else {
      ++unharmed;  // bytes that nobody uses
      CHECK(everything_in(opened->document) == wanted);
    }
    if (!opened || opened->project->state().read_only) CHECK(content_of(path) == bad);
  };
  for (std::size_t page = 0; page < good.size(); page += kPage) {
    std::string bad = good;
    for (std::size_t i = 0; i < 64; ++i) bad[page + random() % kPage] = static_cast<char>(random());
    look(bad);
    bad = good;
    bad.replace(page, kPage, kPage, '\0');
    look(bad);
    look(good.substr(0, page + kPage / 2));
  }
  CHECK(refused > 0);
  CHECK(read_only > 0);
}

}  // namespace sweepbox
