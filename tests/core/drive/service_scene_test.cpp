#include "core/drive/service_scene.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/drive/formats.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// Supervisely's projects and Xtreme1's scenes as drives.

namespace sweepbox {
namespace {

// A camera that looks along the lidar's x: right is −y, down is −z; 0.5 m before it.
const std::vector<double> kRows = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, -0.5, 0, 0, 0, 1};

std::string list_of(const std::vector<double>& numbers) {
  return fmt::format("[{}]", fmt::join(numbers, ", "));
}

std::vector<double> transposed(const std::vector<double>& m) {
  std::vector<double> result(16);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) result[i * 4 + j] = m[j * 4 + i];
  return result;
}

/// The first bytes of a PNG of 640 × 480: what its size is read from.
std::string png() {
  const unsigned char head[] = {0x89, 'P',  'N', 'G', '\r', '\n', 0x1A, '\n', 0,    0,    0,
                                13,   'I',  'H', 'D', 'R',  0,    0,    2,    0x80, 0,    0,
                                1,    0xE0, 8,   2,   0,    0,    0,    0xDF, 0x66, 0xF1, 0x5E};
  return {reinterpret_cast<const char*>(head), sizeof head};
}

constexpr const char* kCloud =
    "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\n"
    "HEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 1\nDATA ascii\n1 2 3\n";

void put(const fs::path& path, const std::string& content) {
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, content));
}

void check_looks_along_x(const Drive& drive) {
  REQUIRE(drive.info().cameras.size() == 1);
  REQUIRE(drive.frames()[0].images.size() == 1);
  const Camera& camera = *drive.frames()[0].images[0].calibration;
  CHECK(camera.width == 640);
  // A point 10.5 m before the lidar, 1 m to the right and 2 m up: at depth 10.
  const auto pixel = camera.project(camera.camera_from_ego * Vec3(10.5, -1, 2));
  REQUIRE(pixel);
  CHECK(pixel->x() == Approx(320 + 500 * 1 / 10.0));
  CHECK(pixel->y() == Approx(240 - 500 * 2 / 10.0));
}

TEST_CASE("matrices by columns are told by their last row, or by what the file says") {
  for (const auto& pose : {reading::lidar_to_camera(kRows),
                           reading::lidar_to_camera(transposed(kRows)),
                           reading::lidar_to_camera(transposed(kRows), true)}) {
    REQUIRE(pose);
    CHECK((*pose * Vec3(10.5, -1, 2)).isApprox(Vec3(1, -2, 10), 1e-12));
  }
  CHECK_FALSE(reading::lidar_to_camera(std::vector<double>(12, 0)));
  CHECK_FALSE(reading::lidar_to_camera(std::vector<double>(9, 1)));
  CHECK_FALSE(reading::pinhole_of(std::vector<double>(9, 0)));
}

TEST_CASE("a Supervisely project opens with its images on the clouds") {
  const test::TempFolder folder;
  const fs::path root = folder / "town";
  put(root / "meta.json", "{}");
  put(root / "ds0/pointcloud/a1.pcd", kCloud);
  put(root / "ds0/pointcloud/a2.pcd", kCloud);
  put(root / "ds0/ann/a1.pcd.json", "{}");
  put(root / "ds0/related_images/a1_pcd/left.png", png());
  put(root / "ds0/related_images/a1_pcd/left.png.json",
      fmt::format("{{\"name\": \"left.png\", \"meta\": {{\"deviceId\": \"left\", \"sensorsData\": "
                  "{{\"extrinsicMatrix\": {}, \"intrinsicMatrix\": [500, 0, 320, 0, 500, 240, 0, "
                  "0, 1]}}}}}}",
                  list_of({kRows.begin(), kRows.begin() + 12})));
  const Listing listing = find_drives(root);
  REQUIRE(listing.drives.size() == 1);
  CHECK(listing.drives[0].format == "supervisely");
  CHECK(listing.drives[0].name == "town");
  const auto drive = open_drive(listing.drives[0]);
  REQUIRE(drive);
  CHECK((*drive)->frames().size() == 2);
  CHECK((*drive)->info().cameras.at(0).name == "left");
  CHECK((*drive)->info().labels.at(0).format == "supervisely");
  check_looks_along_x(**drive);
  const auto sweep = (*drive)->read_sweep(1, 0);
  REQUIRE(sweep);
}

TEST_CASE("an Xtreme1 scene opens with its matrices, by rows and by columns") {
  for (const bool by_rows : {true, false}) {
    const test::TempFolder folder;
    const fs::path root = folder / "scene";
    put(root / "lidar_point_cloud_0/a.pcd", kCloud);
    put(root / "camera_image_0/a.png", png());
    put(root / "result/a.json", "[]");
    put(root / "camera_config/a.json",
        fmt::format("[{{\"camera_internal\": {{\"fx\": 500, \"fy\": 500, \"cx\": 320, \"cy\": "
                    "240}}, \"width\": 640, \"height\": 480, \"camera_external\": {}, "
                    "\"rowMajor\": {}}}]",
                    list_of(by_rows ? kRows : transposed(kRows)),
                    by_rows));
    const Listing listing = find_drives(root);
    REQUIRE(listing.drives.size() == 1);
    CHECK(listing.drives[0].format == "xtreme1");
    const auto drive = open_drive(listing.drives[0]);
    REQUIRE(drive);
    check_looks_along_x(**drive);
  }
}

TEST_CASE("the Supervisely sample opens with two clouds, its images have no calibration") {
  SHARED_DATA_OR_SKIP(folder, "formats/supervisely_pointcloud");
  const auto drive = open_drive(folder, {}, {}, {});
  REQUIRE(drive);
  CHECK((*drive)->info().format == "supervisely");
  CHECK((*drive)->frames().size() == 2);
  CHECK((*drive)->info().cameras.empty());
  const auto problems = (*drive)->problems();
  CHECK(std::count_if(problems.begin(), problems.end(), [](const Problem& one) {
          return to_line(one).find("nobody calibrated") != std::string::npos;
        }) == 1);
}

}  // namespace
}  // namespace sweepbox
