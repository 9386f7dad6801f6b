#include "core/label/import_plan.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/annotation/edits.hpp"
#include "core/drive/formats.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/written_files.hpp"

namespace sweepbox {
namespace {

Cuboid box(double x, double y = 2, Vec3 size = {4, 2, 1.5}) {
  return {pose_from_yaw(0.3, {x, y, 0.5}), size};
}

/// Labels of one file, each record the next of its source.
struct File {
  std::shared_ptr<const Drive> drive = test::made({});
  LabelSet set;

  explicit File(std::string content = "first", std::string id = "s") {
    Source source;
    source.id = std::move(id);
    source.format = "kitti_tracking";
    source.file = source.id;
    source.text = std::move(content);
    set.sources.push_back(std::move(source));
  }

  File& with(int frame, const std::string& track, const Cuboid& in_ego, const char* word = "Car") {
    Label label;
    const FrameInfo& info = drive->frames()[static_cast<std::size_t>(frame)];
    label.frame = frame;
    label.frame_name = info.name;
    label.stamp = info.stamp;
    label.track = track;
    label.has_track_id = track.find('/') == std::string::npos;
    label.class_name = word;
    label.cuboid_in_ego = in_ego;
    label.origin = {set.sources[0].id, static_cast<std::uint32_t>(set.labels.size())};
    set.labels.push_back(std::move(label));
    return *this;
  }
};

/// Two cars: 7 in the frames 0 … 3, 8 in 1 … 2.
File two_cars(std::string content = "first", std::string id = "s") {
  File file(std::move(content), std::move(id));
  for (int n = 0; n < 4; ++n) file.with(n, "7", box(10 + n));
  for (int n : {1, 2}) file.with(n, "8", box(10 + n, -6));
  return file;
}

/// A project that holds two_cars.
struct Held {
  File file = two_cars();
  std::unique_ptr<test::Imported> import = test::imported(file.set, *file.drive);

  const Document& document() const { return import->document(); }

  const Track& track(const std::string& name) const { return import->track(name); }

  Moment moment(int n) const {
    const FrameInfo& info = file.drive->frames()[static_cast<std::size_t>(n)];
    return {info.name, info.stamp};
  }

  Cuboid in_world(int n, const Cuboid& in_ego) const {
    return *file.drive->world_from_ego(moment(n).stamp) * in_ego;
  }

  ImportPlan plan(const File& labels, ImportMode mode = ImportMode::merge) const {
    return plan_import(labels.set, *file.drive, document(), mode);
  }

  /// Makes it an edit; answers what became of the boxes.
  ImportOutcome take(const File& labels, ImportMode mode = ImportMode::merge) {
    ImportPlan made = plan(labels, mode);
    (*import)(Result<Edit>(std::move(made.edit)));
    for (const auto& one : document().tracks()) {
      INFO(why_unsound(*one).value_or(""));
      REQUIRE_FALSE(why_unsound(*one));
    }
    return made.counts;
  }

  /// Numbers of boxes in the six frames.
  std::vector<std::size_t> boxes() const {
    std::vector<std::size_t> result;
    for (int n = 0; n < 6; ++n)
      result.push_back(static_cast<std::size_t>(std::count_if(
          document().tracks().begin(), document().tracks().end(), [&](const auto& one) {
            return cuboid_at(*one, moment(n).stamp).has_value();
          })));
    return result;
  }
};

const std::vector<std::size_t> kTwoCars = {1, 2, 2, 1, 0, 0};

TEST_CASE("the same labels once more change nothing") {
  Held held;
  const ImportPlan again = held.plan(held.file);
  CHECK(again.edit.empty());
  CHECK(again.counts == ImportOutcome{0, 6, 0, 0, 0});
  // Nor does what another format made of it, or a copy of the file from elsewhere.
  File other = two_cars("converted", "converted");
  other.set.sources[0].format = "csv";
  CHECK(held.plan(other).edit.empty());
  const ImportPlan copy = held.plan(two_cars("first", "elsewhere"));
  CHECK(copy.edit.empty());
  CHECK(copy.counts == ImportOutcome{0, 6, 0, 0, 0});
}

TEST_CASE("added they are there twice, in their place once, each in one edit") {
  Held held;
  CHECK(held.take(held.file, ImportMode::add) == ImportOutcome{6, 0, 0, 0, 0});
  CHECK(held.boxes() == std::vector<std::size_t>{2, 4, 4, 2, 0, 0});
  REQUIRE(held.import->history->undo());
  CHECK(held.boxes() == kTwoCars);
  (*held.import)(
      set_key(held.document(), held.track("8").uid, held.moment(1), held.in_world(1, box(30))));
  CHECK(held.take(held.file, ImportMode::replace) == ImportOutcome{6, 0, 0, 6, 1});
  CHECK(held.boxes() == kTwoCars);
  REQUIRE(held.import->history->undo());
  CHECK(held.track("8").keys[0].source == KeySource::hand);
}

TEST_CASE("boxes changed by hand stay, and are counted") {
  Held held;
  const TrackId seven = held.track("7").uid, eight = held.track("8").uid;
  const Cuboid moved = held.in_world(2, box(17));
  (*held.import)(set_key(held.document(), seven, held.moment(2), moved));
  (*held.import)(set_class(held.document(), std::vector<TrackId>{eight}, "van"));
  const ImportOutcome counts = held.take(held.file);
  CHECK(counts == ImportOutcome{0, 3, 3, 0, 0});
  CHECK(held.boxes() == kTwoCars);
  CHECK(*cuboid_at(held.track("7"), held.moment(2).stamp) == moved);
  CHECK(held.track("8").class_name == "van");
}

TEST_CASE("what was ended by hand stays ended") {
  Held held;
  const std::vector<TrackId> seven{held.track("7").uid};
  (*held.import)(set_attribute(held.document(), seven, "present", "false", held.moment(2)));
  CHECK(held.boxes() == std::vector<std::size_t>{1, 2, 1, 0, 0, 0});
  CHECK(held.take(held.file) == ImportOutcome{0, 4, 2, 0, 0});
  CHECK(held.boxes() == std::vector<std::size_t>{1, 2, 1, 0, 0, 0});
}

TEST_CASE("a file that says more and other things brings those alone") {
  Held held;
  File file("second");
  for (int n = 0; n < 6; ++n) file.with(n, "7", box(10 + n + (n == 1 ? 0.5 : 0)));
  for (int n : {1, 2}) file.with(n, "8", box(10 + n, -6));
  for (int n : {4, 5}) file.with(n, "9", box(-10));
  const TrackId seven = held.track("7").uid;
  CHECK(held.take(file) == ImportOutcome{4, 6, 0, 0, 0});
  CHECK(held.boxes() == std::vector<std::size_t>{1, 2, 2, 1, 2, 2});
  const Track& track = held.track("7");
  CHECK(track.uid == seven);
  CHECK(track.keys.size() == 6);
  CHECK(track.keys[1].world_from_box.translation.isApprox(
      held.in_world(1, box(11.5)).pose.translation));
  // The source is the new one, and every key's record is one of it.
  for (std::uint32_t n = 0; n < 6; ++n) CHECK(track.keys[n].origin == Origin{"s", n});
  CHECK(held.track("8").keys[0].origin == Origin{"s", 6});
}

TEST_CASE("a file read anew no longer knows records of boxes that it does not have") {
  Held held;
  File file("second");
  for (int n : {1, 2}) file.with(n, "8", box(10 + n, -6));
  held.take(file);
  CHECK(held.boxes() == kTwoCars);  // merging removes nothing
  for (const Keyframe& key : held.track("7").keys) CHECK_FALSE(key.origin);
  CHECK(held.track("8").keys[0].origin == Origin{"s", 0});
}

TEST_CASE("boxes of other ids, or of none, are found by their overlap in a frame that both have") {
  Held held;
  File other("x", "other");
  for (int n = 0; n < 4; ++n) other.with(n, "31", box(10.4 + n), "Truck");
  CHECK(held.plan(other).counts.fresh == 0);
  File nameless("y", "nameless");
  for (int n = 0; n < 4; ++n) nameless.with(n, "00000" + std::to_string(n) + "/1", box(10.4 + n));
  nameless.with(5, "000005/1", box(10));
  CHECK(held.plan(nameless).counts == ImportOutcome{1, 4, 0, 0, 0});
  // Less than half is another object: two lengths of 4 m, 1.5 m apart along the heading of 0.3,
  // make 2.5 / 5.5; 1.3 m make 2.7 / 5.3.
  const auto ahead = [](double by) {
    Cuboid cuboid = box(10);
    cuboid.pose.translation += cuboid.pose.rotation * Vec3(by, 0, 0);
    return cuboid;
  };
  CHECK(held.plan(File("z", "z").with(0, "40", ahead(1.5))).counts.fresh == 1);
  CHECK(held.plan(File("z", "z").with(0, "40", ahead(1.3))).counts.merged == 1);
  // The nearest of several, one each.
  File two("w", "w");
  two.with(1, "50", box(11.2)).with(1, "51", box(11));
  const ImportPlan plan = held.plan(two);
  CHECK(plan.counts == ImportOutcome{1, 1, 0, 0, 0});
}

TEST_CASE("boxes of a track that a hand drew are its own in every frame of it") {
  Held held;
  (*held.import)(
      create_track(held.document(), "car", held.in_world(0, box(-20)), held.moment(0), 99));
  (*held.import)(set_key(held.document(), 99, held.moment(4), held.in_world(4, box(-20))));
  File file("t", "t");
  for (int n = 0; n < 6; ++n) file.with(n, "60", box(-20));
  // Two are as drawn, three lie between, one more frame comes in.
  CHECK(held.take(file) == ImportOutcome{1, 2, 3, 0, 0});
  const auto drawn = held.document().track(99);
  REQUIRE(drawn);
  CHECK(drawn->keys.size() == 3);
  CHECK(held.document().tracks().size() == 3);
}

TEST_CASE("ids win over overlap, and doubled tracks find each its own") {
  Held held;
  held.take(held.file, ImportMode::add);
  File doubled = two_cars();
  for (const Label& label : two_cars().set.labels) doubled.set.labels.push_back(label);
  const ImportOutcome counts = held.plan(doubled).counts;
  CHECK(counts.fresh == 0);
  CHECK(counts.merged == 12);
  // The two have changed places: the file says so of their ids.
  File swapped("swapped", "swapped");
  for (int n : {1, 2}) swapped.with(n, "7", box(10 + n, -6)).with(n, "8", box(10 + n));
  Held fresh;
  CHECK(fresh.take(swapped) == ImportOutcome{0, 4, 0, 0, 0});
  CHECK(fresh.boxes() == kTwoCars);
}

TEST_CASE("attributes go with a box that takes another's place, and only as far as it goes") {
  File with_values;
  for (int n = 0; n < 4; ++n) {
    with_values.with(n, "7", box(10 + n));
    with_values.set.labels.back().attributes = {{"occlusion", "none"}, {"colour", "red"}};
  }
  Held held;
  held.import = test::imported(with_values.set, *held.file.drive);
  File changed("second");
  for (int n = 0; n < 4; ++n) {
    changed.with(n, "7", box(10 + n));
    changed.set.labels.back().attributes = {{"occlusion", n == 1 ? "mostly" : "none"},
                                            {"colour", "red"}};
  }
  CHECK(held.take(changed) == ImportOutcome{0, 4, 0, 0, 0});
  for (int n = 0; n < 4; ++n)
    CHECK(attributes_at(held.track("7"), held.moment(n).stamp) ==
          changed.set.labels[static_cast<std::size_t>(n)].attributes);
}

TEST_CASE("frames that have no label stay without a box where others come in") {
  Held held;
  File file("second");
  for (int n : {0, 1, 2, 3, 5}) file.with(n, "7", box(10 + n));
  CHECK(held.take(file).fresh == 1);
  CHECK(held.boxes() == std::vector<std::size_t>{1, 2, 2, 1, 0, 1});
  // The gap that an import made is filled where the file has a box by now.
  File filled("third");
  for (int n = 0; n < 6; ++n) filled.with(n, "7", box(10 + n));
  CHECK(held.take(filled).fresh == 1);
  CHECK(held.boxes() == std::vector<std::size_t>{1, 2, 2, 1, 1, 1});
}

TEST_CASE(
    "a real drive's labels are the ones that it has, also after a way through other formats") {
  for (const char* name :
       {"kitti_tracking", "kitti_object", "kitti_raw", "nuscenes", "sustechpoints", "pandaset"}) {
    const auto place = test::shared_data(name);
    if (!place) {
      test::say_skipped(name);
      continue;
    }
    INFO(name);
    const Listing listing = find_drives(*place, {});
    REQUIRE_FALSE(listing.drives.empty());
    auto drive = open_drive(listing.drives.front(), {});
    REQUIRE(drive);
    auto labels = read_own_labels(**drive);
    REQUIRE(labels);
    const auto import = test::imported(std::move(*labels), **drive);
    const ImportPlan again =
        plan_import(import->labels, **drive, import->document(), ImportMode::merge);
    CHECK(again.edit.empty());
    CHECK(again.counts.fresh == 0);
    CHECK(again.counts.kept == 0);
    CHECK(again.counts.merged > 0);
    for (const char* format : {"csv", "kitti_object", "openlabel"}) {
      INFO(format);
      const test::TempFolder folder;
      const auto files = test::written_as(format, import->document(), **drive);
      test::put(folder.path(), files);
      const std::filesystem::path first = folder.path() / files.front().path;
      auto other = read_labels(**drive, files.size() == 1 ? first : first.parent_path(), format);
      REQUIRE(other);
      const ImportPlan plan = plan_import(*other, **drive, import->document(), ImportMode::merge);
      CHECK(plan.counts.fresh == 0);
      CHECK(plan.counts.kept == 0);
      // KITTI's boxes stand in a camera's axes, which not every drive has: there none is read.
      const bool readable = format != std::string_view("kitti_object") ||
                            (*drive)->ego_from("camera_rect_0", 0).has_value();
      CHECK(plan.counts.merged >= (readable ? again.counts.merged : 0));
    }
  }
}

}  // namespace
}  // namespace sweepbox
