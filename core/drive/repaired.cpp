#include "core/drive/repaired.hpp"

namespace sweepbox {

Pose repaired_extrinsics(const Pose& sensor_from_points, std::string_view value) {
  if (value == "inverse") return sensor_from_points.inverse();
  if (value == "transposed")
    return {sensor_from_points.rotation.conjugate(), sensor_from_points.translation};
  if (value == "body") return optical_from_body() * sensor_from_points;
  if (value != "opengl") return sensor_from_points;
  // OpenGL's camera has y up and looks along −z.
  return Pose{Quat(0, 1, 0, 0), Vec3::Zero()} * sensor_from_points;
}

Lens repaired_lens(const Lens& lens, int width, int height, std::string_view value) {
  std::vector<std::pair<std::string, double>> all;
  for (const auto& [name, number] : parameters_of(lens)) all.emplace_back(name, number);
  if (all.size() < 4) return lens;
  // fx, fy, cx, cy stand first in every lens.
  std::vector<std::pair<std::string, double>> wanted(all.begin(), all.begin() + 4);
  if (value == "equidistant") {
    // A file of four numbers: k1 k2 k3 k4 of a fisheye read as k1 k2 p1 p2.
    for (const auto& [fisheye, plain] :
         {std::pair("k1", "k1"), {"k2", "k2"}, {"k3", "p1"}, {"k4", "p2"}})
      for (std::size_t i = 4; i < all.size(); ++i)
        if (all[i].first == plain) wanted.emplace_back(fisheye, all[i].second);
  }
  const auto made =
      make_lens(value == "equidistant" ? "kannala_brandt" : "pinhole", wanted, width, height);
  return made ? *made : lens;
}

Quat reordered(const Quat& read, std::string_view value) {
  // The four numbers as they stand in the file.
  if (value == "wxyz") {  // read as x, y, z, w
    return Quat(read.x(), read.y(), read.z(), read.w()).normalized();
  }
  if (value == "xyzw")  // read as w, x, y, z
    return Quat(read.z(), read.w(), read.x(), read.y()).normalized();
  return read;
}

}  // namespace sweepbox
