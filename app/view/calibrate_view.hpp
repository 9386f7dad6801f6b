#pragma once
#include <vector>

#include "app/view/camera_view.hpp"

namespace sweepbox {

/// The Calibrate picture: one camera large, points over it by depth, what the camera cannot see
/// left away, blended, with a magnifier at the mouse. Wheel zooms, right or middle drag pans, a
/// double click shows the whole image.
class CalibrateView {
 public:
  CalibrateView(ViewState& state, CameraTextures& textures) : state_(state), textures_(textures) {}

  void draw(Session& session, ImDrawList* list, const Area& area, const ViewInput& input);
  void release();

 private:
  ImageFrame framed(const Camera& camera, const Area& area, const ViewInput& input);
  void find_points(Session& session, const ImageFile& file);
  InkTable table_of(const Session& session) const;
  void draw_points(Session& session,
                   const ImageFrame& frame,
                   PointOverlay& overlay,
                   double size,
                   ImDrawList* list,
                   float alpha);
  void draw_magnifier(Session& session,
                      const ImageFrame& frame,
                      const CameraTextures::Shown& shown,
                      const ViewInput& input,
                      ImDrawList* list,
                      float picture,
                      float points);
  void draw_legend(const Session& session, const Area& area, ImDrawList* list);

  ViewState& state_;
  CameraTextures& textures_;
  ImagePoints points_;
  PointOverlay overlay_, magnified_;
  std::vector<float> uvd_;
  std::vector<std::uint32_t> inks_;
  std::uint64_t points_version_ = 0, version_ = 0;
  bool hide_behind_ = true;
  int in_view_ = 0, hidden_ = 0;

  int camera_ = -1;
  double zoom_ = 1;             ///< 1: the whole image
  Vec2 centre_ = Vec2::Zero();  ///< image px in the middle, where zoomed
};

}  // namespace sweepbox
