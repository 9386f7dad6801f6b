#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "core/sensor/box_projection.hpp"
#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

using Numbers = std::map<std::string, std::vector<double>>;

Numbers read_calibration(const std::filesystem::path& path) {
  Numbers numbers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    for (double value; words >> value;) numbers[key].push_back(value);
  }
  return numbers;
}

Mat3 rotation_of(const std::vector<double>& values, int columns) {
  Mat3 matrix;
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column)
      matrix(row, column) = values[static_cast<std::size_t>(row * columns + column)];
  return matrix;
}

/// Width and height from a PNG's header.
std::pair<int, int> png_size(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  unsigned char head[24] = {};
  file.read(reinterpret_cast<char*>(head), sizeof(head));
  return {head[18] * 256 + head[19], head[22] * 256 + head[23]};
}

/// rect_from_velodyne = R0_rect · Tr_velo_to_cam, tilt included (formats.md 1.4).
Pose rect_from_velodyne(const Numbers& calibration) {
  const Pose rect_from_camera{
      nearest_rotation(rotation_of(calibration.at("R0_rect:"), 3))->rotation, Vec3::Zero()};
  const auto& tr = calibration.at("Tr_velo_to_cam:");
  const Pose camera_from_velodyne{nearest_rotation(rotation_of(tr, 4))->rotation,
                                  {tr[3], tr[7], tr[11]}};
  return rect_from_camera * camera_from_velodyne;
}

Camera camera_2(const Numbers& calibration, std::pair<int, int> size) {
  const auto& p = calibration.at("P2:");
  const Pinhole lens{p[0], p[5], p[2], p[6]};
  // P2 = K·[I | t]: the colour camera stands t away from rectified camera 0.
  const Vec3 t((p[3] - p[2] * p[11]) / p[0], (p[7] - p[6] * p[11]) / p[5], p[11]);
  return {"image_2",
          lens,
          size.first,
          size.second,
          Pose{Quat::Identity(), t} * rect_from_velodyne(calibration)};
}

TEST_CASE("KITTI's boxes projected onto the image meet the labels' own rectangles") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  std::vector<double> overlaps;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "training/label_2")) {
    const std::string stem = entry.path().stem().string();
    const Numbers calibration = read_calibration(folder / "training/calib" / (stem + ".txt"));
    const Camera camera =
        camera_2(calibration, png_size(folder / "training/image_2" / (stem + ".png")));
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string type;
      words >> type;
      std::vector<double> v;
      for (double value; words >> value;) v.push_back(value);
      if (type == "DontCare" || v.size() < 14 || v[0] != 0) continue;
      const Rect label{v[3], v[4], v[5], v[6]};
      const double h = v[7], w = v[8], l = v[9], ry = v[13];
      // Location is the middle of the bottom face; camera y points down.
      const Vec3 centre(v[10], v[11] - h / 2, v[12]);
      Mat3 axes;
      axes.col(0) = Vec3(std::cos(ry), 0, -std::sin(ry));
      axes.col(2) = Vec3(0, -1, 0);
      axes.col(1) = axes.col(2).cross(axes.col(0));
      const Cuboid in_rect{{Quat(axes), centre}, {l, w, h}};
      const Cuboid in_ego = rect_from_velodyne(calibration).inverse() * in_rect;
      overlaps.push_back(iou(project_box(camera, in_ego).in_image, label));
    }
  }
  REQUIRE(overlaps.size() == 37);
  std::sort(overlaps.begin(), overlaps.end());
  // The data's README: median 0.971 (0.9713), minimum 0.447.
  CHECK(overlaps[18] >= 0.97);
  CHECK(overlaps[18] == Approx(0.9713).margin(0.001));
  CHECK(overlaps[0] == Approx(0.447).margin(0.005));
}

}  // namespace
}  // namespace sweepbox
