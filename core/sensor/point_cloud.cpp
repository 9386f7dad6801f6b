#include "core/sensor/point_cloud.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sweepbox {
namespace {

/// A closed box of floats around a cuboid, in a cloud's own numbers: no point of the cuboid is
/// outside, and a comparison of floats is exact.
struct FloatBounds {
  Eigen::Vector3f low, high;
};

FloatBounds float_bounds(const Cuboid& cuboid, const Vec3& origin) {
  const Mat3 axes = cuboid.pose.rotation.toRotationMatrix();
  const Vec3 centre = cuboid.pose.translation - origin;
  // Rounding of the exact test grows with the coordinates, UTM ones included.
  const double slack = 1e-12 * (1 + cuboid.pose.translation.cwiseAbs().maxCoeff() +
                                origin.cwiseAbs().maxCoeff() + cuboid.size.maxCoeff());
  const Vec3 reach = axes.cwiseAbs() * cuboid.size / 2 + Vec3::Constant(slack);
  FloatBounds bounds;
  constexpr float kFar = std::numeric_limits<float>::infinity();
  for (int axis = 0; axis < 3; ++axis) {
    bounds.low[axis] = std::nextafter(static_cast<float>(centre[axis] - reach[axis]), -kFar);
    bounds.high[axis] = std::nextafter(static_cast<float>(centre[axis] + reach[axis]), kFar);
  }
  return bounds;
}

/// Points are rejected by blocks of this many, in a loop without branches that the compiler turns
/// into vector instructions.
constexpr std::size_t kBlock = 64;

/// Calls found(i) for each point of the piece inside the cuboid.
template <class Found>
void for_each_inside(const PointCloud& cloud, const Cuboid& cuboid, Found found) {
  const FloatBounds bounds = float_bounds(cuboid, cloud.origin);
  if (!cloud.bounds.isEmpty() && !cloud.bounds.intersects({bounds.low, bounds.high})) return;
  const float x0 = bounds.low.x(), y0 = bounds.low.y(), z0 = bounds.low.z();
  const float x1 = bounds.high.x(), y1 = bounds.high.y(), z1 = bounds.high.z();
  const float* x = cloud.x.data();
  const float* y = cloud.y.data();
  const float* z = cloud.z.data();
  const auto near_box = [&](std::size_t i) {
    return int{x[i] >= x0} & int{x[i] <= x1} & int{y[i] >= y0} & int{y[i] <= y1} & int{z[i] >= z0} &
           int{z[i] <= z1};
  };
  const Mat3 box_axes = cuboid.pose.rotation.toRotationMatrix().transpose();
  const Vec3 half = cuboid.size / 2;
  const auto test = [&](std::size_t i) {
    // As contains() in geometry reckons it, so that the two never disagree.
    const Vec3 in_box = box_axes * (cloud.point(i) - cuboid.pose.translation);
    if ((in_box.array().abs() <= half.array()).all()) found(i);
  };
  std::size_t begin = 0;
  for (; begin + kBlock <= cloud.size(); begin += kBlock) {
    int any = 0;
    for (std::size_t i = begin; i < begin + kBlock; ++i) any |= near_box(i);
    if (!any) continue;
    for (std::size_t i = begin; i < begin + kBlock; ++i)
      if (near_box(i)) test(i);
  }
  for (; begin < cloud.size(); ++begin)
    if (near_box(begin)) test(begin);
}

template <class Value>
std::vector<Value> part_of(const std::vector<Value>& values, std::size_t begin, std::size_t end) {
  const auto at = [&](std::size_t i) {
    return values.begin() + static_cast<std::ptrdiff_t>(std::min(i, values.size()));
  };
  return {at(begin), at(end)};
}

}  // namespace

const Channel* PointCloud::channel(std::string_view name) const {
  const auto found = std::find_if(
      channels.begin(), channels.end(), [&](const Channel& each) { return each.name == name; });
  return found == channels.end() ? nullptr : &*found;
}

std::size_t PointCloud::byte_size() const {
  std::size_t bytes =
      sizeof(float) * (x.size() + y.size() + z.size()) + sizeof(std::uint32_t) * rgb.size();
  for (const Channel& each : channels) bytes += sizeof(float) * each.values.size();
  return bytes;
}

void update_bounds(PointCloud& cloud) {
  cloud.bounds.setEmpty();
  extend_bounds(cloud, 0);
}

void extend_bounds(PointCloud& cloud, std::size_t first) {
  if (first >= cloud.size()) return;
  const std::vector<float>* axes[] = {&cloud.x, &cloud.y, &cloud.z};
  for (int axis = 0; axis < 3; ++axis) {
    // Axis by axis Eigen compares with vector instructions, point by point it cannot.
    const Eigen::Map<const Eigen::ArrayXf> numbers(axes[axis]->data() + first,
                                                   static_cast<Eigen::Index>(cloud.size() - first));
    float& low = cloud.bounds.min()[axis];
    float& high = cloud.bounds.max()[axis];
    low = std::min(low, numbers.minCoeff());
    high = std::max(high, numbers.maxCoeff());
  }
}

std::vector<std::shared_ptr<const PointCloud>> in_pieces(PointCloud cloud) {
  std::vector<std::shared_ptr<const PointCloud>> pieces;
  if (cloud.empty()) return pieces;
  if (cloud.size() <= kPiecePoints) {
    update_bounds(cloud);
    pieces.push_back(std::make_shared<const PointCloud>(std::move(cloud)));
    return pieces;
  }
  for (std::size_t begin = 0; begin < cloud.size(); begin += kPiecePoints) {
    const std::size_t end = std::min(begin + kPiecePoints, cloud.size());
    PointCloud piece;
    piece.origin = cloud.origin;
    piece.x = part_of(cloud.x, begin, end);
    piece.y = part_of(cloud.y, begin, end);
    piece.z = part_of(cloud.z, begin, end);
    for (const Channel& channel : cloud.channels)
      piece.channels.push_back({channel.name, part_of(channel.values, begin, end)});
    piece.rgb = part_of(cloud.rgb, begin, end);
    update_bounds(piece);
    pieces.push_back(std::make_shared<const PointCloud>(std::move(piece)));
  }
  return pieces;
}

std::size_t Sweep::size() const {
  std::size_t points = 0;
  for (const auto& piece : pieces) points += piece->size();
  return points;
}

std::size_t Sweep::byte_size() const {
  std::size_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece->byte_size();
  return bytes;
}

std::size_t count_inside(const Sweep& sweep, const Cuboid& cuboid_in_points) {
  std::size_t count = 0;
  for (const auto& piece : sweep.pieces)
    for_each_inside(*piece, cuboid_in_points, [&](std::size_t) { ++count; });
  return count;
}

std::vector<std::uint32_t> indices_inside(const Sweep& sweep, const Cuboid& cuboid_in_points) {
  std::vector<std::uint32_t> indices;
  std::size_t before = 0;
  for (const auto& piece : sweep.pieces) {
    for_each_inside(*piece, cuboid_in_points, [&](std::size_t i) {
      indices.push_back(static_cast<std::uint32_t>(before + i));
    });
    before += piece->size();
  }
  return indices;
}

}  // namespace sweepbox
