#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/table/npy.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;

namespace {

/// No drive of this set was at hand: small ones, by the field names of the zod package.
constexpr const char* kCalibration = R"({"FC": {
  "extrinsics": [[0, 0, 1, 2], [-1, 0, 0, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]],
  "lidar_extrinsics": [[0, 1, 0, 1], [-1, 0, 0, 0], [0, 0, 1, 2], [0, 0, 0, 1]],
  "intrinsics": [[100, 0, 1.5, 0], [0, 100, 2, 0], [0, 0, 1, 0]],
  "distortion": [0.1, 0.01, 0, 0], "undistortion": [0, 0, 0, 0],
  "image_dimensions": [4, 5], "field_of_view": [120, 60]}})";

// 2022-02-14T13:23:32Z is 1644845012 s since 1970 (date -d … +%s); ego drives 10 m/s along x.
constexpr const char* kMotion = R"({"origin_lat_lon": [57, 12], "velocities": [], "poses": [
  [[1, 0, 0, 100], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
  [[1, 0, 0, 110], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]],
  "timestamps": [1644845012.0, 1644845013.0]})";

void write(const fs::path& path, std::string_view content) {
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, content));
}

/// Two points 10 m in front of the lidar (its y), seen 50 ms before and after the file's time.
void write_sweep(const fs::path& path) {
  Table table;
  for (const char* name : {"x", "y", "z"}) table.columns.emplace_back(name, ColumnType::f32);
  table.columns.emplace_back("timestamp", ColumnType::i64);
  for (const char* name : {"intensity", "diode_index"})
    table.columns.emplace_back(name, ColumnType::u8);
  for (const int time : {-50, 50}) {
    const double row[] = {0, 10, 0, time * 1000.0, 9, 3};
    for (std::size_t i = 0; i < 6; ++i) table.columns[i].add_number(row[i]);
  }
  const auto bytes = write_npy(table, NpyForm::structured);
  REQUIRE(bytes);
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, std::span<const std::byte>(*bytes)));
}

/// PNG's signature and header, which is all that its size is read from.
std::string png() {
  return std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x05\x08\0\0\0\0", 29) +
         std::string(8, '\0');
}

}  // namespace

TEST_CASE(
    "a single frame of ZOD: raw points are brought to the sweep's time, the lens is a fisheye") {
  const test::TempFolder folder;
  const fs::path root = folder / "single_frames/000017";
  write(root / "calibration.json", kCalibration);
  write(root / "ego_motion.json", kMotion);
  write(root / "annotations/object_detection.json", "[]");
  write_sweep(root / "lidar_velodyne/000017_quebec_2022-02-14T13:23:32.500000Z.npy");
  write(root / "camera_front_blur/000017_india_2022-02-14T13:23:32.520001Z.png", png());
  const auto found = open_drive(folder.path(), {}, {}, {});
  REQUIRE(found);
  const Drive& drive = **found;
  CHECK(drive.problems().empty());
  CHECK(drive.info().name == "000017");
  CHECK_FALSE(drive.info().sequence);
  REQUIRE(drive.info().labels.size() == 1);
  REQUIRE(drive.frames().size() == 1);
  CHECK(drive.frames()[0].stamp.ns == 1644845012'500000000);
  const ImageFile* image = drive.frames()[0].image(0);
  REQUIRE(image);
  CHECK(image->stamp.ns == 1644845012'520001000);
  CHECK(drive.info().cameras[0].lens == "kannala_brandt");
  // Straight ahead of the camera; then 45° to the right by the polynomial (formats.md 5.3).
  const Pose& camera_from_ego = image->calibration->camera_from_ego;
  const auto ahead = image->calibration->project(camera_from_ego * Vec3(12, 0, 1.5));
  REQUIRE(ahead);
  CHECK(ahead->x() == Approx(1.5));
  CHECK(ahead->y() == Approx(2));
  const double angle = kPi / 4;
  const auto right = image->calibration->project(camera_from_ego * Vec3(12, -10, 1.5));
  REQUIRE(right);
  CHECK(right->x() ==
        Approx(1.5 + 100 * (angle + 0.1 * std::pow(angle, 3) + 0.01 * std::pow(angle, 5))));
  const auto sweep = drive.read_sweep(0, 0);
  REQUIRE(sweep);
  REQUIRE(sweep->size() == 2);
  const PointCloud& cloud = *sweep->pieces[0];
  CHECK(cloud.channel("ring")->values[0] == 3);
  CHECK(cloud.channel("time")->values[0] == Approx(-0.05));
  // The lidar's y is ego's x, from 1 m ahead; half a metre was driven since, or until then.
  const Vec3 first = sweep->ego_from_points * cloud.point(0);
  const Vec3 second = sweep->ego_from_points * cloud.point(1);
  CHECK((first - Vec3(10.5, 0, 2)).norm() < 0.01);
  CHECK((second - Vec3(11.5, 0, 2)).norm() < 0.01);
}

TEST_CASE("a sequence of ZOD whose info says that it is compensated is shown as stored") {
  const test::TempFolder folder;
  const fs::path root = folder / "sequences/000002";
  write(root / "calibration.json", kCalibration);
  write(root / "ego_motion.json", kMotion);
  write(root / "info.json",
        R"({"lidar_frames": {"velodyne": [{"is_compensated": true}, {"is_compensated": true}]}})");
  write_sweep(root / "lidar_velodyne/000002_romeo_2022-02-14T13:23:32.4Z.npy");
  write_sweep(root / "lidar_velodyne/000002_romeo_2022-02-14T13:23:32.500000Z.npy");
  write_sweep(root / "lidar_velodyne/000002_romeo_sometime.npy");
  const auto drive = open_drive(root, {}, {}, {});
  REQUIRE(drive);
  CHECK((*drive)->info().sequence);
  REQUIRE((*drive)->frames().size() == 2);
  CHECK((*drive)->frames()[0].stamp.ns == 1644845012'400000000);
  REQUIRE((*drive)->problems().size() == 1);
  CHECK((*drive)->problems()[0].where == "name");
  const auto sweep = (*drive)->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK((sweep->ego_from_points * sweep->pieces[0]->point(0) - Vec3(11, 0, 2)).norm() < 1e-5);
}

TEST_CASE("ZOD without poses or with a broken calibration opens, and says what is wrong") {
  const test::TempFolder folder;
  const fs::path root = folder / "drives/000001";
  write(root / "calibration.json", R"({"FC": {"lidar_extrinsics": [[1, 0], [0, 1]]}})");
  write_sweep(root / "lidar_velodyne/000001_x_2022-02-14T13:23:32.500000Z.npy");
  const auto drive = open_drive(root, {}, {}, {});
  REQUIRE(drive);
  REQUIRE((*drive)->problems().size() == 2);
  CHECK((*drive)->problems()[0].where == "FC, lidar_extrinsics");
  CHECK((*drive)->problems()[1].file == "ego_motion.json");
  CHECK_FALSE((*drive)->info().poses);
}
