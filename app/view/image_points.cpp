#include "app/view/image_points.hpp"

namespace sweepbox {

const std::vector<OverlayPoint>& ImagePoints::of(Session& session,
                                                 const ScenePoints& points,
                                                 const ImageFile& file,
                                                 HiddenPoints hidden) {
  const Camera camera = shown_camera(session, file);
  if (calibration_ == file.calibration && camera_from_ego_ == camera.camera_from_ego &&
      stamp_ == file.stamp && hidden_ == hidden && points_version_ == points.points_version())
    return found_;
  calibration_ = file.calibration;
  camera_from_ego_ = camera.camera_from_ego;
  stamp_ = file.stamp;
  hidden_ = hidden;
  points_version_ = points.points_version();
  ++version_;
  found_.clear();
  for (const ScenePoints::Part& part : points.parts()) {
    // The document may have moved the lidar: what the sweep itself says is taken back first.
    const Pose image_from_sweep = ego_from_ego(*session.drive, part.sweep->stamp, file.stamp) *
                                  part.ego_from_points * part.sweep->ego_from_points.inverse();
    std::vector<OverlayPoint> more = project_points(*part.sweep, camera, image_from_sweep, hidden);
    for (OverlayPoint& p : more) p.index += static_cast<std::uint32_t>(part.first);
    found_.insert(found_.end(), more.begin(), more.end());
  }
  return found_;
}

const OverlayPoint* point_near(const std::vector<OverlayPoint>& points,
                               const Vec2& pixel,
                               double reach) {
  const OverlayPoint* best = nullptr;
  double best_cost = 1e18;
  for (const OverlayPoint& p : points) {
    const double dx = p.u - pixel.x(), dy = p.v - pixel.y(), away = dx * dx + dy * dy;
    if (p.hidden || away > reach * reach) continue;
    // Of points equally near on the picture the one before the others was meant.
    const double cost = away / (reach * reach) + 0.02 * static_cast<double>(p.depth);
    if (cost < best_cost) {
      best_cost = cost;
      best = &p;
    }
  }
  return best;
}

}  // namespace sweepbox
