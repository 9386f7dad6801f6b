#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "app/session/session.hpp"
#include "app/view/projection.hpp"
#include "app/view/scene_points.hpp"
#include "app/view/views.hpp"

class vtkRenderer;

namespace sweepbox {

/// What the painters of one scene share.
struct SceneShared {
  const Device& device;
  ScenePoints& points;
  ScreenMap map;  ///< of the picture that is about to be drawn
  Vec3 eye_in_ego = Vec3::Zero();
  bool orthographic = false;
  Vec3 forward = Vec3::UnitX();  ///< where the eye looks
  /// The painter whose last picture answers which point lies at a pixel; null without compute.
  const GlPoints* points_picture = nullptr;
};

/// One layer of a 3D scene: points, cuboids, ground grid, ego, ghosts … To add one: one file here,
/// one line in the table of painters.cpp.
class Painter {
 public:
  virtual ~Painter() = default;
  /// Adds its props; called once. Props paint in the order of the table.
  virtual void attach(vtkRenderer* renderer) = 0;
  /// Brings its props up to date with the session; called before each drawing of the scene.
  virtual void update(Session& session, const Preview& preview) = 0;
};

struct PainterEntry {
  std::string_view name;
  std::unique_ptr<Painter> (*make)(SceneShared& shared);
};

std::span<const PainterEntry> scene_painters();

}  // namespace sweepbox
