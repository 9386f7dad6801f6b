#include "core/annotation/document.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "core/annotation/edit.hpp"
#include "core/annotation/history.hpp"

namespace sweepbox {
namespace {

std::shared_ptr<const Track> track(TrackId uid, std::string name, double x = 0) {
  Track result;
  result.uid = uid;
  result.name = std::move(name);
  result.class_name = "car";
  Keyframe key;
  key.world_from_box.translation.x() = x;
  result.keys = {key};
  return std::make_shared<const Track>(std::move(result));
}

Key key_of(TrackId uid) {
  return {Kind::track, to_hex(uid)};
}

TEST_CASE("a document keeps tracks by uid and leaves older ones as they were") {
  const Document empty;
  const Document one = empty.with(key_of(9), track(9, "1"), 4);
  const Document two = one.with(key_of(3), track(3, "2"), 5);
  CHECK(empty.tracks().empty());
  REQUIRE(two.tracks().size() == 2);
  CHECK(two.tracks()[0]->uid == 3);
  CHECK(two.track(9)->name == "1");
  CHECK(two.track_named("2")->uid == 3);
  CHECK_FALSE(two.track(4));
  CHECK(two.edit_of(key_of(9)) == 4);
  CHECK(two.edit_of(key_of(4)) == 0);
  CHECK(two.with(key_of(3), std::monostate()) == one);
  CHECK(two.with(key_of(3), std::monostate()).track(9).get() == one.track(9).get());  // shared
}

TEST_CASE("documents are equal by what they hold, not by where it lies or who made it") {
  const Document a = Document().with(key_of(1), track(1, "1"), 1);
  const Document b = Document().with(key_of(1), track(1, "1"), 2);
  CHECK(a == b);
  CHECK_FALSE(a == Document().with(key_of(1), track(1, "1", 0.5), 1));
  CHECK_FALSE(a == a.with({Kind::note, "n"}, std::string("look here")));
}

TEST_CASE("a correction stands before the loaded pose of a camera and of a lidar") {
  const Pose correction = pose_from_yaw(0.1, {0, 0, 1});
  const Document document = Document().with({Kind::correction, "front"}, correction);
  Camera camera;
  camera.name = "front";
  camera.camera_from_ego = pose_from_yaw(kPi / 2, {1, 2, 3});
  const Vec3 point(4, 5, 6);
  const Vec3 expected = correction * (camera.camera_from_ego * point);
  CHECK((corrected(camera, document).camera_from_ego * point - expected).norm() < 1e-12);
  camera.name = "left";
  CHECK(corrected(camera, document).camera_from_ego == camera.camera_from_ego);
  Sweep sweep;
  sweep.lidar = "front";
  sweep.ego_from_points = camera.camera_from_ego;
  CHECK((corrected_ego_from_points(sweep, document) * point - expected).norm() < 1e-12);
}

TEST_CASE("keys of a kind come in order, and only of that kind") {
  const Document document = Document()
                                .with({Kind::repair, "b"}, std::string("1"))
                                .with({Kind::repair, "a"}, std::string("2"))
                                .with({Kind::note, "a"}, std::string("3"));
  REQUIRE(document.keys(Kind::repair).size() == 2);
  CHECK(document.keys(Kind::repair)[0].id == "a");
  CHECK(document.keys(Kind::setting).empty());
  CHECK(document.keys(Kind::note).size() == 1);
}

TEST_CASE("an edit under way keeps the last of each thing and drops what ends as it began") {
  const Document base = Document().with(key_of(1), track(1, "1"));
  EditBuilder builder(base);
  builder.set(*track(1, "1", 3));
  builder.set(*track(1, "1", 5));
  builder.set(*track(2, "2"));
  builder.remove(2);
  CHECK(builder.result().track(1)->keys[0].world_from_box.translation.x() == 5);
  const Edit edit = builder.finish("Moved");
  REQUIRE(edit.changes.size() == 1);
  CHECK(same(edit.changes[0].before, base.value(key_of(1))));
  CHECK(applied(edit, base, 1) == builder.result());
  CHECK(reversed(edit, builder.result(), 2) == base);
  builder.set(*track(1, "1"));
  CHECK(builder.finish("Nothing").empty());
}

TEST_CASE("an edit under way takes another edit, over what was set before and under what comes") {
  const Document base = Document().with(key_of(1), track(1, "1"));
  EditBuilder other(base);
  other.set(*track(1, "1", 3));
  other.set(*track(2, "2", 4));
  EditBuilder builder(base);
  builder.set(*track(1, "1", 9));
  builder.take(other.finish("Moved"));
  CHECK(builder.result().track(1)->keys[0].world_from_box.translation.x() == 3);
  builder.set(*track(2, "2", 5));
  const Edit edit = builder.finish("Moved twice");
  REQUIRE(edit.changes.size() == 2);
  CHECK(edit.changes[0].key == key_of(1));
  CHECK(applied(edit, base, 1).track(2)->keys[0].world_from_box.translation.x() == 5);
}

TEST_CASE("an edit made for another state of a thing is refused, with what changed") {
  MemoryLog log;
  History history(Document().with(key_of(1), track(1, "12")), log);
  EditBuilder mine(history.document()), job(history.document());
  mine.set(*track(1, "12", 1));
  job.set(*track(1, "12", 2));
  REQUIRE(history.apply(mine.finish("Moved")));
  const auto refused = history.apply(job.finish("Fitted"));
  REQUIRE_FALSE(refused);
  CHECK_THAT(to_line(refused.error()), Catch::Contains("car 12 changed meanwhile"));
  CHECK(log.records().size() == 1);
}

/// A log whose disk is full.
class FullLog final : public EditLog {
 public:
  Result<void> append(const LogRecord&) override { return refuse("The disk is full"); }

  std::uint64_t durable() const override { return 0; }
};

TEST_CASE("what the log does not take is not done") {
  FullLog log;
  History history(Document(), log);
  EditBuilder builder(history.document());
  builder.set(*track(1, "1"));
  CHECK_FALSE(history.apply(builder.finish("Placed")));
  CHECK(history.document() == Document());
  CHECK(history.version() == 0);
  CHECK_FALSE(history.undo_title());
}

TEST_CASE("undo and redo are records of their own, and a history goes on from its records") {
  MemoryLog log;
  History history(Document(), log);
  const auto place = [](History& h, TrackId uid, const char* title) {
    EditBuilder builder(h.document());
    builder.set(*track(uid, std::to_string(uid)));
    REQUIRE(h.apply(builder.finish(title)));
  };
  place(history, 1, "A");
  place(history, 2, "B");
  place(history, 3, "C");
  REQUIRE(history.undo().value());
  REQUIRE(history.undo().value());
  REQUIRE(history.redo().value());
  CHECK(history.version() == 6);
  CHECK(log.records()[3].what == LogRecord::What::undo);
  CHECK(log.records()[3].of == 3);
  CHECK(log.records()[5].of == 2);

  MemoryLog more;
  History again(history.document(), more, {log.records().begin(), log.records().end()});
  CHECK(english(*again.undo_title()) == "B");
  CHECK(english(*again.redo_title()) == "C");
  REQUIRE(again.redo().value());
  CHECK(again.document().tracks().size() == 3);
  CHECK(again.document().edit_of(key_of(3)) == 7);
  CHECK(more.records()[0].number == 7);
  REQUIRE(again.undo().value());
  place(again, 4, "D");
  CHECK_FALSE(again.redo().value());  // a new edit ends what could be redone
  while (again.undo().value()) {
  }
  CHECK(again.document() == Document());
}

TEST_CASE("an empty edit is no record") {
  MemoryLog log;
  History history(Document(), log);
  CHECK(history.apply(Edit{}));
  CHECK(log.records().empty());
}

TEST_CASE("many things replaced at once are what they are one after the other") {
  std::mt19937_64 random(7);
  Document one_by_one;
  std::vector<std::pair<Key, Value>> things;
  for (int i = 0; i < 300; ++i) {
    // Few ids, so that the same is set, removed and set again.
    const TrackId uid = 1 + random() % 60;
    const Key key{Kind::track, to_hex(uid)};
    Value value;
    if (random() % 3 != 0) {
      value = track(uid, std::to_string(i));
    }
    one_by_one = one_by_one.with(key, value, 4);
    things.emplace_back(key, value);
  }
  const Document at_once = Document().with(things, 4);
  CHECK(at_once == one_by_one);
  REQUIRE(at_once.tracks().size() > 10);
  for (std::size_t i = 1; i < at_once.tracks().size(); ++i)
    CHECK(at_once.tracks()[i - 1]->uid < at_once.tracks()[i]->uid);
  for (const auto& each : at_once.tracks())
    CHECK(at_once.edit_of({Kind::track, to_hex(each->uid)}) == 4);
}

}  // namespace
}  // namespace sweepbox
