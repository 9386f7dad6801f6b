#pragma once
#include <map>
#include <memory>
#include <vector>

#include "app/view/gl_points.hpp"
#include "app/view/image_frame.hpp"
#include "app/view/image_points.hpp"
#include "app/view/view_state.hpp"
#include "core/sensor/box_projection.hpp"

namespace sweepbox {

/// Images of the shown frame as textures, one a camera, whoever shows them.
class CameraTextures {
 public:
  struct Shown {
    GLuint texture = 0;  ///< 0 where there is no picture
    std::shared_ptr<const Image> image;
    FrameCache::Entry<Image>::State state = FrameCache::Entry<Image>::State::absent;
    std::optional<Error> error;
  };

  /// `width` is how wide the full image would be in the window: decoding follows it.
  Shown shown(Session& session, int camera, double width);

  void release() { textures_.clear(); }

 private:
  struct One {
    GlTexture texture;
    std::shared_ptr<const Image> image;
    int asked_width = -1;
  };

  std::map<int, std::unique_ptr<One>> textures_;
  std::weak_ptr<const Drive> drive_;
};

/// A box on the image of a camera, at the image's own time.
struct ImageBox {
  std::shared_ptr<const Track> track;
  Cuboid cuboid_in_ego;  ///< ego at the image's time
  BoxProjection seen;
  std::vector<Vec2>
      arrow;  ///< on the floor, from the middle beyond the front; empty where it cannot be seen
};

/// Boxes of one camera's image, each projected again only when it moved.
class ImageBoxes {
 public:
  const std::vector<ImageBox>& of(Session& session, const ImageFile& file);

  /// As of() found them last.
  const std::vector<ImageBox>& all() const { return boxes_; }

 private:
  std::vector<ImageBox> boxes_;
  std::shared_ptr<const Camera> calibration_;
  Pose camera_from_ego_;
  Stamp stamp_;
  Stamp frame_;
  std::uint64_t document_ = 0;
};

/// Points over an image as a texture of the area's size.
class PointOverlay {
 public:
  struct Look {
    double size = 2;
    bool direct = false;
    bool compute = false;
  };

  /// Paints `points` with their inks; the version tells when either is new. Answers a texture whose
  /// first row is the lowest; 0 for nothing to show.
  GLuint paint(const std::vector<float>& uvd,
               const std::vector<std::uint32_t>& inks,
               std::uint64_t version,
               const InkTable& table,
               const ImageFrame& frame,
               const Look& look);
  void release();

 private:
  GlPoints points_;
  GlTexture picture_;
  std::uint64_t version_ = 0;
  Eigen::Matrix4d matrix_ = Eigen::Matrix4d::Zero();
  int width_ = 0, height_ = 0;
  double size_ = 0;
  InkTable table_;
  bool direct_ = false;
};

/// One camera's image with boxes and points; whole, or close to a track.
class CameraView {
 public:
  explicit CameraView(ViewState& state, CameraTextures& textures)
      : state_(state), textures_(textures) {}

  void draw(Session& session,
            int camera,
            TrackId crop_to,
            ImDrawList* list,
            const Area& area,
            const ViewInput& input);

  void release() { overlay_.release(); }

 private:
  void point(Session& session,
             const ImageFile& file,
             const ImageFrame& frame,
             const ViewInput& input);
  void draw_points(Session& session,
                   const ImageFile& file,
                   const ImageFrame& frame,
                   ImDrawList* list);
  void draw_boxes(Session& session, const ImageFrame& frame, ImDrawList* list);

  ViewState& state_;
  CameraTextures& textures_;
  ImageBoxes boxes_;
  ImagePoints points_;
  PointOverlay overlay_;
  std::vector<float> uvd_;
  std::vector<std::uint32_t> inks_;
  std::uint64_t inks_version_ = 0, points_version_ = 0, overlay_version_ = 0;
  Gesture gesture_;
};

/// The image into the area by its frame, or words where there is none (yet).
bool draw_image(Session& session,
                const ViewState& state,
                const CameraTextures::Shown& shown,
                const ImageFrame& frame,
                ImDrawList* list,
                float alpha = 1);

}  // namespace sweepbox
