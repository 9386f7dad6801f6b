#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "core/base/limits.hpp"
#include "tests/core/store/opened.hpp"
#include "tests/support/temp_folder.hpp"

// Projects that were made to hurt, and names that are none.

namespace sweepbox {

using test::content_of;
using test::everything_in;
using test::open_project;
using test::TempFolder;
using test::try_open;

namespace {

/// A project whose schema another program rewrote.
fs::path with_schema(const TempFolder& folder, const std::string& sql) {
  const fs::path path = folder / "hostile.sbx";
  open_project(path)->take_steps(5);
  // Without the limits of our own connections.
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  INFO(sqlite3_errmsg(database));
  sqlite3_close(database);
  REQUIRE(code == SQLITE_OK);
  return path;
}

std::string refusal_of(const fs::path& path, bool read_only = false) {
  const auto opened = try_open(path, {read_only, {}, {}});
  REQUIRE_FALSE(opened);
  return to_line(opened.error());
}

}  // namespace

TEST_CASE("a project whose tables compute something is refused before anything is asked of it") {
  for (const char* sql :
       {// a column of one gigabyte a row
        "DROP TABLE thing; CREATE TABLE thing (kind INTEGER, id TEXT, edit INTEGER, value BLOB AS "
        "(zeroblob(1000000000)), checksum INTEGER); INSERT INTO thing VALUES (1, 'a', 1, 1)",
        // a table without an end
        "DROP TABLE thing; CREATE VIRTUAL TABLE thing USING fts4(kind, id, edit, value, checksum)",
        "CREATE INDEX slow ON thing (hex(value))",
        "ALTER TABLE record ADD COLUMN more TEXT",
        "CREATE TABLE more (a)"}) {
    const TempFolder folder;
    const fs::path path = with_schema(folder, sql);
    INFO(sql);
    CHECK_THAT(refusal_of(path), Catch::Contains("one whose tables are damaged or changed"));
    CHECK_THAT(refusal_of(path, true), Catch::Contains("one whose tables are damaged or changed"));
  }
}

TEST_CASE("a project whose pages name each other in a ring is read in no more than its size") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(400);
  const std::string good = content_of(folder / "a.sbx");
  constexpr std::size_t kPage = 4096;
  int rings = 0;
  for (std::size_t page = kPage; page < good.size(); page += kPage) {
    if (good[page] != 2 && good[page] != 5) continue;  // an inner page
    std::string bad = good;
    // Each of its children is itself.
    const auto number = static_cast<std::uint32_t>(page / kPage + 1);
    const auto put = [&](std::size_t at) {
      for (std::size_t i = 0; i < 4; ++i) bad[at + i] = static_cast<char>(number >> (24 - 8 * i));
    };
    put(page + 8);
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bad[at]); };
    const std::size_t cells = 256U * byte(page + 3) + byte(page + 4);
    for (std::size_t cell = 0; cell < cells; ++cell)
      put(page + 256U * byte(page + 12 + 2 * cell) + byte(page + 13 + 2 * cell));
    REQUIRE(write_file(folder / "bad.sbx", bad));
    const auto opened = try_open(folder / "bad.sbx");
    if (opened) CHECK(opened->project->state().read_only);
    ++rings;
  }
  CHECK(rings > 0);
}

TEST_CASE("a pipe, a socket, a device and a folder are refused at once") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe.sbx").c_str(), 0600) == 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder / "s.sbx").string();
  REQUIRE(name.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  fs::create_symlink("/dev/zero", folder / "zero.sbx");
  fs::create_directory(folder / "folder.sbx");
  for (const bool read_only : {false, true}) {
    for (const char* file : {"pipe.sbx", "s.sbx", "zero.sbx"})
      CHECK_THAT(refusal_of(folder / file, read_only),
                 Catch::Contains("expected a project, found a pipe, a socket or a device"));
    CHECK_THAT(refusal_of(folder / "folder.sbx", read_only), Catch::Contains("found a folder"));
  }
  ::close(socket);
  // Its log may be one as well.
  open_project(folder / "a.sbx")->take_steps(3);
  REQUIRE(::mkfifo((folder / "a.sbx-wal").c_str(), 0600) == 0);
  const auto opened = open_project(folder / "a.sbx");
  CHECK(opened->project().state().read_only);
  CHECK(opened->history.version() == 3);
}

TEST_CASE("a file with two names has no writer: each name would have a lock of its own") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(5);
  fs::create_hard_link(folder / "a.sbx", folder / "b.sbx");
  for (const char* name : {"a.sbx", "b.sbx"}) {
    const auto opened = open_project(folder / name);
    CHECK(opened->project().state().read_only);
    REQUIRE(opened->parts.problems.size() == 1);
    CHECK_THAT(to_line(opened->parts.problems[0]), Catch::Contains("one with 2 names"));
    CHECK(opened->history.version() == 5);
  }
  fs::remove(folder / "b.sbx");
  CHECK_FALSE(open_project(folder / "a.sbx")->project().state().read_only);
}

TEST_CASE("a path that is too long for SQLite is said, and read all the same") {
  const TempFolder folder;
  open_project(folder / "a.sbx")->take_steps(5);
  fs::path deep = folder.path();
  while (deep.string().size() < 500) deep /= std::string(100, 'd');
  CHECK_THAT(refusal_of(deep / "new.sbx"), Catch::Contains("expected a path of at most 480 bytes"));
  fs::create_directories(deep);
  fs::copy_file(folder / "a.sbx", deep / "a.sbx");
  const auto opened = open_project(deep / "a.sbx");
  CHECK(opened->project().state().read_only);
  CHECK(opened->history.version() == 5);
  CHECK_THAT(to_line(opened->parts.problems[0]), Catch::Contains("a path of at most 480 bytes"));
}

TEST_CASE("a project that presses blanks a thousand to one is read up to 64 MiB of them") {
  const TempFolder folder;
  {
    const auto opened = open_project(folder / "a.sbx");
    for (int i = 0; i < 6; ++i) {
      Source source;
      source.id = "blank " + std::to_string(i);
      source.text.assign(15U << 20, ' ');  // presses to some 500 bytes
      auto edit = std::make_shared<Edit>();
      edit->changes.push_back(
          {{Kind::source, source.id}, {}, std::make_shared<const Source>(std::move(source))});
      REQUIRE(opened->project().append(
          {static_cast<std::uint64_t>(i + 1), LogRecord::What::apply, 0, edit, {}}));
      REQUIRE(opened->project().flush());
    }
  }
  REQUIRE(fs::file_size(folder / "a.sbx") < 1'000'000);
  const auto opened = open_project(folder / "a.sbx", {true, {}, {}});
  REQUIRE_FALSE(opened->parts.problems.empty());
  CHECK_THAT(to_line(opened->parts.problems[0]), Catch::Contains("more than a project can hold"));
}

TEST_CASE("a name of more than 1 KiB is not kept") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  Track track;
  track.uid = 5;
  track.name = "1";
  track.class_name = std::string(kLongestName, 'c');
  track.keys.emplace_back();
  const auto keep = [&] {
    auto edit = std::make_shared<Edit>();
    edit->changes.push_back(
        {{Kind::track, to_hex(track.uid)}, {}, std::make_shared<const Track>(track)});
    return opened->project().append(
        {opened->project().durable() + 1, LogRecord::What::apply, 0, edit, {}});
  };
  REQUIRE(keep());
  REQUIRE(opened->project().flush());
  track.uid = 6;
  track.class_name += 'c';
  const auto refused = keep();
  REQUIRE_FALSE(refused);
  CHECK(english(refused.error().found).ends_with("a name of more than 1024 bytes"));
}

}  // namespace sweepbox
