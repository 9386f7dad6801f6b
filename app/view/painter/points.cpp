#include "app/view/gl_points.hpp"
#include "app/view/painter/entries.hpp"
#include "app/view/vtk_canvas.hpp"

namespace sweepbox {

namespace {

class PointsPainter final : public Painter {
 public:
  explicit PointsPainter(SceneShared& shared)
      : shared_(shared), prop_(vtkSmartPointer<GlProp>::New()) {
    prop_->on_paint = [this](const GlFrame& frame) {
      paint_.clip_from_points = frame.clip_from_ego;
      paint_.width = frame.width;
      paint_.height = frame.height;
      gl_.paint(paint_, compute_);
      shared_.points_picture = compute_ ? &gl_ : nullptr;
    };
    prop_->on_release = [this] {
      gl_.release();
      shared_.points_picture = nullptr;
      points_version_ = inks_version_ = 0;
    };
  }

  ~PointsPainter() override {
    prop_->on_paint = {};
    prop_->on_release = {};
  }

  void attach(vtkRenderer* renderer) override { renderer->AddViewProp(prop_); }

  void update(Session& session, const Preview&) override {
    const ScenePoints& points = shared_.points;
    if (points_version_ != points.points_version()) {
      gl_.set_points(points.xyz());
      points_version_ = points.points_version();
    }
    if (inks_version_ != points.inks_version()) {
      gl_.set_inks(points.inks(), points.table(), points.direct());
      inks_version_ = points.inks_version();
    }
    compute_ = shared_.device.compute && session.settings.painter != "points";
    paint_.size = session.layers.point_size;
    paint_.eye_dome = session.layers.eye_dome;
    paint_.orthographic = shared_.orthographic;
  }

 private:
  SceneShared& shared_;
  GlPoints gl_;
  GlPoints::Paint paint_;
  bool compute_ = false;
  std::uint64_t points_version_ = 0, inks_version_ = 0;
  vtkSmartPointer<GlProp> prop_;
};

}  // namespace

PainterEntry points_painter() {
  return {"points", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<PointsPainter>(shared);
          }};
}

}  // namespace sweepbox
