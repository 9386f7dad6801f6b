#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/drive/formats.hpp"
#include "core/drive/nuscenes_names.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

using Json = nlohmann::json;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Mat3 rotation_of(const Json& matrix) {
  Mat3 r;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) r(i, j) = matrix[i][j];
  return r;
}

Vec3 translation_of(const Json& matrix) {
  return Vec3(matrix[0][3].get<double>(), matrix[1][3].get<double>(), matrix[2][3].get<double>());
}

}  // namespace

TEST_CASE(
    "an info file's frame has the sweep, six images at their own times, and the poses there") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const auto drive = open_drive(folder, {}, {}, {});
  REQUIRE(drive);
  CHECK((*drive)->info().format == "mmdetection3d");
  CHECK((*drive)->problems().empty());
  REQUIRE((*drive)->frames().size() == 1);
  const FrameInfo& frame = (*drive)->frames()[0];
  CHECK(frame.name == "1532402927647951");
  CHECK(frame.stamp.ns == 1532402927647951000);
  REQUIRE(frame.images.size() == 6);
  CHECK((*drive)->info().lidars.at(0).name == "LIDAR_TOP");
  const Json json = Json::parse(text_of((*drive)->info().labels.at(0).path))["data_list"][0];
  const auto ego_from_lidar = (*drive)->ego_from("LIDAR_TOP", 0);
  REQUIRE(ego_from_lidar);
  // The lidar's y looks forward, its x to the right.
  CHECK((ego_from_lidar->rotation * Vec3::UnitY()).x() > 0.99);
  CHECK((ego_from_lidar->rotation * Vec3::UnitX()).y() < -0.99);
  double largest = 0;
  for (const ImageFile& image : frame.images) {
    const Camera& camera = *image.calibration;
    const Json& own = json["images"][camera.name];
    CHECK(camera.width == 1600);
    CHECK(camera.height == 900);
    const double late_ms = seconds_between(image.stamp, frame.stamp) * 1e3;
    CHECK(late_ms > 0);  // README: cameras are 1 to 43 ms earlier
    CHECK(late_ms < 43.2);
    // A point that stands still reaches the camera through the world as lidar2cam says; what is
    // stored as float32 leaves some 1e-4 at 1200 m from the world's zero.
    const Vec3 in_lidar(12.3, -4.5, 0.6);
    const Pose there = *(*drive)->world_from_ego(image.stamp);
    const Pose here = *(*drive)->world_from_ego(frame.stamp);
    const Vec3 in_camera =
        camera.camera_from_ego * (there.inverse() * (here * (*ego_from_lidar * in_lidar)));
    const Vec3 wanted = rotation_of(own["lidar2cam"]) * in_lidar + translation_of(own["lidar2cam"]);
    CHECK((in_camera - wanted).norm() < 1e-4);
    // The camera's own place is the calibration's, without the motion.
    CHECK((camera.camera_from_ego.inverse().translation - translation_of(own["cam2ego"])).norm() <
          1e-6);
    largest = std::max(largest,
                       (camera.camera_from_ego * (*ego_from_lidar * Vec3::Zero()) -
                        translation_of(own["lidar2cam"]))
                           .norm());
  }
  // README: up to 0.33 m on one axis without the motion; CAM_FRONT_LEFT, 43 ms at 9.3 m/s.
  CHECK(largest == Approx(0.40).margin(0.005));
  const auto sweep = (*drive)->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 34688);
}

TEST_CASE("a pickle is no drive, but a note that says how to turn it into JSON") {
  TempFolder folder;
  std::ofstream(folder / "nuscenes_infos_val.pkl") << "\x80\x04";
  const Listing listing = find_drives(folder.path());
  CHECK(listing.drives.empty());
  REQUIRE(listing.notes.size() == 1);
  CHECK(english(listing.notes[0].found).find("pickle") != std::string::npos);
  CHECK(english(listing.notes[0].fix).find("mmdetection3d_pkl_to_json.py") != std::string::npos);
}

TEST_CASE("info files of the older form are read too, with files that say their folders") {
  TempFolder folder;
  std::filesystem::create_directories(folder / "samples/LIDAR_TOP");
  std::ofstream(folder / "samples/LIDAR_TOP/a__LIDAR_TOP__2000000.pcd.bin", std::ios::binary)
      << std::string(40, '\0');
  std::ofstream(folder / "infos.json")
      << R"({"infos": [{"lidar_path": "./data/nuscenes/samples/LIDAR_TOP/a__LIDAR_TOP__2000000.pcd.bin",
      "timestamp": 2000000, "gt_velocity": [[NaN, NaN]], "lidar2ego_translation": [1, 0, 2],
      "lidar2ego_rotation": [0.7071067811865476, 0, 0, -0.7071067811865476],
      "ego2global_translation": [10, 20, 0], "ego2global_rotation": [1, 0, 0, 0], "cams": {}}]})";
  const auto drive = open_drive(folder.path(), {}, {}, {});
  if (!drive) FAIL(to_line(drive.error()));
  CHECK((*drive)->frames()[0].name == "2000000");
  CHECK((*drive)->frames()[0].stamp.ns == 2000000000);
  CHECK(((*(*drive)->ego_from("LIDAR_TOP", 0)) * Vec3(0, 3, 0) - Vec3(4, 0, 2)).norm() < 1e-12);
  CHECK((*drive)->world_from_ego({2000000000})->translation == Vec3(10, 20, 0));
}

TEST_CASE("damaged info files say what is wrong") {
  TempFolder folder;
  std::ofstream(folder / "infos.json")
      << R"({"metainfo": {"categories": {}}, "data_list": [{"timestamp": 1, "lidar_points": {}}, 5]})";
  const auto drive = open_drive(folder.path(), {}, {}, {});
  REQUIRE_FALSE(drive);
  CHECK(drive.error().file == "infos.json");
  std::ofstream(folder / "infos.json") << R"({"metainfo": {"categories": {}}, "data_list": [)";
  CHECK_FALSE(open_drive(folder.path(), {}, {}, {}));
}

TEST_CASE("a frame of nuScenes is named by its microseconds") {
  using nuscenes::frame_name_of;
  CHECK(frame_name_of("n015-2018-07-24-11-22-45+0800__LIDAR_TOP__1532402927647951.pcd.bin") ==
        "1532402927647951");
  CHECK(frame_name_of("lidar/host-a101_lidar1_1240710366399037786.bin") ==
        "host-a101_lidar1_1240710366399037786");
  CHECK(frame_name_of("training/velodyne/000008.bin") == "000008");
  CHECK(frame_name_of("a__b__") == "a__b__");
}
