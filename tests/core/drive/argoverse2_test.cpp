#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/table/arrow.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;

namespace {

constexpr const char* kLog = "7fab2350-7eaf-3b7e-a39d-6937a4c1bede";

/// Median distance of the elevations of each laser's points from their median, over some lasers,
/// degrees: lasers do not move, so from their own place it is small.
double spread(const Sweep& sweep, const Pose& ego_from_lidar, float first_laser) {
  std::vector<double> spreads;
  const Pose lidar_from_ego = ego_from_lidar.inverse();
  const PointCloud& cloud = *sweep.pieces[0];
  const std::vector<float>& laser = cloud.channel("ring")->values;
  for (float number = first_laser; number < first_laser + 32; ++number) {
    std::vector<double> angles;
    for (std::size_t i = 0; i < cloud.size(); ++i) {
      if (laser[i] != number) continue;
      const Vec3 point = lidar_from_ego * cloud.point(i);
      const double range = point.norm();
      if (range > 5 && range < 40)
        angles.push_back(std::atan2(point.z(), point.head<2>().norm()) * 180 / kPi);
    }
    if (angles.size() < 100) continue;
    const auto middle = angles.begin() + static_cast<std::ptrdiff_t>(angles.size() / 2);
    std::nth_element(angles.begin(), middle, angles.end());
    const double median = *middle;
    for (double& angle : angles) angle = std::abs(angle - median);
    std::nth_element(angles.begin(), middle, angles.end());
    spreads.push_back(*middle);
  }
  REQUIRE(spreads.size() > 20);
  std::sort(spreads.begin(), spreads.end());
  return spreads[spreads.size() / 2];
}

Table poses_of(std::initializer_list<std::array<double, 8>> rows) {
  Table table;
  table.columns.emplace_back("timestamp_ns", ColumnType::i64);
  for (const char* name : {"qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"})
    table.columns.emplace_back(name, ColumnType::f64);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < 8; ++i) table.columns[i].add_number(row[i]);
  return table;
}

void write(const fs::path& path, const Table& table) {
  const auto bytes = write_arrow(table);
  REQUIRE(bytes);
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, std::span<const std::byte>(*bytes)));
}

}  // namespace

TEST_CASE("the Argoverse 2 log opens with its two sweeps, poses and labels") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const auto drive = open_drive(data, {}, {}, {});
  REQUIRE(drive);
  const DriveInfo& info = (*drive)->info();
  CHECK(info.format == "argoverse2");
  CHECK(info.name == kLog);
  CHECK(info.sequence);
  CHECK(info.poses);
  REQUIRE(info.labels.size() == 1);
  CHECK(info.labels[0].format == "argoverse2");
  REQUIRE(info.lidars.size() == 1);
  CHECK(info.lidars[0].parts == std::vector<std::string>{"up_lidar", "down_lidar"});
  CHECK(info.cameras.empty());
  REQUIRE((*drive)->frames().size() == 2);
  CHECK((*drive)->frames()[0].name == "315966265259836000");
  CHECK((*drive)->frames()[1].stamp.ns == 315966265360032000);
  // One note: nine cameras have a calibration and no images (data README).
  REQUIRE((*drive)->problems().size() == 1);
  CHECK((*drive)->problems()[0].severity == Severity::note);
  const std::size_t points[] = {99229, 99466};  // data README
  for (int frame = 0; frame < 2; ++frame) {
    const auto sweep = (*drive)->read_sweep(frame, 0);
    REQUIRE(sweep);
    CHECK(sweep->size() == points[frame]);
    CHECK(sweep->ego_from_points == Pose());
    CHECK(sweep->problems.empty());
  }
  // A pose as pyarrow prints it, first row; 5 km and 2 km from the city's origin.
  const auto pose = (*drive)->world_from_ego({315966253572412942});
  REQUIRE(pose);
  CHECK((pose->translation - Vec3(5172.668216028519, 2419.102799750701, 66.92979846582436)).norm() <
        1e-9);
  CHECK(std::abs(pose->rotation.z() - -0.2411613805338664) < 1e-6);
  CHECK((*drive)->ego_from("ring_front_center", 0));
  CHECK((*drive)->ego_from("stereo_front_left", 0));
}

TEST_CASE("each point of a sweep knows its lidar, and the lasers turn about the place of it") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const auto drive = open_drive(data, {}, {}, {});
  REQUIRE(drive);
  const auto sweep = (*drive)->read_sweep(0, 0);
  REQUIRE(sweep);
  const PointCloud& cloud = *sweep->pieces[0];
  REQUIRE(cloud.channel("lidar"));
  const std::vector<float>& lidar = cloud.channel("lidar")->values;
  const std::vector<float>& laser = cloud.channel("ring")->values;
  for (std::size_t i = 0; i < cloud.size(); i += 97) CHECK(lidar[i] == (laser[i] < 32 ? 0 : 1));
  const Pose up = *(*drive)->ego_from("up_lidar", 0), down = *(*drive)->ego_from("down_lidar", 0);
  CHECK(spread(*sweep, up, 0) < 0.5 * spread(*sweep, down, 0));
  CHECK(spread(*sweep, down, 32) < 0.6 * spread(*sweep, up, 32));
}

TEST_CASE("a log with cameras: their own times, no distortion, the portrait one upright") {
  const test::TempFolder folder;
  const fs::path root = folder / "a-log";
  write(root / "city_SE3_egovehicle.feather",
        poses_of({{1e17, 1, 0, 0, 0, 500'000.001, 5'400'000.002, 3},
                  {1e17 + 1e8, 1, 0, 0, 0, 500'001.001, 5'400'000.002, 3},
                  {1e17 + 2e8, 0.5, 0, 0, 0, 0, 0, 0}}));
  Table extrinsics = poses_of({{0, 0.5, -0.5, 0.5, -0.5, 1.6, 0, 1.4}, {0, 1, 0, 0, 0, 1, 0, 2}});
  extrinsics.columns[0] = TableColumn("sensor_name", ColumnType::text);
  extrinsics.columns[0].add_text("ring_front_center");
  extrinsics.columns[0].add_text("up_lidar");
  write(root / "calibration/egovehicle_SE3_sensor.feather", extrinsics);
  Table intrinsics;
  intrinsics.columns.emplace_back("sensor_name", ColumnType::text);
  intrinsics.columns[0].add_text("ring_front_center");
  const std::pair<const char*, double> numbers[] = {{"fx_px", 10},
                                                    {"fy_px", 10},
                                                    {"cx_px", 1.5},
                                                    {"cy_px", 2},
                                                    {"k1", -0.24},
                                                    {"height_px", 5},
                                                    {"width_px", 4}};
  for (const auto& [name, value] : numbers)
    intrinsics.columns.emplace_back(name, ColumnType::f64).add_number(value);
  write(root / "calibration/intrinsics.feather", intrinsics);
  Table sweep;
  for (const char* name : {"x", "y", "z", "laser_number", "offset_ns"})
    sweep.columns.emplace_back(name, ColumnType::f32).add_number(40);
  write(root / "sensors/lidar/100000000000000000.feather", sweep);
  write(root / "sensors/lidar/100000000100000000.feather", sweep);
  // A grey picture of 4 × 5 pixels: PNG's signature and header are what its size is read from.
  const std::string png =
      std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x05\x08\0\0\0\0", 29) +
      std::string(8, '\0');
  REQUIRE(make_folder(root / "sensors/cameras/ring_front_center"));
  for (const char* name : {"100000000010000000", "100000000060000000", "100000000110000000"})
    REQUIRE(write_file(root / "sensors/cameras/ring_front_center" / (std::string(name) + ".png"),
                       std::string_view(png)));
  const auto found = open_drive(root, {}, {}, {});
  REQUIRE(found);
  const Drive& drive = **found;
  REQUIRE(drive.info().cameras.size() == 1);
  CHECK(drive.info().cameras[0].width == 4);
  CHECK(drive.info().cameras[0].height == 5);
  CHECK(drive.info().cameras[0].lens == "pinhole");
  REQUIRE(drive.frames().size() >= 2);
  const ImageFile* image = drive.frames()[0].image(0);
  REQUIRE(image);
  CHECK(image->stamp.ns == 100000000010000000);
  // The camera looks along x: a point 10 m ahead of it and 1 m to the left lies a pixel left.
  const auto pixel =
      image->calibration->project(image->calibration->camera_from_ego * Vec3(11.6, 1, 1.4));
  REQUIRE(pixel);
  CHECK(pixel->x() == Approx(0.5));
  CHECK(pixel->y() == Approx(2));
  // Between two poses of a UTM zone, to the millimetre.
  const auto pose = drive.world_from_ego({100000000050000000});
  REQUIRE(pose);
  CHECK((pose->translation - Vec3(500'000.501, 5'400'000.002, 3)).norm() < 1e-4);
  REQUIRE(drive.problems().size() == 1);  // the last pose has no rotation
  CHECK(drive.problems()[0].file == "city_SE3_egovehicle.feather");
  const auto read = drive.read_sweep(0, 0);
  REQUIRE(read);
  CHECK(read->pieces[0]->channel("lidar")->values == std::vector<float>{1});
}

TEST_CASE("a log without its tables opens, and says what is missing") {
  const test::TempFolder folder;
  Table sweep;
  for (const char* name : {"x", "y", "z"})
    sweep.columns.emplace_back(name, ColumnType::f16).add_number(1);
  write(folder / "log/sensors/lidar/100000000000000000.feather", sweep);
  REQUIRE(write_file(folder / "log/city_SE3_egovehicle.feather", std::string_view("ARROW1 cut")));
  const auto drive = open_drive(folder / "log", {}, {}, {});
  REQUIRE(drive);
  CHECK_FALSE((*drive)->info().poses);
  std::set<std::string> files;
  for (const Problem& problem : (*drive)->problems()) files.insert(problem.file);
  CHECK(files == std::set<std::string>{"city_SE3_egovehicle.feather",
                                       "calibration/egovehicle_SE3_sensor.feather",
                                       "calibration/intrinsics.feather"});
}
