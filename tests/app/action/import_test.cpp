#include <catch2/catch.hpp>
#include <future>

#include "app/action/action.hpp"
#include "app/action/script.hpp"
#include "app/session/importing.hpp"
#include "app/session/opening.hpp"
#include "core/base/files.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

// KITTI object, one frame with one point: formats.md has the columns.
constexpr const char* kCalib =
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP1: 700 0 600 0 0 700 180 0 0 0 1 0\n"
    "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nP3: 700 0 600 0 0 700 180 0 0 0 1 0\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
    "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n";
constexpr const char* kLabel =
    "Car 0.00 0 1.5 100 100 200 200 1.50 1.70 4.20 2.00 1.60 15.00 1.60\n"
    "DontCare -1 -1 -10 1 1 9 9 -1 -1 -1 -1000 -1000 -1000 -10\n";

struct Desk {
  Desk() {
    const fs::path root = folder / "set" / "training";
    const std::string point(16, '\0');
    for (const char* part : {"velodyne", "calib"}) REQUIRE(make_folder(root / part));
    REQUIRE(make_folder(folder / "labels"));
    REQUIRE(write_file(root / "velodyne" / "000007.bin", std::string_view(point)));
    REQUIRE(write_file(root / "calib" / "000007.txt", std::string_view(kCalib)));
    REQUIRE(write_file(folder / "labels" / "000007.txt", std::string_view(kLabel)));
    request.path = folder / "set";
    request.project = "memory";
    hooks.settle = [this] {
      jobs.finish();
      update(session);
    };
  }

  std::string run(const std::string& script) {
    const auto done = run_script(session, script, "s", hooks);
    return done ? "done" : to_line(done.error());
  }

  bool said(std::string_view part) const {
    for (const Message& message : session.messages)
      if (english(message.text).find(part) != std::string::npos) return true;
    return false;
  }

  TempFolder folder;
  Jobs jobs{2};
  Session session{jobs, {}, folder / "config"};
  OpenRequest request;
  ScriptHooks hooks;
};

}  // namespace

TEST_CASE("labels of another folder come in as one edit that says what became of each record") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  CHECK(desk.session.document().tracks().empty());
  CHECK(desk.run("file.import_labels format=kitti_object path=" +
                 (desk.folder / "labels").string()) == "done");
  REQUIRE(desk.session.document().tracks().size() == 1);
  CHECK(desk.session.document().tracks()[0]->class_name == "Car");
  CHECK(desk.said("2 records found, 1 read as boxes, 1 left out"));
  CHECK(desk.run("edit.undo") == "done");
  CHECK(desk.session.document().tracks().empty());
}

TEST_CASE("labels that are there already are merged, added or put in their place, as one says") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  const std::string import =
      "file.import_labels format=kitti_object path=" + (desk.folder / "labels").string();
  const auto tracks = [&] { return desk.session.document().tracks().size(); };
  CHECK(desk.run(import) == "done");
  CHECK(desk.said("labels: 1 new"));
  CHECK(desk.run(import) == "done");  // a script merges where it does not say
  CHECK(tracks() == 1);
  CHECK(desk.said("labels: 0 new, 1 merged"));
  CHECK(desk.session.history->records().size() == 1);
  CHECK(desk.run(import + " mode=add") == "done");
  CHECK(tracks() == 2);
  CHECK(desk.run(import + " mode=replace") == "done");
  CHECK(tracks() == 1);
  CHECK(desk.said("labels: 1 new, 2 removed"));
  CHECK(desk.run("edit.undo") == "done");
  CHECK(tracks() == 2);
  CHECK(desk.run(import + " mode=twice").find("no way \"twice\"") != std::string::npos);
}

TEST_CASE("the window asks how labels come in, with what each way would do, and does it once") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  const std::string import =
      "file.import_labels mode=ask format=kitti_object path=" + (desk.folder / "labels").string();
  CHECK(desk.run("file.import_chosen").find("No labels wait") != std::string::npos);
  CHECK(desk.run(import) == "done");  // nothing is held: nothing to ask
  CHECK(desk.session.document().tracks().size() == 1);
  CHECK_FALSE(desk.session.import_choice);
  CHECK(desk.run(import) == "done");
  CHECK(desk.session.popup == "import_mode");
  REQUIRE(desk.session.import_choice);
  CHECK(desk.session.import_choice->mode == ImportMode::merge);
  CHECK(desk.session.import_choice->plan().counts == ImportOutcome{0, 1, 0, 0, 0});
  CHECK(desk.session.document().tracks().size() == 1);
  CHECK(desk.run("file.import_chosen mode=add") == "done");
  CHECK(desk.session.document().tracks().size() == 2);
  CHECK(desk.session.popup.empty());
  CHECK(desk.run("file.import_chosen") != "done");
  CHECK(desk.run(import) == "done");
  REQUIRE(close_drive(desk.session));
  CHECK_FALSE(desk.session.import_choice);
}

TEST_CASE("a place without labels is an error that is said, nothing changes") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  CHECK(desk.run("file.import_labels path=" + (desk.folder / "nothing").string()) != "done");
  CHECK(desk.session.history->records().empty());
  CHECK(desk.session.tasks.empty());
}

TEST_CASE("work that is stopped ends its bar at once, says so, and writes nothing") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  REQUIRE(desk.run("file.import_labels path=\"" + (desk.folder / "labels").string() +
                   "\" format=kitti_object") == "done");
  Arguments to;
  to.values["path"] = (desk.folder / "out").string();
  to.values["format"] = "csv";
  for (const bool closed : {false, true}) {
    // The lane is held, so that the export waits.
    std::promise<void> opening;
    desk.jobs.submit([open = opening.get_future().share()](const Cancel&) { open.wait(); },
                     [] {},
                     {.lane = Lane::person});
    do_action(desk.session, "labels.export", to);
    REQUIRE(desk.session.tasks.size() == 1);
    if (closed)
      REQUIRE(close_drive(desk.session));
    else
      desk.session.tasks[0].cancel.request();
    update(desk.session);
    CHECK(desk.session.tasks.empty());
    CHECK(desk.said("Writing labels was stopped"));
    desk.session.messages.clear();
    opening.set_value();
    desk.hooks.settle();
    CHECK_FALSE(fs::exists(desk.folder / "out"));
  }
  REQUIRE(open_in_session(desk.session, desk.request));
  do_action(desk.session, "labels.export", to);
  desk.hooks.settle();
  CHECK(desk.session.tasks.empty());
  CHECK(fs::exists(desk.folder / "out"));
}

TEST_CASE("a drive opens with the labels of another place instead of its own") {
  Desk desk;
  desk.request.labels = {"kitti_object", desk.folder / "labels"};
  REQUIRE(open_in_session(desk.session, desk.request));
  CHECK(desk.session.document().tracks().size() == 1);
}

TEST_CASE(
    "of several drives at one place an action chooses one, and refuses what is none of them") {
  Desk desk;
  CHECK(desk.run("drive.choose drive=first").find("No drive is to be chosen") != std::string::npos);
  for (const char* name : {"first", "second"})
    REQUIRE(test::write_test_drive(desk.folder / "drives" / name));
  OpenRequest request;
  request.path = desk.folder / "drives";
  request.project = "memory";
  REQUIRE(start_opening(desk.session, request));
  desk.hooks.settle();
  REQUIRE(desk.session.choice);
  const std::string name = desk.session.choice->drives[1].name;
  CHECK(desk.run("drive.choose drive=third").find("no drive third") != std::string::npos);
  CHECK(desk.run("drive.choose drive=" + name + " format=kitti_raw") != "done");
  REQUIRE(desk.session.choice);
  CHECK(desk.run("drive.choose drive=\"" + name + "\" format=sweepbox") == "done");
  desk.hooks.settle();
  REQUIRE(desk.session.has_drive());
  CHECK(desk.session.ref.name == name);
  CHECK(desk.session.memory != nullptr);
}

#ifndef SWEEPBOX_SANITIZE
TEST_CASE("an import that throws ends with its bar and is said, and the next one is read") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request));
  const std::string good =
      "file.import_labels path=\"" + (desk.folder / "labels").string() + "\" format=kitti_object\n";
  const fs::path large = desk.folder / "large" / "000007.txt";
  REQUIRE(make_folder(large.parent_path()));
  REQUIRE(write_file(large, std::string_view(kLabel)));
  fs::resize_file(large, std::uintmax_t{200} << 20);  // takes no room on the disk
  {
    const test::MemoryLimit limit(100);
    const std::string answer = desk.run("file.import_labels path=\"" +
                                        large.parent_path().string() + "\" format=kitti_object\n");
    CHECK(answer.find("no memory is left") != std::string::npos);
  }
  CHECK(desk.session.tasks.empty());
  CHECK(desk.session.document().tracks().empty());
  CHECK(desk.run(good) == "done");
  CHECK(desk.session.document().tracks().size() == 1);
}
#endif
