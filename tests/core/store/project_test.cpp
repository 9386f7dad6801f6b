#include "core/store/project.hpp"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <thread>

#include "core/annotation/edits.hpp"
#include "tests/core/store/opened.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {

using test::everything_in;
using test::open_project;
using test::TempFolder;
using test::try_open;

TEST_CASE("a new project is made with its folder, and is empty") {
  const TempFolder folder;
  const auto opened = open_project(folder / "not/there/yet.sbx");
  CHECK(fs::exists(folder / "not/there/yet.sbx"));
  CHECK(opened->history.version() == 0);
  CHECK(opened->parts.problems.empty());
  CHECK(opened->parts.document == Document());
}

TEST_CASE(
    "a project opened again has every record, the same document, and undoes to the beginning") {
  const TempFolder folder;
  {
    const auto opened = open_project(folder / "a.sbx");
    opened->take_steps(300);
    CHECK(opened->project().durable() == 300);
  }
  const auto opened = open_project(folder / "a.sbx");
  test::Reference reference(300);
  CHECK(opened->history.version() == 300);
  CHECK(everything_in(opened->history.document()) == everything_in(reference.history.document()));

  int undone = 0;
  while (reference.history.undo_title()) {
    REQUIRE(opened->history.undo_title() == reference.history.undo_title());
    REQUIRE(opened->history.undo());
    REQUIRE(reference.history.undo());
    REQUIRE(opened->history.document() == reference.history.document());
    ++undone;
  }
  CHECK(undone > 100);
  CHECK(opened->history.document() == Document());
  while (undone-- > 0) {
    REQUIRE(opened->history.redo());
    REQUIRE(reference.history.redo());
    REQUIRE(opened->history.document() == reference.history.document());
  }
}

TEST_CASE("what was undone before closing can be redone after it, and undone after that") {
  const TempFolder folder;
  std::string with_all, without_last;
  {
    const auto opened = open_project(folder / "a.sbx");
    for (const char* word : {"one", "two"}) {
      without_last = everything_in(opened->history.document());
      const auto edit = set_note(opened->history.document(), word, word);
      REQUIRE(opened->history.apply(*edit));
    }
    REQUIRE(*opened->history.undo());
  }
  {
    const auto opened = open_project(folder / "a.sbx");
    CHECK(opened->history.version() == 3);
    REQUIRE(*opened->history.redo());
    CHECK(std::get<std::string>(opened->history.document().value({Kind::note, "two"})) == "two");
  }
  const auto opened = open_project(folder / "a.sbx");
  CHECK(opened->history.version() == 4);
  REQUIRE(*opened->history.undo());
  REQUIRE(*opened->history.undo());
  CHECK(opened->history.document() == Document());
  CHECK_FALSE(*opened->history.undo());
}

TEST_CASE("title, author, person and time of an edit are there after a restart") {
  const TempFolder folder;
  {
    const auto opened = open_project(folder / "a.sbx");
    EditBuilder builder(opened->history.document());
    builder.set({Kind::note, "n"}, std::string("w"));
    Edit edit = builder.finish(text("Length set to {} m in all {} frames", 4.18, 35), Author::job);
    edit.who = "李";
    edit.time_ns = 1'700'000'000'123'456'789;
    REQUIRE(opened->history.apply(edit));
  }
  const auto opened = open_project(folder / "a.sbx");
  const Edit& edit = *opened->history.records()[0].edit;
  CHECK(english(edit.title) == "Length set to 4.18 m in all 35 frames");
  CHECK(edit.author == Author::job);
  CHECK(edit.who == "李");
  CHECK(edit.time_ns == 1'700'000'000'123'456'789);
}

TEST_CASE("the drive is remembered, with records and without") {
  const TempFolder folder;
  const ProjectDrive drive{"/data/street", "sweepbox", "street", "", "0123456789abcdef"};
  {
    const auto opened = open_project(folder / "a.sbx");
    opened->project().set_drive(drive);
    REQUIRE(opened->project().flush());
    opened->take_steps(3);
  }
  const auto opened = open_project(folder / "a.sbx");
  CHECK(opened->parts.drive.path == drive.path);
  CHECK(opened->parts.drive.format == drive.format);
  CHECK(opened->parts.drive.name == drive.name);
  CHECK(opened->parts.drive.part == drive.part);
  CHECK(opened->parts.drive.fingerprint == drive.fingerprint);
}

TEST_CASE("the second to open a project reads it and is told who has it") {
  const TempFolder folder;
  auto first = open_project(folder / "a.sbx");
  first->take_steps(20);
  fs::create_symlink(folder / "a.sbx", folder / "link.sbx");
  for (const char* name : {"a.sbx", "link.sbx"}) {
    const auto second = open_project(folder / name, {false, "ben", {}});
    const SaveState state = second->project().state();
    CHECK(state.read_only);
    CHECK(state.held_by.starts_with("anna, process " + std::to_string(::getpid()) + " on "));
    REQUIRE(second->parts.problems.size() == 1);
    CHECK(english(second->parts.problems[0].found) == state.held_by + " has it open");
    CHECK(everything_in(second->history.document()) == everything_in(first->history.document()));
    const auto refused = test::random_step(second->history, 1);
    REQUIRE_FALSE(refused);
    CHECK(english(refused.error().found) == state.held_by + " has it open");
    CHECK(second->history.version() == 20);
  }
  CHECK_FALSE(first->project().state().read_only);
  first->take_steps(1);
  first.reset();
  CHECK_FALSE(fs::exists(folder / "a.sbx.lock"));
  CHECK_FALSE(fs::exists(folder / "a.sbx-wal"));
  CHECK_FALSE(open_project(folder / "a.sbx")->project().state().read_only);
}

TEST_CASE("a lock file whose program died holds nothing") {
  const TempFolder folder;
  REQUIRE(write_file(folder / "a.sbx.lock", "anna, process 4711 on hall-3"));
  CHECK_FALSE(open_project(folder / "a.sbx")->project().state().read_only);
}

TEST_CASE("who reads while another writes sees a whole moment each time") {
  const TempFolder folder;
  const auto writer = open_project(folder / "a.sbx");
  std::map<std::uint64_t, std::string> then;
  then[0] = everything_in(Document());
  std::map<std::uint64_t, std::string> seen;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done || seen.empty())
      if (const auto opened = try_open(folder / "a.sbx", {true, "ben", {}}))
        seen[opened->records.size()] = everything_in(opened->document);
  });
  for (int i = 0; i < 400; ++i) {
    CHECK(test::random_step(writer->history, 3));
    then[writer->history.version()] = everything_in(writer->history.document());
    if (i % 10 == 0) CHECK(writer->project().flush());
  }
  CHECK(writer->project().flush());
  done = true;
  reader.join();
  for (const auto& [number, document] : seen) CHECK(then[number] == document);
}

TEST_CASE("a project saved elsewhere goes on there, with everything, and never over a file") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(40);
  REQUIRE(write_file(folder / "taken.sbx", "something else"));
  CHECK_FALSE(opened->project().move_to(folder / "taken.sbx"));
  CHECK(test::content_of(folder / "taken.sbx") == "something else");
  opened->take_steps(1);
  REQUIRE(opened->project().move_to(folder / "new/b.sbx"));
  CHECK(opened->project().path() == fs::weakly_canonical(folder / "new/b.sbx"));
  opened->take_steps(20);
  // The old one is free, and stays as it was.
  const auto old = open_project(folder / "a.sbx");
  CHECK_FALSE(old->project().state().read_only);
  CHECK(old->history.version() == 41);
  const auto moved = open_project(folder / "new/b.sbx", {true, {}, {}});
  CHECK(everything_in(moved->history.document()) == everything_in(opened->history.document()));
  CHECK(moved->history.version() == 61);
  CHECK_FALSE(fs::exists(folder / "new/b.sbx.part"));
}

TEST_CASE("who may only read goes on in a project of their own") {
  const TempFolder folder;
  const auto first = open_project(folder / "a.sbx");
  first->take_steps(10);
  const auto second = open_project(folder / "a.sbx");
  REQUIRE(second->project().state().read_only);
  CHECK_FALSE(second->project().move_to(folder / "a.sbx"));
  REQUIRE(second->project().move_to(folder / "mine.sbx"));
  CHECK_FALSE(second->project().state().read_only);
  second->take_steps(10);
  CHECK(second->project().durable() == 20);
  CHECK(first->project().durable() == 10);
}

TEST_CASE(
    "a record out of turn and a box that is none are refused, and keep nobody from going on") {
  const TempFolder folder;
  const auto opened = open_project(folder / "a.sbx");
  opened->take_steps(5);
  auto edit = std::make_shared<Edit>();
  edit->changes.push_back({{Kind::note, "n"}, {}, std::string("w")});
  CHECK_FALSE(opened->project().append({7, LogRecord::What::apply, 0, edit, {}}));
  edit->changes[0] = {
      {Kind::correction, "c"}, {}, Pose{Quat::Identity(), Vec3(std::nan(""), 0, 0)}};
  const auto refused = opened->project().append({6, LogRecord::What::apply, 0, edit, {}});
  REQUIRE_FALSE(refused);
  CHECK(english(refused.error().found).ends_with("a pose that is not finite"));
  opened->take_steps(5);
  CHECK(opened->project().durable() == 10);
}

TEST_CASE("on_change tells of each record on the disk") {
  const TempFolder folder;
  std::atomic<int> told = 0;
  const auto opened = open_project(folder / "a.sbx", {false, {}, [&] { ++told; }});
  opened->take_steps(10);
  opened->project().set_drive({});
  REQUIRE(opened->project().flush());
  REQUIRE(opened->project().move_to(folder / "b.sbx"));
  CHECK(told >= 10);
}

TEST_CASE("a project has its default place in the user's data folder, under a name that is one") {
  const auto before = std::getenv("XDG_DATA_HOME");
  const std::string kept = before ? before : "";
  ::setenv("XDG_DATA_HOME", "/data", 1);
  CHECK(default_project_path("2011_09_26_drive_0005", "0123456789abcdef") ==
        "/data/sweepbox/2011_09_26_drive_0005-0123456789abcdef.sbx");
  CHECK(default_project_path("../../etc", "a/b") == "/data/sweepbox/drive.._.._etc-a_b.sbx");
  CHECK(default_project_path("", "12") == "/data/sweepbox/drive-12.sbx");
  // 40 letters of three bytes each: cut between letters.
  std::string street;
  for (int i = 0; i < 40; ++i) street += "街";
  CHECK(default_project_path(street, "12").filename().string() == street.substr(0, 78) + "-12.sbx");
  before ? ::setenv("XDG_DATA_HOME", kept.c_str(), 1) : ::unsetenv("XDG_DATA_HOME");
}

}  // namespace sweepbox
