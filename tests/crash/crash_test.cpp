#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>

#include "core/base/files.hpp"
#include "core/store/project.hpp"
#include "tests/support/disk_limits.hpp"
#include "tests/support/random_edits.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// Programs that edit are killed at random moments; whatever they had said to be on the disk must be
// there, and the document must be the one that the same steps give in memory.
//   tests/crash/run N   kills N programs; without it, SWEEPBOX_KILLS or 10

namespace sweepbox {
namespace {

using Clock = std::chrono::steady_clock;

struct ChildOptions {
  rlim_t file_limit = RLIM_INFINITY;  ///< bytes
  bool as_nobody = false;
  std::uint64_t fold_after_ms = 10'000;
};

/// An editing program under way.
class Child {
 public:
  Child(const fs::path& project, std::uint64_t seed, ChildOptions options = {}) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::string seed_text = std::to_string(seed);
    const std::string fold_text = std::to_string(options.fold_after_ms);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      // What it says of a refusing disk is expected here.
      if (const int nowhere = ::open("/dev/null", O_RDWR); nowhere >= 0)
        ::dup2(nowhere, STDERR_FILENO);
      if (options.file_limit != RLIM_INFINITY) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{options.file_limit, options.file_limit};
        ::setrlimit(RLIMIT_FSIZE, &limit);
      }
      if (options.as_nobody && ::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(9);
      ::execl(SWEEPBOX_CRASH_CHILD,
              "crash_child",
              project.c_str(),
              seed_text.c_str(),
              fold_text.c_str(),
              nullptr);
      ::_exit(9);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ~Child() {
    kill();
    ::close(out_);
  }

  /// Reads what it says until then, or until it says that its disk refused.
  void listen(Clock::time_point until) {
    while (!refused_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now()).count();
      if (left <= 0) return;
      const timespec wait{left / 1'000'000, (left % 1'000'000) * 1000};
      pollfd poll{out_, POLLIN, 0};
      if (::ppoll(&poll, 1, &wait, nullptr) > 0 && !read_some()) return;
    }
  }

  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
    while (read_some()) {
    }
  }

  bool refused() const { return refused_; }

  /// Number of each confirmed record, and the fingerprint of the document after it.
  const std::map<std::uint64_t, std::string>& confirmed() const { return confirmed_; }

 private:
  bool read_some() {
    char bytes[4096];
    const ssize_t n = ::read(out_, bytes, sizeof bytes);
    if (n <= 0) return false;
    text_.append(bytes, static_cast<std::size_t>(n));
    for (std::size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
      std::istringstream line(text_.substr(0, end));
      std::uint64_t number = 0;
      std::string fingerprint;
      if (line >> number >> fingerprint)
        confirmed_[number] = fingerprint;
      else
        refused_ = true;
    }
    return true;
  }

  pid_t id_ = 0;
  int out_ = -1;
  bool refused_ = false;
  std::string text_;
  std::map<std::uint64_t, std::string> confirmed_;
};

/// What the same steps give in memory, followed from kill to kill.
class Expected {
 public:
  explicit Expected(std::uint64_t seed) : seed_(seed) {}

  /// The project as it was left; the number of its last record.
  std::uint64_t check(const fs::path& path, const std::map<std::uint64_t, std::string>& confirmed) {
    auto opened = Project::open(path, default_taxonomy(), {false, "parent", {}});
    INFO((opened ? std::string() : to_line(opened.error())));
    REQUIRE(opened);
    for (const Problem& problem : opened->problems) {
      INFO(to_line(problem));
      CHECK(problem.severity != Severity::error);
    }
    const std::uint64_t last = opened->records.size();
    REQUIRE(last >= history_.version());
    if (!confirmed.empty()) REQUIRE(last >= confirmed.rbegin()->first);
    while (history_.version() < last) {
      REQUIRE(test::random_step(history_, seed_));
      const auto said = confirmed.find(history_.version());
      if (said != confirmed.end())
        REQUIRE(said->second == test::fingerprint_of(history_.document()));
    }
    REQUIRE(test::everything_in(opened->document) == test::everything_in(history_.document()));
    check_undo(*opened);
    return last;
  }

 private:
  /// All the way back and forth again, without writing to the project.
  void check_undo(const Project::Opened& opened) {
    MemoryLog log, other_log;
    History read(opened.document, log, opened.records);
    History wanted(history_.document(), other_log, {log_.records().begin(), log_.records().end()});
    int steps = 0;
    for (; wanted.undo_title(); ++steps) {
      REQUIRE(*read.undo());
      REQUIRE(*wanted.undo());
      if (steps % 16 == 0) REQUIRE(read.document() == wanted.document());
    }
    REQUIRE_FALSE(*read.undo());
    REQUIRE(read.document() == wanted.document());
    while (steps-- > 0) REQUIRE(*read.redo());
    REQUIRE(read.document() == history_.document());
  }

  std::uint64_t seed_;
  MemoryLog log_;
  History history_{Document(), log_};
};

int kills_wanted() {
  const char* const told = std::getenv("SWEEPBOX_KILLS");
  return told ? std::atoi(told) : 10;
}

constexpr int kKillsAProject = 10;  // then a new one, so that its making is hit too

Clock::time_point within_ms(std::mt19937_64& random, int most) {
  return Clock::now() +
         std::chrono::microseconds(random() % static_cast<std::uint64_t>(1000 * most));
}

}  // namespace

TEST_CASE("every confirmed edit survives kill -9 at a random moment, undo included") {
  std::mt19937_64 random(std::random_device{}());
  const int kills = kills_wanted();
  std::uint64_t records = 0, confirmations = 0;
  for (int done = 0; done < kills;) {
    const test::TempFolder folder;
    const std::uint64_t seed = random() % 1'000'000;
    INFO("seed " << seed);
    Expected expected(seed);
    std::uint64_t last = 0;
    for (int i = 0; i < kKillsAProject && done < kills; ++i, ++done) {
      Child child(folder / "a.sbx", seed);
      child.listen(within_ms(random, 200));
      child.kill();
      REQUIRE_FALSE(child.refused());
      confirmations += child.confirmed().size();
      last = expected.check(folder / "a.sbx", child.confirmed());
    }
    records += last;
  }
  WARN(kills << " kills, " << records << " records, " << confirmations
             << " of them confirmed before a kill");
}

TEST_CASE("every confirmed edit survives kill -9 while the log is folded again and again") {
  std::mt19937_64 random(std::random_device{}());
  const int kills = kills_wanted();
  for (int done = 0; done < kills;) {
    const test::TempFolder folder;
    const std::uint64_t seed = random() % 1'000'000;
    INFO("seed " << seed);
    Expected expected(seed);
    for (int i = 0; i < kKillsAProject && done < kills; ++i, ++done) {
      ChildOptions options;
      options.fold_after_ms = 0;  // whenever nothing waits
      Child child(folder / "a.sbx", seed, options);
      child.listen(within_ms(random, 200));
      child.kill();
      REQUIRE_FALSE(child.refused());
      expected.check(folder / "a.sbx", child.confirmed());
    }
  }
}

TEST_CASE("a copy of the file alone, at a random moment, is whole or says what it lacks") {
  std::mt19937_64 random(std::random_device{}());
  const int copies = kills_wanted();
  int whole = 0, said = 0;
  const test::TempFolder folder;
  const std::uint64_t seed = random() % 1'000'000;
  INFO("seed " << seed);
  for (int i = 0; i < copies; ++i) {
    ChildOptions options;
    options.fold_after_ms = random() % 3;
    Child child(folder / "a.sbx", seed, options);
    child.listen(within_ms(random, 100));
    const std::uint64_t before = child.confirmed().empty() ? 0 : child.confirmed().rbegin()->first;
    const auto copy = read_text(folder / "a.sbx");
    child.kill();
    if (!copy) continue;  // killed before it had made one
    REQUIRE(write_file(folder / "copy.sbx", *copy));
    const auto opened = Project::open(folder / "copy.sbx", default_taxonomy(), {});
    if (!opened || opened->project->state().read_only) {
      ++said;
      CHECK((!opened || !opened->problems.empty()));
    } else {
      ++whole;
      CHECK(opened->records.size() >= before);
    }
  }
  WARN(copies << " copies: " << whole << " whole, " << said << " said what they lack");
}

TEST_CASE("every confirmed edit survives a file that may not grow, and a kill after that") {
  std::mt19937_64 random(std::random_device{}());
  for (int done = 0; done < kills_wanted(); done += 10) {
    const test::TempFolder folder;
    const std::uint64_t seed = random() % 1'000'000;
    INFO("seed " << seed);
    Expected expected(seed);
    for (int i = 0; i < 3; ++i) {
      // The log starts anew with each opening, so each finds some room.
      Child child(folder / "a.sbx", seed, {60'000 + random() % 60'000, false, 10'000});
      child.listen(Clock::now() + std::chrono::seconds(60));
      CHECK(child.refused());
      child.kill();
      expected.check(folder / "a.sbx", child.confirmed());
    }
    Child child(folder / "a.sbx", seed);
    child.listen(within_ms(random, 40));
    child.kill();
    expected.check(folder / "a.sbx", child.confirmed());
  }
}

TEST_CASE("every confirmed edit survives a disk that fills up, and a kill after that") {
  std::mt19937_64 random(std::random_device{}());
  for (int done = 0; done < kills_wanted(); done += 10) {
    const test::TempFolder folder;
    const int room = 300 + static_cast<int>(random() % 300);
    const test::SmallDisk disk(folder / "disk", room);
    if (!disk.mounted()) return test::say_skipped("a small disk (mounts are not allowed)");
    const std::uint64_t seed = random() % 1'000'000;
    INFO("seed " << seed);
    Expected expected(seed);
    for (int i = 1; i <= 3; ++i) {
      Child child(disk.folder() / "a.sbx", seed);
      child.listen(Clock::now() + std::chrono::seconds(60));
      CHECK(child.refused());
      child.kill();
      REQUIRE(disk.resize(room + i * 200));
      expected.check(disk.folder() / "a.sbx", child.confirmed());
    }
  }
}

TEST_CASE("every confirmed edit survives a folder that turns read only, and a kill after that") {
  std::mt19937_64 random(std::random_device{}());
  for (int done = 0; done < kills_wanted(); done += 10) {
    const test::TempFolder folder;
    ::chmod(folder.path().c_str(), 0777);
    const std::uint64_t seed = random() % 1'000'000;
    INFO("seed " << seed);
    Expected expected(seed);
    for (int i = 0; i < 3; ++i) {
      Child child(folder / "a.sbx", seed, {RLIM_INFINITY, true, 10'000});
      child.listen(within_ms(random, 200));
      ::chmod(folder.path().c_str(), 0555);
      child.listen(within_ms(random, 20));
      child.kill();
      if (!child.confirmed().empty()) {
        const test::AsNobody nobody;
        const auto opened = Project::open(folder / "a.sbx", default_taxonomy(), {});
        REQUIRE(opened);
        REQUIRE(opened->records.size() >= child.confirmed().rbegin()->first);
      }
      ::chmod(folder.path().c_str(), 0777);
      const test::AsNobody nobody;  // what it makes must stay nobody's for the next
      expected.check(folder / "a.sbx", child.confirmed());
    }
  }
}

}  // namespace sweepbox
