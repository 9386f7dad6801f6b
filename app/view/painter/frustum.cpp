#include <algorithm>
#include <vector>

#include "app/view/painter/entries.hpp"
#include "app/view/painter/layer.hpp"

namespace sweepbox {

namespace {

constexpr double kNear = 2.5,
                 kFar = 25;  // m: the drawn picture plane, and how far its corners reach on

/// What the camera of the Calibrate layout sees, and the axes of the lidar beside it.
class FrustumPainter final : public Painter {
 public:
  explicit FrustumPainter(SceneShared& shared) : shared_(shared) {}

  void attach(vtkRenderer* renderer) override { layer_.attach(renderer); }

  void update(Session& session, const Preview&) override {
    lines_.clear();
    if (session.layout == "calibrate" && session.has_drive())
      if (const ImageFile* file = shown_image_file(session, session.calibrate.camera))
        add(session, *file);
    layer_.set(lines_);
  }

 private:
  void add(Session& session, const ImageFile& file) {
    const Camera camera = shown_camera(session, file);
    const Pose shown_from_image = ego_from_ego(*session.drive, file.stamp, session.frame().stamp);
    const float s = shared_.device.ui_scale;
    const Stroke solid{theme(session.settings.theme).accent, 1, 1.5f * s};
    const Stroke far{solid.rgb, 0.6f, s, 4 * s, 4 * s};
    // Along the border in steps: a lens that bends draws no straight picture plane.
    constexpr int kSteps = 12;
    const double w = camera.width - 1, h = camera.height - 1;
    const Vec2 corner[] = {{0, 0}, {w, 0}, {w, h}, {0, h}};
    std::vector<Vec3> border;
    Vec3 centre = shown_from_image * (camera.camera_from_ego.inverse() * Vec3::Zero());
    for (int side = 0; side < 4; ++side)
      for (int i = 0; i < kSteps; ++i) {
        const Vec2 pixel = corner[side] + (corner[(side + 1) % 4] - corner[side]) *
                                              (static_cast<double>(i) / kSteps);
        const auto ray = ray_in_ego(camera, pixel);
        if (!ray) continue;
        // On a plane before a camera that has one, on a sphere where the lens looks too far round
        // for it.
        const Vec3 axis = camera.camera_from_ego.rotation.conjugate() * Vec3::UnitZ();
        const double reach = kNear / std::max(0.5, ray->direction.dot(axis));
        const Vec3 place = shown_from_image * ray->at(reach);
        border.push_back(place);
        if (i != 0) continue;
        lines_.line(centre, place, solid);
        lines_.line(place, shown_from_image * ray->at(kFar), far);
      }
    lines_.polyline(border, solid, true);

    if (const auto sweep = shown_sweep(session)) {
      const Pose lidar = ego_from_points(session, *sweep);
      const std::uint32_t axis[] = {0xFF7369, 0x63C08A, 0x4DA3FF};  // x red, y green, z blue
      for (int i = 0; i < 3; ++i)
        lines_.line(lidar * Vec3::Zero(), lidar * Vec3(Vec3::Unit(i)), {axis[i], 1, 1.75f * s});
    }
  }

  SceneShared& shared_;
  Lines lines_;
  LineLayer layer_{true};
};

}  // namespace

PainterEntry frustum_painter() {
  return {"frustum", [](SceneShared& shared) -> std::unique_ptr<Painter> {
            return std::make_unique<FrustumPainter>(shared);
          }};
}

}  // namespace sweepbox
