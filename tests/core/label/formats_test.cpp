#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/label/upright.hpp"
#include "core/scene/boxes.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/written_files.hpp"

// What every label format must do, whatever it is: the table is walked.

namespace sweepbox {
namespace {

/// A document made by hand: two cars through all frames of the made drive, a pedestrian in one.
Document by_hand(const Drive& drive) {
  Document document;
  const auto apply = [&](Result<Edit> edit) {
    if (!edit) FAIL(to_line(edit.error()));
    document = applied(*edit, document, 1);
  };
  // Upright in the camera that KITTI measures from, so that no format loses tilt.
  const Pose rect = drive.ego_from("camera_rect_0", 0).value();
  const auto in_world = [&](int frame, double right, double forward, double yaw) {
    const Mat3 upright = (Mat3() << 0, -1, 0, 0, 0, -1, 1, 0, 0).finished();
    const Pose in_rect{Quat(upright) * Quat(Eigen::AngleAxisd(yaw, Vec3::UnitZ())),
                       {right, 1, forward}};
    const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
    return Cuboid{world_from_ego_or_identity(drive, info.stamp) * rect * in_rect, {4.2, 1.8, 1.5}};
  };
  const auto moment = [&](int frame) {
    const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
    return Moment{info.name, info.stamp};
  };
  const int last = static_cast<int>(drive.frames().size()) - 1;
  apply(create_track(document, "car", in_world(0, -4, 15, 0.2), moment(0), 101));
  apply(create_track(document, "truck", in_world(0, 6, 40, -2.9), moment(0), 102));
  for (int i = 1; i <= last; ++i) {
    apply(set_key(document, 101, moment(i), in_world(i, -4, 15 + i, 0.2)));
    apply(set_key(document, 102, moment(i), in_world(i, 6, 40 - i, -2.9 - 0.05 * i)));
  }
  apply(create_track(document, "pedestrian", in_world(2, 1, 8, 1), moment(2), 103));
  return document;
}

/// Where a reader looks for what a writer wrote.
std::filesystem::path place_of(const std::filesystem::path& folder,
                               const std::vector<WrittenFile>& files) {
  REQUIRE_FALSE(files.empty());
  const std::filesystem::path first = files.front().path;
  return files.size() > 1 ? folder / first.parent_path() : folder / first;
}

TEST_CASE("every format reads the boxes that it wrote, to a hundredth of a millimetre") {
  const auto drive = test::made({});
  const Document document = by_hand(*drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    const auto set = format.read(*drive, place_of(folder.path(), files));
    REQUIRE(set);
    for (const Problem& problem : set->problems) FAIL_CHECK(to_line(problem));
    CHECK(set->elsewhere == 0);
    CHECK(set->labels.size() == 13);
    for (int frame = 0; frame < 6; ++frame) {
      auto boxes = cuboids_in_frame(document, *drive, frame);
      for (const Label& label : set->labels) {
        if (label.frame != frame) continue;
        CHECK(document.taxonomy().find(label.class_name));
        const Instant instant{frame, frame, label.frame_name, label.stamp};
        const auto found = std::find_if(boxes.begin(), boxes.end(), [&](const FrameCuboid& box) {
          // Upright in the camera is not upright in every format's frame.
          const Cuboid held = held_cuboid(format, *drive, instant, box.cuboid_in_ego);
          return worst_corner(held, label.cuboid_in_ego) < 1e-5 &&
                 document.taxonomy().find(label.class_name)->name == box.track->class_name;
        });
        REQUIRE(found != boxes.end());
        if (format.can.track_ids && format.name != "kitti_raw")
          CHECK(label.track == found->track->name);
        boxes.erase(found);
      }
      CHECK(boxes.empty());
    }
  }
}

TEST_CASE("the folder that a convert wrote into is a place of every format's labels") {
  const auto drive = test::made({});
  const Document document = by_hand(*drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    const auto files = test::written_as(format.name, document, *drive);
    if (files.size() == 1) continue;  // the file itself is the place
    test::TempFolder folder;
    test::put(folder.path(), files);
    const auto set = read_labels(*drive, folder.path(), format.name);
    REQUIRE(set);
    for (const Problem& problem : set->problems) FAIL_CHECK(to_line(problem));
    CHECK(set->labels.size() == 13);
  }
}

TEST_CASE("of two folders with labels of a format none is guessed") {
  const auto drive = test::made({});
  const Document document = by_hand(*drive);
  for (const char* format : {"pandaset", "scale", "sustechpoints", "openpcdet", "zod"}) {
    INFO(format);
    test::TempFolder folder;
    const auto files = test::written_as(format, document, *drive);
    test::put(folder / "of_anna", files);
    CHECK(read_labels(*drive, folder / "of_anna", format)->labels.size() == 13);
    test::put(folder / "of_ben", files);
    const auto set = read_labels(*drive, folder.path(), format);
    REQUIRE(set);
    CHECK(set->labels.empty());
    REQUIRE(set->problems.size() == 1);
    CHECK(english(set->problems[0].fix) ==
          "name the file, or the folder that holds the label files");
  }
}

TEST_CASE("every format copies what it wrote, once it was read and nobody touched it") {
  const auto drive = test::made({});
  const Document document = by_hand(*drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    auto set = format.read(*drive, place_of(folder.path(), files));
    REQUIRE(set);
    const auto import = test::imported(std::move(*set), *drive);
    const auto again = test::written_as(format.name, import->document(), *drive);
    // Sets of many tables write those that change.
    REQUIRE(again.size() <= files.size());
    for (const WrittenFile& now : again) {
      INFO(now.path);
      const auto was = std::find_if(
          files.begin(), files.end(), [&](const WrittenFile& one) { return one.path == now.path; });
      REQUIRE(was != files.end());
      CHECK(now.content == was->content);
    }
  }
}

TEST_CASE("every beginning of every format's file is read or refused, with its file named") {
  const auto drive = test::made({});
  const Document document = by_hand(*drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const WrittenFile file = test::written_as(
        format.name, document, *drive)[2 % test::written_as(format.name, document, *drive).size()];
    const std::size_t step = std::max<std::size_t>(1, file.content.size() / 300);
    for (std::size_t n = 0; n < file.content.size(); n += step) {
      WrittenFile cut = file;
      cut.content.resize(n);
      test::put(folder.path(), {cut});
      const auto set = format.read(*drive, folder / file.path);
      if (!set) {
        CHECK_FALSE(set.error().file.empty());
        continue;
      }
      for (const Problem& problem : set->problems) CHECK_FALSE(problem.file.empty());
      for (const Label& label : set->labels) CHECK(is_valid(label.cuboid_in_ego));
      test::imported(*set, *drive);  // sound tracks
    }
  }
}

TEST_CASE("names of formats are those of the command line, each once") {
  std::set<std::string_view> names;
  for (const LabelFormat& format : label_formats()) {
    CHECK(names.insert(format.name).second);
    CHECK(label_format(format.name) == &format);
    CHECK_FALSE(format.title.empty());
    CHECK(format.read);
  }
  for (const char* name :
       {"kitti_object", "kitti_raw", "kitti_tracking", "sustechpoints", "sweepbox"})
    CHECK(names.contains(name));
  CHECK_FALSE(label_format("nothing"));
}

TEST_CASE("what a format cannot hold is counted before anything is written") {
  const auto drive = test::made({});
  Document document = by_hand(*drive);
  const auto lost = [&](std::string_view format) {
    std::map<std::string, int> result;
    WriteRequest request{document, *drive, {0, 1, 2, 3, 4, 5}};
    for (const Loss& loss : losses(*label_format(format), request))
      result[english(loss.what)] = loss.boxes;
    return result;
  };
  CHECK(lost("sweepbox").empty());
  CHECK(lost("sustechpoints").empty());
  CHECK(lost("kitti_tracking").empty());
  CHECK(lost("kitti_object") == std::map<std::string, int>{{"track ids", 13}});

  const auto apply = [&](Result<Edit> edit) { document = applied(edit.value(), document, 2); };
  const std::vector<TrackId> car{101};
  apply(set_class(document, car, "animal"));
  apply(set_attribute(document, car, "occlusion", "partly", {"000002", drive->frames()[2].stamp}));
  apply(set_attribute(document,
                      std::vector<TrackId>{103},
                      "posture",
                      "sitting",
                      {"000002", drive->frames()[2].stamp}));
  Cuboid tilted = document.track(103)->keys[0].cuboid();
  tilted.pose.rotation =
      tilted.pose.rotation * Quat(Eigen::AngleAxisd(0.02, Vec3::UnitX()));  // 1.1°
  apply(set_key(document, 103, {"000002", drive->frames()[2].stamp}, tilted));
  apply(rename(document, 103, "anna"));
  CHECK(lost("kitti_tracking") ==
        std::map<std::string, int>{{"roll and pitch beyond 0.5°", 1},
                                   {"attributes", 1},
                                   {"names of tracks that are no numbers", 1},
                                   {"classes beyond its own", 6}});
  CHECK(lost("sustechpoints") == std::map<std::string, int>{{"attributes", 4 + 1}});
  CHECK(lost("sweepbox").empty());
}

TEST_CASE("a place where a format finds no box is told, whatever the format") {
  const auto drive = test::made({});
  const test::TempFolder folder;
  for (const LabelFormat& format : label_formats()) {
    INFO(format.name);
    const auto labels = read_labels(*drive, folder.path(), format.name);
    CHECK((!labels || !labels->problems.empty()));
  }
}

}  // namespace
}  // namespace sweepbox
