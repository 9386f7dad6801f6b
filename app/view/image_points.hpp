#pragma once
#include <memory>
#include <vector>

#include "app/view/scene_points.hpp"
#include "core/calibration/overlay.hpp"

namespace sweepbox {

/// Points of the shown sweeps on a camera's image of the shown frame, kept until something moves.
class ImagePoints {
 public:
  /// Indices count over all points of the scene. A few ms when frame or correction changed.
  const std::vector<OverlayPoint>& of(Session& session,
                                      const ScenePoints& points,
                                      const ImageFile& file,
                                      HiddenPoints hidden);

  std::uint64_t version() const { return version_; }

 private:
  std::vector<OverlayPoint> found_;
  std::shared_ptr<const Camera> calibration_;
  Pose camera_from_ego_;
  Stamp stamp_;
  HiddenPoints hidden_ = HiddenPoints::ignore;
  std::uint64_t points_version_ = 0, version_ = 0;
};

/// The overlay point nearest to a pixel within `reach` px, the nearer to the camera of near ones;
/// null where none is. Hidden ones do not count.
const OverlayPoint* point_near(const std::vector<OverlayPoint>& points,
                               const Vec2& pixel,
                               double reach);

}  // namespace sweepbox
