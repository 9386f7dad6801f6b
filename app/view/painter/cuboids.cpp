#include "app/view/box_lines.hpp"
#include "app/view/painter/entries.hpp"
#include "app/view/painter/layer.hpp"
#include "app/view/shown_boxes.hpp"

namespace sweepbox {

namespace {

/// Boxes of the frame. The selected ones lie over everything: they are what the hand works on.
class CuboidsPainter final : public Painter {
 public:
  explicit CuboidsPainter(SceneShared& shared) : shared_(shared) {}

  void attach(vtkRenderer* renderer) override {
    others_layer_.attach(renderer);
    selected_layer_.attach(renderer);
  }

  void update(Session& session, const Preview&) override {
    others_.clear();
    selected_.clear();
    if (session.layers.boxes && session.has_drive()) {
      const Eye eye{shared_.eye_in_ego, shared_.forward, shared_.orthographic};
      const float s = shared_.device.ui_scale;
      for (const FrameBox* box : shown_boxes(session)) {
        const bool selected = is_selected(session, box->track->uid);
        const bool hovered = session.hovered == box->track->uid;
        BoxStyle style;
        style.edge.rgb =
            selected ? theme(session.settings.theme).accent : color_of(session, *box->track);
        // LOOK.md, "Boxes".
        style.edge.width = (selected ? 2.25f : hovered ? 1.75f : 1.25f) * s;
        if (box->track->state == TrackState::proposed) {
          style.edge.dash = (selected ? 3 : 2) * s;
          style.edge.gap = 4 * s;
        } else if (!box->key && !box->track->still) {
          style.edge.dash = 6 * s;
          style.edge.gap = 3 * s;
        }
        style.face_alpha = selected ? 0.08f : 0;
        style.front_alpha = selected ? 0.16f : 0.12f;
        add_box(selected ? selected_ : others_, box->cuboid_in_ego, style, eye, s);
      }
    }
    others_layer_.set(others_);
    selected_layer_.set(selected_);
  }

 private:
  SceneShared& shared_;
  Lines others_, selected_;
  LineLayer others_layer_{true}, selected_layer_{false};
};

}  // namespace

PainterEntry cuboids_painter() {
  return {"cuboids", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<CuboidsPainter>(shared);
          }};
}

}  // namespace sweepbox
