#include <sys/stat.h>

#include "core/annotation/edits.hpp"
#include "tests/core/store/opened.hpp"
#include "tests/support/disk_limits.hpp"
#include "tests/support/faulting_vfs.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// A disk that fills up, fails, turns read only or loses its power.

namespace sweepbox {

using test::everything_in;
using test::FaultingVfs;
using test::open_project;
using test::TempFolder;
using test::try_open;

namespace {

/// Steps until one is refused, waiting for each; the number of the last that was on the disk.
std::uint64_t edit_until_refused(test::Opened& opened, int most = 2000) {
  for (int i = 0; i < most; ++i) {
    if (!test::random_step(opened.history, 1)) break;
    static_cast<void>(opened.project().flush());
  }
  return opened.project().durable();
}

/// What must hold of a project whose disk refused: nothing more is taken, what was taken waits, and
/// what was on the disk is there for the next reader.
void check_refusal(test::Opened& opened, std::uint64_t durable, const std::string& found) {
  const SaveState state = opened.project().state();
  REQUIRE(state.refused);
  CHECK_THAT(to_line(*state.refused), Catch::Contains(found));
  CHECK(state.durable == durable);
  CHECK(state.waiting == 1);
  CHECK(opened.history.version() == durable + 1);
  CHECK_FALSE(test::random_step(opened.history, 1));
  CHECK_FALSE(opened.project().flush());
  CHECK(opened.history.version() == durable + 1);
}

void check_on_disk(const fs::path& path, std::uint64_t number) {
  const auto reader = open_project(path, {true, {}, {}});
  CHECK(reader->history.version() == number);
  CHECK(everything_in(reader->history.document()) ==
        everything_in(test::Reference(static_cast<int>(number)).history.document()));
}

}  // namespace

TEST_CASE("a full disk is said once, loses nothing, and retrying goes on") {
  for (const std::int64_t room : {0, 30, 4096, 20'000, 100'000, 333'333}) {
    const TempFolder folder;
    FaultingVfs vfs;
    auto opened = open_project(folder / "a.sbx");
    opened->take_steps(5);
    vfs.fail_with(FaultingVfs::Fault::full, room);
    const std::uint64_t durable = edit_until_refused(*opened);
    CHECK(durable >= 5);
    check_refusal(*opened, durable, "a full disk");
    check_on_disk(folder / "a.sbx", durable);
    opened->project().retry();
    check_refusal(*opened, durable, "a full disk");
    vfs.heal();
    opened->project().retry();
    REQUIRE(opened->project().flush());
    CHECK(opened->project().durable() == durable + 1);
    opened->take_steps(20);
    opened.reset();
    check_on_disk(folder / "a.sbx", durable + 21);
  }
}

TEST_CASE("a disk that fails to write, to sync or turns read only is said once and loses nothing") {
  struct Case {
    FaultingVfs::Fault fault;
    const char* found;
  };

  for (const Case& one : {Case{FaultingVfs::Fault::io_error, "an error of the disk"},
                          Case{FaultingVfs::Fault::sync_error, "an error of the disk"},
                          Case{FaultingVfs::Fault::read_only, "read only"}}) {
    const TempFolder folder;
    FaultingVfs vfs;
    auto opened = open_project(folder / "a.sbx");
    opened->take_steps(30);
    vfs.fail_with(one.fault);
    CHECK(edit_until_refused(*opened) == 30);
    check_refusal(*opened, 30, one.found);
    SECTION("and retrying goes on") {
      vfs.heal();
      opened->project().retry();
      REQUIRE(opened->project().flush());
      opened->take_steps(20);
      opened.reset();
      check_on_disk(folder / "a.sbx", 51);
    }
    SECTION("and closing keeps what was confirmed") {
      opened.reset();
      vfs.heal();
      const auto again = open_project(folder / "a.sbx");
      CHECK(again->history.version() >= 30);
      CHECK(again->history.version() <= 31);
    }
  }
}

TEST_CASE("what a full disk did not take is saved elsewhere") {
  const TempFolder folder;
  FaultingVfs vfs;
  auto opened = open_project(folder / "a.sbx");
  opened->take_steps(30);
  vfs.fail_with(FaultingVfs::Fault::full);
  CHECK(edit_until_refused(*opened) == 30);
  CHECK_FALSE(opened->project().move_to(folder / "b.sbx"));  // full there too
  CHECK_FALSE(fs::exists(folder / "b.sbx"));
  check_refusal(*opened, 30, "a full disk");
  vfs.heal();
  REQUIRE(opened->project().move_to(folder / "b.sbx"));
  CHECK(opened->project().durable() == 31);
  opened->take_steps(9);
  opened.reset();
  check_on_disk(folder / "b.sbx", 40);
  check_on_disk(folder / "a.sbx", 30);
}

TEST_CASE("a real full disk, of one megabyte, behaves as the pretended one") {
  const TempFolder folder;
  const test::SmallDisk disk(folder / "disk", 1024);
  if (!disk.mounted()) return test::say_skipped("a small disk (mounts are not allowed)");
  auto opened = open_project(disk.folder() / "a.sbx");
  const std::uint64_t durable = edit_until_refused(*opened);
  CHECK(durable > 20);
  check_refusal(*opened, durable, "a full disk");
  REQUIRE(disk.resize(8192));
  opened->project().retry();
  REQUIRE(opened->project().flush());
  opened->take_steps(5);
  opened.reset();
  check_on_disk(disk.folder() / "a.sbx", durable + 6);
}

TEST_CASE("a full disk leaves nothing of a project that could not be made") {
  for (const std::int64_t room : {0, 100, 4096, 9000, 20'000}) {
    const TempFolder folder;
    FaultingVfs vfs;
    vfs.fail_with(FaultingVfs::Fault::full, room);
    const auto refused = try_open(folder / "a.sbx");
    REQUIRE_FALSE(refused);
    CHECK(english(refused.error().found) == "a full disk");
    CHECK(fs::is_empty(folder.path()));
    vfs.heal();
    CHECK_FALSE(open_project(folder / "a.sbx")->project().state().read_only);
  }
}

TEST_CASE("a project on a disk without a free byte is opened to look at") {
  const TempFolder folder;
  const test::SmallDisk disk(folder / "disk", 1024);
  if (!disk.mounted()) return test::say_skipped("a small disk (mounts are not allowed)");
  open_project(disk.folder() / "a.sbx")->take_steps(30);
  std::string fill(1 << 20, 'x');
  while (!fill.empty())
    if (write_file(disk.folder() / ("fill" + std::to_string(fill.size())), fill))
      continue;
    else
      fill.resize(fill.size() / 2);
  check_on_disk(disk.folder() / "a.sbx", 30);
  const auto opened = open_project(disk.folder() / "a.sbx");
  CHECK(opened->history.version() == 30);
  if (!opened->project().state().read_only) CHECK(edit_until_refused(*opened) < 2000);
}

TEST_CASE("a file that may not grow is a full disk") {
  const TempFolder folder;
  auto opened = open_project(folder / "a.sbx");
  test::FileSizeLimit limit(200'000);
  const std::uint64_t durable = edit_until_refused(*opened);
  CHECK(durable > 5);
  check_refusal(*opened, durable, "a full disk");
  limit.lift();
  opened->project().retry();
  REQUIRE(opened->project().flush());
  opened->take_steps(5);
  opened.reset();
  check_on_disk(folder / "a.sbx", durable + 6);
}

TEST_CASE("after a power cut every confirmed edit is there") {
  const TempFolder folder;
  fs::create_directories(folder / "disk");
  FaultingVfs vfs;
  const auto opened = open_project(folder / "disk/a.sbx");
  for (int i = 1; i <= 60; ++i) {
    opened->take_steps(1);
    const fs::path after = folder / std::to_string(i);
    fs::create_directories(after);
    vfs.after_power_cut(opened->project().path().parent_path(), after);
    check_on_disk(after / "a.sbx", static_cast<std::uint64_t>(i));
  }
}

TEST_CASE(
    "a folder where nothing can be written: an old project opens to read, a new one is refused") {
  const TempFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  {
    const auto opened = open_project(folder / "closed.sbx");
    opened->take_steps(30);
    const auto other = open_project(folder / "killed.sbx");
    other->take_steps(30);
    // What a killed program leaves: the file and its log, no shared memory.
    fs::create_directories(folder / "left");
    fs::copy_file(folder / "killed.sbx", folder / "left/killed.sbx");
    fs::copy_file(folder / "killed.sbx-wal", folder / "left/killed.sbx-wal");
  }
  for (const char* sub : {"", "left"}) fs::permissions(folder / sub, fs::perms(0555));
  {
    const test::AsNobody nobody;
    for (const char* name : {"closed.sbx", "left/killed.sbx"}) {
      const auto opened = open_project(folder / name);
      CHECK(opened->project().state().read_only);
      CHECK(opened->history.version() == 30);
      CHECK(everything_in(opened->history.document()) ==
            everything_in(test::Reference(30).history.document()));
      REQUIRE(opened->parts.problems.size() == 1);
      CHECK(english(opened->parts.problems[0].found) == "Permission denied");
      CHECK_FALSE(test::random_step(opened->history, 1));
    }
    const auto refused = try_open(folder / "new.sbx");
    REQUIRE_FALSE(refused);
    CHECK(english(refused.error().expected) == "a folder that can be written");
    CHECK_FALSE(try_open(folder / "new/new.sbx"));
  }
  for (const char* sub : {"", "left"}) fs::permissions(folder / sub, fs::perms(0755));
}

TEST_CASE("a folder that turns read only while a project is open loses nothing") {
  const TempFolder folder;
  ::chmod(folder.path().c_str(), 0777);
  const test::AsNobody nobody;
  std::uint64_t durable = 0;
  {
    const auto opened = open_project(folder / "a.sbx");
    opened->take_steps(10);
    {
      // Only its owner may change its rights.
      ::seteuid(0);
      ::chmod(folder.path().c_str(), 0555);
      ::seteuid(65534);
    }
    durable = edit_until_refused(*opened, 20);
    CHECK(durable >= 10);
  }
  const auto opened = open_project(folder / "a.sbx");
  CHECK(opened->history.version() == durable);
  CHECK(everything_in(opened->history.document()) ==
        everything_in(test::Reference(static_cast<int>(durable)).history.document()));
  ::seteuid(0);
  ::chmod(folder.path().c_str(), 0777);
  ::seteuid(65534);
}

TEST_CASE("a project that is removed or replaced while it is open is noticed and saved elsewhere") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(10);
  fs::remove(folder / "a.sbx");
  CHECK(edit_until_refused(*opened) == 10);
  check_refusal(*opened, 10, "it was moved, removed or replaced");
  REQUIRE(opened->project().move_to(folder / "b.sbx"));
  CHECK(opened->project().durable() == 11);
}

}  // namespace sweepbox
