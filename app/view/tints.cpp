#include "app/view/tints.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

namespace sweepbox {

namespace {

constexpr float kCell = 2;        // m
constexpr int kMostCells = 1024;  // a side: 2 km; a box beyond is not looked at

struct FastBox {
  Eigen::Matrix3f box_from_points;
  Eigen::Vector3f offset, half;
  std::uint8_t tint;
};

}  // namespace

std::vector<std::uint8_t> tints_of(std::span<const float> xyz, std::span<const TintBox> boxes) {
  std::vector<std::uint8_t> result(xyz.size() / 3, 0);
  if (boxes.empty() || result.empty()) return result;

  Eigen::AlignedBox2f all;
  std::vector<Eigen::AlignedBox2f> bounds;
  std::vector<FastBox> fast;
  for (const TintBox& box : boxes) {
    Eigen::AlignedBox2f own;
    for (const Vec3& corner : corners(box.cuboid)) own.extend(corner.head<2>().cast<float>());
    const Pose back = box.cuboid.pose.inverse();
    fast.push_back({back.rotation.toRotationMatrix().cast<float>(),
                    back.translation.cast<float>(),
                    (box.cuboid.size / 2).cast<float>().array() + 1e-4f,
                    box.tint});
    bounds.push_back(own);
    all.extend(own);
  }
  const auto cells_along = [&](int axis) {
    return std::clamp(static_cast<int>(std::ceil(all.sizes()[axis] / kCell)) + 1, 1, kMostCells);
  };
  const int columns = cells_along(0), rows = cells_along(1);
  std::vector<std::vector<std::uint16_t>> cells(static_cast<std::size_t>(columns) *
                                                static_cast<std::size_t>(rows));
  const auto cell_of = [&](float value, int axis, int count) {
    return std::clamp(static_cast<int>((value - all.min()[axis]) / kCell), 0, count - 1);
  };
  for (std::size_t i = 0; i < bounds.size(); ++i)
    for (int row = cell_of(bounds[i].min().y(), 1, rows);
         row <= cell_of(bounds[i].max().y(), 1, rows);
         ++row)
      for (int column = cell_of(bounds[i].min().x(), 0, columns);
           column <= cell_of(bounds[i].max().x(), 0, columns);
           ++column)
        cells[static_cast<std::size_t>(row * columns + column)].push_back(
            static_cast<std::uint16_t>(i));

  const float x0 = all.min().x(), y0 = all.min().y(), x1 = all.max().x(), y1 = all.max().y();
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float x = xyz[3 * i], y = xyz[3 * i + 1];
    if (!(x >= x0 && x <= x1 && y >= y0 && y <= y1)) continue;
    const auto& here =
        cells[static_cast<std::size_t>(cell_of(y, 1, rows) * columns + cell_of(x, 0, columns))];
    for (const std::uint16_t k : here) {
      const FastBox& box = fast[k];
      const Eigen::Vector3f p =
          box.box_from_points * Eigen::Vector3f(x, y, xyz[3 * i + 2]) + box.offset;
      if ((p.cwiseAbs() - box.half).maxCoeff() <= 0) result[i] = box.tint;
    }
  }
  return result;
}

}  // namespace sweepbox
