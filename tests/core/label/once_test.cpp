#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "label_files.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

constexpr const char* kOnce = R"({"calib": {}, "meta_info": {"weather": "sunny"},
 "frames": [
  {"sequence_id": "000076", "frame_id": "000000", "pose": [0, 0, 0, 1, 0, 0, 0], "annos": {
    "names": ["Car", "Pedestrian"],
    "boxes_3d": [[-4.50, -12.3, 0.6, 4.1, 1.7, 1.5, -1.5707963267948966], [2, 3, 0, 0.5, 0.6, 1.75, 0]],
    "boxes_2d": {"image_2": [[10, 20, 110.5, 80], [-1.0, -1.0, -1.0, -1.0]]}}},
  {"sequence_id": "000076", "frame_id": "000001", "pose": [0, 0, 0, 1, 0, 0, 0]}
 ]}
)";

TEST_CASE("ONCE's boxes: x is left, y is back, the rest goes back byte for byte") {
  test::TempFolder folder;
  REQUIRE(write_file(folder.path() / "000076.json", kOnce));
  const auto drive = test::made({});
  auto set = label_format("once")->read(*drive, folder.path() / "000076.json");
  REQUIRE(set);
  CHECK(set->problems.empty());
  REQUIRE(set->labels.size() == 2);
  const Label car = set->labels[0];
  CHECK(car.frame == 0);
  // 4.5 m to the right, 12.3 m ahead; yaw -90° from the vehicle's left is ahead.
  CHECK((car.cuboid_in_ego.pose.translation - Vec3(12.3, -4.5, 0.6)).norm() < 1e-9);
  CHECK((car.cuboid_in_ego.pose.rotation * Vec3::UnitX() - Vec3::UnitX()).norm() < 1e-9);
  CHECK(car.cuboid_in_ego.size.isApprox(Vec3(4.1, 1.7, 1.5)));
  CHECK(car.rect);
  CHECK(car.rect_camera == "image_2");
  CHECK_FALSE(set->labels[1].rect);  // -1: not visible

  const auto import = test::imported(std::move(*set), *drive);
  CHECK(test::written_as("once", import->document(), *drive).front().content == kOnce);

  // Deleting the car takes it out of all three lists.
  (*import)(delete_tracks(import->document(), std::vector<TrackId>{import->track(car.track).uid}));
  const std::string without = test::written_as("once", import->document(), *drive).front().content;
  CHECK(without.find("\"names\": [\"Pedestrian\"]") != std::string::npos);
  CHECK(without.find("\"boxes_3d\": [[2, 3, 0, 0.5, 0.6, 1.75, 0]]") != std::string::npos);
  CHECK(without.find("\"image_2\": [[-1.0, -1.0, -1.0, -1.0]]") != std::string::npos);
  CHECK(without.find("\"weather\": \"sunny\"") != std::string::npos);
}

TEST_CASE("ONCE's broken frames are named, the others are read") {
  test::TempFolder folder;
  REQUIRE(
      write_file(folder.path() / "a.json",
                 R"({"frames": [{"frame_id": "000000", "annos": {"names": ["Car"], "boxes_3d": []}},
      {"frame_id": "000001", "annos": {"names": ["Car"], "boxes_3d": [[1, 2, 3, 4, 2, 1, 0]]}},
      {"frame_id": "000002", "annos": {"names": ["Car"], "boxes_3d": [[1, 2, 3, -4, 2, 1, 0]]}}]})"));
  const auto set = label_format("once")->read(*test::made({}), folder.path() / "a.json");
  REQUIRE(set);
  CHECK(set->labels.size() == 1);
  CHECK(set->problems.size() == 2);
}

TEST_CASE("ONCE: a frame in two entries, and in two files, goes back as it came") {
  const std::string two_entries = R"({"frames": [
  {"frame_id": "000000", "annos": {"names": ["Car", "Bus"],
    "boxes_3d": [[1, 2, 3, 4, 2, 1, 0], [11, 2, 3, 4, 2, 1, 0]]}},
  {"frame_id": "000001", "annos": {"names": ["Car"], "boxes_3d": [[1, 2, 3, 4, 2, 1, 0]]}},
  {"frame_id": "000000", "annos": {"names": ["Truck"], "boxes_3d": [[21, 2, 3, 4, 2, 1, 0]]}},
  {"frame_id": "000000"}]})";
  const std::string other =
      R"({"frames": [{"frame_id": "000000", "annos": {"names": ["Cyclist", "Car"],
    "boxes_3d": [[31, 2, 3, 2, 1, 2, 0], [41, 2, 3, 4, 2, 1, 0]]}}]})";
  test::LabelFiles both("once", {{"a.json", two_entries}, {"b.json", other}}, "");
  CHECK(both.labels().labels.size() == 6);
  CHECK(both.written() ==
        std::map<std::string, std::string>{{"a.json", two_entries}, {"b.json", other}});

  test::LabelFiles file("once", {{"a.json", two_entries}}, "a.json");
  CHECK(file.written().at("a.json") == two_entries);
  // One changed in the second entry, one deleted in the first, a new one: into one entry.
  const Cuboid near = file.track("000000/2").keys.front().cuboid();
  file.nudge("000000/3", 0);
  file(delete_tracks(file.document(), std::vector<TrackId>{file.track("000000/1").uid}));
  file(create_track(file.document(), "Pedestrian", near, file.moment(0), 77));
  const std::string edited = file.written().at("a.json");
  CHECK_THAT(edited, Catch::Contains(R"("names": ["Bus"])"));
  CHECK_THAT(edited, Catch::Contains(R"("boxes_3d": [[11, 2, 3, 4, 2, 1, 0]])"));
  CHECK_THAT(edited, Catch::Contains(R"("names": ["Truck", "Pedestrian"])"));
  CHECK_THAT(edited, !Catch::Contains("[21, 2, 3, 4, 2, 1, 0]"));
  CHECK_THAT(edited, Catch::Contains(R"({"frame_id": "000000"}])"));
}

TEST_CASE("ONCE: a box without a class stays in the file") {
  const std::string content = R"({"frames": [{"frame_id": "000000", "annos": {
    "names": ["Car", null, ""],
    "boxes_3d": [[1, 2, 3, 4, 2, 1, 0], [11, 2, 3, 4, 2, 1, 0], [21, 2, 3, 4, 2, 1, 0]]}}]})";
  test::LabelFiles file("once", {{"a.json", content}}, "a.json");
  CHECK(file.labels().labels.size() == 1);
  CHECK(file.written().at("a.json") == content);
}

}  // namespace
}  // namespace sweepbox
