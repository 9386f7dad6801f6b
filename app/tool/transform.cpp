#include <cmath>

#include "app/tool/box_tool.hpp"
#include "app/tool/entries.hpp"

namespace sweepbox {
namespace {

/// Way of the mouse up the screen, m: what a drag means for the upright axis, which the ground
/// plane under the mouse cannot say.
double upward(const BoxDrag& drag, const Pointer& pointer) {
  return (drag.pressed.pixel.y() - pointer.pixel.y()) * drag.pressed.metres_per_pixel;
}

Vec3 way_of(const BoxDrag& drag, const Pointer& pointer) {
  return *pointer.plane_point - *drag.pressed.plane_point;
}

class MoveTool final : public BoxTool {
  Text scene_hint(const std::string& name) const override { return text("Move {} · drag", name); }

  Cursor scene_cursor() const override { return Cursor::move; }

  Cuboid dragged_in_scene(const Session& session,
                          const BoxDrag& drag,
                          const Pointer& pointer) const override {
    Cuboid box = drag.start;
    if (session.locked_axis == "z")
      box.pose.translation += box.pose.rotation * Vec3(0, 0, upward(drag, pointer));
    else
      box.pose.translation += along_lock(session, drag.start, way_of(drag, pointer));
    return box;
  }
};

class RotateTool final : public BoxTool {
  Text scene_hint(const std::string& name) const override { return text("Turn {} · drag", name); }

  Cursor scene_cursor() const override { return Cursor::rotate; }

  Cuboid dragged_in_scene(const Session&,
                          const BoxDrag& drag,
                          const Pointer& pointer) const override {
    const Handle ring{"rotate", Handle::Part::rotation, Vec3::Zero(), Vec3::Zero(), 0};
    return dragged(
        drag.start, ring, ViewKind::top, *drag.pressed.plane_point, *pointer.plane_point, false);
  }
};

class ResizeTool final : public BoxTool {
  Text scene_hint(const std::string& name) const override {
    return text("Resize {} · drag, Alt keeps the centre", name);
  }

  Cursor scene_cursor() const override { return Cursor::diagonal_up; }

  Cuboid dragged_in_scene(const Session& session,
                          const BoxDrag& drag,
                          const Pointer& pointer) const override {
    Handle face{"", Handle::Part::face, Vec3::Zero(), Vec3::Zero(), 0};
    const Vec3 from = *drag.pressed.plane_point;
    if (session.locked_axis == "z") {
      face.sign = Vec3::UnitZ();
      const Vec3 way = drag.start.pose.rotation * Vec3(0, 0, upward(drag, pointer));
      return dragged(drag.start, face, ViewKind::side, from, from + way, pointer.modifiers.alt);
    }
    // The side nearest to where the mouse went down moves.
    const Vec3 pressed = drag.start.pose.inverse() * from;
    const double x = pressed.x() / drag.start.size.x(), y = pressed.y() / drag.start.size.y();
    const bool along =
        session.locked_axis == "x" || (session.locked_axis != "y" && std::abs(x) >= std::abs(y));
    if (along)
      face.sign.x() = x >= 0 ? 1 : -1;
    else
      face.sign.y() = y >= 0 ? 1 : -1;
    return dragged(
        drag.start, face, ViewKind::top, from, *pointer.plane_point, pointer.modifiers.alt);
  }
};

template <class T>
std::unique_ptr<Tool> make() {
  return std::make_unique<T>();
}

}  // namespace

ToolEntry move_tool() {
  return {"move", "Move", "tool.move", "arrows", make<MoveTool>};
}

ToolEntry rotate_tool() {
  return {"rotate", "Rotate", "tool.rotate", "refresh", make<RotateTool>};
}

ToolEntry resize_tool() {
  return {"resize", "Resize", "tool.resize", "expand", make<ResizeTool>};
}

}  // namespace sweepbox
