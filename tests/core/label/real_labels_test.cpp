#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "core/annotation/edits.hpp"
#include "core/drive/formats.hpp"
#include "core/scene/boxes.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"

// Counts and places of the real drives' own labels; every number stands in the data's README.

namespace sweepbox {
namespace {

using Counts = std::map<std::string, int>;

struct Opened {
  std::shared_ptr<const Drive> drive;
  LabelSet labels;
};

Opened opened(const std::filesystem::path& path, std::string_view name = {}) {
  auto drive = open_drive(path, {}, name, {});
  if (!drive) FAIL(to_line(drive.error()));
  auto labels = read_own_labels(**drive);
  REQUIRE(labels);
  for (const Problem& problem : labels->problems) FAIL(to_line(problem));
  return {std::move(*drive), std::move(*labels)};
}

Counts classes_of(const LabelSet& labels) {
  Counts counts;
  for (const Label& label : labels.labels)
    if (label.frame >= 0) ++counts[label.class_name];
  return counts;
}

/// Points in each box that stands in a frame, ascending.
std::vector<std::size_t> points_of(const Opened& opened) {
  std::vector<std::size_t> counts;
  std::map<int, Sweep> sweeps;
  for (const Label& label : opened.labels.labels) {
    if (label.frame < 0) continue;
    if (!sweeps.contains(label.frame)) {
      auto sweep = opened.drive->read_sweep(label.frame, 0);
      REQUIRE(sweep);
      sweeps[label.frame] = std::move(*sweep);
    }
    const Sweep& sweep = sweeps[label.frame];
    counts.push_back(count_inside(sweep, sweep.ego_from_points.inverse() * label.cuboid_in_ego));
  }
  std::sort(counts.begin(), counts.end());
  return counts;
}

double median(const std::vector<std::size_t>& sorted) {
  const std::size_t n = sorted.size();
  return static_cast<double>(sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

TEST_CASE("KITTI object: 40 boxes of six classes, 38 with five points or more, median 74") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const Opened drive = opened(folder);
  CHECK(
      classes_of(drive.labels) ==
      Counts{
          {"Car", 19}, {"Pedestrian", 10}, {"Cyclist", 7}, {"Truck", 2}, {"Van", 1}, {"Misc", 1}});
  CHECK(drive.labels.elsewhere == 0);
  std::size_t records = 0;
  for (const Source& source : drive.labels.sources) records += source.records.size();
  CHECK(records == 40 + 22);  // DontCare are records, too
  const auto points = points_of(drive);
  CHECK(points.front() > 0);
  CHECK(std::count_if(points.begin(), points.end(), [](auto n) { return n >= 5; }) == 38);
  CHECK(median(points) == Approx(74).margin(0.5));  // the README rounds
}

TEST_CASE("KITTI tracking: 415 boxes in ten tracks, 36 of them in frames, median of points 226") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const Opened drive = opened(folder, "0000");
  CHECK(drive.labels.labels.size() == 415);
  CHECK(drive.labels.elsewhere == 415 - 36);
  CHECK(classes_of(drive.labels) == Counts{{"Van", 20}, {"Cyclist", 10}, {"Car", 6}});
  const auto points = points_of(drive);
  CHECK(points.front() >= 5);
  CHECK(median(points) == 226);
  CHECK(test::imported(drive.labels, *drive.drive)->document().tracks().size() == 10);
}

TEST_CASE(
    "KITTI tracking: the parked van stays at one place in the world while ego drives past it") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const Opened drive = opened(folder, "0000");
  const auto import = test::imported(drive.labels, *drive.drive);
  const Track& van = import->track("3");
  CHECK(van.keys.size() == 110);
  std::vector<Vec3> in_world, in_ego;
  for (const FrameInfo& frame : drive.drive->frames()) {
    REQUIRE(key_at(van, frame.stamp));
    in_world.push_back(key_at(van, frame.stamp)->world_from_box.translation);
    in_ego.push_back(cuboid_in_ego_at(van, *drive.drive, frame.stamp)->pose.translation);
  }
  REQUIRE(in_world.size() == 10);
  Vec3 mean = Vec3::Zero();
  for (const Vec3& place : in_world) mean += place / 10;
  for (const Vec3& place : in_world) CHECK((place - mean).norm() < 0.10);
  CHECK((in_ego.front() - in_ego.back()).norm() == Approx(4.34).margin(0.05));
}

TEST_CASE("KITTI raw: 572 tracklet boxes, ten of them where the object labels of the frames are") {
  SHARED_DATA_OR_SKIP(folder, "kitti_raw");
  const Opened drive = opened(folder, "2011_09_26_drive_0001_sync");
  CHECK(drive.labels.labels.size() == 572);
  CHECK(drive.labels.elsewhere == 562);
  CHECK(points_of(drive).front() >= 5);
  const auto import = test::imported(drive.labels, *drive.drive);
  CHECK(import->document().tracks().size() == 15);

  // object_labels: 002364 is frame 1, 003638 is frame 2, with the same day's calibration.
  for (const auto& [file, frame] : {std::pair("002364", 1), std::pair("003638", 2)}) {
    test::MadeDrive made;
    made.frames = {file};
    const auto read =
        label_format("kitti_object")
            ->read(*drive.drive, folder / "object_labels/label_2" / (std::string(file) + ".txt"));
    REQUIRE(read);
    int found = 0;
    for (const Label& object : read->labels) {
      double nearest = 1e9;
      for (const Label& tracklet : drive.labels.labels)
        if (tracklet.frame >= 0 &&
            drive.drive->frames()[static_cast<std::size_t>(tracklet.frame)].name ==
                fmt::format("{:010}", frame))
          nearest = std::min(
              nearest,
              (tracklet.cuboid_in_ego.pose.translation - object.cuboid_in_ego.pose.translation)
                  .norm());
      found += nearest < 0.03;
    }
    CHECK(found == static_cast<int>(read->labels.size()));
    CHECK(found > 0);
  }
}

TEST_CASE("SUSTechPOINTS: 63 boxes of six classes, all with five points or more, median 89") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const Opened drive = opened(folder);
  CHECK(drive.labels.labels.size() == 63);
  CHECK(
      classes_of(drive.labels) ==
      Counts{
          {"Car", 25}, {"Pedestrian", 20}, {"Rider", 10}, {"Truck", 3}, {"Motor", 3}, {"Bus", 2}});
  const auto points = points_of(drive);
  CHECK(points.front() >= 5);
  CHECK(median(points) == 89);
  const auto import = test::imported(drive.labels, *drive.drive);
  // Id 13 is labelled in 000950 and 000970 alone: no box of it stands in 000965.
  CHECK(cuboids_in_frame(import->document(), *drive.drive, 1).size() ==
        static_cast<std::size_t>(std::count_if(
            drive.labels.labels.begin(), drive.labels.labels.end(), [](const Label& label) {
              return label.frame == 1;
            })));
  CHECK(import->track("13").keys.size() == 2);
  CHECK_FALSE(cuboid_at(import->track("13"), drive.drive->frames()[1].stamp));
}

/// Every written file equals the file of its name that was read, byte for byte.
void check_copied(const Opened& drive,
                  std::string_view format,
                  const std::filesystem::path& folder,
                  std::size_t files) {
  const auto import = test::imported(drive.labels, *drive.drive);
  const auto written = test::written_as(format, import->document(), *drive.drive);
  CHECK(written.size() == files);
  for (const WrittenFile& file : written) {
    INFO(file.path);
    CHECK(file.content == test::text_of(folder / std::filesystem::path(file.path).filename()));
  }
  WriteRequest request{import->document(), *drive.drive, {}};
  for (int i = 0; i < static_cast<int>(drive.drive->frames().size()); ++i)
    request.frames.push_back(i);
  CHECK(losses(*label_format(format), request).empty());
}

TEST_CASE("labels of the real drives that nobody touched are written byte for byte") {
  {
    SHARED_DATA_OR_SKIP(folder, "kitti_object");
    check_copied(opened(folder), "kitti_object", folder / "training/label_2", 8);
  }
  {
    SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
    check_copied(opened(folder, "0000"), "kitti_tracking", folder / "training/label_02", 1);
  }
  {
    SHARED_DATA_OR_SKIP(folder, "sustechpoints");
    check_copied(opened(folder), "sustechpoints", folder / "example/label", 3);
  }
  {
    SHARED_DATA_OR_SKIP(folder, "kitti_raw");
    check_copied(opened(folder, "2011_09_26_drive_0001_sync"),
                 "kitti_raw",
                 folder / "2011_09_26/2011_09_26_drive_0001_sync",
                 1);
  }
}

TEST_CASE("one moved box of a real drive changes its own record alone") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const Opened drive = opened(folder);
  const auto import = test::imported(drive.labels, *drive.drive);
  const Track& track = import->track("8");
  Cuboid moved = track.keys[0].cuboid();
  moved.pose.translation.x() += 0.5;
  (*import)(
      set_key(import->document(), track.uid, {track.keys[0].frame, track.keys[0].stamp}, moved));
  const auto written = test::written_as("sustechpoints", import->document(), *drive.drive);
  int changed = 0;
  for (const WrittenFile& file : written)
    changed += file.content != test::text_of(folder / "example" / file.path);
  CHECK(changed == 1);
}

TEST_CASE("CVAT's tracklets with negative sizes are told, and never become boxes") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  test::MadeDrive made;
  made.frames = {"0000000000", "0000000001", "0000000002"};
  const auto read = label_format("kitti_raw")
                        ->read(*test::made(made), folder / "kitti_raw_cvat/tracklet_labels.xml");
  REQUIRE(read);
  CHECK_FALSE(read->problems.empty());
  for (const Label& label : read->labels) CHECK(is_valid(label.cuboid_in_ego));
}

TEST_CASE("labels of another drive are told from ones that fit") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const auto read =
      label_format("kitti_object")->read(*test::made({}), folder / "training/label_2/000134.txt");
  REQUIRE(read);
  CHECK(read->elsewhere == static_cast<int>(read->labels.size()));
  REQUIRE(read->problems.size() == 1);
  CHECK_THAT(to_line(read->problems[0]),
             Catch::Contains("expected labels of this drive's frames (000000 to 000005)"));
}

}  // namespace
}  // namespace sweepbox
