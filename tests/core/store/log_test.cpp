#include <sys/stat.h>

#include <condition_variable>
#include <mutex>

#include "core/store/lock.hpp"
#include "core/store/log_file.hpp"
#include "tests/core/store/opened.hpp"
#include "tests/support/disk_limits.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// The log beside a project: when it is folded, and what is said where it is missing.

namespace sweepbox {

using test::content_of;
using test::everything_in;
using test::open_project;
using test::TempFolder;
using test::try_open;

namespace {

/// Waits for the store thread without a clock.
struct Told {
  std::mutex guard;
  std::condition_variable changed;
  int times = 0;

  std::function<void()> teller() {
    return [this] {
      const std::lock_guard hold(guard);
      ++times;
      changed.notify_all();
    };
  }

  template <class Condition>
  void wait_until(Condition condition) {
    std::unique_lock hold(guard);
    changed.wait(hold, condition);
  }
};

/// The project and its log as they lie on the disk while it is open.
void copy_pair(const fs::path& from, const fs::path& to) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  fs::copy_file(from.string() + "-wal", to.string() + "-wal", fs::copy_options::overwrite_existing);
}

/// What is said of it, in one line each; it must open read only.
std::string said_of(const fs::path& path) {
  const auto opened = open_project(path);
  CHECK(opened->project().state().read_only);
  std::string said;
  for (const Problem& problem : opened->parts.problems) {
    CHECK(problem.severity == Severity::error);
    said += to_line(problem) + "\n";
  }
  return said;
}

std::string wanted_after(int steps) {
  return everything_in(test::Reference(steps).history.document());
}

}  // namespace

TEST_CASE("a new project is whole from its first moment, without a log") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  fs::copy_file(folder / "a.sbx", folder / "copy.sbx");
  const auto copy = open_project(folder / "copy.sbx");
  CHECK_FALSE(copy->project().state().read_only);
  CHECK(copy->history.version() == 0);
  CHECK(opened->project().state().folded);
}

TEST_CASE(
    "a copy of the file alone says since when it lacks edits, and with its log it lacks none") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(30);
  CHECK_FALSE(opened->project().state().folded);
  copy_pair(folder / "a.sbx", folder / "b.sbx");
  CHECK(everything_in(open_project(folder / "b.sbx")->history.document()) == wanted_after(30));

  fs::copy_file(folder / "a.sbx", folder / "c.sbx");
  const std::string before = content_of(folder / "c.sbx");
  CHECK_THAT(said_of(folder / "c.sbx"),
             Catch::Contains("expected the edits since 20") && Catch::Contains("found no log"));
  CHECK(content_of(folder / "c.sbx") == before);
  REQUIRE(write_file(folder / "c.sbx-wal", ""));
  CHECK_THAT(said_of(folder / "c.sbx"), Catch::Contains("expected the edits since 20"));
}

TEST_CASE("a log that was cut anywhere, or damaged anywhere, is not taken for a whole one") {
  const TempFolder folder;
  {
    const auto opened = open_project(folder / "a.sbx");
    opened->take_steps(12);
    copy_pair(folder / "a.sbx", folder / "b.sbx");
  }
  const std::string file = content_of(folder / "b.sbx"), log = content_of(folder / "b.sbx-wal");
  const std::size_t used = log.find_last_not_of('\0') + 1;
  const auto look = [&](const std::string& bad) {
    REQUIRE(write_file(folder / "c.sbx", file));
    REQUIRE(write_file(folder / "c.sbx-wal", bad));
    const auto opened = try_open(folder / "c.sbx");
    REQUIRE(opened);
    CHECK(opened->project->state().read_only);
    CHECK_FALSE(opened->problems.empty());
    CHECK(content_of(folder / "c.sbx-wal") == bad);
  };
  for (std::size_t end = 0; end < used; end += 1777) look(log.substr(0, end));
  look(log.substr(0, used));
  look(log.substr(0, used + 4120));
  for (std::size_t at = 0; at < used; at += 977) {
    std::string bad = log;
    bad[at] = static_cast<char>(bad[at] + 1);
    INFO("byte " << at);
    look(bad);
  }
}

TEST_CASE("a log of another project, or of another day, is not put into a file") {
  const TempFolder folder;
  {
    const auto a = open_project(folder / "a.sbx");
    a->take_steps(20);
    copy_pair(folder / "a.sbx", folder / "a1.sbx");
    const auto b = open_project(folder / "b.sbx");
    b->take_steps(25, 7);
    copy_pair(folder / "b.sbx", folder / "b1.sbx");
  }
  // Another project's, on one in use and on a folded one.
  fs::copy_file(folder / "b1.sbx-wal", folder / "a1.sbx-wal", fs::copy_options::overwrite_existing);
  CHECK_THAT(said_of(folder / "a1.sbx"), Catch::Contains("found a log of another project"));
  fs::copy_file(folder / "b1.sbx-wal", folder / "a.sbx-wal");
  CHECK_THAT(said_of(folder / "a.sbx"), Catch::Contains("found a log of another project"));
  const auto opened = open_project(folder / "a.sbx", {true, {}, {}});
  CHECK(everything_in(opened->history.document()) == wanted_after(20));
}

TEST_CASE("the log is folded when nobody edits, and then the file alone is the whole project") {
  const TempFolder folder;
  Told told;
  ProjectOptions options;
  options.on_change = told.teller();
  options.fold_after = std::chrono::milliseconds(0);
  const auto opened = open_project(folder / "a.sbx", options);
  for (int round = 1; round <= 3; ++round) {
    opened->take_steps(10);
    told.wait_until([&] { return opened->project().state().folded; });
    CHECK(fs::file_size(folder / "a.sbx-wal") == 0);
    const fs::path copy = folder / (std::to_string(round) + ".sbx");
    fs::copy_file(folder / "a.sbx", copy);
    const auto alone = open_project(copy);
    CHECK_FALSE(alone->project().state().read_only);
    CHECK(alone->parts.problems.empty());
    CHECK(everything_in(alone->history.document()) == wanted_after(10 * round));
  }
}

TEST_CASE("a log that is removed or cut while it is in use: nothing more is said to be saved") {
  const bool cut = GENERATE(false, true);
  const TempFolder folder;
  auto opened = open_project(folder / "a.sbx");
  opened->take_steps(30);
  if (cut)
    fs::resize_file(folder / "a.sbx-wal", 0);
  else
    fs::remove(folder / "a.sbx-wal");
  REQUIRE(test::random_step(opened->history, 1));
  const auto refused = opened->project().flush();
  REQUIRE_FALSE(refused);
  CHECK_THAT(to_line(refused.error()), Catch::Contains("removed, cut or replaced"));
  CHECK(opened->project().durable() == 30);
  CHECK(opened->project().state().waiting == 1);
  SECTION("retrying writes the whole project anew") {
    opened->project().retry();
    REQUIRE(opened->project().flush());
    CHECK(opened->project().durable() == 31);
    opened->take_steps(9);
    opened.reset();
    const auto again = open_project(folder / "a.sbx");
    CHECK_FALSE(again->project().state().read_only);
    CHECK(everything_in(again->history.document()) == wanted_after(40));
  }
  SECTION("it is saved elsewhere") {
    REQUIRE(opened->project().move_to(folder / "b.sbx"));
    opened->take_steps(9);
    opened.reset();
    CHECK(everything_in(open_project(folder / "b.sbx")->history.document()) == wanted_after(40));
  }
  SECTION("closing keeps what was on the disk") {
    opened.reset();
    CHECK(everything_in(open_project(folder / "a.sbx")->history.document()) == wanted_after(30));
  }
}

TEST_CASE("a lock file that is removed while it is held is noticed, and no number is given twice") {
  const TempFolder folder;
  auto first = open_project(folder / "a.sbx");
  first->take_steps(10);
  fs::remove(folder / "a.sbx.lock");
  REQUIRE(test::random_step(first->history, 1));
  const auto refused = first->project().flush();
  REQUIRE_FALSE(refused);
  CHECK_THAT(to_line(refused.error()), Catch::Contains("its lock file where it was"));
  SECTION("retrying takes it again") {
    first->project().retry();
    REQUIRE(first->project().flush());
    CHECK(first->project().durable() == 11);
    CHECK(fs::exists(folder / "a.sbx.lock"));
  }
  SECTION("also where another program looked meanwhile") {
    CHECK(open_project(folder / "a.sbx", {false, "ben", {}})->history.version() == 10);
    first->project().retry();
    REQUIRE(first->project().flush());
    first.reset();
    CHECK(open_project(folder / "a.sbx")->history.version() == 11);
  }
  SECTION("unless somebody else has it by now") {
    const Lock::Taken second = Lock::take(folder / "a.sbx", "ben, process 4712 on hall-3");
    REQUIRE(second.lock);
    first->project().retry();
    const auto held = first->project().flush();
    REQUIRE_FALSE(held);
    CHECK_THAT(to_line(held.error()), Catch::Contains("ben, process 4712 on hall-3 has it open"));
    REQUIRE(first->project().move_to(folder / "mine.sbx"));
    CHECK(first->project().durable() == 11);
  }
}

TEST_CASE("who looks leaves nothing in the folder, and keeps nobody from editing") {
  if (::geteuid() != 0) return test::say_skipped("another user (only root can become one)");
  for (const mode_t mode : {mode_t{0777}, mode_t{01777}}) {
    const TempFolder folder;
    REQUIRE(::chmod(folder.path().c_str(), mode) == 0);
    open_project(folder / "a.sbx")->take_steps(30);
    const auto look = [&](bool log) {
      const test::AsNobody nobody;
      for (const bool read_only : {true, false}) {
        const auto seen = open_project(folder / "a.sbx", {read_only, "ben", {}});
        CHECK(seen->project().state().read_only);
        CHECK(everything_in(seen->history.document()) == wanted_after(30));
      }
      CHECK(fs::exists(folder / "a.sbx-wal") == log);
    };
    look(false);
    for (const char* suffix : {"-wal", "-shm", ".lock"})
      CHECK_FALSE(fs::exists(folder.path() / (std::string("a.sbx") + suffix)));
    const auto owner = open_project(folder / "a.sbx");
    CHECK_FALSE(owner->project().state().read_only);
    owner->take_steps(1);
    CHECK(owner->project().durable() == 31);
  }
}

TEST_CASE("empty files that an older program left for another user keep nobody from editing") {
  if (::geteuid() != 0) return test::say_skipped("another user (only root can become one)");
  const TempFolder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
  for (const char* suffix : {"-wal", "-shm"}) {
    const fs::path left = folder.path() / (std::string("a.sbx") + suffix);
    REQUIRE(write_file(left, ""));
    REQUIRE(::chmod(left.c_str(), 0444) == 0);
  }
  const test::AsNobody nobody;
  const auto owner = open_project(folder / "a.sbx");
  CHECK_FALSE(owner->project().state().read_only);
  owner->take_steps(5);
}

TEST_CASE("a log is read as its format says: up to the last transaction whose checksums fit") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(5);
  const std::string log = content_of(folder / "a.sbx-wal");
  std::string image = content_of(folder / "a.sbx");
  const LogScan scan = apply_log(log, image);
  // One transaction for the mark, one an edit.
  CHECK(scan.transactions == 6);
  CHECK_FALSE(scan.damaged);
  CHECK(scan.end % 4120 == 32);
  CHECK(scan.size >= scan.end + (1 << 20));
  std::string other = image;
  CHECK(apply_log("", other).transactions == 0);
  CHECK(other == image);
  CHECK(apply_log(std::string(100'000, 'x'), other).damaged);
}

}  // namespace sweepbox
