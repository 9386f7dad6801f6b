#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_rows.hpp"
#include "label_files.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

// What writers keep of the files that were read, and what they put in.

namespace sweepbox {
namespace {

constexpr const char* kTracking =
    "0 -1 DontCare -1 -1 -10 219.3 188.4 245.5 218.5 -1000 -1000 -1000 -10 -1 -1 -1\n"
    "0 3 Car 0 0 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 13.4 -2.1\n"
    "1 3 Car 0 1 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 12.4 -2.1\n"
    "1 4 Van 2 0 -1.79 296.7 161.7 455.2 292.3 2.0 1.8 4.2 4.5 1.8 22.4 -2.1\n"
    "2 3 Car 0 0 nonsense 1.5 1.8 4.2 -4.5 1.8 12.4 -2.1\n"
    "2 4 Van 0 0 -1.79 296.7 161.7 455.2 292.3 2.0 1.8 4.2 4.5 1.8 21.4 -2.1\n"
    "9 4 Van 0 0 -1.79 296.7 161.7 455.2 292.3 2.0 1.8 4.2 4.5 1.8 11.4 -2.1\n";

struct File {
  test::TempFolder folder;
  std::shared_ptr<const Drive> drive;
  std::unique_ptr<test::Imported> import;
  std::string format;

  File(std::string format_name, const std::string& name, const std::string& content)
      : format(std::move(format_name)) {
    const auto path = folder / name;
    REQUIRE(make_folder(path.parent_path()));
    REQUIRE(write_file(path, content));
    test::MadeDrive made;
    made.root = folder.path();
    drive = test::made(made);
    auto set = label_format(format)->read(*drive, path);
    REQUIRE(set);
    import = test::imported(std::move(*set), *drive);
  }

  void operator()(Result<Edit> edit) { (*import)(std::move(edit)); }

  const Document& document() const { return import->document(); }

  const Track& track(const std::string& name) const { return import->track(name); }

  Moment moment(int frame) const {
    return {drive->frames()[static_cast<std::size_t>(frame)].name,
            drive->frames()[static_cast<std::size_t>(frame)].stamp};
  }

  std::string written() const {
    return test::written_as(format, document(), *drive).front().content;
  }

  std::vector<std::string> lines() const {
    const std::string text = written();
    std::vector<std::string> result;
    for (const auto line : lines_of(text)) result.emplace_back(line);
    return result;
  }
};

std::vector<std::string> original_lines() {
  std::vector<std::string> result;
  for (const auto line : lines_of(kTracking)) result.emplace_back(line);
  return result;
}

File tracking() {
  return File("kitti_tracking", "label_02/0000.txt", kTracking);
}

TEST_CASE("a bad row is told with file, line and field, and the others are read") {
  const File file = tracking();
  REQUIRE(file.import->labels.problems.size() == 1);
  CHECK(to_line(file.import->labels.problems[0]) ==
        "label_02/0000.txt: line 5: expected 17 fields, or 18 with a score, found 13; correct the "
        "row, or take the "
        "file from the data set again");
  CHECK(file.import->labels.labels.size() == 5);
  CHECK(file.import->labels.elsewhere == 1);  // frame 9
  CHECK(file.written() == kTracking);         // the bad row is kept, too
}

TEST_CASE("a deleted track takes its rows along, and only those") {
  File file = tracking();
  file(delete_tracks(file.document(), std::vector<TrackId>{file.track("4").uid}));
  auto expected = original_lines();
  for (const std::size_t gone : {6u, 5u, 3u}) expected.erase(expected.begin() + gone);
  CHECK(file.lines() == expected);
}

TEST_CASE("a renamed track changes one field of its rows") {
  File file = tracking();
  file(rename(file.document(), file.track("4").uid, "44"));
  auto expected = original_lines();
  for (const std::size_t changed : {3u, 5u, 6u}) expected[changed].replace(2, 1, "44");
  CHECK(file.lines() == expected);
}

TEST_CASE("a moved box is written in the place of its row, with a 2D box from the camera") {
  File file = tracking();
  Cuboid moved = file.track("3").keys[1].cuboid();
  moved.pose.translation.x() += 0.25;
  file(set_key(file.document(), file.track("3").uid, file.moment(1), moved));
  const auto lines = file.lines();
  const auto before = original_lines();
  REQUIRE(lines.size() == before.size());
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (i != 2) CHECK(lines[i] == before[i]);
  const auto row = parse_kitti_row(lines[2], KittiRows::tracking);
  REQUIRE(row);
  CHECK(row->frame == 1);
  CHECK(row->track == 3);
  CHECK(row->occluded == 1);
  const auto was = parse_kitti_row(before[2], KittiRows::tracking);
  CHECK((row->bottom - was->bottom).norm() == Approx(0.25).margin(1e-5));
  CHECK(row->alpha ==
        Approx(wrapped_angle(row->ry - std::atan2(row->bottom.x(), row->bottom.z()))).margin(1e-5));
  CHECK(row->rect.x1 > row->rect.x0);
  CHECK(row->rect.x0 != was->rect.x0);
  CHECK(row->truncated == 0);
}

TEST_CASE("a changed attribute or class keeps what was drawn by hand: the 2D box") {
  File file = tracking();
  const std::vector<TrackId> one{file.track("3").uid};
  file(set_attribute(file.document(), one, "occlusion", "mostly", file.moment(0)));
  file(set_class(file.document(), one, "bus"));
  const auto row = parse_kitti_row(file.lines()[1], KittiRows::tracking);
  REQUIRE(row);
  CHECK(row->type == "Misc");  // KITTI has no bus
  CHECK(row->occluded == 2);
  CHECK(row->rect.x0 == 296.7);
  CHECK(row->alpha == -1.79);
}

TEST_CASE("a new box follows the rows of its frame") {
  File file = tracking();
  file(create_track(
      file.document(), "pedestrian", file.track("3").keys[0].cuboid(), file.moment(1), 99));
  const auto lines = file.lines();
  REQUIRE(lines.size() == 8);
  CHECK(lines[4] == original_lines()[4]);  // the bad row counts as one of the frame before it
  CHECK_THAT(lines[5], Catch::StartsWith("1 1 Pedestrian 0 0 "));
}

TEST_CASE("some frames alone: rows of the others stay away") {
  File file = tracking();
  const auto files = label_format("kitti_tracking")->write({file.document(), *file.drive, {1}});
  REQUIRE(files);
  std::string expected;
  for (const std::size_t i : {2u, 3u, 4u}) expected += original_lines()[i] + "\n";
  CHECK(files->front().content == expected);
}

TEST_CASE("rows end as the file's rows do, and a last row without an end gets one") {
  const std::string rows =
      "0 3 Car 0 0 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 13.4 -2.1\r\n\r\n"
      "1 3 Car 0 1 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 12.4 -2.1";
  File file("kitti_tracking", "label_02/0000.txt", rows);
  CHECK(file.written() == rows);
  file(create_track(file.document(), "car", file.track("3").keys[0].cuboid(), file.moment(2), 99));
  const std::string written = file.written();
  CHECK_THAT(written, Catch::StartsWith(rows + "\r\n2 1 Car "));
  CHECK_THAT(written, Catch::EndsWith("\r\n"));
}

TEST_CASE("the same track twice in a frame is told, and neither box is lost") {
  const std::string rows =
      "0 3 Car 0 0 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 13.4 -2.1\n"
      "0 3 Car 0 0 -1.79 296.7 161.7 455.2 292.3 1.5 1.8 4.2 -4.5 1.8 23.4 -2.1\n";
  const File file("kitti_tracking", "label_02/0000.txt", rows);
  CHECK(file.import->labels.problems.size() == 1);
  CHECK(file.import->labels.labels.size() == 2);
  CHECK(file.track("000000/2").keys.size() == 1);
  CHECK(file.written() == rows);
}

TEST_CASE("KITTI object: names are frame and line, and a deleted row leaves DontCare alone") {
  const std::string rows =
      "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n"
      "Car 0.00 0 1.74 741 168 792 208 1.70 1.63 4.08 7.24 1.55 33.20 1.95\n"
      "Van 0.00 0 1.74 741 168 792 208 1.70 1.63 4.08 -7.24 1.55 33.20 1.95\n";
  File file("kitti_object", "label_2/000002.txt", rows);
  CHECK(file.import->labels.labels[0].track == "000002/2");
  CHECK(file.import->labels.labels[0].truncated == 0.0);
  CHECK(file.import->labels.labels[0].rect->x1 == 792);
  file(delete_tracks(file.document(), std::vector<TrackId>{file.track("000002/2").uid}));
  std::string expected = rows;
  expected.erase(expected.find("Car 0"), expected.find("Van") - expected.find("Car 0"));
  const auto files = test::written_as("kitti_object", file.document(), *file.drive);
  CHECK(files.size() == 6);
  CHECK(files[2].path == "label_2/000002.txt");
  CHECK(files[2].content == expected);
  CHECK(files[0].content.empty());
}

TEST_CASE("SUSTechPOINTS: keys that nobody knows stay, R = Rx·Ry·Rz, in the lidar file's axes") {
  const std::string text =
      R"([{"psr": {"position": {"x": 10, "y": 1, "z": 0.5}, "scale": {"x": 4, "y": 2, "z": 1.5}, "rotation": {"x": 0.1, "y": -0.2, "z": 0.7}}, "obj_type": "Car", "obj_id": "8", "annotator": "anna"}, {"psr": {"position": {"x": 10, "y": 1, "z": 0.5}, "scale": {"x": -4, "y": 2, "z": 1.5}, "rotation": {"x": 0, "y": 0, "z": 0}}, "obj_type": "Car", "obj_id": "9"}])";
  File file("sustechpoints", "label/000001.json", text);
  REQUIRE(file.import->labels.labels.size() == 1);
  REQUIRE(file.import->labels.problems.size() == 1);
  CHECK_THAT(to_line(file.import->labels.problems[0]),
             Catch::StartsWith("label/000001.json: box 2, psr.scale: expected lengths above 0"));
  // The made drive's lidar is turned by 45° from ego.
  const Cuboid& cuboid = file.import->labels.labels[0].cuboid_in_ego;
  CHECK((cuboid.pose.translation - pose_from_yaw(kPi / 4) * Vec3(10, 1, 0.5)).norm() < 1e-12);
  const Quat turn = Quat(Eigen::AngleAxisd(0.1, Vec3::UnitX())) *
                    Quat(Eigen::AngleAxisd(-0.2, Vec3::UnitY())) *
                    Quat(Eigen::AngleAxisd(0.7, Vec3::UnitZ()));
  CHECK(angle_between(cuboid.pose.rotation,
                      Quat(Eigen::AngleAxisd(kPi / 4, Vec3::UnitZ())) * turn) < 1e-9);

  const auto text_of_frame_1 = [&] {
    return test::written_as("sustechpoints", file.document(), *file.drive)[1].content;
  };
  CHECK(text_of_frame_1() == text);
  Cuboid longer = file.track("8").keys[0].cuboid();
  longer.size.x() = 5;
  file(set_key(file.document(), file.track("8").uid, file.moment(1), longer));
  const std::string written = text_of_frame_1();
  CHECK_THAT(written, Catch::Contains(R"("annotator":"anna")"));
  CHECK_THAT(written, Catch::Contains(R"("x": -4)"));  // the bad one is not ours to delete
  REQUIRE(write_file(file.folder / "label/000001.json", written));
  const auto again =
      label_format("sustechpoints")->read(*file.drive, file.folder / "label/000001.json");
  REQUIRE(again->labels.size() == 1);
  CHECK(again->labels[0].cuboid_in_ego.size.x() == 5);
  CHECK(angle_between(again->labels[0].cuboid_in_ego.pose.rotation, cuboid.pose.rotation) < 1e-7);
}

TEST_CASE("Sweepbox: whole tracks come back, and unknown keys stay") {
  const auto drive = test::made({});
  Document document;
  const auto apply = [&](Result<Edit> edit) {
    if (!edit) FAIL(to_line(edit.error()));
    document = applied(*edit, document, 1);
  };
  const auto moment = [&](int i) {
    return Moment{drive->frames()[static_cast<std::size_t>(i)].name,
                  drive->frames()[static_cast<std::size_t>(i)].stamp};
  };
  const Cuboid box{Pose{from_roll_pitch_yaw(0.1, 0.2, 0.3), {1003.123456789, 2001, 3.5}},
                   {4, 2, 1.5}};
  const std::vector<TrackId> one{77};
  apply(create_track(document, "car", box, moment(1), 77));
  apply(set_key(document, 77, moment(4), {pose_from_yaw(1, {1009, 2003, 3.5}), {4, 2, 1.5}}));
  apply(set_life(document, 77, moment(0), moment(5)));
  apply(set_attribute(document, one, "motion", "moving", moment(2)));
  apply(set_mark(document, 77, moment(3).stamp, Mark{Mark::Kind::unsure, "far", "anna"}));
  apply(set_state(document, one, TrackState::accepted));
  apply(create_track(document, "pole", box, moment(1), 78));
  apply(set_still(document, 78, moment(1), moment(0), moment(5), true));

  const std::string written = test::written_as("sweepbox", document, *drive).front().content;
  test::TempFolder folder;
  REQUIRE(write_file(folder / "labels.json", written));
  const auto set = label_format("sweepbox")->read(*drive, folder / "labels.json");
  REQUIRE(set);
  CHECK(set->problems.empty());
  CHECK(set->labels.size() == 12);  // two boxes in each of six frames
  CHECK(std::count_if(set->labels.begin(), set->labels.end(), [](const Label& label) {
          return label.key;
        }) == 3);
  const auto import = test::imported(*set, *drive);
  REQUIRE(import->document().tracks().size() == 2);
  for (const TrackId uid : {77u, 78u}) {
    Track track = *import->document().track(uid);
    for (Keyframe& key : track.keys) key.origin.reset();
    CHECK(track == *document.track(uid));
  }

  std::string with_more = written;
  with_more.replace(with_more.find("\"name\""), 0, "\"tool\": \"x\", ");
  with_more.replace(with_more.find("\"center\""), 0, "\"comment\": \"here\", ");
  with_more.replace(with_more.find("{"), 1, "{\"version\": 7, ");
  REQUIRE(write_file(folder / "labels.json", with_more));
  const auto more =
      test::imported(*label_format("sweepbox")->read(*drive, folder / "labels.json"), *drive);
  const std::string again = test::written_as("sweepbox", more->document(), *drive).front().content;
  for (const char* kept : {"\"tool\": \"x\"", "\"comment\": \"here\"", "\"version\": 7"})
    CHECK_THAT(again, Catch::Contains(kept));
}

TEST_CASE("Sweepbox: keys in ego stand where ego was, wrong keys are told one by one") {
  const auto drive = test::made({});
  test::TempFolder folder;
  REQUIRE(write_file(folder / "labels.json", R"({"tracks": [
    {"name": "1", "class": "car", "keys": [
      {"frame": "000002", "center": [10, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0], "frame_of": "ego"},
      {"frame": "000003", "center": [10, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0], "frame_of": "ego"},
      {"frame": "000004", "center": [10, 0, 0], "size": [4, -2, 1.5], "rotation": [1, 0, 0, 0], "frame_of": "ego"},
      {"frame": "000005", "center": [10, 0, 0], "size": [4, 2, 1.5], "rotation": [2, 0, 0, 0], "frame_of": "ego"},
      {"center": [10, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0], "frame_of": "ego"}]},
    {"name": "2", "class": "car"}, 5]})"));
  const auto set = label_format("sweepbox")->read(*drive, folder / "labels.json");
  REQUIRE(set);
  REQUIRE(set->tracks.size() == 1);
  CHECK(set->tracks[0].keys.size() == 1);
  const Vec3 expected = pose_from_yaw(0.2, {1002, 2000, 3}) * Vec3(10, 0, 0);
  CHECK((set->tracks[0].keys[0].world_from_box.translation - expected).norm() < 1e-9);
  std::vector<std::string> places;
  for (const Problem& problem : set->problems) places.push_back(problem.where);
  CHECK(places == std::vector<std::string>{"track 1, key 2, center",
                                           "track 1, key 3, size",
                                           "track 1, key 4, rotation",
                                           "track 1, key 5, stamp_ns",
                                           "track 2, keys",
                                           "track 3, keys"});
}

TEST_CASE("Sweepbox: tracks and keys that cannot be read stay where they stood") {
  const std::string content = R"({"tracks": [7,
    {"name": "1", "class": 3, "keys": [
      {"frame": "000002", "center": [10, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]}]},
    {"name": "2", "class": "car", "keys": [
      {"frame": "000001", "center": -1, "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]},
      {"frame": "000002", "center": [10, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]},
      {"frame": "000002", "center": [20, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]},
      {"frame": "000003", "center": [30, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]}]},
    {"name": "3"},
    {"name": "4", "class": "car", "tool": "x", "uid": "00000000000000aa", "keys": [
      {"frame": "000004", "center": [40, 0, 0], "size": [4, 2, 1.5], "rotation": [1, 0, 0, 0]}, null]}]})";
  test::LabelFiles file("sweepbox", {{"labels.json", content}}, "labels.json");
  REQUIRE(file.document().tracks().size() == 2);
  const auto tracks = [&] {
    return nlohmann::json::parse(file.written().at("labels.json"))["tracks"];
  };
  const auto was = nlohmann::json::parse(content)["tracks"];
  auto now = tracks();
  REQUIRE(now.size() == 5);
  for (const std::size_t unread : {0u, 1u, 3u}) CHECK(now[unread] == was[unread]);
  REQUIRE(now[2]["keys"].size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(now[2]["keys"][i]["center"] == was[2]["keys"][i]["center"]);
  CHECK(now[2]["keys"][0] == was[2]["keys"][0]);
  CHECK(now[4]["keys"][1].is_null());

  // Of a track whose keys were all changed they stay too; with a deleted track they go.
  file.nudge("4", 4);
  file(delete_tracks(file.document(), std::vector<TrackId>{file.track("2").uid}));
  now = tracks();
  REQUIRE(now.size() == 4);
  CHECK(now[2] == was[3]);
  CHECK(now[3]["tool"] == "x");
  REQUIRE(now[3]["keys"].size() == 2);
  CHECK(std::count(now[3]["keys"].begin(), now[3]["keys"].end(), nullptr) == 1);
}

TEST_CASE("an unreadable file in the middle is told, the others are read") {
  test::TempFolder folder;
  REQUIRE(make_folder(folder / "label_2/000001.txt"));
  const std::string row = "Car 0.00 0 1.74 741 168 792 208 1.70 1.63 4.08 7.24 1.55 33.20 1.95\n";
  REQUIRE(write_file(folder / "label_2/000000.txt", row));
  REQUIRE(write_file(folder / "label_2/000002.txt", row));
  std::filesystem::create_symlink(folder / "nowhere", folder / "label_2/000003.txt");
  test::MadeDrive made;
  made.root = folder.path();
  made.labels = {{"kitti_object", folder / "label_2"}, {"sweepbox", folder / "gone.json"}};
  const auto set = read_own_labels(*test::made(made));
  REQUIRE(set);
  CHECK(set->labels.size() == 2);
  REQUIRE(set->problems.size() == 3);
  CHECK(set->problems[0].file == "label_2/000001.txt");
  CHECK(english(set->problems[0].found) == "a folder");
  CHECK(set->problems[1].file == "label_2/000003.txt");
  CHECK_THAT(set->problems[2].file, Catch::Contains("gone.json"));
}

}  // namespace
}  // namespace sweepbox
