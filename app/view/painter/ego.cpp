#include "app/view/painter/entries.hpp"
#include "app/view/painter/layer.hpp"
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

namespace {

/// The outline of the vehicle that drives, with an arrow to its front. No data set tells its size:
/// a middling car about the origin of ego, standing on the ground.
class EgoPainter final : public Painter {
 public:
  explicit EgoPainter(SceneShared& shared) : shared_(shared) {}

  void attach(vtkRenderer* renderer) override { layer_.attach(renderer); }

  void update(Session& session, const Preview&) override {
    lines_.clear();
    const Vec3 size(4.5, 1.8, 1.6);
    const double ground = shared_.points.ground();
    const Cuboid body{Pose{Quat::Identity(), Vec3(0, 0, ground + size.z() / 2)}, size};
    // Who looks closely at something within it (a model on a table) would see its lines cross that.
    const SceneCamera& camera = session.scene_camera;
    const bool in_the_way = camera.distance < 2 * size.x() && contains(body, camera.target);
    if (session.layers.ego && session.has_drive() && !in_the_way) {
      const Stroke stroke{theme(session.settings.theme).dim, 0.8f, 1};
      const auto c = corners(body);
      for (const auto& edge : kCuboidEdges)
        lines_.line(
            c[static_cast<std::size_t>(edge[0])], c[static_cast<std::size_t>(edge[1])], stroke);
      const double top = ground + size.z();
      lines_.line({0.4, 0, top}, {1.6, 0, top}, stroke);
      lines_.line({1.6, 0, top}, {1.2, 0.35, top}, stroke);
      lines_.line({1.6, 0, top}, {1.2, -0.35, top}, stroke);
    }
    layer_.set(lines_);
  }

 private:
  SceneShared& shared_;
  Lines lines_;
  LineLayer layer_{true};
};

}  // namespace

PainterEntry ego_painter() {
  return {"ego", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<EgoPainter>(shared);
          }};
}

}  // namespace sweepbox
