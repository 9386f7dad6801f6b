#include "label_files.hpp"

namespace sweepbox {
namespace {

// A release as formats.md 4.14 has it: one sequence, cloud names as addresses, a tilted box with a
// quaternion, another label set that is not read.
constexpr const char* kRelease =
    R"({"name": "v1", "description": "", "created_at": "2024-01-01", "dataset": {"name": "me/drive", "task_type": "pointcloud-cuboid-sequence", "task_attributes": {"format_version": "0.1", "categories": [{"id": 1, "name": "car", "color": [1, 2, 3]}, {"id": 4, "name": "pole"}]},
"samples": [{"uuid": "u1", "name": "drive", "attributes": {"frames": [
  {"pcd": {"url": "https://a.example/x/000002.pcd?sig=1.2", "type": "pcd"}, "images": [], "timestamp": "1"},
  {"pcd": {"url": "https://a.example/x/000003.pcd?sig=1.2", "type": "pcd"}, "images": []}]},
 "labels": {"predictions": {"attributes": {"frames": []}}, "ground-truth": {"label_status": "REVIEWED", "attributes": {"format_version": "0.2", "frames": [
  {"timestamp": "1", "annotations": [
   {"id": 1, "category_id": 1, "type": "cuboid", "position": {"x": 22.1, "y": -0.8, "z": -0.90}, "dimensions": {"x": 4.1, "y": 1.6, "z": 1.5}, "yaw": 0.04, "track_id": 3, "is_keyframe": true, "attributes": {"parked": true, "lane": 2}},
   {"id": 2, "category_id": 4, "type": "cuboid-sync", "position": {"x": 5, "y": 6, "z": 0}, "dimensions": {"x": 1, "y": 2, "z": 3}, "yaw": 0, "rotation": {"qx": 0.1, "qy": 0, "qz": 0, "qw": 0.99498743710662}, "track_id": 8, "is_keyframe": true},
   {"id": 3, "category_id": 1, "type": "polygon", "points": []}]},
  {"annotations": [
   {"id": 4, "category_id": 1, "type": "cuboid", "position": {"x": 21.1, "y": -0.8, "z": -0.9}, "dimensions": {"x": 4.1, "y": 1.6, "z": 1.5}, "yaw": 0.04, "track_id": 3, "is_keyframe": false}]}]}}}}]}})";

test::LabelFiles release() {
  return {"segments", {{"release.json", kRelease}}, "release.json"};
}

TEST_CASE("Segments.ai boxes are read by the names of their clouds, tilted ones by quaternion") {
  const auto files = release();
  REQUIRE(files.labels().problems.empty());
  REQUIRE(files.labels().labels.size() == 3);
  const Label& car = files.labels().labels[0];
  CHECK(car.frame == 2);
  CHECK(car.class_name == "car");
  CHECK(car.track == "3");
  CHECK(car.attributes == Attributes{{"lane", "2"}, {"parked", "true"}});
  CHECK(car.cuboid_in_ego.size == Vec3(4.1, 1.6, 1.5));
  CHECK(yaw_of(car.cuboid_in_ego.pose.rotation) == Approx(0.04));
  const Label& pole = files.labels().labels[1];
  CHECK(pole.class_name == "pole");
  // Half of the angle about x has the sine 0.1.
  CHECK(roll_pitch_yaw_of(pole.cuboid_in_ego.pose.rotation).x() ==
        Approx(2 * std::asin(0.1)).margin(1e-9));
  CHECK(files.labels().labels[2].frame == 3);
  CHECK_FALSE(files.labels().labels[2].key);
}

TEST_CASE("an untouched Segments.ai release goes out byte for byte") {
  CHECK(release().written().at("release.json") == kRelease);
}

TEST_CASE("edited, deleted and new boxes change a Segments.ai release there alone") {
  auto files = release();
  files(delete_tracks(files.document(), std::vector<TrackId>{files.track("8").uid}));
  files.nudge("3", 3);
  const Cuboid box = files.track("3").keys[0].cuboid();
  files(create_track(files.document(), "pedestrian", box, files.moment(3), 99));
  const std::string text = files.written().at("release.json");
  const std::string original = kRelease;
  const std::string first = original.substr(0, original.find(",\n   {\"id\": 2,"));
  CHECK(text.substr(0, text.find(",\n   {\"id\": 3,")) ==
        first.substr(0, first.find("\"name\": \"pole\"}") + 15) +
            ", {\"id\": 5, \"name\": \"pedestrian\"}" +
            first.substr(first.find("\"name\": \"pole\"}") + 15));
  CHECK(text.find("\"track_id\": 8") == std::string::npos);
  CHECK_THAT(text, Catch::Contains("\"type\": \"polygon\""));
  const test::LabelFiles again{"segments", {{"release.json", text}}, ""};
  CHECK(again.labels().problems.empty());
  REQUIRE(again.labels().labels.size() == 3);
  CHECK(again.labels().labels[2].class_name == "pedestrian");
  CHECK(again.labels().labels[2].frame == 3);
}

TEST_CASE("samples of one cloud each are frames by the sample's name") {
  const std::string text =
      R"({"name": "v1", "dataset": {"task_type": "pointcloud-cuboid", "task_attributes": {"categories": [{"id": 1, "name": "car"}]}, "samples": [
{"name": "000004.pcd", "attributes": {"pcd": {"url": "https://a.example/q", "type": "pcd"}}, "labels": {"ground-truth": {"attributes": {"annotations": [{"id": 1, "category_id": 1, "type": "cuboid", "position": {"x": 22.1, "y": -0.8, "z": -0.90}, "dimensions": {"x": 4.1, "y": 1.6, "z": 1.5}, "yaw": 0.04, "track_id": 3}]}}}},
{"name": "000005.pcd", "labels": {"ground-truth": null}}]}})";
  const test::LabelFiles files{"segments", {{"release.json", text}}, ""};
  REQUIRE(files.labels().labels.size() == 1);
  CHECK(files.labels().labels[0].frame == 4);
  CHECK(files.written().at("release.json") == text);
}

TEST_CASE("Segments.ai releases are recognised") {
  const auto files = release();
  CHECK(recognised_format(files.folder / "release.json") == label_format("segments"));
}

}  // namespace
}  // namespace sweepbox
