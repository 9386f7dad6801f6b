#include <catch2/catch.hpp>

#include <thread>

#include "app/session/session.hpp"
#include "app/session/undoing.hpp"
#include "core/base/files.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/kitti_set.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

/// A session on a drive of its own, with a project in the same folder.
struct Opened {
  explicit Opened(bool sequence = true, std::string project = "work.sbx") {
    REQUIRE(test::write_test_drive(folder / "drive", sequence));
    request.path = folder / "drive";
    request.project = project == "memory" ? fs::path(project) : folder / project;
    REQUIRE(open_in_session(session, request));
    load();
  }

  void load() {
    jobs.finish();
    update(session);
  }

  TrackId place(const Cuboid& cuboid) {
    const TrackId uid = new_track_id();
    REQUIRE(
        commit(session, create_track(session.document(), "car", cuboid, session.moment(), uid)));
    return uid;
  }

  TempFolder folder;
  Jobs jobs{2};
  Session session{jobs};
  OpenRequest request;
};

Cuboid car_box(int frame) {
  Cuboid box;
  box.pose.translation = test::car_centre(frame);
  box.size = Vec3(4.6, 1.9, 1.6);
  return box;
}

bool said(const Session& session, std::string_view part) {
  for (const Message& message : session.messages)
    if (english(message.text).find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a drive opens with its first frame, its edits survive closing, undo included") {
  Opened o;
  REQUIRE(o.session.drive->frames().size() == 20);
  CHECK(o.session.frame().name == "000000");
  CHECK(shown_sweep(o.session) != nullptr);
  const TrackId uid = o.place(car_box(0));
  REQUIRE(commit(o.session, set_class(o.session.document(), std::vector{uid}, "van")));
  const Document before = o.session.document();
  REQUIRE(close_drive(o.session));
  CHECK_FALSE(o.session.has_drive());

  REQUIRE(open_in_session(o.session, o.request));
  CHECK(o.session.document() == before);
  CHECK(*undo(o.session));
  CHECK(o.session.document().track(uid)->class_name == "car");
  CHECK(*undo(o.session));
  CHECK(o.session.document().tracks().empty());
  CHECK_FALSE(*undo(o.session));
}

TEST_CASE("a project opens its drive, and names the place where the drive was when it is gone") {
  Opened o;
  o.place(car_box(0));
  REQUIRE(close_drive(o.session));
  OpenRequest by_project;
  by_project.path = o.folder / "work.sbx";
  REQUIRE(open_in_session(o.session, by_project));
  CHECK(o.session.document().tracks().size() == 1);
  REQUIRE(close_drive(o.session));

  fs::rename(o.folder / "drive", o.folder / "moved");
  const auto gone = open_in_session(o.session, by_project);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().file == (o.folder / "drive").string());
  CHECK_FALSE(o.session.has_drive());

  // The drive from its new place with the same project.
  OpenRequest moved = o.request;
  moved.path = o.folder / "moved";
  REQUIRE(open_in_session(o.session, moved));
  CHECK(o.session.document().tracks().size() == 1);
  REQUIRE(close_drive(o.session));
  CHECK(open_in_session(o.session, by_project));
}

TEST_CASE("the second who opens a project reads only and is told who has it") {
  Opened o;
  o.place(car_box(0));
  REQUIRE(o.session.project->flush());
  Jobs jobs(1);
  Session second(jobs);
  REQUIRE(open_in_session(second, o.request));
  CHECK(second.read_only());
  CHECK(second.document().tracks().size() == 1);
  CHECK(said(second, "has it open"));
  CHECK_FALSE(commit(
      second, create_track(second.document(), "car", car_box(1), second.moment(), new_track_id())));
  CHECK(second.document().tracks().size() == 1);
  CHECK_FALSE(undo(second));
  CHECK_FALSE(o.session.read_only());
}

TEST_CASE(
    "without a project edits are kept in memory, and read only without a project changes nothing") {
  Opened o(true, "memory");
  o.place(car_box(0));
  CHECK(o.session.document().tracks().size() == 1);
  OpenRequest reading = o.request;
  reading.project = o.folder / "none.sbx";
  reading.read_only = true;
  REQUIRE(open_in_session(o.session, reading));
  CHECK(o.session.read_only());
  CHECK_FALSE(fs::exists(o.folder / "none.sbx"));
}

TEST_CASE("what is no drive is an error, and the start page stays") {
  const TempFolder folder;
  Jobs jobs(1);
  Session session(jobs);
  OpenRequest request;
  request.path = folder / "nothing";
  CHECK_FALSE(open_in_session(session, request));
  CHECK_FALSE(session.has_drive());
  CHECK(session.document().tracks().empty());
  CHECK(frame_boxes(session).empty());
}

TEST_CASE("points of a box are counted when its sweep is there, again after it moved") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  const auto counted = [&] {
    frame_boxes(o.session);
    o.load();
    return frame_box(o.session, uid)->points;
  };
  // The hull: 31 columns of 13 on the roof, 2 walls of 31 x 10. Of the ground, 25 mm above the
  // bottom: x = 8 … 12 and y = 2.5 … 3.5 by half metres, 9 x 3.
  CHECK(counted() == 31 * 13 + 2 * 31 * 10 + 9 * 3);
  CHECK(frame_box(o.session, uid)->key);
  CHECK(frame_box(o.session, uid)->distance == Approx(test::car_centre(0).norm()));
  Cuboid away = car_box(0);
  away.pose.translation += Vec3(0, -10, 0.5);
  REQUIRE(commit(o.session, set_key(o.session.document(), uid, o.session.moment(), away)));
  CHECK(counted() == 0);
}

TEST_CASE("a preview is shown until it is dropped, and never kept") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  const auto edit = set_class(o.session.document(), std::vector{uid}, "bus");
  REQUIRE(edit);
  const auto version = o.session.versions.document;
  set_preview(o.session, applied(*edit, o.session.document(), 0));
  CHECK(o.session.document().track(uid)->class_name == "bus");
  CHECK(o.session.versions.document > version);
  set_preview(o.session, std::nullopt);
  CHECK(o.session.document().track(uid)->class_name == "car");
}

TEST_CASE("selection follows the document: what is undone is no longer selected") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  select(o.session, uid);
  CHECK(primary(o.session) == uid);
  REQUIRE(*undo(o.session));
  CHECK(primary(o.session) == 0);
  select(o.session, 12345);
  CHECK(o.session.selected.empty());
}

TEST_CASE("play shows the frame whose time has come, loops, and goes back where asked to") {
  Opened o;
  Session& s = o.session;
  s.time.playing = true;
  CHECK_FALSE(tick(s, 0.05));
  CHECK(s.time.frame == 0);
  CHECK(tick(s, 0.06));  // 0.11 s in all: frame 1 was due at 0.10
  CHECK(s.time.frame == 1);
  CHECK(s.time.carry_s == Approx(0.01));
  o.load();
  s.time.rate = 2;
  CHECK(tick(s, 0.05));
  CHECK(s.time.frame == 2);
  CHECK(s.time.missed == 0);

  s.time.rate = 1;
  go_to_frame(s, 19);
  o.load();
  go_to_frame(s, 0);
  o.load();
  go_to_frame(s, 19);
  o.load();
  s.time.direction = 1;
  CHECK(tick(s, 0.11));
  CHECK(s.time.frame == 0);
  s.time.direction = -1;
  CHECK(tick(s, 0.1));
  CHECK(s.time.frame == 19);

  s.time.loop = false;
  s.time.direction = 1;
  CHECK(tick(s, 0.1));
  CHECK_FALSE(s.time.playing);
  CHECK(s.time.frame == 19);
}

TEST_CASE(
    "a frame that is not there when its time comes is counted, shown late, and not hurried after") {
  TempFolder folder;
  REQUIRE(test::write_test_drive(folder / "drive"));
  Jobs jobs(1);
  Session s(jobs);
  OpenRequest request;
  request.path = folder / "drive";
  request.project = "memory";
  REQUIRE(open_in_session(s, request));  // nothing delivered yet: no frame is loaded
  s.time.playing = true;
  CHECK_FALSE(tick(s, 0.25));
  CHECK(s.time.missed == 1);
  CHECK_FALSE(tick(s, 0.1));
  CHECK(s.time.missed == 1);
  CHECK(s.time.frame == 0);
  jobs.finish();
  CHECK(tick(s, 0));
  CHECK(s.time.frame == 1);
  CHECK(s.time.carry_s == 0);
}

TEST_CASE("at 8 times a drive of 10 Hz shows every second frame and counts those between") {
  Opened o;
  Session& s = o.session;
  s.time.playing = true;
  s.time.rate = 8;
  int pictures = 0;
  for (int look = 0; look < 180; ++look) {  // 3 s of 60 looks: 24 s of the drive, 240 frames
    const int before = s.time.frame;
    if (!tick(s, 1.0 / 60)) continue;
    ++pictures;
    CHECK((s.time.frame - before + 20) % 20 == 2);
    o.load();
  }
  CHECK(std::abs(pictures - 120) <= 1);
  CHECK(s.time.passed_over == static_cast<std::uint64_t>(pictures));
  CHECK(s.time.missed == 0);
}

TEST_CASE("a machine too slow for every frame shows every third, and all again when it can") {
  Opened o;
  Session& s = o.session;
  s.time.playing = true;
  const auto look_for = [&](int looks, double seconds) {
    for (int look = 0; look < looks; ++look)
      if (tick(s, seconds)) o.load();
  };
  // A look takes a quarter of a second, in which two and a half frames are due.
  look_for(40, 0.25);
  CHECK(s.time.stride == 3);
  const std::uint64_t passed_over = s.time.passed_over;
  look_for(10, 0.3);
  CHECK(s.time.passed_over == passed_over + 20);
  // Forty pictures on time before one more is tried, ten before that is kept.
  look_for(40 * 18 + 10 * 12 + 40 * 12 + 10 * 6, 1.0 / 60);
  CHECK(s.time.stride == 1);
}

TEST_CASE("frames that do not follow each other are leafed through twice a second") {
  Opened o(false);
  o.session.time.playing = true;
  CHECK_FALSE(tick(o.session, 0.45));
  CHECK(tick(o.session, 0.06));
  CHECK(o.session.time.frame == 1);
}

TEST_CASE("a job's edit and a person's of other parts of a track both stand") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  const auto from_job = set_class(o.session.document(), std::vector{uid}, "truck");
  REQUIRE(from_job);
  REQUIRE(commit(o.session, rename(o.session.document(), uid, "mine")));
  take_job_edit(o.session, *from_job);
  CHECK(o.session.offers.empty());
  CHECK(o.session.document().track(uid)->class_name == "truck");
  CHECK(o.session.document().track(uid)->name == "mine");
  REQUIRE(*undo(o.session));
  CHECK(o.session.document().track(uid)->class_name == "car");
  CHECK(o.session.document().track(uid)->name == "mine");
}

TEST_CASE("a job's edit of what a person changed meanwhile is offered, then taken on a word") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  const auto from_job = set_class(o.session.document(), std::vector{uid}, "truck");
  REQUIRE(from_job);
  REQUIRE(commit(o.session, set_class(o.session.document(), std::vector{uid}, "van")));
  take_job_edit(o.session, *from_job);
  REQUIRE(o.session.offers.size() == 1);
  CHECK(o.session.document().track(uid)->class_name == "van");
  REQUIRE(take_offer(o.session, 0));
  CHECK(o.session.document().track(uid)->class_name == "truck");
  CHECK(o.session.offers.empty());
}

TEST_CASE("the end of a job may open another drive") {
  Opened o;
  o.jobs.submit([](const Cancel&) {},
                [&] {
                  OpenRequest again = o.request;
                  again.project = "memory";
                  REQUIRE(open_in_session(o.session, again));
                });
  while (o.session.project) update(o.session);  // ctest's own limit ends it where it never comes
  o.load();
  CHECK(o.session.memory != nullptr);
  CHECK(frame_boxes(o.session).empty());
}

TEST_CASE("a key goes to its frame where the frame's stamp has changed") {
  Opened o;
  const TrackId uid = o.place(car_box(0));
  go_to_frame(o.session, 10);
  REQUIRE(commit(o.session, set_key(o.session.document(), uid, o.session.moment(), car_box(10))));
  REQUIRE(close_drive(o.session));
  // The same frames, recorded 50 ms later each.
  fs::remove_all(o.folder / "drive");
  SweepboxFolderWriter writer(o.folder / "drive", "test drive", true);
  writer.add_lidar({"lidar", Pose{}, false});
  for (int i = 0; i < 20; ++i) {
    const Stamp stamp{std::int64_t{i} * 100'000'000 + 50'000'000};
    writer.add_pose(stamp, Pose{});
    writer.add_frame({fmt::format("{:06}", i), stamp});
    REQUIRE(writer.write_sweep(i, "lidar", stamp, test::test_cloud(i)));
  }
  REQUIRE(writer.finish({}));
  REQUIRE(open_in_session(o.session, o.request));
  const auto track = o.session.document().track(uid);
  REQUIRE(track->keys.size() == 2);
  CHECK(track->keys[1].stamp.ns == 1'050'000'000);
  CHECK(track->last.ns == 1'050'000'000);
  CHECK(said(o.session, "brought to the stamps"));
}

TEST_CASE(
    "labels of the drive are the first edit, files that changed since are said and not read "
    "again") {
  TempFolder folder;
  const fs::path root = folder / "set" / "training";
  const std::string label = "Car 0.00 0 1.5 100 100 200 200 1.50 1.70 4.20 2.00 1.60 15.00 1.60\n";
  test::write_kitti_set(folder / "set", label);
  Jobs jobs(1);
  Session s(jobs);
  OpenRequest request;
  request.path = folder / "set";
  request.project = folder / "k.sbx";
  const auto opened = open_in_session(s, request);
  INFO((opened ? std::string() : to_line(opened.error())));
  REQUIRE(opened);
  REQUIRE(s.document().tracks().size() == 1);
  REQUIRE(s.history->records().size() == 1);
  CHECK(s.history->records()[0].edit->author == Author::import);
  jobs.finish();
  const std::size_t problems = s.problems.size();

  REQUIRE(open_in_session(s, request));
  jobs.finish();
  CHECK(s.problems.size() == problems);
  CHECK(s.history->records().size() == 1);

  REQUIRE(write_file(root / "label_2" / "000007.txt", std::string_view(label + label)));
  REQUIRE(open_in_session(s, request));
  jobs.finish();
  REQUIRE(s.problems.size() == problems + 1);
  CHECK(s.problems.back().file.find("000007.txt") != std::string::npos);
  CHECK(s.document().tracks().size() == 1);
}
