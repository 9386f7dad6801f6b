#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/points.hpp"
#include "core/label/scale_boxes.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

TEST_CASE("PandaSet: 470 of 622 boxes hold a point of their own lidar, 371 hold five") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const test::Labelled set = test::with_own_labels(folder);
  REQUIRE(set.labels.labels.size() == 622);
  CHECK(set.labels.elsewhere == 0);
  std::map<int, Sweep> sweeps;
  std::map<int, int> with_five;
  std::set<std::string> tracks;
  int with_one = 0, in_front_image = 0;
  for (const Label& label : set.labels.labels) {
    tracks.insert(label.track);
    if (!sweeps.contains(label.frame)) sweeps[label.frame] = *set.drive->read_sweep(label.frame, 0);
    const Sweep& sweep = sweeps[label.frame];
    const std::size_t points = count_points(sweep,
                                            set.drive->info().lidars[0].parts,
                                            sweep.ego_from_points.inverse() * label.cuboid_in_ego,
                                            label.attributes);
    with_one += points > 0;
    with_five[label.frame] += points >= 5;
    for (const ImageFile& image :
         set.drive->frames()[static_cast<std::size_t>(label.frame)].images) {
      const auto& camera = set.drive->info().cameras[static_cast<std::size_t>(image.camera)];
      if (camera.name != "front_camera") continue;
      // The box stands in the world: seen from ego at the image's own time.
      const Vec3 in_image_ego =
          ego_from_ego(*set.drive, label.stamp, image.stamp) * label.cuboid_in_ego.pose.translation;
      const Vec3 in_camera = image.calibration->camera_from_ego * in_image_ego;
      const auto pixel = image.calibration->project(in_camera);
      in_front_image += pixel && in_image(*image.calibration, *pixel);
    }
  }
  CHECK(with_one == 470);
  CHECK(with_five == std::map<int, int>{{0, 88}, {1, 88}, {2, 98}, {3, 97}});
  CHECK(in_front_image == 262);
  CHECK(tracks.size() == 159);
}

TEST_CASE("PandaSet: 101 stationary tracks stand at one place of the world in all four frames") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const test::Labelled set = test::with_own_labels(folder);
  std::map<std::string, std::vector<Vec3>> places;
  int siblings = 0;
  for (const Label& label : set.labels.labels) {
    siblings += label.attributes.contains("sibling_id") && label.frame == 0;
    const auto stationary = label.attributes.find("stationary");
    if (stationary == label.attributes.end() || stationary->second != "true") continue;
    places[label.track].push_back(*set.drive->world_from_ego(label.stamp) *
                                  label.cuboid_in_ego.pose.translation);
  }
  int in_all = 0;
  for (const auto& [track, all] : places) {
    for (const Vec3& place : all) CHECK((place - all.front()).norm() < 1e-9);
    in_all += all.size() == 4;
  }
  CHECK(in_all == 101);
  CHECK(siblings == 25);  // rows of frame 00 whose sibling_id is not "-"
}

TEST_CASE("PandaSet: what nobody touched goes back byte for byte, a moved box changes one row") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  test::Labelled set = test::with_own_labels(folder);
  const std::filesystem::path csv = folder / "001" / "annotations" / "cuboids_csv";
  const auto import = test::imported(std::move(set.labels), *set.drive);
  for (const WrittenFile& file : test::written_as("pandaset", import->document(), *set.drive)) {
    const auto original = read_text(csv / std::filesystem::path(file.path).filename());
    REQUIRE(original);
    CHECK(file.content == *original);
  }
  const Track& track = import->track("2c4dbdea-845e-4d29-8a94-9c86feb536fe");
  const FrameInfo& frame = set.drive->frames()[1];
  const Keyframe* key = key_at(track, frame.stamp);
  REQUIRE(key);
  Cuboid moved = key->cuboid();
  moved.pose.translation.z() += 0.25;
  (*import)(set_key(import->document(), track.uid, {frame.name, frame.stamp}, moved));
  const auto files = test::written_as("pandaset", import->document(), *set.drive);
  REQUIRE(files.size() == 4);
  CHECK(files[0].content == *read_text(csv / "00.csv"));
  const auto before = *read_text(csv / "01.csv");
  REQUIRE(files[1].content != before);
  // The row of that box, but for its z.
  const std::size_t begin = before.find("2c4dbdea");
  const std::string_view row =
      std::string_view(before).substr(begin, before.find('\n', begin) - begin);
  const std::size_t there = files[1].content.find("2c4dbdea");
  const std::string now =
      files[1].content.substr(there, files[1].content.find('\n', there) - there);
  CHECK(files[1].content.size() - now.size() == before.size() - row.size());
  CHECK(std::count(now.begin(), now.end(), ',') == std::count(row.begin(), row.end(), ','));
}

TEST_CASE("a PandaSet box of width 1.867 and length 4.629 at yaw 0 looks along the world's y") {
  const auto cuboid = cuboid_in_world({{1, 2, 3}, {1.867, 4.629, 1.673}, 0});
  REQUIRE(cuboid);
  CHECK(cuboid->size.isApprox(Vec3(4.629, 1.867, 1.673)));
  CHECK((cuboid->pose.rotation * Vec3::UnitX()).isApprox(Vec3::UnitY()));
  const ScaleBox back = scale_box(*cuboid);
  CHECK(back.yaw == Approx(0).margin(1e-12));
  CHECK(back.dimensions.isApprox(Vec3(1.867, 4.629, 1.673)));
}

TEST_CASE("a PandaSet table with a column missing is an error that names it") {
  test::TempFolder folder;
  REQUIRE(write_file(folder.path() / "000000.csv", "uuid,label,position.x\na,Car,1\n"));
  const auto drive = test::made({});
  const auto set = label_format("pandaset")->read(*drive, folder.path());
  REQUIRE(set);
  REQUIRE(set->problems.size() == 1);
  CHECK(to_line(set->problems[0]).find("the column yaw") != std::string::npos);
}

constexpr const char* kScale = R"([
 {"cuboids": [
  {"uuid": "a", "label": "Car", "position": {"x": 10.50, "y": 2, "z": 0.7},
   "dimensions": {"x": 1.7, "y": 4.1, "z": 1.5}, "yaw": -1.5707963267948966, "extra": [1, 2],
   "stationary": true, "camera_used": 3, "attributes": {"Color": "red"}},
  {"uuid": "b", "label": "Pedestrian", "position": {"x": 4, "y": -3, "z": 0.9},
   "dimensions": {"x": 0.6, "y": 0.7, "z": 1.8}, "yaw": 0.25, "sensor_id": 1}
 ]},
 {"cuboids": []}
])";

TEST_CASE("Scale's frames in one file are read in the world and go back unchanged") {
  test::TempFolder folder;
  REQUIRE(write_file(folder.path() / "cuboids.json", kScale));
  const auto drive = test::made({});
  auto set = label_format("scale")->read(*drive, folder.path() / "cuboids.json");
  REQUIRE(set);
  CHECK(set->problems.empty());
  REQUIRE(set->labels.size() == 2);
  const Label& car = set->labels[0];
  CHECK(car.frame == 0);
  const Cuboid in_world = *drive->world_from_ego(car.stamp) * car.cuboid_in_ego;
  // Yaw −90° from +y is +x.
  CHECK((in_world.pose.rotation * Vec3::UnitX() - Vec3::UnitX()).norm() < 1e-9);
  CHECK((in_world.pose.translation - Vec3(10.5, 2, 0.7)).norm() < 1e-9);
  CHECK(in_world.size.isApprox(Vec3(4.1, 1.7, 1.5)));
  CHECK(car.attributes.at("Color") == "red");
  CHECK(set->labels[1].attributes.at("lidar") == "pandar_gt");

  const auto import = test::imported(std::move(*set), *drive);
  const auto files = test::written_as("scale", import->document(), *drive);
  CHECK(files.front().path == "cuboids/cuboids.json");
  CHECK(files.front().content == kScale);

  Cuboid moved = in_world;
  moved.pose.translation.x() = 11.25;
  const FrameInfo& frame = drive->frames()[0];
  (*import)(set_key(import->document(), import->track("a").uid, {frame.name, frame.stamp}, moved));
  std::string expected = kScale;
  expected.replace(expected.find("10.50"), 5, "11.25");
  CHECK(test::written_as("scale", import->document(), *drive).front().content == expected);
}

}  // namespace
}  // namespace sweepbox
