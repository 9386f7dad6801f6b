#pragma once
#include "core/check/evidence.hpp"

namespace sweepbox::doctor {

/// Points of a sweep at whose side what lies behind is seen: where an image should have an edge
/// (after Levinson and Thrun, Automatic Online Calibration of Cameras and Lasers, RSS 2013).
struct EdgePoints {
  std::vector<Vec3> edges;  ///< in ego
  std::vector<Vec3> all;    ///< a sample of the sweep, to compare with
};

EdgePoints edge_points(const Scene& scene);

/// How near to an image's edges its pixels lie, as a rank from 0 (farthest) to 1, uniform over the
/// image.
class EdgeImage {
 public:
  /// `scale`: pixels of this image for one of the camera.
  EdgeImage(const Image& image, double scale);

  /// Empty outside.
  std::optional<double> at(const Vec2& pixel_of_camera) const;

 private:
  int width_ = 0, height_ = 0;
  double scale_ = 1;
  std::vector<float> rank_;
};

}  // namespace sweepbox::doctor
