#include "app/session/opening.hpp"

#include <catch2/catch.hpp>

#include "app/session/doctor.hpp"
#include "app/session/reopening.hpp"
#include "app/session/undoing.hpp"
#include "core/base/files.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/kitti_set.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

struct Desk {
  Desk() { REQUIRE(test::write_test_drive(folder / "drive")); }

  OpenRequest request() const {
    OpenRequest asked;
    asked.path = folder / "drive";
    asked.project = folder / "work.sbx";
    return asked;
  }

  /// Until no job is left; what a job's end asks for included.
  void settle() {
    do {
      jobs.finish();
      update(session);
    } while (jobs.pending() > 0);
  }

  TempFolder folder;
  Jobs jobs{2};
  Session session{jobs, {}, folder / "config"};
};

bool said(const Session& session, std::string_view part) {
  for (const Message& message : session.messages)
    if (english(message.text).find(part) != std::string::npos) return true;
  return false;
}

Cuboid car_box(int frame) {
  Cuboid box;
  box.pose.translation = test::car_centre(frame);
  box.size = Vec3(4.6, 1.9, 1.6);
  return box;
}

/// A track of one key whose origin is a record.
std::shared_ptr<const Track> imported_track(TrackId uid, std::uint32_t record, double x) {
  auto track = std::make_shared<Track>();
  track->uid = uid;
  track->name = std::to_string(record);
  track->class_name = "car";
  Keyframe key;
  key.world_from_box.translation = Vec3(x, 0, 0);
  key.source = KeySource::import;
  key.origin = Origin{"labels", record};
  track->keys = {key};
  return track;
}

Key key_of(TrackId uid) {
  return {Kind::track, to_hex(uid)};
}

/// A KITTI object set of one frame with one point. The second of its two cars is turned by 90,
/// which no radian is.
OpenRequest set_in_degrees(const fs::path& folder) {
  test::write_kitti_set(folder / "set",
                        "Car 0.00 0 1.5 100 100 200 200 1.50 1.70 4.20 2.00 1.60 15.00 1.60\n"
                        "Car 0.00 0 1.5 100 100 200 200 1.50 1.70 4.20 9.00 1.60 15.00 90.00\n");
  OpenRequest request;
  request.path = folder / "set";
  request.project = folder / "set.sbx";
  return request;
}

/// How many of the session's problems speak of it.
std::ptrdiff_t problems_with(const Session& session, std::string_view part) {
  return std::count_if(
      session.problems.begin(), session.problems.end(), [&](const Problem& problem) {
        return to_line(problem).find(part) != std::string::npos;
      });
}

}  // namespace

TEST_CASE("a drive is opened in a job that says what it does, the start page shows meanwhile") {
  Desk desk;
  REQUIRE(start_opening(desk.session, desk.request()));
  CHECK_FALSE(desk.session.has_drive());
  REQUIRE(desk.session.tasks.size() == 1);
  CHECK(english(desk.session.tasks[0].title) == "Opening drive");
  desk.settle();
  REQUIRE(desk.session.has_drive());
  CHECK(desk.session.tasks.empty());
  CHECK(desk.session.project != nullptr);
  CHECK(desk.session.settings.recent.size() == 1);
}

TEST_CASE("an opening that is cancelled leaves the start page, and its project free") {
  Desk desk;
  REQUIRE(start_opening(desk.session, desk.request()));
  desk.session.tasks[0].cancel.request();
  update(desk.session);
  CHECK(desk.session.tasks.empty());
  desk.settle();
  CHECK_FALSE(desk.session.has_drive());
  REQUIRE(start_opening(desk.session, desk.request()));
  desk.settle();
  REQUIRE(desk.session.has_drive());
  CHECK_FALSE(desk.session.read_only());
}

TEST_CASE("what cannot be opened is said, or told to who asked") {
  Desk desk;
  OpenRequest nothing;
  nothing.path = desk.folder / "nothing";
  REQUIRE(start_opening(desk.session, nothing));
  desk.settle();
  CHECK(desk.session.tasks.empty());
  CHECK(said(desk.session, "expected a drive"));
  std::optional<Error> told;
  REQUIRE(start_opening(desk.session, nothing, [&](const Error& error) { told = error; }));
  desk.settle();
  CHECK(told);
}

#ifndef SWEEPBOX_SANITIZE
TEST_CASE("a project copied without its log says so, not that it never had a drive") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, desk.request()));
  REQUIRE(desk.session.project->flush());
  fs::copy_file(desk.folder / "work.sbx", desk.folder / "only.sbx");
  OpenRequest lost;
  lost.path = desk.folder / "only.sbx";
  const auto opened = open_in_session(desk.session, lost);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().file == (desk.folder / "only.sbx").string());
  CHECK(opened.error().where == "its log only.sbx-wal");
  CHECK(english(opened.error().found) == "no log");
}

TEST_CASE("what was said of the last drive is not the newest word over the next one") {
  Desk desk;
  REQUIRE(open_in_session(desk.session, set_in_degrees(desk.folder.path())));
  say(desk.session, Severity::note, "Labels imported: 2 boxes");
  REQUIRE(open_in_session(desk.session, desk.request()));
  REQUIRE_FALSE(desk.session.messages.empty());
  CHECK_FALSE(english(desk.session.messages.back().text).starts_with("Labels imported"));
  CHECK(said(desk.session, "Opened " + desk.session.drive->info().name));
}

TEST_CASE("an opening that throws ends with its bar and is said, and the next one opens") {
  Desk desk;
  // 200 MiB of drive.json, which take no room on the disk, and memory for 100.
  OpenRequest large;
  large.path = desk.folder / "large";
  large.project = "memory";
  REQUIRE(make_folder(large.path));
  REQUIRE(write_file(large.path / "drive.json", std::string_view("\"sweepbox\"")));
  fs::resize_file(large.path / "drive.json", std::uintmax_t{200} << 20);
  {
    const test::MemoryLimit limit(100);
    REQUIRE(start_opening(desk.session, large));
    desk.settle();
  }
  CHECK(desk.session.tasks.empty());
  CHECK_FALSE(desk.session.has_drive());
  CHECK(said(desk.session, "no memory is left"));
  REQUIRE(start_opening(desk.session, desk.request()));
  desk.settle();
  CHECK(desk.session.has_drive());
  CHECK(desk.session.tasks.empty());
}
#endif

TEST_CASE("a frame that the drive does not have is said, and the last one is shown") {
  Desk desk;
  OpenRequest asked = desk.request();
  asked.frame = 99;
  REQUIRE(open_in_session(desk.session, asked));
  CHECK(desk.session.time.frame == test::kTestFrames - 1);
  CHECK(said(desk.session, "There is no frame 99: this drive has 20, counted from 0"));
}

TEST_CASE("of several drives at one place one is asked for, and then opened") {
  Desk desk;
  REQUIRE(test::write_test_drive(desk.folder / "set" / "morning"));
  REQUIRE(test::write_test_drive(desk.folder / "set" / "evening"));
  OpenRequest request;
  request.path = desk.folder / "set";
  request.project = "memory";
  REQUIRE(start_opening(desk.session, request));
  desk.settle();
  REQUIRE(desk.session.choice);
  REQUIRE(desk.session.choice->drives.size() == 2);
  CHECK(desk.session.popup == "choose_drive");
  OpenRequest chosen = desk.session.choice->request;
  chosen.drive = desk.session.choice->drives[1].name;
  REQUIRE(start_opening(desk.session, chosen));
  desk.settle();
  REQUIRE(desk.session.has_drive());
  CHECK(desk.session.ref.name == chosen.drive);
}

TEST_CASE("what a script opens is nobody's recent drive") {
  Desk desk;
  desk.session.recent_kept = false;
  REQUIRE(open_in_session(desk.session, desk.request()));
  CHECK(desk.session.settings.recent.empty());
}

TEST_CASE("a repair is shown before it is taken, taken as one edit, and undone with its drive") {
  Desk desk;
  Session& s = desk.session;
  REQUIRE(open_in_session(s, desk.request()));
  desk.settle();
  REQUIRE(commit(s, create_track(s.document(), "car", car_box(3), s.moment(), new_track_id())));
  go_to_frame(s, 3);
  const auto before = s.drive;
  const std::string lidar = s.drive->info().lidars[0].name;
  const std::string name = "stamps." + lidar + ".offset_ms";
  const std::int64_t first = s.drive->frames()[0].stamp.ns;

  REQUIRE(show_repair(s, name, "1000"));
  CHECK_FALSE(s.repair_preview);  // not before the job is done
  desk.settle();
  REQUIRE(s.repair_preview);
  CHECK(s.time.frame == 3);
  CHECK(s.drive->frames()[0].stamp.ns == first + 1'000'000'000);
  CHECK(s.document().tracks().size() == 1);
  CHECK(s.history->records().size() == 1);
  CHECK_FALSE(commit(s, set_note(s.history->document(), "n", "words")));  // nothing is edited

  leave_repair(s);
  CHECK(s.drive == before);
  CHECK(s.time.frame == 3);

  REQUIRE(show_repair(s, name, "1000"));
  desk.settle();
  REQUIRE(take_repair(s));
  desk.settle();
  CHECK_FALSE(s.repair_preview);
  CHECK(s.history->records().size() == 2);
  CHECK(std::get<std::string>(s.document().value({Kind::repair, name})) == "1000");
  CHECK(s.drive->frames()[0].stamp.ns == first + 1'000'000'000);
  CHECK(s.document().tracks()[0]->keys[0].stamp == s.drive->frames()[0].stamp);

  REQUIRE(undo(s));
  update(s);
  desk.settle();
  CHECK(s.drive->frames()[0].stamp.ns == first);
  CHECK(s.document().tracks()[0]->keys[0].stamp.ns == first);
  CHECK(s.time.frame == 3);
}

TEST_CASE("a repair takes away the problems that it mends, and no other") {
  Desk desk;
  Session& s = desk.session;
  REQUIRE(open_in_session(s, set_in_degrees(desk.folder.path())));
  desk.settle();
  s.problems.push_back({Severity::warning, "set.sbx", {}, {}, "something of the project", {}});
  const std::vector<Problem> before = s.problems;
  REQUIRE(problems_with(s, "radians") == 1);

  REQUIRE(show_repair(s, "labels.angles", "degrees"));
  desk.settle();
  REQUIRE(s.repair_preview);
  CHECK(problems_with(s, "radians") == 0);
  CHECK(problems_with(s, "something of the project") == 1);
  leave_repair(s);
  CHECK(s.problems == before);

  REQUIRE(set_repair_now(s, "labels.yaw", "90"));  // mends nothing
  desk.settle();
  CHECK(problems_with(s, "radians") == 1);
  CHECK(problems_with(s, "something of the project") == 1);
  REQUIRE(set_repair_now(s, "labels.angles", "degrees"));
  desk.settle();
  CHECK(problems_with(s, "radians") == 0);
  CHECK(problems_with(s, "something of the project") == 1);
  REQUIRE(undo(s));
  update(s);
  desk.settle();
  CHECK(problems_with(s, "radians") == 1);
  CHECK(problems_with(s, "something of the project") == 1);
}

TEST_CASE("what was examined is examined again whenever the drive is read with other repairs") {
  Desk desk;
  Session& s = desk.session;
  REQUIRE(open_in_session(s, desk.request()));
  desk.settle();
  const std::string name = "stamps." + s.drive->info().lidars[0].name + ".offset_ms";
  const auto looked = [&] {
    desk.settle();
    while (s.doctor->stage == DoctorState::Stage::looking) update(s);
    return s.doctor->stage == DoctorState::Stage::done;
  };
  REQUIRE(set_repair_now(s, name, "500"));
  CHECK_FALSE(looked());  // nobody has asked yet

  constexpr int kOld = 4711;  // no drive of ours has as many boxes
  begin_examination(s);
  REQUIRE(looked());
  s.doctor->examination.boxes = kOld;
  REQUIRE(set_repair_now(s, name, "1000"));
  REQUIRE(looked());
  CHECK(s.doctor->examination.boxes != kOld);
  s.doctor->examination.boxes = kOld;
  REQUIRE(undo(s));
  update(s);
  REQUIRE(looked());
  CHECK(s.doctor->examination.boxes != kOld);
  s.doctor->examination.boxes = kOld;
  REQUIRE(show_repair(s, name, "2000"));
  REQUIRE(looked());
  CHECK(s.doctor->examination.boxes == kOld);  // only shown
  REQUIRE(take_repair(s));
  REQUIRE(looked());
  CHECK(s.doctor->examination.boxes != kOld);
}

TEST_CASE("a repair of the command line stays where another that was shown cannot be taken") {
  Desk desk;
  Session& s = desk.session;
  OpenRequest request = desk.request();
  const std::string name = "stamps.lidar.offset_ms";
  REQUIRE(add_repair(request.repairs, name + "=250"));
  REQUIRE(open_in_session(s, request));
  desk.settle();
  const std::int64_t asked = s.drive->frames()[0].stamp.ns;
  // Somebody else sets it meanwhile: what is shown stands on another document and is refused.
  REQUIRE(show_repair(s, name, "1000"));
  desk.settle();
  REQUIRE(s.repair_preview);
  REQUIRE(s.history->apply(
      *set_repair(s.history->document(), name, std::optional<std::string>("750"))));
  CHECK_FALSE(take_repair(s));
  update(s);
  desk.settle();
  CHECK(s.drive->frames()[0].stamp.ns == asked);
}

TEST_CASE("what is too few to tell is said once for all kinds that miss the same") {
  Examination examination;
  CHECK(untold_words(examination, english).empty());
  const Text boxes = text("{} {} needed, {} found", 5, "boxes", 2);
  examination.untold = {{Ailment::half_height, boxes},
                        {Ailment::label_shift, text("{} {} needed, {} found", 2, "frames", 1)},
                        {Ailment::turned_90, boxes}};
  CHECK(untold_words(examination, english) ==
        "boxes off by half a height, boxes turned by 90° (5 boxes needed, 2 found); "
        "boxes of other frames (2 frames needed, 1 found)");
}

TEST_CASE("a repair that the drive refuses is said, and tried once") {
  Desk desk;
  Session& s = desk.session;
  REQUIRE(open_in_session(s, desk.request()));
  REQUIRE(show_repair(s, "stamps.no_such_sensor.offset_ms", "5"));
  desk.settle();
  CHECK_FALSE(s.repair_preview);
  CHECK(said(s, "no_such_sensor"));
  CHECK_FALSE(show_repair(s, "no.such.repair", "5"));
}

TEST_CASE("a project whose keys lie in an absence opens, and says how many are hidden") {
  Desk desk;
  Session& s = desk.session;
  REQUIRE(open_in_session(s, desk.request()));
  const auto moment = [&](std::size_t frame) {
    return Moment{s.drive->frames()[frame].name, s.drive->frames()[frame].stamp};
  };
  const std::vector<TrackId> one{1};
  REQUIRE(commit(s, create_track(s.history->document(), "car", car_box(0), moment(0), 1)));
  for (int frame : {2, 4})
    REQUIRE(commit(
        s,
        set_key(
            s.history->document(), 1, moment(static_cast<std::size_t>(frame)), car_box(frame))));
  // As programs before wrote it: at the frame's own time.
  REQUIRE(commit(s, set_attribute(s.history->document(), one, "present", "false", moment(2))));
  REQUIRE(close_drive(s));
  CHECK_FALSE(said(s, "hidden"));
  REQUIRE(open_in_session(s, desk.request()));
  CHECK(said(s, "2 keyframes of 1 tracks are hidden"));
  CHECK(s.document().track(1)->keys.size() == 3);
  CHECK(shown_keys(*s.document().track(1)) == 1);
}

TEST_CASE("labels read again replace what nobody touched, and never a box made by hand") {
  Track moved = *imported_track(3, 2, 30);
  moved.keys[0].world_from_box.translation.x() = 31;
  moved.keys[0].source = KeySource::hand;
  const auto hand = std::make_shared<const Track>(moved);
  auto renamed = std::make_shared<Track>(*imported_track(1, 0, 10));
  renamed->name = "mine";
  const std::vector<std::pair<Key, Value>> things = {
      {key_of(1), std::shared_ptr<const Track>(renamed)},
      {key_of(2), imported_track(2, 1, 20)},
      {key_of(3), hand}};
  const Document document = Document().with(things);

  Edit before, fresh;
  before.changes = {{key_of(11), {}, imported_track(11, 0, 10)},
                    {key_of(12), {}, imported_track(12, 1, 20)},
                    {key_of(13), {}, imported_track(13, 2, 30)}};
  fresh.changes = {{key_of(21), {}, imported_track(21, 0, 11)},
                   {key_of(23), {}, imported_track(23, 2, 99)}};
  int kept = 0;
  const Document after = applied(relabel_edit(before, fresh, document, kept), document, 1);
  REQUIRE(after.tracks().size() == 2);  // the repair leaves the second out
  CHECK(after.track(1)->keys[0].world_from_box.translation.x() == 11);
  CHECK(after.track(1)->name == "mine");
  CHECK(after.track(3) == hand);
}

TEST_CASE("lidars that share a sweep are switched one by one, points in boxes follow") {
  SHARED_DATA_OR_SKIP(folder, "argoverse2");
  Jobs jobs(2);
  Session s(jobs);
  OpenRequest request;
  request.path = folder;
  request.project = "memory";
  const auto opened = open_in_session(s, request);
  INFO((opened ? std::string() : to_line(opened.error())));
  REQUIRE(opened);
  jobs.finish();
  REQUIRE(s.layers.parts.size() == 1);
  REQUIRE(s.layers.parts[0].size() == 2);
  const auto whole = shown_sweep(s);
  REQUIRE(whole);
  s.layers.parts[0] = {true, false};
  const auto upper = shown_sweep(s);
  CHECK(shown_sweep(s) == upper);  // made once
  s.layers.parts[0] = {false, true};
  const auto lower = shown_sweep(s);
  CHECK(upper->size() > 1000);
  CHECK(lower->size() > 1000);
  CHECK(upper->size() + lower->size() == whole->size());
  s.layers.parts[0] = {true, true};
  CHECK(shown_sweep(s) == whole);
}
