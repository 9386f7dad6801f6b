#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "core/store/project.hpp"
#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// Damaged projects through the whole program. Each is a good one with a few bytes changed, a page
// replaced, an end cut off, a log lost. Whatever happens, the program ends by itself, and it lists
// every box of the good one or says that something is wrong.
//   tests/crash/damage N SEED   damages N projects; without it, SWEEPBOX_DAMAGES or 60

namespace sweepbox {
namespace {

constexpr std::size_t kPage = 4096;
constexpr const char* kSecondsAtMost = "60";  // for one call: a program that hangs is ended

int number_from(const char* variable, int otherwise) {
  const char* const told = std::getenv(variable);
  return told ? std::atoi(told) : otherwise;
}

std::string content_of(const fs::path& path) {
  const auto text = read_text(path);
  REQUIRE(text);
  return *text;
}

/// A project and its log as bytes.
struct Pair {
  std::string file, log;
};

/// A drive, a project of it after many edits, folded and in use, and another project's log.
struct Good {
  test::TempFolder folder;
  fs::path drive = folder / "street";
  Pair folded, in_use, other;

  Good() {
    const auto made = test::run_sweepbox({"synth",
                                          SWEEPBOX_SOURCE_DIR "/samples/street.json",
                                          "-o",
                                          drive.string(),
                                          "--frames",
                                          "2"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    other = edited(folder / "other.sbx", 3, 20).in_use;
    const Both both = edited(folder / "good.sbx", 2, 250);
    folded = both.folded;
    in_use = both.in_use;
  }

  struct Both {
    Pair folded, in_use;
  };

  /// Boxes are moved, notes written, steps undone.
  static void take_step(History& history, std::mt19937_64& random, int i) {
    const auto tracks = history.document().tracks();
    const Track& track = *tracks[random() % tracks.size()];
    const Keyframe& key = track.keys[random() % track.keys.size()];
    Cuboid moved = key.cuboid();
    moved.pose.translation.x() += 0.01 * i;
    if (i % 9 == 8) {
      REQUIRE(history.undo());
      return;
    }
    const auto edit = i % 5 == 4
                          ? set_note(history.document(), "note " + std::to_string(i), track.name)
                          : set_key(history.document(), track.uid, {key.frame, key.stamp}, moved);
    REQUIRE(edit);
    REQUIRE(history.apply(*edit));
  }

  /// The drive's own labels, then edits.
  Both edited(const fs::path& path, std::uint64_t seed, int steps) const {
    Both both;
    std::mt19937_64 random(seed);
    const auto opened_drive = open_drive(drive, {}, {}, {});
    REQUIRE(opened_drive);
    const auto labels = read_own_labels(**opened_drive);
    REQUIRE(labels);
    {
      auto opened = Project::open(path, default_taxonomy(), {});
      REQUIRE(opened);
      History history(opened->document, *opened->project, opened->records);
      REQUIRE(history.apply(import_edit(*labels, **opened_drive, history.document())));
      const auto& info = (*opened_drive)->info();
      opened->project->set_drive({drive.string(), info.format, info.name, {}, "0"});
      for (int i = 0; i < steps; ++i) take_step(history, random, i);
      REQUIRE(opened->project->flush());
      both.in_use = {content_of(path), content_of(path.string() + "-wal")};
    }
    both.folded = {content_of(path), {}};
    return both;
  }
};

/// One way to damage a project; the words name it where a test fails.
struct Damage {
  const char* name;
  std::function<void(Pair&, std::mt19937_64&)> make;
};

void spoil_byte(std::string& bytes, std::size_t from, std::size_t below, std::mt19937_64& random) {
  if (from >= std::min(below, bytes.size())) return;
  const std::size_t at = from + random() % (std::min(below, bytes.size()) - from);
  bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random() % 255));
}

std::size_t any_page(const std::string& bytes, std::mt19937_64& random) {
  return random() % (bytes.size() / kPage) * kPage;
}

std::string noise(std::size_t size, std::mt19937_64& random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

const std::vector<Damage>& of_a_file() {
  static const std::vector<Damage> kinds = {
      {"a byte", [](Pair& p, auto& random) { spoil_byte(p.file, 0, p.file.size(), random); }},
      {"a bit",
       [](Pair& p, auto& random) {
         char& byte = p.file[random() % p.file.size()];
         byte = static_cast<char>(byte ^ (1 << (random() % 8)));
       }},
      {"a byte of the header", [](Pair& p, auto& random) { spoil_byte(p.file, 0, 100, random); }},
      {"a byte of the schema",
       [](Pair& p, auto& random) { spoil_byte(p.file, 100, kPage, random); }},
      {"an end that is cut off",
       [](Pair& p, auto& random) { p.file.resize(random() % p.file.size()); }},
      {"pages that are cut off",
       [](Pair& p, auto& random) { p.file.resize(any_page(p.file, random)); }},
      {"bytes after the end",
       [](Pair& p, auto& random) { p.file += noise(1 + random() % (3 * kPage), random); }},
      {"a page of noise",
       [](Pair& p, auto& random) {
         p.file.replace(any_page(p.file, random), kPage, noise(kPage, random));
       }},
      {"a page of zeros",
       [](Pair& p, auto& random) { p.file.replace(any_page(p.file, random), kPage, kPage, '\0'); }},
      {"a page in another's place",
       [](Pair& p, auto& random) {
         const std::string page = p.file.substr(any_page(p.file, random), kPage);
         p.file.replace(any_page(p.file, random), kPage, page);
       }},
      {"a page's count of cells, one less",
       [](Pair& p, auto& random) {
         const std::size_t page = any_page(p.file, random);
         const std::size_t at = (page == 0 ? 100 : page) + 4;
         p.file[at] = static_cast<char>(p.file[at] - 1);
       }},
      {"a page's count of cells",
       [](Pair& p, auto& random) {
         const std::size_t page = any_page(p.file, random);
         p.file[(page == 0 ? 100 : page) + 4] = static_cast<char>(random());
       }},
      {"a page's own header",
       [](Pair& p, auto& random) {
         const std::size_t page = any_page(p.file, random);
         spoil_byte(p.file, page, page + 12, random);
       }},
      {"a page's list of cells",
       [](Pair& p, auto& random) {
         const std::size_t page = any_page(p.file, random);
         spoil_byte(p.file, page + 8, page + 40, random);
       }},
      {"many bytes",
       [](Pair& p, auto& random) {
         for (int i = 0; i < 64; ++i) spoil_byte(p.file, 0, p.file.size(), random);
       }},
  };
  return kinds;
}

const std::vector<Damage>& of_a_log(const Pair& other) {
  static const std::vector<Damage> kinds = {
      {"no log", [](Pair& p, auto&) { p.log.clear(); }},
      {"a log of zeros", [](Pair& p, auto&) { p.log.assign(p.log.size(), '\0'); }},
      {"a log that is cut off",
       [](Pair& p, auto& random) { p.log.resize(random() % (p.log.find_last_not_of('\0') + 1)); }},
      {"a log cut between frames",
       [](Pair& p, auto& random) {
         p.log.resize(32 + 4120 * (random() % (p.log.find_last_not_of('\0') / 4120)));
       }},
      {"a byte of the log",
       [](Pair& p, auto& random) {
         spoil_byte(p.log, 0, p.log.find_last_not_of('\0') + 1, random);
       }},
      {"a byte of the log's header",
       [](Pair& p, auto& random) { spoil_byte(p.log, 0, 32, random); }},
      {"noise in the log",
       [](Pair& p, auto& random) {
         p.log.replace(random() % p.log.find_last_not_of('\0'), kPage, noise(kPage, random));
       }},
      {"another project's log", [&other](Pair& p, auto&) { p.log = other.log; }},
  };
  return kinds;
}

struct Counts {
  int projects = 0, same = 0, said = 0, refused = 0;
};

/// The three commands by turns; each must end by itself, and be silent only where nothing is lost.
class Look {
 public:
  explicit Look(const Good& good) : good_(good) {
    write({good.folded.file, {}});
    for (int command = 0; command < 3; ++command) {
      const auto said = ask(command);
      INFO(said.err);
      REQUIRE(said.status == 0);
      REQUIRE(said.err.find("error: ") == std::string::npos);
      answers_.push_back(answer(command, said));
    }
    REQUIRE(answers_[0].size() > 1000);
  }

  void at(const Pair& bad, int command) {
    write(bad);
    const auto said = ask(command);
    INFO("labels, info, convert: " << command << ", status " << said.status << "\n" << said.err);
    CHECK(said.status < 124);  // no signal, not out of time
    ++counts_.projects;
    if (said.status != 0 || said.err.find("error: ") != std::string::npos) {
      CHECK_FALSE((said.err.empty() && said.out.empty()));
      said.status == 1 ? ++counts_.refused : ++counts_.said;
      return;
    }
    ++counts_.same;
    CHECK(answer(command, said) == answers_[static_cast<std::size_t>(command)]);
    // Looking changes nothing.
    CHECK(content_of(project_) == bad.file);
  }

  const Counts& counts() const { return counts_; }

 private:
  void write(const Pair& pair) {
    std::error_code ignored;
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(project_.string() + suffix, ignored);
    REQUIRE(write_file(project_, pair.file));
    if (!pair.log.empty()) REQUIRE(write_file(project_.string() + "-wal", pair.log));
  }

  test::Finished ask(int command) {
    std::error_code ignored;
    fs::remove_all(out_, ignored);
    const std::vector<std::vector<std::string>> commands = {
        {"labels", good_.drive.string(), "--project", project_.string(), "--json"},
        {"info", project_.string(), "--fast", "--json"},
        {"convert", project_.string(), "--to", "csv", "-o", out_.string(), "--quiet"}};
    std::vector<std::string> line = {"timeout", kSecondsAtMost, SWEEPBOX_PROGRAM};
    const auto& rest = commands[static_cast<std::size_t>(command)];
    line.insert(line.end(), rest.begin(), rest.end());
    return test::run_program(line);
  }

  std::string answer(int command, const test::Finished& said) const {
    if (command != 2) return said.out;
    std::string all;
    for (const fs::path& name : list_files(out_)) all += content_of(out_ / name);
    return all;
  }

  const Good& good_;
  test::TempFolder place_;
  fs::path project_ = place_ / "bad.sbx", out_ = place_ / "out";
  std::vector<std::string> answers_;
  Counts counts_;
};

}  // namespace

TEST_CASE("of a damaged project the program lists every box, or says that something is wrong") {
  const Good good;
  const int projects = number_from("SWEEPBOX_DAMAGES", 60);
  const auto seed = static_cast<std::uint64_t>(number_from("SWEEPBOX_DAMAGE_SEED", 1));
  std::mt19937_64 random(seed);
  Look look(good);
  const auto& files = of_a_file();
  const auto& logs = of_a_log(good.other);
  for (int i = 0; i < projects; ++i) {
    const auto kind = static_cast<std::size_t>(i) % (files.size() + logs.size() + 2);
    Pair bad;
    const char* name = nullptr;
    if (kind < files.size()) {
      bad = good.folded;
      name = files[kind].name;
      files[kind].make(bad, random);
    } else if (kind < files.size() + logs.size()) {
      bad = good.in_use;
      name = logs[kind - files.size()].name;
      logs[kind - files.size()].make(bad, random);
    } else {  // a damaged file with a good log beside it
      bad = good.in_use;
      const Damage& damage = files[random() % files.size()];
      name = damage.name;
      damage.make(bad, random);
    }
    INFO("seed " << seed << ", project " << i << ": " << name);
    look.at(bad, i % 7 == 5 ? 1 : i % 7 == 6 ? 2 : 0);
  }
  // With its log it lacks nothing.
  look.at(good.in_use, 0);
  const Counts& counts = look.counts();
  WARN(counts.projects << " projects: " << counts.same << " as they were, " << counts.said
                       << " with something said, " << counts.refused << " refused");
  CHECK(counts.same > 0);
  CHECK(counts.refused > 0);
}

TEST_CASE(
    "a project without its log is named with the reason by every command, nothing is written") {
  const Good good;
  const test::TempFolder place;
  const fs::path lost = place / "only.sbx", out = place / "out", picture = place / "x.png";
  REQUIRE(write_file(lost, good.in_use.file));
  const std::string drive = good.drive.string(), project = lost.string();
  const std::vector<std::vector<std::string>> refused = {
      {"info", project},  // which drive it is of stands in the log, too
      {"labels", project},
      {"project", project},
      {"convert", project, "--to", "csv", "-o", out.string()},
      {"labels", drive, "--project", project},
      {"project", drive, "--project", project},
      {"convert", drive, "--project", project, "--to", "csv", "-o", out.string()}};
  const std::string reason = project + ": its log only.sbx-wal: expected the edits since ";
  for (const auto& command : refused) {
    const auto done = test::run_sweepbox(command);
    INFO(command[0] << ": " << done.err);
    CHECK(done.status == 1);
    CHECK(done.out.empty());
    CHECK_THAT(done.err, Catch::StartsWith("sweepbox: " + reason));
    CHECK_THAT(done.err, Catch::Contains("found no log; take a whole copy of it"));
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
  }
  CHECK_FALSE(fs::exists(out));
  // What the rest holds can be looked at.
  const auto info = test::run_sweepbox({"info", drive, "--project", project, "--fast"});
  CHECK(info.status == 3);
  CHECK_THAT(info.err, Catch::Contains("error: " + reason));
  CHECK(list_files(place.path()) == std::vector{lost});
}

TEST_CASE("a project whose drive is gone names both") {
  const Good good;
  const test::TempFolder place;
  const fs::path project = place / "whole.sbx";
  REQUIRE(write_file(project, good.folded.file));
  fs::rename(good.drive, good.folder / "elsewhere");
  for (const char* command : {"info", "labels", "project"}) {
    const auto done = test::run_sweepbox({command, project.string()});
    INFO(done.err);
    CHECK(done.status == 1);
    CHECK_THAT(done.err, Catch::StartsWith("sweepbox: " + good.drive.string()));
    CHECK_THAT(done.err, Catch::Contains("expected the drive of " + project.string()));
  }
}

TEST_CASE("another user lists a project in a shared folder, and its owner goes on editing") {
  const Good good;
  ::chmod(good.folder.path().c_str(), 0755);
  const auto as_nobody = [](std::vector<std::string> command) {
    command.insert(command.begin(),
                   {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"});
    return test::run_program(command, {{"HOME", "/nonexistent"}});
  };
  if (::geteuid() != 0 || as_nobody({SWEEPBOX_PROGRAM, "--version"}).status != 0)
    return test::say_skipped("another user (only root can become one, who must reach the program)");
  for (const mode_t mode : {mode_t{0777}, mode_t{01777}, mode_t{0755}}) {
    const test::TempFolder shared;
    REQUIRE(::chmod(shared.path().c_str(), mode) == 0);
    const fs::path project = shared / "a.sbx";
    REQUIRE(write_file(project, good.folded.file));
    const auto look = [&] {
      const auto seen = as_nobody(
          {SWEEPBOX_PROGRAM, "labels", good.drive.string(), "--project", project.string()});
      INFO(seen.err);
      CHECK(seen.status == 0);
      CHECK(seen.out.size() > 1000);
      CHECK(seen.err.find("error: ") == std::string::npos);
    };
    look();
    CHECK(list_files(shared.path()).size() == 1);
    for (int round = 0; round < 2; ++round) {
      auto opened = Project::open(project, default_taxonomy(), {});
      REQUIRE(opened);
      CHECK_FALSE(opened->project->state().read_only);
      History history(opened->document, *opened->project, opened->records);
      std::mt19937_64 random(5);
      Good::take_step(history, random, 1);
      REQUIRE(opened->project->flush());
      look();
      Good::take_step(history, random, 2);
      CHECK(opened->project->flush());
      CHECK(opened->project->durable() == history.version());
    }
  }
}

}  // namespace sweepbox
