#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/annotation/edits.hpp"
#include "core/drive/formats.hpp"
#include "tests/core/label/label_files.hpp"
#include "tests/core/label/made_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

using Json = nlohmann::json;

std::shared_ptr<const Drive> opened(const std::filesystem::path& path) {
  auto drive = open_drive(path, "mmdetection3d", {}, {});
  if (!drive) FAIL(to_line(drive.error()));
  return *drive;
}

}  // namespace

TEST_CASE(
    "nuScenes' own number of lidar points is found in at least 61 of 69 boxes of its info file") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const auto drive = opened(folder);
  REQUIRE(drive->frames().size() == 1);
  const auto labels = read_own_labels(*drive);
  REQUIRE(labels);
  CHECK(labels->problems.empty());
  CHECK(labels->elsewhere == 0);
  REQUIRE(labels->labels.size() == 69);
  // Counts of the data's README.
  std::map<std::string, int> classes;
  for (const Label& label : labels->labels) ++classes[label.class_name];
  CHECK(classes == std::map<std::string, int>{{"pedestrian", 30},
                                              {"barrier", 22},
                                              {"car", 8},
                                              {"traffic_cone", 3},
                                              {"truck", 2},
                                              {"bicycle", 1},
                                              {"bus", 1},
                                              {"construction_vehicle", 1},
                                              {"-1", 1}});
  const Json json = Json::parse(text_of(drive->info().labels.front().path));
  const Json& instances = json["data_list"][0]["instances"];
  const auto sweep = drive->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 34688);
  int equal = 0, near = 0, some = 0, five = 0;
  for (std::size_t i = 0; i < 69; ++i) {
    const auto points = static_cast<int>(
        count_inside(*sweep, sweep->ego_from_points.inverse() * labels->labels[i].cuboid_in_ego));
    const int own = instances[i]["num_lidar_pts"];
    equal += points == own;
    near += std::abs(points - own) <= 1;
    some += points > 0;
    five += points >= 5;
  }
  CHECK(equal >= 61);
  CHECK(near >= 65);
  CHECK(some == 66);
  CHECK(five == 29);
}

TEST_CASE("an untouched info file is written back byte for byte") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const auto drive = opened(folder);
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto files = written_as("mmdetection3d", document->document(), *drive);
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == "n015-2018-07-24-11-22-45+0800.json");
  CHECK(files[0].content == text_of(drive->info().labels.front().path));
}

TEST_CASE("an edited box of an info file changes its own numbers and nothing else") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const auto drive = opened(folder);
  const auto document = imported(*read_own_labels(*drive), *drive);
  const std::string name = drive->frames()[0].name + "/3";
  const Track before = document->track(name);
  Cuboid cuboid = before.keys.front().cuboid();
  cuboid.size.x() += 0.25;
  (*document)(set_key(document->document(),
                      before.uid,
                      {drive->frames()[0].name, drive->frames()[0].stamp},
                      cuboid));
  const std::string old_text = text_of(drive->info().labels.front().path);
  const std::string new_text = written_as("mmdetection3d", document->document(), *drive)[0].content;
  Json old_json = Json::parse(old_text), new_json = Json::parse(new_text);
  auto& old_box = old_json["data_list"][0]["instances"][2];
  auto& new_box = new_json["data_list"][0]["instances"][2];
  CHECK(new_box["bbox_3d"][3].get<double>() ==
        Approx(old_box["bbox_3d"][3].get<double>() + 0.25).epsilon(1e-9));
  // One line of the text differs: that number's.
  std::istringstream a(old_text), b(new_text);
  int different = 0;
  for (std::string x, y; std::getline(a, x) && std::getline(b, y);) different += x != y;
  CHECK(different == 1);
  new_box["bbox_3d"][3] = old_box["bbox_3d"][3];
  CHECK(old_json == new_json);
}

TEST_CASE("a deleted box leaves an info file, a new one with a new class enters it") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const auto drive = opened(folder);
  const auto document = imported(*read_own_labels(*drive), *drive);
  const std::string frame = drive->frames()[0].name;
  // An own number of points: 34 points lie in the box of instance 3, by the file.
  const Track third = document->track(frame + "/3");
  const Cuboid cuboid = third.keys.front().cuboid();
  (*document)(delete_tracks(document->document(), std::array{third.uid}));
  (*document)(
      create_track(document->document(), "sign", cuboid, {frame, drive->frames()[0].stamp}, 77));
  const Json old_json = Json::parse(text_of(drive->info().labels.front().path));
  const Json json =
      Json::parse(written_as("mmdetection3d", document->document(), *drive)[0].content);
  CHECK(json["metainfo"]["categories"]["sign"] == 10);
  const Json& instances = json["data_list"][0]["instances"];
  REQUIRE(instances.size() == 69);
  CHECK(instances[2] == old_json["data_list"][0]["instances"][3]);
  const Json& added = instances[68];
  CHECK(added["bbox_label_3d"] == 10);
  const Json& was = old_json["data_list"][0]["instances"][2];
  for (int i = 0; i < 7; ++i)
    CHECK(added["bbox_3d"][i].get<double>() ==
          Approx(was["bbox_3d"][i].get<double>()).margin(1e-6));
  CHECK(std::abs(added["num_lidar_pts"].get<int>() - was["num_lidar_pts"].get<int>()) <= 1);
}

TEST_CASE("a new info file for a drive of another format gives its boxes back") {
  MadeDrive made_drive;
  const auto drive = made(made_drive);
  auto document = imported({}, *drive);
  const Pose world_from_ego = world_from_ego_or_identity(*drive, drive->frames()[2].stamp);
  const Cuboid in_ego{pose_from_yaw(0.3, Vec3(12.3, -4.5, 0.6)), Vec3(4.1, 1.7, 1.5)};
  (*document)(create_track(document->document(),
                           "car",
                           world_from_ego * in_ego,
                           {"000002", drive->frames()[2].stamp},
                           5));
  const auto files = written_as("mmdetection3d", document->document(), *drive);
  REQUIRE(files.size() == 1);
  TempFolder folder;
  std::ofstream(folder / "infos.json") << files[0].content;
  const auto labels = label_format("mmdetection3d")->read(*drive, folder / "infos.json");
  REQUIRE(labels);
  REQUIRE(labels->labels.size() == 1);
  CHECK(labels->labels[0].frame == 2);
  CHECK(labels->labels[0].class_name == "car");
  const auto want = corners(in_ego), got = corners(labels->labels[0].cuboid_in_ego);
  for (std::size_t i = 0; i < 8; ++i) CHECK((want[i] - got[i]).norm() < 1e-6);
}

TEST_CASE("a frame in two entries of an info file goes back as it came") {
  const std::string content = R"({"metainfo": {"categories": {"car": 0, "bus": 1}}, "data_list": [
   {"timestamp": 0.1, "lidar_points": {"lidar_path": "000001.bin"}, "instances": [
     {"bbox_3d": [1, 2, 3, 4, 2, 6, 0], "bbox_label_3d": 0},
     {"bbox_3d": [11, 2, 3, 4, 2, 6, 0], "bbox_label_3d": 0}]},
   {"timestamp": 0.1, "lidar_points": {"lidar_path": "000001.bin"}, "instances": [
     {"bbox_3d": [21, 2, 3, 4, 2, 6, 0], "bbox_label_3d": 0}]},
   {"timestamp": 0.1, "lidar_points": {"lidar_path": "000001.bin"}}]})";
  LabelFiles file("mmdetection3d", {{"infos.json", content}}, "infos.json");
  CHECK(file.labels().labels.size() == 3);
  CHECK(file.written().at("infos.json") == content);
  // One changed in the second entry, one deleted in the first, a new one: into one entry.
  const Cuboid near = file.track("000001/2").keys.front().cuboid();
  file.nudge("000001/3", 1);
  file(delete_tracks(file.document(), std::array{file.track("000001/1").uid}));
  file(create_track(file.document(), "bus", near, file.moment(1), 77));
  const Json edited = Json::parse(file.written().at("infos.json"));
  const Json& list = edited["data_list"];
  REQUIRE(list.size() == 3);
  REQUIRE(list[0]["instances"].size() == 1);
  CHECK(list[0]["instances"][0]["bbox_3d"][0] == 11);
  REQUIRE(list[1]["instances"].size() == 2);
  CHECK(list[1]["instances"][0]["bbox_3d"] != Json({21, 2, 3, 4, 2, 6, 0}));
  CHECK(list[1]["instances"][0]["bbox_label_3d"] == 0);
  CHECK(list[1]["instances"][1]["bbox_label_3d"] == 1);
  CHECK_FALSE(list[2].contains("instances"));
}

TEST_CASE("info files that cannot be read say what is wrong") {
  MadeDrive made_drive;
  const auto drive = made(made_drive);
  TempFolder folder;
  const auto read = [&](const std::string& content) {
    std::ofstream(folder / "infos.json") << content;
    return label_format("mmdetection3d")->read(*drive, folder / "infos.json");
  };
  CHECK_FALSE(read("{\"data_list\": ["));
  CHECK_FALSE(read("{\"infos\": []}"));
  CHECK_FALSE(read("{\"metainfo\": {\"dataset\": \"kitti\"}, \"data_list\": []}"));
  const auto some =
      read(R"({"metainfo": {"categories": {"car": 0}}, "data_list": [{"timestamp": 0.1,
    "lidar_points": {"lidar_path": "000001.bin"}, "instances": [
     {"bbox_3d": [1, 2, 3, 4, NaN, 6, 0], "bbox_label_3d": 0},
     {"bbox_3d": [1, 2, 3, 4, 2, 6], "bbox_label_3d": 0},
     {"bbox_3d": [1, 2, 3, 4, 2, 6, 0.1, 0, NaN], "bbox_label_3d": 0}]}]})");
  REQUIRE(some);
  CHECK(some->labels.size() == 1);
  CHECK(some->problems.size() == 2);
  CHECK(some->labels[0].frame == 1);
}
