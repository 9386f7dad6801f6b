#include <algorithm>
#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// labelCloud, OpenPCDet and CSV, read from files written here by hand (formats.md 4.7, 4.8).

namespace sweepbox {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

/// Writes the files, reads the folder as labels of the made drive, whose clouds are the velodyne's,
/// which stands at ego.
LabelSet labels_in(const Drive& drive,
                   const std::filesystem::path& folder,
                   const Files& files,
                   std::string_view format) {
  for (const auto& [name, content] : files)
    REQUIRE(write_file(folder / name, std::string_view(content)));
  auto set = read_labels(drive, files.size() == 1 ? folder / files[0].first : folder, format);
  if (!set) FAIL(to_line(set.error()));
  return std::move(*set);
}

std::string content_of(const std::vector<WrittenFile>& files, std::string_view end) {
  for (const WrittenFile& file : files)
    if (file.path.ends_with(end)) return file.content;
  FAIL("no file " << end);
  return {};
}

constexpr const char* kClasses =
    R"({"classes": [{"name": "cart", "id": 3, "color": "#f156ff"}], "default": 0, "type": "object_detection", "format": "FORMAT", "created_with": {"name": "labelCloud", "version": "1.0.1"}})";

std::string classes(const std::string& format) {
  std::string text = kClasses;
  return text.replace(text.find("FORMAT"), 6, format);
}

/// A quarter turn about z of a cart at (1, 2, 0.5).
std::string centroid(const char* angle) {
  return std::string(
             R"({"folder": "pointclouds", "filename": "000001.ply", "path": "pointclouds/000001.ply", "objects": [{"name": "cart", "centroid": {"x": 1, "y": 2, "z": 0.50}, "dimensions": {"length": 0.7, "width": 0.5, "height": 0.9}, "rotations": {"x": 0, "y": 0, "z": )") +
         angle + R"(}, "mine": [1,  2]}]})";
}

void check_cart(const Label& label) {
  CHECK(label.frame == 1);
  CHECK(label.class_name == "cart");
  CHECK_FALSE(label.has_track_id);
  const Cuboid& box = label.cuboid_in_ego;
  CHECK((box.pose.translation - Vec3(1, 2, 0.5)).norm() < 1e-9);
  CHECK((box.size - Vec3(0.7, 0.5, 0.9)).norm() < 1e-9);
  CHECK(yaw_of(box.pose.rotation) == Approx(kPi / 2).epsilon(1e-9));
}

TEST_CASE("labelCloud's angles are what its _classes.json says") {
  const auto drive = test::made({});

  struct Case {
    const char* format;
    const char* angle;
  };

  for (const Case& one : {Case{"centroid_abs", "90"}, Case{"centroid_rel", "1.5707963267948966"}}) {
    INFO(one.format);
    test::TempFolder folder;
    const auto set =
        labels_in(*drive,
                  folder.path(),
                  {{"000001.json", centroid(one.angle)}, {"_classes.json", classes(one.format)}},
                  "labelcloud");
    CHECK(set.problems.empty());
    REQUIRE(set.labels.size() == 1);
    check_cart(set.labels[0]);
  }
}

TEST_CASE("without _classes.json labelCloud's angles are told by their size, and that is said") {
  const auto drive = test::made({});
  for (const char* angle : {"90", "1.5707963267948966"}) {
    INFO(angle);
    test::TempFolder folder;
    const auto set =
        labels_in(*drive, folder.path(), {{"000001.json", centroid(angle)}}, "labelcloud");
    REQUIRE(set.labels.size() == 1);
    check_cart(set.labels[0]);
    REQUIRE(set.problems.size() == 1);
    CHECK(set.problems[0].severity == Severity::warning);
    CHECK(english(set.problems[0].found).find(angle[0] == '9' ? "degrees" : "radians") !=
          std::string::npos);
  }
}

TEST_CASE("labelCloud's vertices are corners in its own order") {
  const auto drive = test::made({});
  // The cart turned by a quarter: its x is +y, its y is −x. Corner 0 is (−l/2, −w/2, −h/2) of it.
  const std::string vertices =
      R"({"objects": [{"name": "cart", "vertices": [[1.25, 1.65, 0.05], [0.75, 1.65, 0.05],
      [0.75, 2.35, 0.05], [1.25, 2.35, 0.05], [1.25, 1.65, 0.95], [0.75, 1.65, 0.95],
      [0.75, 2.35, 0.95], [1.25, 2.35, 0.95]]}]})";
  test::TempFolder folder;
  auto set = labels_in(*drive,
                       folder.path(),
                       {{"000001.json", vertices}, {"_classes.json", classes("vertices")}},
                       "labelcloud");
  CHECK(set.problems.empty());
  REQUIRE(set.labels.size() == 1);
  check_cart(set.labels[0]);
  // A new box of such a folder is written as corners too.
  const auto import = test::imported(std::move(set), *drive);
  (*import)(create_track(
      import->document(), "car", {{}, {4, 2, 1}}, {"000000", drive->frames()[0].stamp}, 7));
  const auto files = test::written_as("labelcloud", import->document(), *drive);
  CHECK(content_of(files, "000001.json") == vertices);
  CHECK(content_of(files, "000000.json").find("\"vertices\"") != std::string::npos);
  CHECK(content_of(files, "_classes.json").find("\"name\": \"car\"") != std::string::npos);

  // Corners in another order are no box of labelCloud's.
  std::string mixed = vertices;
  mixed.replace(mixed.find("[1.25, 1.65, 0.05]"), 18, "[0.75, 2.35, 0.05]");
  test::TempFolder other;
  const auto bad = labels_in(*drive, other.path(), {{"000001.json", mixed}}, "labelcloud");
  CHECK(bad.labels.empty());
  CHECK(bad.problems.size() == 1);
}

TEST_CASE("a moved labelCloud box changes its numbers alone") {
  const auto drive = test::made({});
  test::TempFolder folder;
  const std::string text = centroid("90");
  auto set = labels_in(*drive,
                       folder.path(),
                       {{"000001.json", text}, {"_classes.json", classes("centroid_abs")}},
                       "labelcloud");
  const auto import = test::imported(std::move(set), *drive);
  CHECK(content_of(test::written_as("labelcloud", import->document(), *drive), "000001.json") ==
        text);
  const Track& track = *import->document().tracks().front();
  Cuboid moved = track.keys[0].cuboid();
  moved.pose.translation.z() += 0.25;
  (*import)(set_key(import->document(), track.uid, {"000001", drive->frames()[1].stamp}, moved));
  std::string expected = text;
  expected.replace(expected.find("0.50"), 4, "0.75");
  CHECK(content_of(test::written_as("labelcloud", import->document(), *drive), "000001.json") ==
        expected);
}

TEST_CASE("labelCloud's own example is a cart turned by 235 degrees") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  test::MadeDrive frames;
  frames.frames = {"000000"};
  const auto drive = test::made(frames);
  CHECK(recognised_format(folder / "labelcloud/labels")->name == "labelcloud");
  const auto set = read_labels(*drive, folder / "labelcloud/labels");
  REQUIRE(set);
  REQUIRE(set->labels.size() == 1);
  CHECK(set->labels[0].class_name == "cart");
  CHECK(yaw_of(set->labels[0].cuboid_in_ego.pose.rotation) ==
        Approx(235 * kPi / 180 - 2 * kPi).epsilon(1e-9));
  CHECK(set->labels[0].cuboid_in_ego.size.isApprox(Vec3(0.75, 0.55, 0.15), 1e-9));
}

TEST_CASE("OpenPCDet's rows are centre, sizes and heading in the lidar's frame") {
  const auto drive = test::made({});
  test::TempFolder folder;
  const std::string text =
      "22.10 -0.80 -0.95 4.10 1.62 1.50 0.04 Car\r\n\r\n5 6 7 0.8 0.7 1.8 -1.5 Pedestrian 0.9 "
      "x\r\n";
  auto set = labels_in(*drive, folder.path(), {{"000002.txt", text}}, "openpcdet");
  CHECK(set.problems.empty());
  REQUIRE(set.labels.size() == 2);
  const Cuboid& car = set.labels[0].cuboid_in_ego;
  CHECK((car.pose.translation - Vec3(22.1, -0.8, -0.95)).norm() < 1e-9);
  CHECK((car.size - Vec3(4.1, 1.62, 1.5)).norm() < 1e-9);
  CHECK(yaw_of(car.pose.rotation) == Approx(0.04));
  CHECK(set.labels[1].class_name == "Pedestrian");

  const auto import = test::imported(std::move(set), *drive);
  CHECK(content_of(test::written_as("openpcdet", import->document(), *drive), "000002.txt") ==
        text);
  const auto track = import->document().track_named("000002/3");
  REQUIRE(track);
  Cuboid moved = track->keys[0].cuboid();
  moved.pose.translation.z() += 0.5;
  (*import)(set_key(import->document(), track->uid, {"000002", drive->frames()[2].stamp}, moved));
  CHECK(content_of(test::written_as("openpcdet", import->document(), *drive), "000002.txt") ==
        "22.10 -0.80 -0.95 4.10 1.62 1.50 0.04 Car\r\n\r\n5 6 7.500000 0.8 0.7 1.8 -1.5 Pedestrian "
        "0.9 x\r\n");
}

TEST_CASE("a bad row of OpenPCDet names its line and field and stays where it is") {
  const auto drive = test::made({});
  test::TempFolder folder;
  const std::string text =
      "1 2 3 4 5 Car\n1 2 3 -4 5 6 0 Car\n1 2 3 4 5 6 90 Car\n1 2 x 4 5 6 0 Car\n";
  auto set = labels_in(*drive, folder.path(), {{"000000.txt", text}}, "openpcdet");
  CHECK(set.labels.empty());
  REQUIRE(set.problems.size() == 4);
  CHECK(set.problems[0].where == "line 1");
  CHECK(set.problems[1].where == "line 2, size");
  CHECK(set.problems[2].where == "line 3, heading");
  CHECK(set.problems[3].where == "line 4, z");
  const auto import = test::imported(std::move(set), *drive);
  CHECK(content_of(test::written_as("openpcdet", import->document(), *drive), "000000.txt") ==
        text);
}

constexpr const char* kTable =
    "note,class,frame,track,y,x,z,length,width,height,yaw,frame_of,attributes.paint,extra\n"
    "\"a, b\",car,000001,9,2,1,0.50,4,2,1.5,0.25,ego,red,7\n"
    ",car,000002,9,2,2,0.5,4,2,1.5,0.25,velodyne,red,8\n"
    ",pole,000002,,2.5,3.5,0,0.2,0.2,3,0,world,,\n";

TEST_CASE("a table's columns are found by name, in any order and frame of reference") {
  test::MadeDrive still;
  still.poses = true;
  const auto drive = test::made(still);
  test::TempFolder folder;
  const auto set = labels_in(*drive, folder.path(), {{"boxes.csv", kTable}}, "");
  CHECK(set.format == "csv");
  CHECK(set.problems.empty());
  REQUIRE(set.labels.size() == 3);
  const Label& first = set.labels[0];
  CHECK(first.frame == 1);
  CHECK(first.track == "9");
  CHECK((first.cuboid_in_ego.pose.translation - Vec3(1, 2, 0.5)).norm() < 1e-9);
  CHECK(yaw_of(first.cuboid_in_ego.pose.rotation) == Approx(0.25));
  CHECK(first.attributes == Attributes{{"paint", "red"}});
  // Ego at frame 2: turned by 0.2 at (1002, 2000, 3).
  const Pose world_from_ego = pose_from_yaw(0.2, {1002, 2000, 3});
  CHECK((world_from_ego * set.labels[2].cuboid_in_ego.pose.translation - Vec3(3.5, 2.5, 0)).norm() <
        1e-9);
  CHECK_FALSE(set.labels[2].has_track_id);
}

TEST_CASE("an edited row keeps what it does not say, the others their bytes") {
  const auto drive = test::made({});
  test::TempFolder folder;
  const auto import =
      test::imported(labels_in(*drive, folder.path(), {{"boxes.csv", kTable}}, "csv"), *drive);
  CHECK(test::written_as("csv", import->document(), *drive)[0].content == kTable);
  const Track& track = import->track("9");
  Cuboid moved = track.keys[0].cuboid();
  moved.pose.translation.z() += 0.75;
  (*import)(set_key(import->document(), track.uid, {"000001", drive->frames()[1].stamp}, moved));
  std::string expected = kTable;
  expected.replace(expected.find("0.50"), 4, "1.25");
  CHECK(test::written_as("csv", import->document(), *drive)[0].content == expected);
  // A new attribute is a new column, and the one row that has it says so.
  (*import)(set_attribute(import->document(),
                          std::vector{track.uid},
                          "occlusion",
                          "partly",
                          {"000002", drive->frames()[2].stamp}));
  const std::string more = test::written_as("csv", import->document(), *drive)[0].content;
  CHECK(more.find("attributes.paint,extra,attributes.occlusion\n") != std::string::npos);
  CHECK(more.find("velodyne,red,8,partly\n") != std::string::npos);
  CHECK(more.find(",pole,000002,,2.5,3.5,0,0.2,0.2,3,0,world,,\n") != std::string::npos);
}

TEST_CASE("a table without what a box needs, and rows that are none, say so") {
  const auto drive = test::made({});
  test::TempFolder folder;
  const auto none = labels_in(*drive, folder.path(), {{"a.csv", "frame,x,y\n1,2,3\n"}}, "csv");
  REQUIRE(none.problems.size() == 1);
  CHECK(none.problems[0].where == "line 1");
  const auto bad = labels_in(*drive,
                             folder.path(),
                             {{"b.csv",
                               "frame,class,x,y,z,length,width,height,yaw,frame_of\n"
                               "000000,car,1,2,q,4,2,1,0,\n000000,car,1,2,3,4,0,1,0,\n"
                               "000000,car,1,2,3,4,2,1,0,moon\n000000,,1,2,3,4,2,1,0,\n"
                               ",car,1,2,3,4,2,1,0,\n"}},
                             "csv");
  CHECK(bad.labels.empty());
  REQUIRE(bad.problems.size() == 5);
  CHECK(bad.problems[0].where == "line 2, z");
  CHECK(bad.problems[1].where == "line 3, width");
  CHECK(bad.problems[2].where == "line 4, frame_of");
  CHECK(bad.problems[3].where == "line 5, class");
  CHECK(bad.problems[4].where == "line 6, frame");
}

}  // namespace
}  // namespace sweepbox
