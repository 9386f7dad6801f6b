#include "app/view/box_lines.hpp"
#include "app/view/painter/entries.hpp"
#include "app/view/painter/layer.hpp"

namespace sweepbox {

namespace {

/// What a gesture would make: boxes that are not there yet, and the outline that the mouse draws.
class GhostsPainter final : public Painter {
 public:
  explicit GhostsPainter(SceneShared& shared) : shared_(shared) {}

  void attach(vtkRenderer* renderer) override { layer_.attach(renderer); }

  void update(Session& session, const Preview& preview) override {
    lines_.clear();
    const float s = shared_.device.ui_scale;
    const std::uint32_t accent = theme(session.settings.theme).accent;
    BoxStyle style;
    style.edge = {accent, 0.9f, 1.75f * s, 4 * s, 3 * s};
    style.face_alpha = 0.06f;
    style.front_alpha = 0.12f;
    const Eye eye{shared_.eye_in_ego, shared_.forward, shared_.orthographic};
    for (const Cuboid& ghost : preview.ghosts) add_box(lines_, ghost, style, eye, s);
    lines_.polyline(preview.outline, {accent, 1, 1.75f * s}, true);
    layer_.set(lines_);
  }

 private:
  SceneShared& shared_;
  Lines lines_;
  LineLayer layer_{false};
};

}  // namespace

PainterEntry ghosts_painter() {
  return {"ghosts", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<GhostsPainter>(shared);
          }};
}

}  // namespace sweepbox
