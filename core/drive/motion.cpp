#include "core/drive/motion.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox {

void compensate(PointCloud& cloud, const Pose& ego_from_points, Stamp stamp, const Drive& drive) {
  const Channel* time = cloud.channel("time");
  const auto world_from_ego = drive.world_from_ego(stamp);
  if (!time || !world_from_ego || cloud.empty()) return;
  constexpr double kStep = 1e-3, kLongest = 1;  // s
  const auto [first, last] = std::minmax_element(time->values.begin(), time->values.end());
  if (!std::isfinite(*first) || !std::isfinite(*last) || *last - *first > kLongest ||
      std::abs(*first) > kLongest)
    return;  // another clock: nothing that a turn of a lidar takes
  const double from = static_cast<double>(*first);
  const auto steps = static_cast<std::size_t>((static_cast<double>(*last) - from) / kStep) + 1;
  const Pose points_from_world = (*world_from_ego * ego_from_points).inverse();
  std::vector<Pose> moved;  // points(stamp) from points(time), at the middle of each step
  for (std::size_t i = 0; i < steps; ++i) {
    const double middle = from + (static_cast<double>(i) + 0.5) * kStep;
    const auto then = drive.world_from_ego(later(stamp, middle));
    if (!then) return;
    moved.push_back(points_from_world * *then * ego_from_points);
  }
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    const double at = (static_cast<double>(time->values[i]) - from) / kStep;
    const Pose& pose = moved[std::min(static_cast<std::size_t>(std::max(0.0, at)), steps - 1)];
    const Eigen::Vector3f point = (pose * cloud.point(i) - cloud.origin).cast<float>();
    cloud.x[i] = point.x();
    cloud.y[i] = point.y();
    cloud.z[i] = point.z();
  }
  update_bounds(cloud);
}

}  // namespace sweepbox
