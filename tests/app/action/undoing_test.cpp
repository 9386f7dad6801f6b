#include "app/session/undoing.hpp"

#include <catch2/catch.hpp>

#include "app/action/action.hpp"
#include "app/action/script.hpp"
#include "tests/support/kitti_set.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

// Undo and redo as a person meets them: by key, with what is selected and which frame is shown.

namespace {

struct Desk {
  Desk() {
    REQUIRE(test::write_test_drive(folder / "drive"));
    open(folder / "drive");
  }

  void open(const fs::path& drive) {
    OpenRequest request;
    request.path = drive;
    request.project = folder / (drive.filename().string() + ".sbx");
    REQUIRE(open_in_session(session, request));
    load();
  }

  void load() {
    jobs.finish();
    update(session);
  }

  /// What a script does, step by step as the window would.
  void run(const std::string& script) {
    ScriptHooks hooks;
    hooks.settle = [this] { load(); };
    const auto done = run_script(session, script, "s", hooks);
    INFO((done ? std::string() : to_line(done.error())));
    REQUIRE(done);
  }

  void press(std::string_view action) {
    do_action(session, action);
    load();
  }

  std::string next() const {
    const auto title = session.history->undo_title();
    return title ? english(*title) : "nothing";
  }

  std::vector<std::string> selected() const {
    std::vector<std::string> names;
    for (const TrackId id : session.selected) names.push_back(session.document().track(id)->name);
    return names;
  }

  std::string said() const {
    return session.messages.empty() ? "" : english(session.messages.back().text);
  }

  TempFolder folder;
  Jobs jobs{2};
  Session session{jobs};
};

using NameList = std::vector<std::string>;

constexpr const char* kTwoCars =
    "box.place at=9,3,-0.2 class=car yaw_deg=0\nframe.go frame=10\nbox.move x=10\n"
    "frame.go frame=0\nbox.place at=9,-8,-0.2 class=car yaw_deg=0\n";

}  // namespace

TEST_CASE("undo brings back what was selected before the edit, redo what was after it") {
  Desk desk;
  desk.run(std::string(kTwoCars) + "track.select track=1\nframe.go frame=5\ntrack.split\n");
  CHECK(desk.selected() == NameList{"3"});
  desk.run("track.select track=2\nedit.undo\n");
  CHECK(desk.selected() == NameList{"1"});  // as before the split
  desk.run("track.deselect\nedit.redo\n");
  CHECK(desk.selected() == NameList{"3"});

  desk.run("track.select track=1\ntrack.select track=2 add=true\ntrack.delete\n");
  CHECK(desk.selected().empty());
  desk.run("edit.undo\n");
  CHECK(desk.selected() == NameList{"1", "2"});
  desk.run("edit.redo\n");
  CHECK(desk.selected().empty());
  // Two steps at once end with the selection before the first of them.
  desk.run("edit.undo times=2\n");
  CHECK(desk.selected() == NameList{"1"});
}

TEST_CASE("what a restart forgot of the selection stays as it is") {
  Desk desk;
  desk.run(std::string(kTwoCars) + "track.select track=1\nbox.move x=1\n");
  REQUIRE(close_drive(desk.session));
  desk.open(desk.folder / "drive");
  desk.run("track.select track=2\nedit.undo\n");
  CHECK(desk.selected() == NameList{"2"});
}

TEST_CASE(
    "the key of undo shows a change of another frame first, and makes it when pressed again") {
  Desk desk;
  Session& s = desk.session;
  desk.run(std::string(kTwoCars) + "track.select track=1\nframe.go frame=10\nbox.move y=2\n");
  const std::string moved = desk.next();
  desk.run("frame.go frame=6\ntrack.select track=2\n");

  desk.press("edit.undo");
  CHECK(s.time.frame == 10);
  CHECK(desk.selected() == NameList{"1"});
  CHECK(desk.next() == moved);
  CHECK(undo_is_shown(s));
  CHECK(desk.said() == "Undo changes this frame: " + moved + ". Press again to undo it.");
  desk.press("edit.undo");
  CHECK(s.time.frame == 10);
  CHECK(desk.next() != moved);
  CHECK_FALSE(undo_is_shown(s));

  // The same for redo.
  desk.run("frame.go frame=3\ntrack.select track=2\n");
  desk.press("edit.redo");
  CHECK(s.time.frame == 10);
  CHECK(desk.selected() == NameList{"1"});
  CHECK(desk.next() != moved);
  desk.press("edit.redo");
  CHECK(desk.next() == moved);

  // Who goes elsewhere after it was shown is shown it again.
  desk.run("frame.go frame=3\n");
  desk.press("edit.undo");
  desk.run("frame.go frame=4\n");
  CHECK_FALSE(undo_is_shown(s));
  desk.press("edit.undo");
  CHECK(s.time.frame == 10);
  CHECK(desk.next() == moved);
}

TEST_CASE("undo acts at once where the person made the edit or sees all of it") {
  Desk desk;
  desk.run(std::string(kTwoCars) + "track.select track=1\n");
  // One size for all keys (0 and 10), made in frame 5, which has none.
  desk.run("frame.go frame=5\ntrack.set_size size=4,2,2\n");
  const std::string sized = desk.next();
  desk.press("edit.undo");
  CHECK(desk.session.time.frame == 5);
  CHECK(desk.next() != sized);
  // A class holds in every frame of the track.
  desk.run("track.set_class class=bus\nframe.go frame=7\n");
  const std::string classed = desk.next();
  desk.press("edit.undo");
  CHECK(desk.session.time.frame == 7);
  CHECK(desk.next() != classed);
}

TEST_CASE("undo of a deleted track goes to where it was") {
  Desk desk;
  desk.run(
      "frame.go frame=8\nbox.place at=9,3,-0.2 class=car\nframe.go frame=2\n"
      "track.delete track=1\n");
  desk.press("edit.undo");
  CHECK(desk.session.time.frame == 8);
  CHECK(desk.session.document().tracks().empty());
  desk.press("edit.undo");
  CHECK(desk.session.document().tracks().size() == 1);
}

TEST_CASE("a setting, and scripts, undo at once wherever it is") {
  Desk desk;
  desk.run("frame.go frame=8\nbox.place at=9,3,-0.2 class=car\nframe.go frame=2\nedit.undo\n");
  CHECK(desk.session.time.frame == 2);
  CHECK(desk.session.document().tracks().empty());
  desk.session.settings.undo_shows_first = false;
  desk.press("edit.redo");
  CHECK(desk.session.time.frame == 2);
  CHECK(desk.session.document().tracks().size() == 1);
}

TEST_CASE("undoing the import of the drive's own labels asks, by key alone") {
  Desk desk;
  const fs::path set = desk.folder / "kitti";
  test::write_kitti_set(set,
                        "Car 0.00 0 0.10 100 100 200 200 1.50 1.70 4.20 2.00 1.60 20.00 0.20\n");
  desk.open(set);
  Session& s = desk.session;
  REQUIRE(s.document().tracks().size() == 1);
  desk.run("box.place at=9,-3,-0.2 class=car\n");
  desk.press("edit.undo_all");
  CHECK(s.document().tracks().size() == 1);
  CHECK(s.popup == "undo_import");
  s.popup.clear();
  CHECK(own_labels_are_next(s));
  desk.press("edit.undo");
  CHECK(s.popup == "undo_import");
  CHECK(s.document().tracks().size() == 1);
  s.popup.clear();
  desk.run("edit.undo\n");
  CHECK(s.document().tracks().empty());
  CHECK(s.popup.empty());
  desk.press("edit.redo");
  CHECK(s.document().tracks().size() == 1);
}
