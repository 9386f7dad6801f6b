#pragma once
#include "app/view/views.hpp"
#include "core/geometry/pose.hpp"
#include "core/sensor/box_projection.hpp"

namespace sweepbox {

/// How an image lies in an area of the window: a scale (window px per px of the full image) and the
/// image pixel in the area's middle.
struct ImageFrame {
  Area area;
  int width = 1, height = 1;  ///< of the full image
  double scale = 1;
  Vec2 centre = Vec2::Zero();

  Vec2 window(const Vec2& pixel) const {
    return {area.x + area.width / 2 + (pixel.x() - centre.x()) * scale,
            area.y + area.height / 2 + (pixel.y() - centre.y()) * scale};
  }

  Vec2 pixel(double x, double y) const {
    return {centre.x() + (x - area.x - area.width / 2) / scale,
            centre.y() + (y - area.y - area.height / 2) / scale};
  }

  /// clip from (u, v, depth) of the image for painting points into the whole area; depth to 1 km.
  Eigen::Matrix4d clip_from_image() const;
};

/// All of the image; fills the area where that cuts away less than an eighth.
ImageFrame whole_image(const Area& area, int width, int height);
/// The surroundings of a rectangle of the image, it taking two thirds of the area; at most 6 times
/// enlarged.
ImageFrame close_up(const Area& area, int width, int height, const Rect& around);

}  // namespace sweepbox
