#include <catch2/catch.hpp>

#include "app/action/script.hpp"
#include "app/action/tables.hpp"
#include "app/tool/box_edits.hpp"
#include "app/tool/handles.hpp"
#include "core/base/files.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

/// A person at the window, without the window: what views would make of the mouse.
struct Person {
  explicit Person(const fs::path& drive, const fs::path& project = "memory") {
    request.path = drive;
    request.project = project;
    REQUIRE(open_in_session(session, request));
    load();
  }

  void load() {
    jobs.finish();
    update(session);
  }

  void press_key(const char* id, const Arguments& arguments = {}) {
    const std::size_t said = session.messages.size();
    do_action(session, id, arguments);
    load();
    if (session.messages.size() > said) INFO(english(session.messages.back().text));
  }

  Pointer at(ViewKind view,
             PointerPhase phase,
             const Vec3& place,
             const Vec2& pixel,
             TrackId hit = 0) const {
    Pointer pointer;
    pointer.view = view;
    pointer.phase = phase;
    pointer.plane_point = place;
    pointer.pixel = pixel;
    pointer.pressed_pixel = pressed;
    pointer.hit = hit;
    pointer.metres_per_pixel = 0.01;
    return pointer;
  }

  void click(ViewKind view, const Vec3& place, TrackId hit = 0, bool on_cloud = false) {
    pressed = Vec2(400, 300);
    for (const PointerPhase phase :
         {PointerPhase::hover, PointerPhase::press, PointerPhase::release}) {
      Pointer pointer = at(view, phase, place, pressed, hit);
      if (on_cloud) pointer.cloud_point = place;
      hand.on_pointer(pointer, session);
    }
  }

  void drag(ViewKind view,
            const Vec3& from,
            const Vec3& to,
            const Vec3& right,
            const Vec3& up,
            bool release = true) {
    pressed = Vec2(400, 300);
    const auto point = [&](PointerPhase phase, double share) {
      const Vec3 place = from + share * (to - from);
      Pointer pointer =
          at(view,
             phase,
             place,
             pressed + Vec2((place - from).dot(right), -(place - from).dot(up)) / 0.01);
      pointer.screen_right = right;
      pointer.screen_up = up;
      pointer.modifiers = modifiers;
      hand.on_pointer(pointer, session);
    };
    point(PointerPhase::hover, 0);
    point(PointerPhase::press, 0);
    for (const double share : {0.3, 0.7, 1.0}) point(PointerPhase::drag, share);
    if (release) point(PointerPhase::release, 1);
  }

  Cuboid box(const char* name) {
    const auto track = session.document().track_named(name);
    REQUIRE(track);
    const auto found = committed_box(session, track->uid);
    REQUIRE(found);
    return *found;
  }

  Jobs jobs{2};
  Session session{jobs};
  OpenRequest request;
  Hand hand;
  Vec2 pressed = Vec2::Zero();
  Modifiers modifiers;
};

/// Documents but for the random ids of their tracks.
void check_same(const Document& a, const Document& b) {
  REQUIRE(a.tracks().size() == b.tracks().size());
  for (const auto& track : a.tracks()) {
    const auto other = b.track_named(track->name);
    REQUIRE(other);
    Track same = *other;
    same.uid = track->uid;
    CHECK(same == *track);
  }
}

const Vec3 kX = Vec3::UnitX(), kY = Vec3::UnitY();

}  // namespace

TEST_CASE(
    "one click places a box of the class's size over the car, on the ground, and selects it") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  p.press_key("tool.place");
  const Vec3 roof = test::car_centre(0) + Vec3(-1, 0.3, 0.775);
  p.click(ViewKind::scene, roof, 0, true);
  REQUIRE(p.session.document().tracks().size() == 1);
  const auto track = p.session.document().tracks()[0];
  CHECK(track->name == "1");
  CHECK(track->class_name == "car");
  CHECK(primary(p.session) == track->uid);
  CHECK(p.session.tool == "select");
  const Cuboid box = p.box("1");
  CHECK(box.size == p.session.document().taxonomy().find("car")->size);
  // The whole hull is seen, so the box is about its middle; 5 cm: half the distance of its points.
  CHECK((box.pose.translation - test::car_centre(0)).head<2>().norm() < 0.08);
  CHECK(box.pose.translation.z() - box.size.z() / 2 == Approx(-1.7).margin(0.02));
}

TEST_CASE("the ghost before the click stands where the click puts the box") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  p.press_key("tool.place");
  const Vec3 roof = test::car_centre(0) + Vec3(0.5, 0, 0.775);
  Pointer pointer = p.at(ViewKind::scene, PointerPhase::hover, roof, Vec2(400, 300));
  pointer.cloud_point = roof;
  const Preview preview = p.hand.on_pointer(pointer, p.session);
  REQUIRE(preview.ghosts.size() == 1);
  CHECK(english(preview.hint) == "Place car · click");
  p.click(ViewKind::scene, roof, 0, true);
  CHECK((preview.ghosts[0].pose.translation - p.box("1").pose.translation).norm() < 1e-9);
}

TEST_CASE(
    "place, drag a handle, a key ten frames on, the box between, undo all, redo all, and a script "
    "makes the same") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive", folder / "hand.sbx");
  Session& s = p.session;
  const Document empty = s.document();

  p.press_key("tool.place");
  const Vec3 click = test::car_centre(0) + Vec3(-1, 0.3, 0.775);
  p.click(ViewKind::scene, click, 0, true);
  const Cuboid placed = p.box("1");

  // The front face in the top view, 30 cm ahead: dragging previews, the release is one edit.
  const Vec3 face = placed.pose * Vec3(placed.size.x() / 2, 0, 0);
  const auto records = s.history->records().size();
  p.drag(ViewKind::top, face, face + Vec3(0.3, 0, 0), kX, kY, false);
  REQUIRE(s.preview);
  CHECK(s.history->records().size() == records);
  CHECK(p.box("1").size.x() == placed.size.x());
  CHECK(s.document().tracks()[0]->keys[0].size.x() == Approx(placed.size.x() + 0.3));
  p.drag(ViewKind::top, face, face + Vec3(0.3, 0, 0), kX, kY);
  CHECK_FALSE(s.preview);
  CHECK(s.history->records().size() == records + 1);
  CHECK(p.box("1").size.x() == Approx(placed.size.x() + 0.3));

  // Ten frames on the car is 10 m ahead; the move tool takes the box there over the ground.
  Arguments ten;
  ten.values["frame"] = "10";
  p.press_key("frame.go", ten);
  CHECK_FALSE(committed_box(s, s.selected[0]));
  p.press_key("track.set_key");  // begins where it was: one key knows no speed
  CHECK(p.box("1").pose.translation.x() == Approx(placed.pose.translation.x() + 0.15));
  p.press_key("tool.move");
  Pointer press =
      p.at(ViewKind::scene, PointerPhase::press, Vec3(11, 3, -1.7), Vec2(400, 300), s.selected[0]);
  p.pressed = press.pressed_pixel = Vec2(400, 300);
  p.hand.on_pointer(press, s);
  for (const PointerPhase phase : {PointerPhase::drag, PointerPhase::release})
    p.hand.on_pointer(
        p.at(ViewKind::scene, phase, Vec3(21, 3, -1.7), Vec2(700, 300), s.selected[0]), s);
  p.press_key("tool.select");
  REQUIRE(s.document().tracks()[0]->keys.size() == 2);
  CHECK(p.box("1").pose.translation.x() == Approx(placed.pose.translation.x() + 10.15));

  // Two keys 10 m apart: halfway in time is halfway in space (Hermite through two points is a
  // line).
  go_to_frame(s, 5);
  p.load();
  CHECK(p.box("1").pose.translation.x() == Approx(placed.pose.translation.x() + 5.15));
  CHECK_FALSE(frame_box(s, s.selected[0])->key);

  const Document whole = s.document();
  do_action(s, "edit.undo_all");
  CHECK(s.document() == empty);
  do_action(s, "edit.redo_all");
  CHECK(s.document() == whole);

  // Closed and opened again it is all there.
  REQUIRE(close_drive(s));
  REQUIRE(open_in_session(s, p.request));
  CHECK(s.document() == whole);
  CHECK(s.history->undo_title().has_value());

  Person robot(folder / "drive");
  const std::string script = fmt::format(
      "tool.place  # as the hand did\n"
      "box.place at={},{},{}\n"
      "tool.select\n"
      "expect tracks=1\nexpect selected=1\n"
      "box.drag_handle view=top handle=+x by=0.3\n"
      "frame.go frame=10\n"
      "box.move x=10\n"
      "expect keys track=1 n=2\n"
      "frame.go frame=5\n"
      "expect frame=5\n"
      "expect iou track=1 with=1 frame=10 min=1\n"
      "edit.undo_all\nexpect tracks=0\nedit.redo_all\n",
      click.x(),
      click.y(),
      click.z());
  ScriptHooks hooks;
  hooks.settle = [&] { robot.load(); };
  const auto replayed = run_script(robot.session, script, "same.sweepscript", hooks);
  INFO((replayed ? std::string() : to_line(replayed.error())));
  REQUIRE(replayed);
  check_same(whole, robot.session.document());
}

TEST_CASE(
    "Esc during a drag leaves the box as it was, and what follows until release is nobody's") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  p.press_key("tool.place");
  p.click(ViewKind::scene, test::car_centre(0), 0, true);
  const Document before = p.session.document();
  const Cuboid box = p.box("1");
  const Vec3 face = box.pose * Vec3(box.size.x() / 2, 0, 0);
  p.drag(ViewKind::top, face, face + Vec3(1, 0, 0), kX, kY, false);
  REQUIRE(p.session.preview);
  do_action(p.session, "edit.cancel");
  CHECK_FALSE(p.session.preview);
  for (const PointerPhase phase : {PointerPhase::drag, PointerPhase::release})
    p.hand.on_pointer(p.at(ViewKind::top, phase, face + Vec3(2, 0, 0), Vec2(600, 300)), p.session);
  CHECK(p.session.document() == before);
  CHECK_FALSE(p.session.preview);
  CHECK_FALSE(p.hand.busy());
}

TEST_CASE("Alt keeps the centre, a locked axis keeps the others") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  p.press_key("tool.place");
  p.click(ViewKind::scene, test::car_centre(0), 0, true);
  const Cuboid box = p.box("1");
  const Vec3 face = box.pose * Vec3(box.size.x() / 2, 0, 0);
  p.modifiers.alt = true;
  p.drag(ViewKind::top, face, face + Vec3(0.2, 0, 0), kX, kY);
  p.modifiers.alt = false;
  CHECK(p.box("1").size.x() == Approx(box.size.x() + 0.4));
  CHECK((p.box("1").pose.translation - box.pose.translation).norm() < 1e-9);

  p.press_key("box.lock_y");
  const Vec3 centre = p.box("1").pose.translation;
  p.drag(ViewKind::top, centre, centre + Vec3(1, 0.5, 0), kX, kY);
  CHECK((p.box("1").pose.translation - centre - Vec3(0, 0.5, 0)).norm() < 1e-9);
}

TEST_CASE("clicks select, Ctrl adds, a click on nothing deselects, hovering names the click") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  Session& s = p.session;
  for (const double y : {3.0, -6.0}) {
    p.press_key("tool.place");
    p.click(ViewKind::scene, Vec3(10, y, -1.7));
  }
  const TrackId first = s.document().track_named("1")->uid,
                second = s.document().track_named("2")->uid;
  p.click(ViewKind::scene, Vec3(10, 3, 0), first);
  CHECK(primary(s) == first);
  p.modifiers.ctrl = true;
  p.pressed = Vec2(400, 300);
  for (const PointerPhase phase : {PointerPhase::press, PointerPhase::release}) {
    Pointer pointer = p.at(ViewKind::scene, phase, Vec3(10, -6, 0), Vec2(400, 300), second);
    pointer.modifiers.ctrl = true;
    p.hand.on_pointer(pointer, s);
  }
  CHECK(s.selected == std::vector<TrackId>{first, second});
  const Preview& hover = p.hand.on_pointer(
      p.at(ViewKind::scene, PointerPhase::hover, Vec3(10, 3, 0), Vec2(1, 1), first), s);
  CHECK(english(hover.hint) == "Select Car 1 · click");
  CHECK(s.hovered == first);
  p.click(ViewKind::scene, Vec3(0, 20, 0));
  CHECK(s.selected.empty());
  // An orbit that ends on a box is no click.
  p.pressed = Vec2(100, 100);
  for (const PointerPhase phase : {PointerPhase::press, PointerPhase::release})
    p.hand.on_pointer(p.at(ViewKind::scene, phase, Vec3(10, 3, 0), Vec2(400, 300), first), s);
  CHECK(s.selected.empty());
}

TEST_CASE("a rectangle drawn over the car is as large as drawn and as high as its points") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  p.press_key("tool.rectangle");
  const Vec3 c(10, 3, -1.7);
  p.drag(ViewKind::scene, c + Vec3(-2.3, -0.95, 0), c + Vec3(2.3, 0.95, 0), kX, kY);
  const Cuboid box = p.box("1");
  CHECK(box.size.x() == Approx(4.6));
  CHECK(box.size.y() == Approx(1.9));
  CHECK(box.size.z() == Approx(1.55).margin(0.02));
  CHECK((box.pose.translation - test::car_centre(0)).norm() < 0.03);
  CHECK(yaw_of(box.pose.rotation) == Approx(0).margin(1e-9));
}

TEST_CASE("nudges, numbers and copies do what their words say, one edit each") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  ScriptHooks hooks;
  hooks.settle = [&] { p.load(); };
  const char* script =
      "class.set class=pedestrian\n"
      "box.place at=0,12,-1.7 yaw_deg=90\n"
      "expect class track=1 is=pedestrian\n"
      "box.set center=0,12,-0.8 size=0.6,0.8,1.8 yaw_deg=90\n"
      "box.forward_far\n"
      "expect box track=1 center=0,12.1,-0.8 size=0.6,0.8,1.8 yaw_deg=90 tolerance=1e-6\n"
      "box.left\nbox.up_far\n"
      "expect box track=1 center=-0.01,12.1,-0.7 tolerance=1e-6\n"
      "box.turn_left_far\nexpect box track=1 yaw_deg=100 tolerance=1e-6\n"
      "box.taller\n"
      "expect box track=1 center=-0.01,12.1,-0.675 size=0.6,0.8,1.85 tolerance=1e-6\n"
      "box.to_ground\n"
      "expect box track=1 center=-0.01,12.1,-0.775 tolerance=0.02\n"
      "box.flip\nexpect box track=1 yaw_deg=-80 tolerance=1e-6\n"
      "box.copy\nbox.paste at=5,12,-1.7\nexpect tracks=2\nexpect selected=2\n"
      "track.rename name=other\nexpect class track=other is=pedestrian\n"
      "track.set_class track=1 class=rider\nexpect class track=1 is=rider\n"
      "track.select track=1\n"
      "frame.go frame=6\nbox.class_size\n";
  const auto done = run_script(p.session, script, "s", hooks);
  REQUIRE_FALSE(done);  // the last line: a track of one frame is not in frame 6
  CHECK(done.error().file == "s:28");
  CHECK(done.error().where == "box.class_size");
  CHECK(english(done.error().found) == "Rider 1 is not in this frame");

  const char* further =
      "track.select track=1\nframe.go frame=0\nbox.copy_next\nexpect frame=1\nexpect keys track=1 "
      "n=2\n"
      "frame.go frame=6\nbox.paste at=1,1,-1.7\n"
      "track.select track=1\nframe.go frame=1\ntrack.remove_key\nexpect keys track=1 n=1\n"
      "edit.undo times=2\nedit.redo times=2\n"
      "track.delete track=other\nexpect tracks=2\nedit.undo\nexpect tracks=3\n";
  const auto more = run_script(p.session, further, "s", hooks);
  INFO((more ? std::string() : to_line(more.error())));
  CHECK(more);
}

TEST_CASE("actions say why they cannot, and check what they are given") {
  Jobs jobs(1);
  Session nowhere(jobs);
  const auto refused = run_action(nowhere, *find_action("track.split"));
  REQUIRE_FALSE(refused);
  CHECK(english(refused.error().found) == "Open a drive first");

  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive", false));
  Person p(folder / "drive");
  const auto run = [&](const char* id, std::map<std::string, std::string, std::less<>> values) {
    return run_action(p.session, *find_action(id), Arguments{std::move(values)});
  };
  const auto reason = [&](const Result<void>& result) {
    return result ? std::string("done") : to_line(result.error());
  };
  CHECK(reason(run("box.place", {})).find("at=") != std::string::npos);
  CHECK(reason(run("box.place", {{"at", "1,2"}})).find("three numbers") != std::string::npos);
  CHECK(reason(run("box.place", {{"at", "1,nan,2"}})).find("three numbers") != std::string::npos);
  CHECK(reason(run("box.place", {{"at", "1,2,3"}, {"colour", "red"}})).find("at, class, yaw_deg") !=
        std::string::npos);
  CHECK(reason(run("box.place", {{"at", "9,3,-1.7"}, {"class", "ufo"}})).find("ufo") !=
        std::string::npos);
  REQUIRE(run("box.place", {{"at", "9,3,-1.7"}}));
  CHECK(reason(run("track.still", {})) == "Needs poses: this drive has none");
  CHECK(reason(run("frame.go", {{"frame", "99"}})).find("99") != std::string::npos);
  CHECK(reason(run("time.rate", {{"rate", "fast"}})).find("a number") != std::string::npos);
  CHECK(reason(run("view.color", {{"by", "ring"}})).find("no ring") != std::string::npos);
  CHECK(run("view.color", {{"by", "intensity"}}));
  CHECK(p.session.layers.color_by == "intensity");
}

TEST_CASE("a script stops at the first failure and names the line") {
  const TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Person p(folder / "drive");
  const auto fails = [&](const char* script) {
    const auto done = run_script(p.session, script, "x.sweepscript", {});
    return done ? std::string("done") : to_line(done.error());
  };
  CHECK(fails("# nothing\n\n   \n") == "done");
  CHECK(fails("time.next\nno.such\n") == "x.sweepscript:2: no.such: There is no action no.such");
  CHECK(fails("expect tracks=3") ==
        "x.sweepscript:1: expect tracks=3: tracks: expected 3, found 0");
  CHECK(fails("expect\n").find("expect what") != std::string::npos);
  CHECK(fails("expect moon=full\n").find("moon") != std::string::npos);
  CHECK(fails("box.move x\n").find("name=value") != std::string::npos);
  CHECK(fails("box.move \"x=1\n").find("quotation") != std::string::npos);
  CHECK(fails("frame.go frame=3\nplay frames=4\nexpect frame=7\nexpect frames=20\nexpect saved")
            .find(":5:") != std::string::npos);
}

TEST_CASE("the help of scripts lists every action and expectation") {
  const std::string help = script_help();
  for (const Action& action : actions()) CHECK(help.find(action.id) != std::string::npos);
}
