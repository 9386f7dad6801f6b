#include "core/calibration/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

namespace sweepbox {
namespace {

constexpr float kNearerBy = 0.5F;      ///< m
constexpr float kNearerShare = 0.05F;  ///< of the distance
constexpr double kBeamGap = 0.5 * kPi / 180;
constexpr int kReach = 2;  ///< cells in which the other side of a gap is looked for

/// Calls use(x, y, z, index) with each point in the camera's frame.
template <class Use>
void for_each_in_camera(const Sweep& sweep, const Pose& camera_from_points, Use use) {
  const Mat3 axes = camera_from_points.rotation.toRotationMatrix();
  const Eigen::Matrix3f r = axes.cast<float>();
  std::uint32_t index = 0;
  for (const auto& piece : sweep.pieces) {
    // The origin joins the translation in double: floats then hold distances from the camera.
    const Eigen::Vector3f t = (axes * piece->origin + camera_from_points.translation).cast<float>();
    for (std::size_t i = 0; i < piece->size(); ++i, ++index) {
      const float px = piece->x[i], py = piece->y[i], pz = piece->z[i];
      use(r(0, 0) * px + r(0, 1) * py + r(0, 2) * pz + t.x(),
          r(1, 0) * px + r(1, 1) * py + r(1, 2) * pz + t.y(),
          r(2, 0) * px + r(2, 1) * py + r(2, 2) * pz + t.z(),
          index);
    }
  }
}

/// The nearest distance in each cell of a coarse grid over the image, with a rim of empty cells.
class NearestGrid {
 public:
  NearestGrid(const Camera& camera, const std::vector<OverlayPoint>& points)
      : cell_(static_cast<float>(
            std::clamp(pixels_per_metre(camera, 1) * kBeamGap / kReach, 1.0, 16.0))),
        columns_(static_cast<int>(static_cast<float>(camera.width) / cell_) + 1 + 2 * kReach),
        rows_(static_cast<int>(static_cast<float>(camera.height) / cell_) + 1 + 2 * kReach),
        nearest_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_),
                 std::numeric_limits<float>::infinity()) {
    for (const OverlayPoint& point : points) {
      float& here = nearest_[cell_of(point)];
      here = std::min(here, point.depth);
    }
  }

  bool hides(const OverlayPoint& point) const {
    const float limit = point.depth - (kNearerBy + kNearerShare * point.depth);
    const std::size_t at = cell_of(point);
    if (nearest_[at] < limit) return true;
    const auto row = static_cast<std::ptrdiff_t>(columns_);
    // Left and right on the same row only: the next row of running ground is nearer on both sides.
    return (nearer(at, -1, 0, limit) && nearer(at, 1, 0, limit)) ||
           (nearer(at, -row, 1, limit) && nearer(at, row, 1, limit));
  }

 private:
  std::size_t cell_of(const OverlayPoint& point) const {
    const int column = static_cast<int>((point.u + 0.5F) / cell_) + kReach;
    const int row = static_cast<int>((point.v + 0.5F) / cell_) + kReach;
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(column);
  }

  /// Anything nearer on one side: `kReach` cells out, and as many as `across` to either side of
  /// them.
  bool nearer(std::size_t at, std::ptrdiff_t step, std::ptrdiff_t across, float limit) const {
    for (std::ptrdiff_t out = 1; out <= kReach; ++out)
      for (std::ptrdiff_t aside = -across; aside <= across; ++aside) {
        const std::ptrdiff_t cell = static_cast<std::ptrdiff_t>(at) + out * step + aside;
        if (nearest_[static_cast<std::size_t>(cell)] < limit) return true;
      }
    return false;
  }

  float cell_;
  int columns_;
  int rows_;
  std::vector<float> nearest_;
};

}  // namespace

std::vector<OverlayPoint> project_points(const Sweep& sweep,
                                         const Camera& camera,
                                         const Pose& camera_ego_from_sweep_ego,
                                         HiddenPoints hidden) {
  std::vector<OverlayPoint> points;
  const Pose camera_from_points =
      camera.camera_from_ego * camera_ego_from_sweep_ego * sweep.ego_from_points;
  if (const auto* pinhole = std::get_if<Pinhole>(&camera.lens)) {
    const auto fx = static_cast<float>(pinhole->fx), fy = static_cast<float>(pinhole->fy);
    const auto cx = static_cast<float>(pinhole->cx), cy = static_cast<float>(pinhole->cy);
    const float right = static_cast<float>(camera.width) - 0.5F;
    const float bottom = static_cast<float>(camera.height) - 0.5F;
    for_each_in_camera(
        sweep, camera_from_points, [&](float x, float y, float z, std::uint32_t index) {
          if (!(z > 0)) return;
          const float u = fx * x / z + cx;
          if (!(u >= -0.5F && u <= right)) return;
          const float v = fy * y / z + cy;
          if (!(v >= -0.5F && v <= bottom)) return;
          points.push_back({u, v, std::sqrt(x * x + y * y + z * z), index, false});
        });
  } else {
    for_each_in_camera(
        sweep, camera_from_points, [&](float x, float y, float z, std::uint32_t index) {
          const auto pixel = camera.project({x, y, z});
          if (!pixel || !in_image(camera, *pixel)) return;
          points.push_back({static_cast<float>(pixel->x()),
                            static_cast<float>(pixel->y()),
                            std::sqrt(x * x + y * y + z * z),
                            index,
                            false});
        });
  }
  if (hidden == HiddenPoints::find) {
    const NearestGrid grid(camera, points);
    for (OverlayPoint& point : points) point.hidden = grid.hides(point);
  }
  return points;
}

}  // namespace sweepbox
