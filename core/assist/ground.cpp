#include "core/assist/ground.hpp"

#include <pcl/console/print.h>
#include <pcl/point_cloud.h>
#include <pcl/point_types.h>
#include <pcl/sample_consensus/ransac.h>
#include <pcl/sample_consensus/sac_model_perpendicular_plane.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <vector>

namespace sweepbox {
namespace {

constexpr float kCell = 1;            ///< m: side of the cells whose lowest points count
constexpr float kAboveLowest = 0.3F;  ///< m: a cell's points this near to its lowest may be ground
constexpr int kPointsPerCell = 8;     ///< so that ground near the lidar does not outvote the rest
constexpr float kNearPlane = 0.1F;    ///< m: what the common plane may miss
constexpr double kNearFit = 0.06;     ///< m: three times a lidar's range noise; kerbs left out
constexpr int kFits = 3;              ///< each from what lies near the last
constexpr double kSteepest = 20 * kPi / 180;
constexpr int kRansacSteps = 300;
constexpr std::size_t kLeastPoints = 24;
constexpr int kLeastCells = 4;  ///< points of one spot determine no plane
constexpr double kLeastShare = 0.3;
constexpr int kWidenings = 3;  ///< radius, twice, four times

/// Points that may be ground, in ego's axes, relative to the place (z relative too).
struct Candidates {
  std::vector<Eigen::Vector3f> points;
  int cells = 0;
};

struct Near {
  Eigen::Vector3f point;
  std::size_t cell;
};

std::vector<Near> points_near(const Sweep& sweep,
                              const Vec3& place_in_ego,
                              float radius,
                              int cells_across) {
  std::vector<Near> near;
  const Mat3 axes = sweep.ego_from_points.rotation.toRotationMatrix();
  const Eigen::Matrix3f r = axes.cast<float>();
  for (const auto& piece : sweep.pieces) {
    const Eigen::Vector3f t =
        (axes * piece->origin + sweep.ego_from_points.translation - place_in_ego).cast<float>();
    const std::size_t n = piece->size();
    for (std::size_t i = 0; i < n; ++i) {
      const float px = piece->x[i], py = piece->y[i], pz = piece->z[i];
      const float x = r(0, 0) * px + r(0, 1) * py + r(0, 2) * pz + t.x();
      const float y = r(1, 0) * px + r(1, 1) * py + r(1, 2) * pz + t.y();
      if (!(x * x + y * y < radius * radius)) continue;
      const float z = r(2, 0) * px + r(2, 1) * py + r(2, 2) * pz + t.z();
      const auto column = static_cast<std::size_t>((x + radius) / kCell);
      const auto row = static_cast<std::size_t>((y + radius) / kCell);
      near.push_back({{x, y, z}, row * static_cast<std::size_t>(cells_across) + column});
    }
  }
  return near;
}

Candidates lowest_points(const Sweep& sweep, const Vec3& place_in_ego, float radius) {
  const int cells_across = static_cast<int>(std::ceil(2 * radius / kCell)) + 1;
  const std::vector<Near> near = points_near(sweep, place_in_ego, radius, cells_across);
  const auto cells =
      static_cast<std::size_t>(cells_across) * static_cast<std::size_t>(cells_across);
  std::vector<float> lowest(cells, std::numeric_limits<float>::infinity());
  for (const Near& each : near) lowest[each.cell] = std::min(lowest[each.cell], each.point.z());
  const auto low = [&](const Near& each) {
    return each.point.z() <= lowest[each.cell] + kAboveLowest;
  };
  std::vector<int> count(cells, 0);
  for (const Near& each : near) count[each.cell] += low(each);
  Candidates candidates;
  candidates.cells =
      static_cast<int>(std::count_if(count.begin(), count.end(), [](int n) { return n > 0; }));
  std::vector<int> met(cells, 0);
  for (const Near& each : near) {
    if (!low(each)) continue;
    const int every = (count[each.cell] + kPointsPerCell - 1) / kPointsPerCell;
    if (met[each.cell]++ % every == 0) candidates.points.push_back(each.point);
  }
  return candidates;
}

/// normal · point = offset, normal upwards.
struct FloatPlane {
  Eigen::Vector3f normal;
  float offset;

  float height_of(const Eigen::Vector3f& point) const { return normal.dot(point) - offset; }
};

std::optional<FloatPlane> common_plane(const std::vector<Eigen::Vector3f>& points) {
  const auto cloud = std::make_shared<pcl::PointCloud<pcl::PointXYZ>>();
  for (const Eigen::Vector3f& point : points) cloud->emplace_back(point.x(), point.y(), point.z());
  // Not random: PCL then seeds its generator with a constant.
  const auto model =
      std::make_shared<pcl::SampleConsensusModelPerpendicularPlane<pcl::PointXYZ>>(cloud, false);
  model->setAxis(Eigen::Vector3f::UnitZ());
  model->setEpsAngle(kSteepest);
  pcl::RandomSampleConsensus<pcl::PointXYZ> ransac(model, kNearPlane);
  ransac.setMaxIterations(kRansacSteps);
  // "No model" is an answer here; PCL would also print it.
  pcl::console::setVerbosityLevel(pcl::console::L_ALWAYS);
  if (!ransac.computeModel()) return std::nullopt;
  Eigen::VectorXf plane;
  ransac.getModelCoefficients(plane);
  if (plane.size() != 4 || !plane.allFinite()) return std::nullopt;
  Eigen::Vector3f normal = plane.head<3>();
  float offset = -plane[3];
  if (normal.z() < 0) {
    normal = -normal;
    offset = -offset;
  }
  return FloatPlane{normal, offset};
}

/// The plane z = a x + b y + c through the points near the given one, weighted by their distance
/// from the place. The same plane where they determine none.
Plane fitted(const Plane& plane, const std::vector<Eigen::Vector3f>& points, double radius) {
  Mat3 left = Mat3::Zero();
  Vec3 right = Vec3::Zero();
  for (const Eigen::Vector3f& point : points) {
    const Vec3 at = point.cast<double>();
    if (std::abs(plane.height_of(at)) > kNearFit) continue;
    const double weight = std::exp(-2 * at.head<2>().squaredNorm() / (radius * radius));
    const Vec3 row(at.x(), at.y(), 1);
    left += weight * row * row.transpose();
    right += weight * at.z() * row;
  }
  if (left.determinant() < 1e-6) return plane;  // points on one line
  const Vec3 slope = left.ldlt().solve(right);
  const Vec3 normal = Vec3(-slope.x(), -slope.y(), 1).normalized();
  if (!slope.allFinite() || normal.z() < std::cos(kSteepest)) return plane;
  return {normal, slope.z() * normal.z()};
}

std::optional<Ground> ground_within(const Candidates& candidates,
                                    const Vec3& place_in_ego,
                                    double radius) {
  const auto found = common_plane(candidates.points);
  if (!found) return std::nullopt;
  const auto on_it = std::count_if(
      candidates.points.begin(), candidates.points.end(), [&](const Eigen::Vector3f& point) {
        return std::abs(found->height_of(point)) <= kNearPlane;
      });
  Ground ground;
  ground.points = static_cast<int>(on_it);
  ground.inlier_share = static_cast<double>(on_it) / static_cast<double>(candidates.points.size());
  if (ground.inlier_share < kLeastShare) return std::nullopt;
  Plane relative{found->normal.cast<double>().normalized(), found->offset};
  for (int fit = 0; fit < kFits; ++fit) relative = fitted(relative, candidates.points, radius);
  ground.plane_in_ego = {relative.normal, relative.offset + relative.normal.dot(place_in_ego)};
  return ground;
}

}  // namespace

Result<Ground> ground_around(const Sweep& sweep, const Vec3& place_in_ego, double radius) {
  if (!place_in_ego.allFinite() || !(radius > 0) || !(radius < 1e3))
    return refuse("the ground is asked for at no place", "click on a point or on the ground");
  std::size_t seen = 0;
  double reach = radius;
  try {
    for (int widening = 0; widening < kWidenings; ++widening) {
      reach = radius * (1 << widening);
      const Candidates candidates = lowest_points(sweep, place_in_ego, static_cast<float>(reach));
      seen = candidates.points.size();
      if (seen < kLeastPoints || candidates.cells < kLeastCells) continue;
      if (const auto ground = ground_within(candidates, place_in_ego, reach)) return *ground;
    }
  } catch (const std::exception& failure) {
    return refuse(text("the search for the ground failed: {}", failure.what()));
  }
  if (seen < kLeastPoints)
    return refuse(text("{} low points within {} m, too few to find the ground", seen, reach),
                  "set the height by hand");
  return refuse(text("the low points within {} m share no level plane", reach),
                "set the height by hand");
}

Cuboid box_on_ground(const Ground& ground, const Vec3& place_in_ego, const Vec3& size, double yaw) {
  const double bottom = ground.height_at(place_in_ego.x(), place_in_ego.y());
  return {pose_from_yaw(yaw, {place_in_ego.x(), place_in_ego.y(), bottom + size.z() / 2}), size};
}

}  // namespace sweepbox
