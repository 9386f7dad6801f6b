#include <cmath>

#include "app/view/painter/entries.hpp"
#include "app/view/painter/layer.hpp"

namespace sweepbox {

namespace {

/// Rings of range on the ground, every ten metres.
class GridPainter final : public Painter {
 public:
  explicit GridPainter(SceneShared& shared) : shared_(shared) {}

  void attach(vtkRenderer* renderer) override { layer_.attach(renderer); }

  void update(Session& session, const Preview&) override {
    lines_.clear();
    if (session.layers.grid && session.has_drive()) {
      const double z = shared_.points.ground();
      const Stroke faint{theme(session.settings.theme).edge, 0.45f, 1};
      for (int reach = 10; reach <= 80; reach += 10) {
        const int parts = reach < 30 ? 60 : 96;
        Vec3 last(reach, 0, z);
        for (int i = 1; i <= parts; ++i) {
          const double angle = 2 * kPi * i / parts;
          const Vec3 next(reach * std::cos(angle), reach * std::sin(angle), z);
          lines_.line(last, next, faint);
          last = next;
        }
      }
    }
    layer_.set(lines_);
  }

 private:
  SceneShared& shared_;
  Lines lines_;
  LineLayer layer_{true};
};

}  // namespace

PainterEntry grid_painter() {
  return {"grid", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<GridPainter>(shared);
          }};
}

}  // namespace sweepbox
