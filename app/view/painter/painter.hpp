#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "app/session/session.hpp"
#include "app/view/views.hpp"

class vtkRenderer;

namespace sweepbox {

/// One layer of a 3D scene: points, cuboids, ground grid, ego, trails, ghosts … To add one: one file
/// here, one line in the table of painters.cpp.
class Painter {
 public:
  virtual ~Painter() = default;
  /// Adds its props; called once.
  virtual void attach(vtkRenderer* renderer) = 0;
  /// Brings its props up to date with the session; called before each drawing of the scene.
  virtual void update(Session& session, const Preview& preview) = 0;
};

struct PainterEntry {
  std::string_view name;
  std::unique_ptr<Painter> (*make)(const Device& device);
};

std::span<const PainterEntry> scene_painters();

}  // namespace sweepbox
