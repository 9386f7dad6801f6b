#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/openlabel_scan.hpp"
#include "core/label/upright.hpp"
#include "made_drive.hpp"
#include "tests/support/golden_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

/// Reads a text as an OpenLABEL file of a made drive (frames 000000 … 000005).
LabelSet labels_in(const Drive& drive, const std::string& text) {
  test::TempFolder folder;
  REQUIRE(write_file(folder / "labels.json", std::string_view(text)));
  auto set = read_labels(drive, folder / "labels.json", "openlabel");
  if (!set) FAIL(to_line(set.error()));
  return std::move(*set);
}

void check_box(const Cuboid& found, const Vec3& centre, double yaw, const Vec3& size) {
  INFO(found.pose.translation.transpose()
       << ", yaw " << yaw_of(found.pose.rotation) << ", size " << found.size.transpose());
  CHECK((found.pose.translation - centre).norm() < 1e-9);
  CHECK(std::abs(wrapped_angle(yaw_of(found.pose.rotation) - yaw)) < 1e-9);
  CHECK((found.size - size).norm() < 1e-9);
  CHECK((found.pose.rotation * Vec3::UnitZ() - Vec3::UnitZ()).norm() < 1e-9);
}

TEST_CASE("cuboids of nine and ten numbers are the same box") {
  const auto drive = test::made({});
  // Half a right angle: quaternion (0, 0, sin 22.5°, cos 22.5°).
  const auto set = labels_in(*drive, R"({"openlabel": {"metadata": {"schema_version": "1.0.0"},
    "coordinate_systems": {"vehicle-iso8855": {"type": "local_cs", "parent": ""}},
    "objects": {"7": {"name": "car7", "type": "Car"}, "8": {"name": "car8", "type": "Car"}},
    "frames": {"2": {"objects": {
      "7": {"object_data": {"cuboid": [{"name": "box", "coordinate_system": "vehicle-iso8855",
        "val": [10, 2, 0.5, 0, 0, 0.3826834323650898, 0.9238795325112867, 4, 2, 1.5]}]}},
      "8": {"object_data": {"cuboid": [{"name": "box", "coordinate_system": "vehicle-iso8855",
        "val": [10, 2, 0.5, 0, 0, 0.7853981633974483, 4, 2, 1.5]}]}}}}}}})");
  CHECK(set.problems.empty());
  REQUIRE(set.labels.size() == 2);
  for (const Label& label : set.labels) {
    CHECK(label.frame == 2);
    CHECK(label.class_name == "Car");
    check_box(label.cuboid_in_ego, {10, 2, 0.5}, kPi / 4, {4, 2, 1.5});
  }
  CHECK(set.labels[0].track == "7");
}

TEST_CASE("coordinate systems lead along poses and moving transforms to one that the drive knows") {
  const auto drive = test::made({});
  // "roof" is a quarter turn on the vehicle, in three ways to say so, and "spot" moves with
  // frame 1.
  const char* forms[] = {
      R"({"matrix4x4": [0, -1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1]})",
      R"({"quaternion": [0, 0, 0.7071067811865476, 0.7071067811865476], "translation": [1, 0, 2]})",
      R"({"euler_angles": [1.5707963267948966, 0, 0], "translation": [1, 0, 2]})",
      R"({"euler_angles": [0, 0, 1.5707963267948966], "sequence": "XYZ", "translation": [1, 0, 2]})",
      R"([0, -1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1])"};  // VCD 4.3
  for (const char* form : forms) {
    INFO(form);
    const auto set = labels_in(*drive,
                               fmt::format(R"({{"vcd": {{"coordinate_systems": {{
      "base": {{"type": "local_cs", "parent": ""}},
      "roof": {{"type": "sensor_cs", "parent": "base", "pose_wrt_parent": {}}},
      "spot": {{"type": "scene_cs", "parent": ""}}}},
      "objects": {{"1": {{"name": "a", "type": "Car"}}}},
      "frames": {{"1": {{"frame_properties": {{"transforms": {{"roof_to_spot": {{"src": "roof",
        "dst": "spot", "transform_src_to_dst": {{"matrix4x4": [1,0,0,5, 0,1,0,0, 0,0,1,0, 0,0,0,1]}}}}}}}},
        "objects": {{"1": {{"object_data": {{"cuboid": [{{"name": "b", "coordinate_system": "spot",
          "val": [8, 0, 0, 0, 0, 0, 4, 2, 1]}}]}}}}}}}}}}}}}})",
                                           form));
    CHECK(set.problems.empty());
    REQUIRE(set.labels.size() == 1);
    // spot (8, 0, 0) is roof (3, 0, 0), which a quarter turn brings to (0, 3, 0), then (1, 0, 2)
    // on.
    check_box(set.labels[0].cuboid_in_ego, {1, 3, 2}, kPi / 2, {4, 2, 1});
  }
}

TEST_CASE("a coordinate system that leads nowhere is a problem with its place") {
  const auto drive = test::made({});
  const auto set = labels_in(*drive, R"({"openlabel": {
"objects": {"1": {"name": "a", "type": "Car"}},
"frames": {"1": {"objects": {"1": {"object_data": {"cuboid": [
  {"name": "b", "coordinate_system": "mars", "val": [8, 0, 0, 0, 0, 0, 4, 2, 1]}]}}}}}}})");
  CHECK(set.labels.empty());
  REQUIRE(set.problems.size() == 1);
  CHECK(set.problems[0].where == "line 4, column 3, object 1, frame 1, coordinate_system");
  CHECK(english(set.problems[0].found) == "\"mars\"");
}

TEST_CASE("a cuboid of the object itself holds in its frames, moving one makes it many") {
  const auto drive = test::made({});
  const std::string text = R"({"openlabel": {
"coordinate_systems": {"vehicle-iso8855": {"type": "local_cs", "parent": ""}},
"objects": {"1": {"name": "a", "type": "Car", "frame_intervals": [{"frame_start": 1, "frame_end": 2}],
  "object_data": {"cuboid": [{"name": "b", "coordinate_system": "vehicle-iso8855",
    "val": [8, 0, 0, 0, 0, 0, 4, 2, 1]}]}}},
"frames": {"0": {}, "1": {}, "2": {}, "3": {}}}})";
  test::TempFolder folder;
  REQUIRE(write_file(folder / "labels.json", std::string_view(text)));
  auto set = read_labels(*drive, folder / "labels.json", "openlabel");
  REQUIRE(set);
  REQUIRE(set->labels.size() == 2);
  CHECK(set->labels[0].frame == 1);
  CHECK(set->labels[1].frame == 2);
  const auto import = test::imported(std::move(*set), *drive);
  CHECK(test::written_as("openlabel", import->document(), *drive)[0].content == text);

  const Track& track = import->track("1");
  Cuboid moved = track.keys[0].cuboid();
  moved.pose.translation.z() += 0.5;
  (*import)(set_key(import->document(), track.uid, {"000001", drive->frames()[1].stamp}, moved));
  const auto files = test::written_as("openlabel", import->document(), *drive);
  const auto again = labels_in(*drive, files[0].content);
  CHECK(again.problems.empty());
  REQUIRE(again.labels.size() == 2);
  CHECK(again.labels[0].cuboid_in_ego.pose.translation.z() == Approx(0.5));
  CHECK(again.labels[1].cuboid_in_ego.pose.translation.z() == Approx(0).margin(1e-9));
}

TEST_CASE("Kognic's boxes name a stream, and the long side of vehicles is the front") {
  const auto drive = test::made({});
  const auto file = [](const char* size) {
    std::string boxes;
    for (int i = 0; i < 4; ++i)
      boxes += fmt::format(
          R"({}"5c4f0c3a-0000-4000-8000-00000000000{}": {{"object_data": {{"cuboid": [{{"name": "c{}",
          "val": [{}, 0, 0, 0, 0, 0, 1, {}],
          "attributes": {{"text": [{{"name": "stream", "val": "velodyne"}},
                                   {{"name": "paint", "val": "red"}}],
                          "num": [{{"name": "doors", "val": 4}}],
                          "boolean": [{{"name": "interpolated", "val": true}}]}}}}]}}}})",
          i ? "," : "",
          i,
          i,
          10 * i,
          size);
    return R"({"openlabel": {"metadata": {"schema_version": "1.0.0"}, "frames": {"1": {"objects": {)" +
           boxes + "}}}}}";
  };
  const auto along_y = labels_in(*drive, file("1.8, 4.5, 1.5"));
  REQUIRE(along_y.labels.size() == 4);
  check_box(along_y.labels[1].cuboid_in_ego, {10, 0, 0}, kPi / 2, {4.5, 1.8, 1.5});
  CHECK(along_y.labels[1].attributes == Attributes{{"paint", "red"}, {"doors", "4"}});
  CHECK_FALSE(along_y.labels[1].key);
  REQUIRE(along_y.problems.size() == 1);
  CHECK(along_y.problems[0].severity == Severity::note);

  const auto along_x = labels_in(*drive, file("4.5, 1.8, 1.5"));
  REQUIRE(along_x.labels.size() == 4);
  check_box(along_x.labels[1].cuboid_in_ego, {10, 0, 0}, 0, {4.5, 1.8, 1.5});

  // Cones say nothing of axes.
  const auto cones = labels_in(*drive, file("0.3, 0.4, 0.8"));
  REQUIRE(cones.problems.size() == 1);
  CHECK(cones.problems[0].severity == Severity::warning);
}

TEST_CASE("attributes of every kind come in, and a changed one goes out in its place") {
  const auto drive = test::made({});
  const std::string text = R"({"openlabel": {
"coordinate_systems": {"vehicle-iso8855": {"type": "local_cs", "parent": ""}},
"objects": {"1": {"name": "a", "type": "Car", "object_data": {"text": [{"name": "make", "val": "VW"}]}}},
"frames": {"1": {"objects": {"1": {"object_data": {
  "num": [{"name": "speed", "val": 3.50}],
  "cuboid": [{"name": "b", "coordinate_system": "vehicle-iso8855", "strange": [1 ,2],
    "val": [8.00, 0, 0, 0, 0, 0, 4, 2, 1],
    "attributes": {"text": [{"name": "occlusion", "val": "none"}], "vec": [{"name": "v", "val": [1, 2]}],
      "num": [{"name": "score", "val": 0.75}]}}]}}}}}}})";
  test::TempFolder folder;
  REQUIRE(write_file(folder / "labels.json", std::string_view(text)));
  auto set = read_labels(*drive, folder / "labels.json", "openlabel");
  REQUIRE(set);
  REQUIRE(set->labels.size() == 1);
  CHECK(set->labels[0].attributes ==
        Attributes{{"make", "VW"}, {"speed", "3.50"}, {"occlusion", "none"}, {"v", "[1, 2]"}});
  CHECK(set->labels[0].score == 0.75);
  const auto import = test::imported(std::move(*set), *drive);
  CHECK(test::written_as("openlabel", import->document(), *drive)[0].content == text);

  const TrackId uid = import->track("1").uid;
  const Moment moment{"000001", drive->frames()[1].stamp};
  (*import)(set_attribute(import->document(), std::vector{uid}, "occlusion", "partly", moment));
  std::string expected = text;
  const std::string before = R"("occlusion", "val": "none")";
  expected.replace(expected.find(before), before.size(), R"("occlusion", "val": "partly")");
  CHECK(test::written_as("openlabel", import->document(), *drive)[0].content == expected);
}

TEST_CASE("boxes go from OpenLABEL with all that would be empty without them, new ones come") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  test::TempFolder folder;
  const auto files = test::written_as("openlabel", document, *drive);
  REQUIRE(write_file(folder / "openlabel.json", files[0].content));
  auto set = read_labels(*drive, folder / "openlabel.json");
  REQUIRE(set);
  CHECK(set->format == "openlabel");
  const auto import = test::imported(std::move(*set), *drive);
  (*import)(delete_tracks(import->document(), std::vector{import->track("2").uid}));
  (*import)(delete_after(
      import->document(), import->track("3").uid, {"000010", drive->frames()[0].stamp}));
  (*import)(create_track(import->document(),
                         "van",
                         {pose_from_yaw(1, {5, 5, 1}), {5, 2, 2}},
                         {"000011", drive->frames()[1].stamp},
                         4711));
  const auto again = test::written_as("openlabel", import->document(), *drive);
  const auto file = OpenLabelFile::parse(*drive, again[0].content);
  REQUIRE(file);
  CHECK(file->records.size() == 15 - 3 - 2 + 1);
  const JsonText& json = file->json();
  const auto intervals = [&](const char* uid) {
    return std::string(json.raw(*file->objects.at(uid)->find("frame_intervals")));
  };
  CHECK(intervals("3") == R"([{"frame_start":10,"frame_end":10}])");
  CHECK(intervals("4") == R"([{"frame_start":10,"frame_end":12}])");
  const std::string van = import->document().track(4711)->name;
  REQUIRE(file->objects.contains(van));
  CHECK(json.string(file->objects.at(van)->find("type")) == "van");
  CHECK((van == "2" || !file->objects.contains("2")));
  CHECK(intervals(van.c_str()) == R"([{"frame_start":11,"frame_end":11}])");
}

TEST_CASE("what is written says its coordinate systems, and where the vehicle was") {
  const auto drive = test::golden_drive({test::utm_origin()});
  const Document document = test::golden_document({test::utm_origin()}, *drive);
  const auto files = test::written_as("openlabel", document, *drive);
  REQUIRE(files.size() == 1);
  auto json = JsonText::parse(files[0].content);
  REQUIRE(json);
  const JsonNode* root = json->root().find("openlabel");
  REQUIRE(root);
  CHECK(json->string(root->find({"metadata", "schema_version"})) == "1.0.0");
  const JsonNode* systems = root->find("coordinate_systems");
  REQUIRE(systems);
  for (const JsonNode& system : systems->items) {
    CHECK(json->string(system.find("type")));
    CHECK(json->string(system.find("parent")));
  }
  for (const char* name : {"world", "vehicle-iso8855", "velodyne", "image_2", "side"})
    CHECK(systems->find(name));
  for (const char* frame : {"10", "11", "12"}) {
    const JsonNode* transform =
        root->find({"frames", frame, "frame_properties", "transforms", "vehicle-iso8855_to_world"});
    REQUIRE(transform);
    std::array<double, 3> t{};
    REQUIRE(json->numbers(transform->find({"transform_src_to_dst", "translation"}), t));
    const auto pose = drive->world_from_ego(
        drive->frames()[static_cast<std::size_t>(std::stoi(frame) - 10)].stamp);
    CHECK((Vec3(t[0], t[1], t[2]) - pose->translation).norm() < 1e-6);
  }
  CHECK(files[0].content.find("\"timestamp\":1600000000.123456000") != std::string::npos);
}

TEST_CASE("the OpenLABEL files of KITTI tracking are KITTI's label files, to two decimals") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");

  struct Case {
    const char* sequence;
    std::size_t boxes;
  };

  for (const Case& one : {Case{"0000", 415}, Case{"0003", 388}}) {
    INFO(one.sequence);
    // Sequence 0003 has no cloud: its labels are read for the drive of 0000, whose calibration
    // differs, so both are compared in the camera's frame.
    const auto drive = open_drive(folder, "kitti_tracking", "", {});
    REQUIRE(drive);
    const auto kitti =
        read_labels(**drive,
                    folder / "training/label_02" / (std::string(one.sequence) + ".txt"),
                    "kitti_tracking");
    REQUIRE(kitti);
    const auto place = folder / "openlabel" /
                       ("openlabel100_kitti_tracking_" + std::string(one.sequence) + ".json");
    CHECK(recognised_format(place)->name == "openlabel");
    auto open = read_labels(**drive, place);
    REQUIRE(open);
    for (const Problem& problem : open->problems) FAIL_CHECK(to_line(problem));
    REQUIRE(kitti->labels.size() == one.boxes);
    REQUIRE(open->labels.size() == one.boxes);
    std::map<std::pair<std::string, std::string>, const Label*> of;
    for (const Label& label : open->labels) of[{label.frame_name, label.track}] = &label;
    double worst_place = 0, worst_angle = 0, worst_size = 0;
    for (const Label& label : kitti->labels) {
      const auto found = of.find({label.frame_name, label.track});
      REQUIRE(found != of.end());
      const Label& other = *found->second;
      CHECK(other.class_name == label.class_name);
      CHECK(other.attributes == label.attributes);
      const Vec3 off =
          ((*drive)->ego_from("camera_rect_0", 0)->inverse().rotation *
           (other.cuboid_in_ego.pose.translation - label.cuboid_in_ego.pose.translation))
              .cwiseAbs();
      worst_place = std::max(worst_place, off.maxCoeff());
      worst_angle = std::max(
          worst_angle,
          angle_between(other.cuboid_in_ego.pose.rotation, label.cuboid_in_ego.pose.rotation));
      worst_size = std::max(
          worst_size, (other.cuboid_in_ego.size - label.cuboid_in_ego.size).cwiseAbs().maxCoeff());
    }
    CHECK(worst_place <= 0.0201);
    CHECK(worst_angle <= 0.0201);
    CHECK(worst_size <= 0.0171);
    // Untouched it goes back as it came.
    const std::string text = test::text_of(place);
    const auto import = test::imported(std::move(*open), **drive);
    CHECK(test::written_as("openlabel", import->document(), **drive)[0].content == text);
  }
}

TEST_CASE("the standard's own example of cuboids opens, and goes back byte for byte") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  test::MadeDrive frames;
  frames.frames.clear();
  for (int i = 538; i <= 678; ++i) frames.frames.push_back(fmt::format("{:06}", i));
  const auto drive = test::made(frames);
  const auto place = folder / "openlabel/openlabel100_example_cuboids.json";
  auto set = read_labels(*drive, place);
  REQUIRE(set);
  for (const Problem& problem : set->problems) FAIL_CHECK(to_line(problem));
  CHECK(set->elsewhere == 0);
  // 308 of cars and 26 of pedestrians; 141 are of the ego car (counted in the file by another
  // program).
  CHECK(set->labels.size() == 334);
  const Label& first = set->labels.front();
  CHECK(first.track == "3");
  CHECK(first.class_name == "car");
  // As it stands in the file: (−16.5056, 0.0083, −0.9415), 2.0847 × 1.5831 × 1.0954.
  CHECK((first.cuboid_in_ego.pose.translation - Vec3(-16.50559, 0.00829, -0.94154)).norm() < 1e-4);
  CHECK((first.cuboid_in_ego.size - Vec3(2.0847, 1.58311, 1.0954)).norm() < 1e-4);
  CHECK(first.score == Approx(0.9));
  const auto import = test::imported(std::move(*set), *drive);
  CHECK(test::written_as("openlabel", import->document(), *drive)[0].content ==
        test::text_of(place));
}

}  // namespace
}  // namespace sweepbox
