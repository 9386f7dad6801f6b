#include "app/view/picking.hpp"

#include <cmath>

namespace sweepbox {

namespace {

constexpr int kReach = 5;  // px

}  // namespace

std::optional<std::uint32_t> nearest_number(std::span<const std::uint32_t> numbers, int side) {
  std::optional<std::uint32_t> best;
  int best_distance = side * side;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const auto at = static_cast<std::size_t>(y * side + x);
      if (at >= numbers.size() || numbers[at] == GlPoints::kNoPoint) continue;
      const int dx = x - side / 2, dy = y - side / 2, distance = dx * dx + dy * dy;
      if (distance < best_distance) {
        best_distance = distance;
        best = numbers[at];
      }
    }
  return best;
}

std::optional<std::uint32_t> point_in_picture(const GlPoints& painter,
                                              const Area& area,
                                              double x,
                                              double y) {
  const int px = static_cast<int>(std::floor(x - area.x));
  const int py = static_cast<int>(std::floor(area.y + area.height - y));  // rows count from below
  constexpr int kSide = 2 * kReach + 1;
  return nearest_number(painter.read_numbers(px - kReach, py - kReach, kSide, kSide), kSide);
}

std::optional<std::uint32_t> point_by_search(std::span<const float> xyz,
                                             const ScreenMap& map,
                                             double x,
                                             double y) {
  const Eigen::Matrix4f clip = map.clip_from_ego.cast<float>();
  const float nx = static_cast<float>(2 * (x - map.area.x) / map.area.width - 1);
  const float ny = static_cast<float>(1 - 2 * (y - map.area.y) / map.area.height);
  const float rx = 2.f * kReach / map.area.width, ry = 2.f * kReach / map.area.height;
  std::optional<std::uint32_t> best;
  float best_z = 2;
  for (std::size_t i = 0; i < xyz.size() / 3; ++i) {
    const Eigen::Vector4f p = clip * Eigen::Vector4f(xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2], 1);
    if (p.w() <= 0 || std::abs(p.x() - nx * p.w()) > rx * p.w() ||
        std::abs(p.y() - ny * p.w()) > ry * p.w())
      continue;
    const float z = p.z() / p.w();
    if (z < -1 || z >= best_z) continue;
    best_z = z;
    best = static_cast<std::uint32_t>(i);
  }
  return best;
}

TrackId box_under(std::span<const FrameBox* const> boxes,
                  const ScreenMap& map,
                  double x,
                  double y) {
  const Ray ray = map.ray(x, y);
  TrackId best = 0;
  double best_distance = 1e18;
  for (const FrameBox* box : boxes) {
    Cuboid grown = box->cuboid_in_ego;
    grown.size.array() += 6 * map.metres_per_pixel(grown.pose.translation);
    const auto met = hit(ray, grown);
    if (met && met->distance < best_distance) {
      best_distance = met->distance;
      best = box->track->uid;
    }
  }
  return best;
}

}  // namespace sweepbox
