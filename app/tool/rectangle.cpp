#include "app/tool/rectangle.hpp"

#include <algorithm>
#include <cmath>

#include "app/tool/box_edits.hpp"
#include "app/tool/entries.hpp"

namespace sweepbox {
namespace {

constexpr double kSmallest = 0.2;  ///< m: what a trembling hand draws is no object
constexpr double kTremblePx = 4;

std::vector<Vec3> outline_of(const GroundRectangle& r) {
  const Vec3 along = Vec3(std::cos(r.yaw), std::sin(r.yaw), 0) * r.length / 2;
  const Vec3 across = Vec3(-std::sin(r.yaw), std::cos(r.yaw), 0) * r.width / 2;
  return {r.centre + along + across,
          r.centre - along + across,
          r.centre - along - across,
          r.centre + along - across};
}

/// Drag from corner to corner of what stands on the ground, in the 3D or the top view. With Shift
/// the drag goes along the middle, from back to front, and the class says how wide.
class RectangleTool final : public Tool {
 public:
  ToolAnswer on_pointer(const Pointer& pointer, Session& session) override {
    ToolAnswer answer;
    if (!session.has_drive() || pointer.view == ViewKind::side || pointer.view == ViewKind::front)
      return answer;
    answer.preview.cursor = Cursor::cross;
    const ObjectClass& kind = session.document().taxonomy().find_or_other(session.current_class);
    answer.preview.hint = text("Draw {} from corner to corner · drag, Shift: along its middle",
                               session.tr(kind.name));
    if (pointer.phase == PointerPhase::cancel) {
      corner_.reset();
      return answer;
    }
    if (pointer.phase == PointerPhase::press) corner_ = pointer.plane_point;
    answer.consumed = pointer.phase != PointerPhase::hover;
    if (!corner_ || !pointer.plane_point || pointer.phase == PointerPhase::hover) return answer;

    const GroundRectangle drawn =
        pointer.modifiers.shift
            ? rectangle_along(*corner_, *pointer.plane_point, kind.size.y())
            : rectangle_between(*corner_, *pointer.plane_point, usual_yaw(session));
    if (pointer.phase != PointerPhase::release) {
      answer.preview.outline = outline_of(drawn);
      answer.preview.ghosts = {standing_on(Plane{Vec3::UnitZ(), corner_->z()},
                                           drawn.centre,
                                           Vec3(drawn.length, drawn.width, kind.size.z()),
                                           drawn.yaw)};
      return answer;
    }
    corner_.reset();
    if ((pointer.pixel - pointer.pressed_pixel).norm() < kTremblePx) return answer;
    const TrackId uid = new_track_id();
    auto edit = new_box_edit(
        session,
        kind.name,
        box_over_rectangle(session, drawn.centre, drawn.length, drawn.width, drawn.yaw, kind),
        uid);
    if (!edit) {
      say(session, edit.error());
      return answer;
    }
    answer.edit = std::move(*edit);
    answer.select = {uid};
    answer.finished = true;
    return answer;
  }

  void cancel() override { corner_.reset(); }

 private:
  std::optional<Vec3> corner_;
};

}  // namespace

GroundRectangle rectangle_between(const Vec3& corner, const Vec3& opposite, double yaw) {
  const Vec3 diagonal = opposite - corner;
  const double c = std::cos(yaw), s = std::sin(yaw);
  const double along = c * diagonal.x() + s * diagonal.y();
  const double across = -s * diagonal.x() + c * diagonal.y();
  GroundRectangle r{.centre = (corner + opposite) / 2,
                    .length = std::max({std::abs(along), std::abs(across), kSmallest}),
                    .width = std::max(std::min(std::abs(along), std::abs(across)), kSmallest),
                    .yaw = yaw};
  if (std::abs(along) >= std::abs(across))
    r.yaw = along >= 0 ? yaw : yaw + kPi;
  else
    r.yaw = across >= 0 ? yaw + kPi / 2 : yaw - kPi / 2;
  r.yaw = wrapped_angle(r.yaw);
  return r;
}

GroundRectangle rectangle_along(const Vec3& back, const Vec3& front, double width) {
  const Vec3 way = front - back;
  return {.centre = (back + front) / 2,
          .length = std::max(std::hypot(way.x(), way.y()), kSmallest),
          .width = std::max(width, kSmallest),
          .yaw = std::atan2(way.y(), way.x())};
}

ToolEntry rectangle_tool() {
  return {"rectangle", "Draw box on the ground", "tool.rectangle", "square-o", [] {
            return std::unique_ptr<Tool>(std::make_unique<RectangleTool>());
          }};
}

}  // namespace sweepbox
