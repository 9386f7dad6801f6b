#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/annotation/edits.hpp"
#include "core/drive/formats.hpp"
#include "core/label/points.hpp"
#include "tests/core/label/made_drive.hpp"
#include "tests/support/made_nuscenes.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

using Json = nlohmann::json;

std::shared_ptr<const Drive> opened(const std::filesystem::path& folder) {
  auto drive = open_drive(folder, "nuscenes", "scene-0061", {});
  if (!drive) FAIL(to_line(drive.error()));
  return *drive;
}

std::string content_of(const std::vector<WrittenFile>& files, const std::string& path) {
  for (const WrittenFile& file : files)
    if (file.path == path) return file.content;
  FAIL("no file " + path);
  return {};
}

/// Rows by token.
std::map<std::string, Json> rows_of(const std::string& table) {
  std::map<std::string, Json> rows;
  for (const Json& row : Json::parse(table)) rows[row["token"]] = row;
  return rows;
}

double corner_distance(const Cuboid& a, const Cuboid& b) {
  const auto from = corners(a), to = corners(b);
  double worst = 0;
  for (std::size_t i = 0; i < 8; ++i) worst = std::max(worst, (from[i] - to[i]).norm());
  return worst;
}

}  // namespace

TEST_CASE("a radar is told from a lidar by its cross section") {
  const TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  REQUIRE(drive->info().lidars.at(1).name == "RADAR_FRONT");
  CHECK_FALSE(is_radar(*drive->read_sweep(0, 0)));
  CHECK(is_radar(*drive->read_sweep(0, 1)));
}

TEST_CASE("annotations of nuScenes stand at the samples, with their instances as tracks") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto labels = read_own_labels(*drive);
  REQUIRE(labels);
  CHECK(labels->problems.empty());
  REQUIRE(labels->labels.size() == 5);
  const Label& car = labels->labels[1];
  CHECK(car.frame == 10);
  CHECK(car.track == made_id("instcar"));
  CHECK(car.class_name == "vehicle.car");
  CHECK(car.attributes == Attributes{{"attribute", "vehicle.moving"}, {"visibility", "v80-100"}});
  // The vehicle stands at (400, 1005, 0) and looks along the world's y; the box at (403, 1015.5,
  // 0.8) is 10.5 m ahead and 3 m to the right, 4.1 m long, and looks the same way.
  CHECK(corner_distance(car.cuboid_in_ego,
                        {pose_from_yaw(0, Vec3(10.5, -3, 0.8)), Vec3(4.1, 1.7, 1.5)}) < 1e-9);
}

TEST_CASE("between the samples a track is carried, except where a sample has no box of it") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto frames = drive->frames();
  const Track& car = document->track(made_id("instcar"));
  CHECK(present_at(car, frames[5].stamp));
  CHECK(cuboid_at(car, frames[5].stamp)->pose.translation.y() == Approx(1013).margin(1e-6));
  const Track& man = document->track(made_id("instman"));
  CHECK_FALSE(present_at(man, frames[10].stamp));
  CHECK(present_at(man, frames[2].stamp));
}

TEST_CASE("untouched tables of nuScenes are written back byte for byte") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto files = written_as("nuscenes", document->document(), *drive);
  REQUIRE(files.size() == 2);
  for (const WrittenFile& file : files) CHECK(file.content == text_of(folder / "set" / file.path));
}

TEST_CASE("an edited annotation changes alone, of a deleted one the neighbours are chained anew") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto frames = drive->frames();
  const TrackId car = document->track(made_id("instcar")).uid;
  Cuboid cuboid = document->track(made_id("instcar")).keys[0].cuboid();
  cuboid.pose.translation.x() += 0.5;
  (*document)(set_key(document->document(), car, {frames[0].name, frames[0].stamp}, cuboid));
  (*document)(delete_after(document->document(), car, {frames[10].name, frames[10].stamp}));
  const auto files = written_as("nuscenes", document->document(), *drive);
  auto rows = rows_of(content_of(files, "v1.0-mini/sample_annotation.json"));
  const auto old = rows_of(text_of(made.tables() / "sample_annotation.json"));
  CHECK(rows.size() == 5);
  CHECK_FALSE(rows.contains(made_id("car2")));
  CHECK(rows[made_id("car1")]["next"] == "");
  CHECK(rows[made_id("car0")]["translation"][0] == Approx(403.5).margin(1e-6));
  rows[made_id("car0")]["translation"][0] = 403.0;
  CHECK(rows[made_id("car0")] == old.at(made_id("car0")));
  CHECK(rows[made_id("man2")] == old.at(made_id("man2")));
  const auto instances = rows_of(content_of(files, "v1.0-mini/instance.json"));
  CHECK(instances.at(made_id("instcar"))["nbr_annotations"] == 2);
  CHECK(instances.at(made_id("instcar"))["last_annotation_token"] == made_id("car1"));
}

TEST_CASE("a new track becomes an instance with rows at the samples alone") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto frames = drive->frames();
  const Cuboid first{pose_from_yaw(0.3, Vec3(412.3, 1010, 0.6)), Vec3(4.1, 1.7, 1.5)};
  Cuboid last = first;
  last.pose.translation.y() += 2;
  (*document)(
      create_track(document->document(), "trailer", first, {frames[0].name, frames[0].stamp}, 5));
  (*document)(set_key(document->document(), 5, {frames[20].name, frames[20].stamp}, last));
  const auto files = written_as("nuscenes", document->document(), *drive);
  const auto rows = rows_of(content_of(files, "v1.0-mini/sample_annotation.json"));
  REQUIRE(rows.size() == 9);
  const auto instances = rows_of(content_of(files, "v1.0-mini/instance.json"));
  REQUIRE(instances.size() == 4);
  const auto added = std::find_if(instances.begin(), instances.end(), [](const auto& entry) {
    return entry.second["nbr_annotations"] == 3 && entry.first != made_id("instcar");
  });
  REQUIRE(added != instances.end());
  CHECK(added->first.size() == 32);
  std::string token = added->second["first_annotation_token"], before;
  for (int sample = 0; sample < 3; ++sample) {
    const Json& row = rows.at(token);
    CHECK(row["prev"] == before);
    CHECK(row["sample_token"] == made_id("sample" + std::to_string(sample)));
    CHECK(row["size"] == Json({1.7, 4.1, 1.5}));  // w l h
    CHECK(row["rotation"][0] == Approx(std::cos(0.15)).margin(1e-9));
    CHECK(row["rotation"][3] == Approx(std::sin(0.15)).margin(1e-9));
    CHECK(row["translation"][1] == Approx(1010 + sample).margin(1e-6));
    before = token;
    token = row["next"];
  }
  CHECK(token.empty());
  CHECK(rows_of(content_of(files, "v1.0-mini/category.json")).size() == 3);
}

TEST_CASE("tables written for a drive of another format give its boxes back") {
  const auto drive = made(MadeDrive{});
  auto document = imported({}, *drive);
  const Pose world_from_ego = world_from_ego_or_identity(*drive, drive->frames()[2].stamp);
  const Cuboid in_ego{{from_roll_pitch_yaw(0.1, -0.2, 0.3), Vec3(12.3, -4.5, 0.6)},
                      Vec3(4.1, 1.7, 1.5)};
  (*document)(create_track(document->document(),
                           "car",
                           world_from_ego * in_ego,
                           {"000002", drive->frames()[2].stamp},
                           5));
  TempFolder folder;
  const auto files = written_as("nuscenes", document->document(), *drive);
  CHECK(files.size() == 13);
  for (const WrittenFile& file : files) {
    std::filesystem::create_directories((folder / file.path).parent_path());
    std::ofstream(folder / file.path) << file.content;
    CHECK(Json::accept(file.content));
  }
  CHECK(recognised_format(folder / "v1.0-sweepbox") == label_format("nuscenes"));
  const auto labels = read_labels(*drive, folder / "v1.0-sweepbox");
  REQUIRE(labels);
  REQUIRE(labels->labels.size() == 1);
  CHECK(labels->labels[0].frame == 2);
  CHECK(corner_distance(labels->labels[0].cuboid_in_ego, in_ego) < 1e-6);
}

TEST_CASE("damaged rows of sample_annotation are problems, the rest is read and all is kept") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  auto rows = MadeNuscenes::annotations();
  rows[0].replace(rows[0].find("1.7, 4.1, 1.5"), 3, "-1.7");
  made.write_table("sample_annotation", rows);
  const auto drive = opened(folder / "set");
  const auto labels = read_own_labels(*drive);
  REQUIRE(labels);
  CHECK(labels->labels.size() == 4);
  REQUIRE(labels->problems.size() == 1);
  CHECK(labels->problems[0].where == "token " + made_id("car0") + ", size");
  const auto document = imported(*labels, *drive);
  const auto files = written_as("nuscenes", document->document(), *drive);
  CHECK(rows_of(content_of(files, "v1.0-mini/sample_annotation.json")).contains(made_id("car0")));
}

TEST_CASE("results of a detector come in as boxes with scores and go out unchanged") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const std::string content = fmt::format(
      R"({{"meta": {{"use_lidar": true}},  "results": {{"{}": [
  {{"sample_token": "{}", "translation": [403.0, 1015.5, 0.80], "size": [1.7, 4.1, 1.5],
   "rotation": [0.7071067811865476, 0, 0, 0.7071067811865476], "velocity": [0, 9.5], "other": 1e3,
   "detection_name": "car", "detection_score": 0.75, "attribute_name": "vehicle.moving"}}],
 "{}": [], "of another drive": [{{}}]}}}}
)",
      made_id("sample1"),
      made_id("sample1"),
      made_id("sample0"));
  std::ofstream(folder / "results.json") << content;
  CHECK(recognised_format(folder / "results.json") == label_format("nuscenes_results"));
  const auto labels = read_labels(*drive, folder / "results.json");
  REQUIRE(labels);
  CHECK(labels->problems.empty());
  REQUIRE(labels->labels.size() == 1);
  const Label& car = labels->labels[0];
  CHECK(car.frame == 10);
  CHECK(car.score == 0.75);
  CHECK(car.class_name == "car");
  CHECK_FALSE(car.has_track_id);
  CHECK(corner_distance(car.cuboid_in_ego,
                        {pose_from_yaw(0, Vec3(10.5, -3, 0.8)), Vec3(4.1, 1.7, 1.5)}) < 1e-9);
  // Sample 2 has no list in the file: it gets an empty one, nothing else changes.
  const auto document = imported(*labels, *drive);
  const auto files = written_as("nuscenes_results", document->document(), *drive);
  REQUIRE(files.size() == 1);
  std::string with_sample = content;
  with_sample.insert(with_sample.rfind("}]") + 2, ",\n \"" + made_id("sample2") + "\": []");
  CHECK(files[0].content == with_sample);
}

TEST_CASE("results written anew have every sample, velocities and scores") {
  TempFolder folder;
  const MadeNuscenes made(folder / "set");
  const auto drive = opened(folder / "set");
  const auto document = imported(*read_own_labels(*drive), *drive);
  const auto files = written_as("nuscenes_results", document->document(), *drive);
  REQUIRE(files.size() == 1);
  const Json results = Json::parse(files[0].content)["results"];
  REQUIRE(results.size() == 3);
  const Json& boxes = results[made_id("sample1")];
  REQUIRE(boxes.size() == 1);
  CHECK(boxes[0]["tracking_id"] == made_id("instcar"));
  CHECK(boxes[0]["velocity"][1].get<double>() == Approx(10).margin(1e-3));
  std::ofstream(folder / "results.json") << files[0].content;
  const auto labels = read_labels(*drive, folder / "results.json");
  REQUIRE(labels);
  CHECK(labels->labels.size() == 5);
  CHECK(labels->labels[0].has_track_id);
}
