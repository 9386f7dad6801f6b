#include "app/view/image_frame.hpp"

#include <algorithm>

namespace sweepbox {

Eigen::Matrix4d ImageFrame::clip_from_image() const {
  Eigen::Matrix4d m = Eigen::Matrix4d::Identity();
  m(0, 0) = 2 * scale / area.width;
  m(0, 3) = -centre.x() * m(0, 0);
  m(1, 1) = -2 * scale / area.height;
  m(1, 3) = -centre.y() * m(1, 1);
  m(2, 2) = 2.0 / 1000;
  m(2, 3) = -1;
  return m;
}

ImageFrame whole_image(const Area& area, int width, int height) {
  ImageFrame frame{area, std::max(1, width), std::max(1, height)};
  const double across = area.width / static_cast<double>(frame.width),
               down = area.height / static_cast<double>(frame.height);
  const double contain = std::min(across, down), cover = std::max(across, down);
  frame.scale = cover / contain < 1.143 ? cover : contain;
  frame.centre = Vec2((frame.width - 1) / 2.0, (frame.height - 1) / 2.0);
  return frame;
}

ImageFrame close_up(const Area& area, int width, int height, const Rect& around) {
  ImageFrame frame = whole_image(area, width, height);
  const double whole = frame.scale;
  const double fit = std::min(area.width / std::max(8.0, around.width()),
                              area.height / std::max(8.0, around.height())) *
                     0.66;
  frame.scale = std::clamp(fit, whole, 6.0);
  // Not beyond the border of the image, where it is larger than the area.
  const auto kept = [](double at, double half, double size) {
    return half * 2 >= size ? (size - 1) / 2 : std::clamp(at, half - 0.5, size - half - 0.5);
  };
  frame.centre = {kept((around.x0 + around.x1) / 2, area.width / frame.scale / 2, frame.width),
                  kept((around.y0 + around.y1) / 2, area.height / frame.scale / 2, frame.height)};
  return frame;
}

}  // namespace sweepbox
