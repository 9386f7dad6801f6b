#include "app/tool/box_tool.hpp"
#include "app/tool/entries.hpp"

namespace sweepbox {
namespace {

/// Clicks select; only the handles of the side views drag, so nothing moves by accident in the 3D
/// view.
class SelectTool final : public BoxTool {
  Text scene_hint(const std::string&) const override { return {}; }

  bool drags_in_scene() const override { return false; }

  Cuboid dragged_in_scene(const Session&, const BoxDrag& drag, const Pointer&) const override {
    return drag.start;
  }
};

}  // namespace

ToolEntry select_tool() {
  return {"select", "Select", "tool.select", "mouse-pointer", [] {
            return std::unique_ptr<Tool>(std::make_unique<SelectTool>());
          }};
}

}  // namespace sweepbox
