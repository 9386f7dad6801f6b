#include "label_files.hpp"

namespace sweepbox {
namespace {

// What Datumaro 1.13 writes, with a skeleton of an image that is no cuboid among its boxes.
constexpr const char* kFile =
    R"({"dm_format_version":"1.0","media_type":6,"infos":{},"categories":{"label":{"labels":[{"name":"car","parent":"","attributes":[]},{"name":"bus","parent":"","attributes":[]}],"label_groups":[],"attributes":[]}},"items":[)"
    R"({"id":"000001","annotations":[{"id":7,"type":"cuboid_3d","attributes":{"track_id":5,"occluded":false,"colour":"red"},"group":0,"label_id":0,"position":[1.0,2.0,3.0],"rotation":[0.0,0.0,0.30],"scale":[4.1,1.7,1.5]},{"id":9,"type":"label","attributes":{},"group":0,"label_id":1}],"attr":{"frame":1},"point_cloud":{"path":"pointcloud/000001.pcd"}},)"
    R"({"id":"000002","annotations":[{"id":8,"type":"cuboid_3d","attributes":{"track_id":5,"occluded":true,"keyframe":false},"group":0,"label_id":0,"position":[1.5,2.0,3.0],"rotation":[0.0,0.0,0.3],"scale":[4.1,1.7,1.5]}],"attr":{"frame":2},"point_cloud":{"path":"pointcloud/000002.pcd"}}]})";

test::LabelFiles datumaro() {
  return {"datumaro", {{"annotations/default.json", kFile}}, ""};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("Datumaro's boxes have their length along x, ids and attributes") {
  const auto files = datumaro();
  REQUIRE(files.labels().problems.empty());
  REQUIRE(files.labels().labels.size() == 2);
  const Label& label = files.labels().labels[0];
  CHECK(label.frame_name == "000001");
  CHECK(label.class_name == "car");
  CHECK(label.track == "5");
  CHECK(label.has_track_id);
  CHECK(label.attributes == Attributes{{"colour", "red"}, {"occluded", "false"}});
  // The made drive's velodyne is at ego.
  CHECK(label.cuboid_in_ego.size == Vec3(4.1, 1.7, 1.5));
  CHECK(label.cuboid_in_ego.pose.translation.isApprox(Vec3(1, 2, 3), 1e-12));
  CHECK(yaw_of(label.cuboid_in_ego.pose.rotation) == Approx(0.3));
  CHECK_FALSE(files.labels().labels[1].key);
}

TEST_CASE("an untouched Datumaro file goes out byte for byte") {
  const auto files = datumaro();
  CHECK(files.written().at("annotations/default.json") == kFile);
}

TEST_CASE("of a moved Datumaro box only its position changes") {
  auto files = datumaro();
  files.nudge("5", 2);
  const std::string text = files.written().at("annotations/default.json");
  const std::string before = "\"position\":[1.5,2.0,3.0]";
  const std::size_t at = std::string(kFile).find(before);
  CHECK(text.substr(0, at) == std::string(kFile).substr(0, at));
  // 0.25 m along the world's x is (cos 0.2, −sin 0.2) · 0.25 in ego, which has turned by 0.2.
  std::vector<double> numbers(3);
  CHECK(
      std::sscanf(
          text.c_str() + at, "\"position\":[%lf,%lf,%lf]", &numbers[0], &numbers[1], &numbers[2]) ==
      3);
  CHECK(numbers[0] == Approx(1.5 + 0.25 * std::cos(0.2)).margin(1e-9));
  CHECK(numbers[1] == Approx(2.0 - 0.25 * std::sin(0.2)).margin(1e-9));
  CHECK(numbers[2] == 3.0);
  const std::string rest = std::string(kFile).substr(at + before.size());
  CHECK(text.substr(text.size() - rest.size()) == rest);
}

TEST_CASE("class, attributes and name of a Datumaro track change alone") {
  auto files = datumaro();
  const std::vector<TrackId> one{files.track("5").uid};
  files(set_class(files.document(), one, "bus"));
  files(rename(files.document(), one[0], "12"));
  std::string expected = kFile;
  for (int i = 0; i < 2; ++i) {
    expected = replaced(expected, "\"label_id\":0", "\"label_id\":1");
    expected = replaced(expected, "\"track_id\":5", "\"track_id\":12");
  }
  CHECK(files.written().at("annotations/default.json") == expected);
  files(set_class(files.document(), one, "trailer"));
  const std::string text = files.written().at("annotations/default.json");
  CHECK_THAT(text,
             Catch::Contains("{\"name\": \"trailer\", \"parent\": \"\", \"attributes\": []}") ||
                 Catch::Contains(",{\"name\": \"trailer\""));
  CHECK_THAT(text, Catch::Contains("\"label_id\":2"));
}

TEST_CASE("a deleted Datumaro track leaves what is no cuboid") {
  auto files = datumaro();
  files(delete_tracks(files.document(), std::vector<TrackId>{files.track("5").uid}));
  const std::string text = files.written().at("annotations/default.json");
  CHECK(text.find("cuboid_3d") == std::string::npos);
  CHECK(text.find(R"("annotations":[{"id":9,"type":"label")") != std::string::npos);
  CHECK(text.find(R"("annotations":[])") != std::string::npos);
}

TEST_CASE("a new box goes into the item of its frame, or into a new item") {
  auto files = datumaro();
  const Cuboid box = files.track("5").keys[0].cuboid();
  files(create_track(files.document(), "pedestrian", box, files.moment(1), 99));
  files(create_track(files.document(), "pedestrian", box, files.moment(4), 100));
  const std::string text = files.written().at("annotations/default.json");
  test::LabelFiles again{"datumaro", {{"annotations/default.json", text}}, "annotations"};
  CHECK(again.labels().problems.empty());
  REQUIRE(again.labels().labels.size() == 4);
  CHECK(again.labels().labels[1].frame == 1);
  CHECK(again.labels().labels[1].class_name == "pedestrian");
  CHECK(again.labels().labels[3].frame == 4);
}

TEST_CASE("Datumaro boxes that are none are told with place and field") {
  std::string text = replaced(kFile, "[4.1,1.7,1.5]", "[4.1,-1.7,1.5]");
  const test::LabelFiles files{"datumaro", {{"annotations/default.json", text}}, ""};
  REQUIRE(files.labels().problems.size() == 1);
  CHECK_THAT(to_line(files.labels().problems[0]),
             Catch::Contains("annotations/default.json: line 1") && Catch::Contains("size") &&
                 Catch::Contains("-1.7"));
  CHECK(files.labels().labels.size() == 1);
  CHECK(files.written().at("annotations/default.json") == text);
}

TEST_CASE("items whose ids are no frames belong to frames by index") {
  std::string text = replaced(kFile, "\"id\":\"000001\"", "\"id\":\"left\"");
  text = replaced(text, "\"id\":\"000002\"", "\"id\":\"right\"");
  const test::LabelFiles files{"datumaro", {{"annotations/default.json", text}}, ""};
  CHECK(files.labels().elsewhere == 0);
  CHECK(files.labels().labels[1].frame == 2);
  CHECK(files.written().at("annotations/default.json") == text);
}

}  // namespace
}  // namespace sweepbox
