#include "label_files.hpp"

namespace sweepbox {
namespace {

// docs.xtreme1.io, data annotation result: numbers as there, cut to what matters.
constexpr const char* kResult =
    R"([{"version": "Xtreme1 V0.6", "dataId": 1, "sourceName": "PV-RCNN", "classificationValues": null, "objects": [
 {"id": "m1", "type": "3D_BOX", "className": "car", "trackId": "z", "trackName": "9", "contour": {"size3D": {"x": 4, "y": 2, "z": 1}, "center3D": {"x": 1, "y": 1, "z": 1}, "rotation3D": {"x": 0, "y": 0, "z": 0}}, "modelConfidence": 0.5}]},
{"version": "Xtreme1 V0.6", "dataId": 1, "sourceName": "Ground Truth", "classificationValues": null, "objects": [
 {"id": "033DA6D7", "type": "3D_BOX", "classId": 455555556457, "className": "car", "trackId": "-COOq29Lf0S8XAvD", "trackName": "2", "classValues": [{"id": "7722", "name": "type", "type": "RADIO", "alias": "type", "value": "suv", "isLeaf": true}],
  "contour": {"pointN": 1606, "points": [], "size3D": {"x": 4.784937233663604, "y": 3.0378181156906283, "z": 1.58}, "center3D": {"x": -3.4826021259294277, "y": -9.45454056815398, "z": 0.56}, "viewIndex": 0, "rotation3D": {"x": 0, "y": 0, "z": 0.5879414415603956}}, "modelConfidence": null, "modelClass": ""},
 {"id": "7F88", "type": "2D_BOX", "className": "car", "trackId": "-COOq29Lf0S8XAvD", "trackName": "2", "contour": {"points": []}}]}])";

test::LabelFiles results() {
  return {"xtreme1", {{"result/000001.json", kResult}}, ""};
}

TEST_CASE("of several sources in an Xtreme1 file that of people is read, and it is said") {
  const auto files = results();
  REQUIRE(files.labels().problems.size() == 1);
  CHECK(files.labels().problems[0].severity == Severity::note);
  CHECK_THAT(to_line(files.labels().problems[0]), Catch::Contains("\"PV-RCNN\""));
  REQUIRE(files.labels().labels.size() == 1);
  const Label& label = files.labels().labels[0];
  CHECK(label.frame == 1);
  CHECK(label.track == "2");
  CHECK(label.class_name == "car");
  CHECK(label.attributes == Attributes{{"type", "suv"}});
  CHECK_FALSE(label.score);
  CHECK(label.cuboid_in_ego.size == Vec3(4.784937233663604, 3.0378181156906283, 1.58));
  CHECK(yaw_of(label.cuboid_in_ego.pose.rotation) == Approx(0.5879414415603956));
}

TEST_CASE("an untouched Xtreme1 file goes out byte for byte, of a moved box the place changes") {
  auto files = results();
  CHECK(files.written().at("result/000001.json") == kResult);
  files.nudge("2", 1);
  const std::string text = files.written().at("result/000001.json");
  const std::string original = kResult;
  const std::size_t at = original.find("-3.4826021259294277");
  CHECK(text.substr(0, at) == original.substr(0, at));
  const std::string rest = original.substr(original.find(", \"z\": 0.56"));
  CHECK(text.substr(text.size() - rest.size()) == rest);
}

TEST_CASE("a name that several Xtreme1 tracks have gives way to their ids") {
  std::string second = kResult;
  second.replace(second.rfind("-COOq29Lf0S8XAvD", second.find("2D_BOX")), 16, "another");
  second.replace(second.find("-COOq29Lf0S8XAvD"), 16, "another");
  const test::LabelFiles files{
      "xtreme1", {{"result/000001.json", kResult}, {"result/000002.json", second}}, "result"};
  REQUIRE(files.labels().labels.size() == 2);
  CHECK(files.labels().labels[0].track == "-COOq29Lf0S8XAvD");
  CHECK(files.labels().labels[1].track == "another");
  CHECK(files.written().at("result/000002.json") == second);
}

TEST_CASE("new Xtreme1 files and boxes are read again with score, attributes and track") {
  auto files = results();
  const Track& track = files.track("2");
  files(set_key(files.document(), track.uid, files.moment(3), track.keys[0].cuboid()));
  const auto written = files.written();
  const test::LabelFiles again{"xtreme1", written, ""};
  REQUIRE(again.labels().labels.size() >= 2);
  CHECK(again.labels().labels.back().frame == 3);
  CHECK(again.labels().labels.back().track == "2");
  CHECK(again.labels().labels.back().attributes == Attributes{{"type", "suv"}});
  CHECK_THAT(written.at("result/000003.json"),
             Catch::Contains("\"trackId\": \"-COOq29Lf0S8XAvD\""));
}

TEST_CASE("Xtreme1 results are recognised") {
  const auto files = results();
  CHECK(recognised_format(files.folder / "result") == label_format("xtreme1"));
  CHECK(recognised_format(files.folder.path()) == label_format("xtreme1"));
}

}  // namespace
}  // namespace sweepbox
