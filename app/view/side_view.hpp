#pragma once
#include <optional>
#include <vector>

#include "app/tool/handles.hpp"
#include "app/view/gl_points.hpp"
#include "app/view/view_state.hpp"

namespace sweepbox {

/// The points around the selected box, found once for the three side views.
class NearPoints {
 public:
  /// Numbers of the scene's points within `reach` of the centre, m.
  const std::vector<std::uint32_t>& around(const ScenePoints& points,
                                           const Vec3& centre_in_ego,
                                           double reach);

  std::uint64_t version() const { return version_; }

 private:
  std::vector<std::uint32_t> numbers_;
  Vec3 centre_ = Vec3::Zero();
  double reach_ = 0;
  std::uint64_t points_version_ = 0, version_ = 0;
};

/// How a side view lies in the window. Its axes are two of the committed box's own: top x and y,
/// side x and z, front y and z (looking at the front). The frame holds still while a gesture moves
/// the box.
struct SideFrame {
  int right = 0, up = 1, normal = 2;
  Pose ego_from_view;  ///< the committed box's
  double metres_per_pixel = 0.01;
  Vec2 pan = Vec2::Zero();  ///< of the view's middle, m along right and up
  Area area;

  Vec2 pixel(const Vec3& point_in_view) const {
    return {area.x + area.width / 2 + (point_in_view[right] - pan.x()) / metres_per_pixel,
            area.y + area.height / 2 - (point_in_view[up] - pan.y()) / metres_per_pixel};
  }

  Vec3 point_in_view(double x, double y) const {
    Vec3 result = Vec3::Zero();
    result[right] = (x - area.x - area.width / 2) * metres_per_pixel + pan.x();
    result[up] = (area.y + area.height / 2 - y) * metres_per_pixel + pan.y();
    return result;
  }
};

/// One of the three orthographic views of the selected box, with its handles. Draws nothing where
/// no box is selected in this frame: the panel says why.
class SideView {
 public:
  SideView(ViewState& state, NearPoints& near, ViewKind kind)
      : state_(state), near_(near), kind_(kind) {}

  void draw(Session& session, ImDrawList* list, const Area& area, const ViewInput& input);
  void release();

 private:
  struct Key {
    int width = 0, height = 0;
    std::uint64_t epoch = 0, near = 0;
    Cuboid box;
    Pose view;
    double metres_per_pixel = 0, point_size = 0;
    Vec2 pan = Vec2::Zero();
    ThemeName theme = ThemeName::dark;
    bool compute = false;

    bool operator==(const Key&) const = default;
  };

  SideFrame frame_of(Session& session, const Cuboid& committed, const Area& area) const;
  void move(Session& session, SideFrame& frame, const ViewInput& input);
  void point(Session& session, const SideFrame& frame, const ViewInput& input);
  void paint(Session& session, const SideFrame& frame, const Cuboid& box);
  void draw_boxes(Session& session, const SideFrame& frame, const Cuboid& box, ImDrawList* list);
  void draw_handles(Session& session, const SideFrame& frame, const Cuboid& box, ImDrawList* list);
  void draw_ruler(const Session& session, const SideFrame& frame, ImDrawList* list);

  ViewState& state_;
  NearPoints& near_;
  ViewKind kind_;
  GlPoints points_;
  GlTexture picture_;
  Key key_;
  double ground_in_view_ = 0;  ///< height of the ground around the box in the view's frame, m
  Gesture gesture_;
  bool panning_ = false;
  Vec2 pan_ = Vec2::Zero();
  TrackId shown_ = 0;
};

}  // namespace sweepbox
