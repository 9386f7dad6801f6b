#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/annotation/edits.hpp"
#include "core/scene/boxes.hpp"
#include "made_drive.hpp"

namespace sweepbox {
namespace {

Label label(const Drive& drive, int frame, const std::string& track, const Cuboid& in_ego) {
  Label result;
  const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
  result.frame = frame;
  result.frame_name = info.name;
  result.stamp = info.stamp;
  result.track = track;
  result.has_track_id = true;
  result.class_name = "Car";
  result.cuboid_in_ego = in_ego;
  result.origin = {"s", static_cast<std::uint32_t>(frame)};
  return result;
}

Cuboid box(double x, Vec3 size = {4, 2, 1.5}) {
  return {pose_from_yaw(0.3, {x, 2, 0.5}), size};
}

TEST_CASE("labels of one id become one track with a key each, in the world, with its record") {
  const auto drive = test::made({});
  LabelSet set;
  for (int i : {2, 0, 1}) set.labels.push_back(label(*drive, i, "7", box(10 - i)));
  const auto import = test::imported(set, *drive);
  const Track& track = import->track("7");
  REQUIRE(track.keys.size() == 3);
  CHECK(track.rigid);
  CHECK(track.class_name == "Car");  // the file's word, until somebody changes it
  CHECK(track.first == drive->frames()[0].stamp);
  CHECK(track.last == drive->frames()[2].stamp);
  CHECK(track.keys[1].source == KeySource::import);
  CHECK(track.keys[1].origin == Origin{"s", 1});
  // Frame 1 of the made drive: ego at (1001, 2000, 3), turned by 0.1.
  const Vec3 expected = pose_from_yaw(0.1, {1001, 2000, 3}) * Vec3(9, 2, 0.5);
  CHECK((track.keys[1].world_from_box.translation - expected).norm() < 1e-9);
  for (int i = 0; i < 3; ++i) {
    const auto boxes = cuboids_in_frame(import->document(), *drive, i);
    REQUIRE(boxes.size() == 1);
    CHECK((boxes[0].cuboid_in_ego.pose.translation - Vec3(10 - i, 2, 0.5)).norm() < 1e-9);
  }
  CHECK(english(*import->history->undo_title()) == "Labels imported: 3 boxes in 1 tracks");
}

TEST_CASE("a score that is no number makes a key without one") {
  const auto drive = test::made({});
  LabelSet set;
  for (int i : {0, 1, 2}) set.labels.push_back(label(*drive, i, "7", box(10 - i)));
  set.labels[0].score = std::nan("");
  set.labels[1].score = std::numeric_limits<double>::infinity();
  set.labels[2].score = 0.5;
  const auto import = test::imported(set, *drive);
  const Track& track = import->track("7");
  CHECK_FALSE(why_unsound(track));
  REQUIRE(track.keys.size() == 3);
  CHECK_FALSE(track.keys[0].score);
  CHECK_FALSE(track.keys[1].score);
  CHECK(track.keys[2].score == 0.5);
}

TEST_CASE("frames between, which have no label in the file, show no box") {
  const auto drive = test::made({});
  LabelSet set;
  for (int i : {0, 1, 4, 5}) set.labels.push_back(label(*drive, i, "7", box(10 - i)));
  const auto import = test::imported(set, *drive);
  for (int i = 0; i < 6; ++i)
    CHECK(cuboids_in_frame(import->document(), *drive, i).size() == (i == 2 || i == 3 ? 0u : 1u));
  // An image a little after frame 1 still shows it, one a little before frame 2 no more.
  const Track& track = import->track("7");
  CHECK(cuboid_in_ego_at(track, *drive, {120'000'000}));
  CHECK_FALSE(cuboid_in_ego_at(track, *drive, {180'000'000}));
  // A person who sets a key there says that it was there.
  (*import)(
      set_key(import->document(), track.uid, {"000002", {200'000'000}}, track.keys[0].cuboid()));
  for (int i = 0; i < 6; ++i) CHECK(cuboids_in_frame(import->document(), *drive, i).size() == 1);
}

/// Labels at the frames 0 and 5 of the drive, and at an instant between 2 and 3 that it lacks.
LabelSet with_one_elsewhere(const Drive& drive) {
  LabelSet set;
  for (int i : {0, 5}) set.labels.push_back(label(drive, i, "7", box(10 - i)));
  Label elsewhere = set.labels.back();
  elsewhere.frame = -1;
  elsewhere.frame_name = "between";
  elsewhere.stamp = {250'000'000};
  elsewhere.origin.record = 9;
  set.labels.push_back(elsewhere);
  return set;
}

TEST_CASE("a label of no frame of the drive is present amid frames that have none") {
  const auto drive = test::made({});
  const auto import = test::imported(with_one_elsewhere(*drive), *drive);
  const Track& track = import->track("7");
  CHECK(shown_keys(track) == 3);
  for (int i = 0; i < 6; ++i)
    CHECK(cuboids_in_frame(import->document(), *drive, i).size() == (i == 0 || i == 5 ? 1u : 0u));
  CHECK(unhide_edit(*drive, import->document()).empty());
}

TEST_CASE("an old project's label of no frame, hidden by the absence about it, is shown again") {
  const auto drive = test::made({});
  const auto import = test::imported(with_one_elsewhere(*drive), *drive);
  Track old = import->track("7");
  old.frame_attributes.clear();
  old.frame_attributes[{50'000'000}]["present"] = "false";
  old.frame_attributes[{450'000'000}]["present"] = "true";
  REQUIRE(shown_keys(old) == 2);
  EditBuilder builder(import->document());
  builder.set(old);
  const Document before = builder.result();
  const Document after = applied(unhide_edit(*drive, before), before, 3);
  CHECK(shown_keys(*after.track(old.uid)) == 3);
  for (int i = 0; i < 6; ++i)
    CHECK(cuboids_in_frame(after, *drive, i).size() == (i == 0 || i == 5 ? 1u : 0u));
  // Keys of frames were hidden by a hand: they stay so.
  old.frame_attributes.erase({450'000'000});
  builder.set(old);
  CHECK(unhide_edit(*drive, builder.result()).empty());
}

TEST_CASE("sizes that differ make a track that is not rigid, and stay as they are") {
  const auto drive = test::made({});
  LabelSet set;
  set.labels = {label(*drive, 0, "7", box(10)), label(*drive, 1, "7", box(9, {4.5, 2, 1.5}))};
  const auto import = test::imported(set, *drive);
  CHECK_FALSE(import->track("7").rigid);
  CHECK(import->track("7").keys[0].size.x() == 4);
}

TEST_CASE("labels without an id, twice at one time or of two classes lose no box") {
  const auto drive = test::made({});
  LabelSet set;
  set.labels = {label(*drive, 0, "7", box(10)),
                label(*drive, 0, "7", box(20)),
                label(*drive, 1, "7", box(9))};
  set.labels.push_back(label(*drive, 0, "000000/4", box(30)));
  set.labels.back().has_track_id = false;
  set.labels.push_back(label(*drive, 1, "7", box(40)));
  set.labels.back().class_name = "Bus";
  const auto import = test::imported(set, *drive);
  CHECK(import->document().tracks().size() == 4);
  CHECK(cuboids_in_frame(import->document(), *drive, 0).size() == 3);
  CHECK(cuboids_in_frame(import->document(), *drive, 1).size() == 2);
}

TEST_CASE("attributes that change stand where they change, the taxonomy says whose they are") {
  const auto drive = test::made({});
  LabelSet set;
  for (int i = 0; i < 4; ++i) {
    set.labels.push_back(label(*drive, i, "7", box(10 - i)));
    set.labels.back().attributes = {{"occlusion", i < 2 ? "none" : "partly"}, {"colour", "red"}};
    if (i == 3) set.labels.back().attributes["signal"] = "left";
  }
  const auto import = test::imported(set, *drive);
  const Track& track = import->track("7");
  CHECK(track.attributes == Attributes{{"colour", "red"}});
  CHECK(track.frame_attributes.size() == 3);  // at 0, 2 and 3
  for (int i = 0; i < 4; ++i)
    CHECK(attributes_at(track, drive->frames()[static_cast<std::size_t>(i)].stamp) ==
          set.labels[static_cast<std::size_t>(i)].attributes);
}

TEST_CASE("a drive without poses keeps its boxes relative to ego") {
  test::MadeDrive made;
  made.poses = false;
  const auto drive = test::made(made);
  LabelSet set;
  set.labels = {label(*drive, 3, "7", box(10))};
  const auto import = test::imported(set, *drive);
  CHECK(import->track("7").keys[0].world_from_box.translation == box(10).pose.translation);
}

TEST_CASE("boxes come by name, numbers by value") {
  const auto drive = test::made({});
  LabelSet set;
  for (const char* name : {"10", "b", "9", "a", "1"})
    set.labels.push_back(label(*drive, 0, name, box(10)));
  const auto import = test::imported(set, *drive);
  std::string names;
  for (const FrameCuboid& one : cuboids_in_frame(import->document(), *drive, 0))
    names += one.track->name + " ";
  CHECK(names == "1 9 10 a b ");
}

TEST_CASE("a box at an image's own time goes on for half a frame beyond its life") {
  const auto drive = test::made({});
  LabelSet set;
  for (int i : {0, 1}) set.labels.push_back(label(*drive, i, "7", box(10)));
  const auto import = test::imported(set, *drive);
  const Track& track = import->track("7");
  CHECK(cuboid_in_ego_at(track, *drive, {140'000'000}));
  CHECK_FALSE(cuboid_in_ego_at(track, *drive, {160'000'000}));
}

}  // namespace
}  // namespace sweepbox
