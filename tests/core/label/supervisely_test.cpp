#include "label_files.hpp"
#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

constexpr const char* kMeta =
    R"({"classes": [{"title": "Car", "shape": "cuboid_3d", "color": "#ff0000", "id": 1}], "tags": [{"name": "colour", "value_type": "any_string", "id": 3}], "projectType": "point_clouds"})";
constexpr const char* kKeys =
    R"({"tags": {}, "objects": {"5a61dad5d1a54e4f8d8e0d2e1c7e0e0a": 12}, "figures": {"00000000000000000000000000000001": 7}, "videos": {"00000000000000000000000000000002": 3}})";
// formats.md 4.12: x width, y length; the front is the box's +y, which stands at rz + 90°.
constexpr const char* kCloud =
    R"({"description": "", "key": "00000000000000000000000000000002", "tags": [], "objects": [
  {"key": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "classTitle": "Car", "tags": [{"name": "colour", "value": "red"}], "createdAt": "2021-06-25T14:26:45.979Z"}],
 "figures": [
  {"key": "00000000000000000000000000000001", "objectKey": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "geometryType": "cuboid_3d", "geometry":
   {"position": {"x": 22.10, "y": -0.8, "z": -0.9}, "rotation": {"x": 0, "y": 0, "z": -1.53}, "dimensions": {"x": 1.6, "y": 4.1, "z": 1.50}}},
  {"key": "00000000000000000000000000000009", "objectKey": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "geometryType": "point_cloud", "geometry": {"indices": [1, 2]}}]})";

std::map<std::string, std::string> clouds() {
  return {{"meta.json", kMeta}, {"key_id_map.json", kKeys}, {"ds0/ann/000001.pcd.json", kCloud}};
}

test::LabelFiles project() {
  return {"supervisely", clouds(), ""};
}

constexpr const char* kEpisode =
    R"({"description": "", "key": "00000000000000000000000000000003", "framesCount": 3, "tags": [],
"objects": [{"key": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "classTitle": "Car", "tags": [{"name": "colour", "value": "red"}, {"name": "occlusion", "value": "partly", "frameRange": [1, 2]}]}],
"frames": [
 {"index": 0, "figures": [{"key": "00000000000000000000000000000001", "objectKey": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "geometryType": "cuboid_3d", "geometry": {"position": {"x": 22.1, "y": -0.8, "z": -0.9}, "rotation": {"x": 0, "y": 0, "z": -1.53}, "dimensions": {"x": 1.6, "y": 4.1, "z": 1.5}}}]},
 {"index": 1, "figures": [{"key": "00000000000000000000000000000004", "objectKey": "5a61dad5d1a54e4f8d8e0d2e1c7e0e0a", "geometryType": "cuboid_3d", "geometry": {"position": {"x": 21.1, "y": -0.8, "z": -0.9}, "rotation": {"x": 0, "y": 0, "z": -1.53}, "dimensions": {"x": 1.6, "y": 4.1, "z": 1.5}}}]},
 {"index": 2, "figures": []}]})";

test::LabelFiles episode() {
  return {"supervisely",
          {{"meta.json", kMeta},
           {"key_id_map.json", kKeys},
           {"ds0/annotation.json", kEpisode},
           {"ds0/frame_pointcloud_map.json",
            R"({"0": "000003.pcd", "1": "000004.pcd", "2": "000005.pcd"})"}},
          "ds0"};
}

TEST_CASE("Supervisely's boxes have their length along y and look there") {
  const auto files = project();
  REQUIRE(files.labels().problems.empty());
  REQUIRE(files.labels().labels.size() == 1);
  const Label& label = files.labels().labels[0];
  CHECK(label.frame == 1);
  CHECK(label.class_name == "Car");
  CHECK(label.track == "12");
  CHECK(label.attributes == Attributes{{"colour", "red"}});
  CHECK(label.cuboid_in_ego.size == Vec3(4.1, 1.6, 1.5));
  CHECK(yaw_of(label.cuboid_in_ego.pose.rotation) == Approx(-1.53 + kPi / 2));
  CHECK(label.cuboid_in_ego.pose.translation.isApprox(Vec3(22.1, -0.8, -0.9), 1e-12));
}

TEST_CASE("an untouched Supervisely project goes out byte for byte, and clouds without boxes too") {
  const auto files = project();
  const auto written = files.written();
  for (const auto& [name, content] : clouds()) {
    INFO(name);
    // Clouds that had no file get one, whose key is new in the map.
    if (name != "key_id_map.json") CHECK(written.at(name) == content);
  }
  CHECK(written.size() == 2 + 6);
  CHECK_THAT(written.at("key_id_map.json"),
             Catch::StartsWith(std::string(kKeys).substr(0, std::string(kKeys).size() - 2)));
}

TEST_CASE("of a moved Supervisely box only its place changes") {
  auto files = project();
  files.nudge("12", 1);
  const std::string text = files.written().at("ds0/ann/000001.pcd.json");
  const std::string original = kCloud;
  const std::size_t at = original.find("\"x\": 22.10, \"y\": -0.8");
  CHECK(text.substr(0, at) == original.substr(0, at));
  const std::string rest = original.substr(original.find(", \"z\": -0.9"));
  CHECK(text.substr(text.size() - rest.size()) == rest);
  double x = 0, y = 0;
  REQUIRE(std::sscanf(text.c_str() + at, "\"x\": %lf, \"y\": %lf", &x, &y) == 2);
  CHECK(x == Approx(22.1 + 0.25 * std::cos(0.1)).margin(1e-9));
  CHECK(y == Approx(-0.8 - 0.25 * std::sin(0.1)).margin(1e-9));
}

TEST_CASE("class, name and attributes of a Supervisely track stand at its object") {
  auto files = project();
  const std::vector<TrackId> one{files.track("12").uid};
  files(set_class(files.document(), one, "bus"));
  files(set_attribute(files.document(), one, "occlusion", "partly", files.moment(1)));
  files(rename(files.document(), one[0], "bus_A"));
  const auto written = files.written();
  const std::string& text = written.at("ds0/ann/000001.pcd.json");
  CHECK_THAT(text, Catch::Contains("\"classTitle\": \"bus\""));
  CHECK_THAT(text, Catch::Contains("{\"name\": \"occlusion\", \"value\": \"partly\"}"));
  CHECK_THAT(text, Catch::Contains("{\"name\": \"track_id\", \"value\": \"bus_A\"}"));
  CHECK_THAT(written.at("meta.json"), Catch::Contains("\"title\": \"bus\""));
  CHECK_THAT(written.at("meta.json"), Catch::Contains("\"name\": \"track_id\""));
  const test::LabelFiles again{"supervisely", written, ""};
  CHECK(again.labels().labels.at(0).track == "bus_A");
  CHECK(again.labels().labels.at(0).attributes ==
        Attributes{{"colour", "red"}, {"occlusion", "partly"}});
}

TEST_CASE("a deleted Supervisely track keeps its object while something else refers to it") {
  auto files = project();
  files(delete_tracks(files.document(), std::vector<TrackId>{files.track("12").uid}));
  const std::string text = files.written().at("ds0/ann/000001.pcd.json");
  CHECK(text.find("cuboid_3d") == std::string::npos);
  CHECK_THAT(text, Catch::Contains("\"point_cloud\"") && Catch::Contains("\"classTitle\""));
}

TEST_CASE("a new box of a track that has an object in another cloud gets the same key") {
  auto files = project();
  const Track& track = files.track("12");
  files(set_key(files.document(), track.uid, files.moment(2), track.keys[0].cuboid()));
  const auto written = files.written();
  CHECK_THAT(written.at("ds0/ann/000002.pcd.json"),
             Catch::Contains("\"objectKey\": \"5a61dad5d1a54e4f8d8e0d2e1c7e0e0a\"") &&
                 Catch::Contains("{\"name\": \"colour\", \"value\": \"red\"}"));
  const test::LabelFiles again{"supervisely", written, ""};
  REQUIRE(again.labels().labels.size() == 2);
  CHECK(again.labels().labels[1].track == "12");
  CHECK(again.labels().labels[1].cuboid_in_ego.size.isApprox(Vec3(4.1, 1.6, 1.5), 1e-9));
}

TEST_CASE("episodes name their clouds in a map, and tags hold in ranges of frames") {
  auto files = episode();
  REQUIRE(files.labels().problems.empty());
  REQUIRE(files.labels().labels.size() == 2);
  CHECK(files.labels().labels[0].frame == 3);
  CHECK(files.labels().labels[0].attributes == Attributes{{"colour", "red"}});
  CHECK(files.labels().labels[1].frame == 4);
  CHECK(files.labels().labels[1].attributes ==
        Attributes{{"colour", "red"}, {"occlusion", "partly"}});
  CHECK(files.written().at("ds0/annotation.json") == kEpisode);
  CHECK(files.written().at("meta.json") == kMeta);
  CHECK(files.written().at("key_id_map.json") == kKeys);

  files(set_key(files.document(),
                files.track("12").uid,
                files.moment(5),
                files.track("12").keys[1].cuboid()));
  const std::vector<TrackId> one{files.track("12").uid};
  files(set_attribute(files.document(), one, "occlusion", "mostly", files.moment(5)));
  const auto written = files.written();
  const test::LabelFiles again{"supervisely", written, "ds0"};
  CHECK(again.labels().problems.empty());
  REQUIRE(again.labels().labels.size() == 3);
  CHECK(again.labels().labels[2].frame == 5);
  CHECK(again.labels().labels[2].track == "12");
  CHECK(again.labels().labels[1].attributes.at("occlusion") == "partly");
  CHECK(again.labels().labels[2].attributes.at("occlusion") == "mostly");
}

TEST_CASE(
    "boxes that CVAT wrote into Supervisely's fields have their length along x, and it is said") {
  auto files = clouds();
  std::string& text = files["ds0/ann/000001.pcd.json"];
  const auto put = [&](const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
  };
  put("2021-06-25T14:26:45.979Z", "2021-06-25 14:26:45.979651");
  put("\"dimensions\": {\"x\": 1.6, \"y\": 4.1", "\"dimensions\": {\"x\": 4.1, \"y\": 1.6");
  test::LabelFiles read{"supervisely", files, ""};
  REQUIRE(read.labels().problems.size() == 1);
  CHECK(read.labels().problems[0].severity == Severity::note);
  CHECK_THAT(to_line(read.labels().problems[0]), Catch::Contains("CVAT or Datumaro"));
  const Label& label = read.labels().labels.at(0);
  CHECK(label.cuboid_in_ego.size == Vec3(4.1, 1.6, 1.5));
  CHECK(yaw_of(label.cuboid_in_ego.pose.rotation) == Approx(-1.53));
  // An edited box is written in the manner of its file.
  read.nudge("12", 1);
  CHECK_THAT(read.written().at("ds0/ann/000001.pcd.json"),
             Catch::Contains("\"dimensions\": {\"x\": 4.1, \"y\": 1.6, \"z\": 1.50}"));
}

TEST_CASE(
    "the sample project: three boxes by CVAT's convention, all of it written back as it was") {
  SHARED_DATA_OR_SKIP(folder, "formats/supervisely_pointcloud");
  test::MadeDrive made_drive;
  made_drive.frames = {"1", "2"};
  const auto drive = test::made(made_drive);
  auto set = label_format("supervisely")->read(*drive, folder);
  REQUIRE(set);
  REQUIRE(set->labels.size() == 3);
  CHECK(set->labels[0].frame_name == "frame1");
  CHECK(set->labels[0].track == "231825");
  CHECK(set->labels[0].attributes == Attributes{{"tag1", "fd"}, {"tag3", "4s"}});
  CHECK(set->labels[2].class_name == "bus");
  CHECK(set->labels[2].track == "36");
  const auto imported = test::imported(std::move(*set), *drive);
  for (const WrittenFile& file : test::written_as("supervisely", imported->document(), *drive)) {
    if (!std::filesystem::exists(folder / file.path)) continue;
    INFO(file.path);
    if (file.path != "key_id_map.json") CHECK(file.content == test::text_of(folder / file.path));
  }
}

TEST_CASE("Supervisely places are recognised") {
  const auto files = project();
  const auto episodes = episode();
  const LabelFormat& format = *label_format("supervisely");
  CHECK(format.recognise(files.folder.path()) > 0.9);
  CHECK(format.recognise(files.folder / "ds0") > 0.9);
  CHECK(format.recognise(files.folder / "ds0" / "ann") > 0.9);
  CHECK(format.recognise(episodes.folder / "ds0" / "annotation.json") > 0.9);
  CHECK(format.recognise(files.folder / "meta.json") == 0);
  CHECK(recognised_format(files.folder.path()) == &format);
}

}  // namespace
}  // namespace sweepbox
