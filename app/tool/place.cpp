#include "app/tool/box_edits.hpp"
#include "app/tool/entries.hpp"

namespace sweepbox {
namespace {

/// One click, one box: a ghost of the class's size follows the mouse, the click stands it on the
/// ground.
class PlaceTool final : public Tool {
 public:
  ToolAnswer on_pointer(const Pointer& pointer, Session& session) override {
    ToolAnswer answer;
    if (!session.has_drive() || pointer.phase == PointerPhase::cancel || is_close_up(pointer))
      return answer;
    answer.preview.cursor = Cursor::cross;
    answer.consumed = pointer.phase != PointerPhase::hover;
    const ObjectClass& kind = session.document().taxonomy().find_or_other(session.current_class);
    const std::optional<Vec3> place =
        pointer.cloud_point ? pointer.cloud_point : pointer.plane_point;
    if (!place) return answer;
    answer.preview.hint = text("Place {} · click", session.tr(kind.name));
    const double yaw = usual_yaw(session);
    if (pointer.phase != PointerPhase::release) {
      answer.preview.ghosts = {
          placed_box(session, *place, kind, yaw, ground_near(session, *place))};
      return answer;
    }
    const TrackId uid = new_track_id();
    const Cuboid box = placed_box(session, *place, kind, yaw, ground_at(session, *place));
    auto edit = new_box_edit(session, kind.name, box, uid);
    if (!edit) {
      say(session, edit.error());
      return answer;
    }
    answer.edit = std::move(*edit);
    answer.select = {uid};
    answer.finished = !pointer.modifiers.shift;  // Shift goes on placing
    return answer;
  }

 private:
  /// The side views look at one box and know no ground.
  static bool is_close_up(const Pointer& pointer) {
    return pointer.view == ViewKind::side || pointer.view == ViewKind::front;
  }

  /// The ground as found last, if it was found near enough: a ghost must follow the mouse within a
  /// frame.
  Plane ground_near(const Session& session, const Vec3& place) {
    constexpr double kNear = 3;
    const Sweep* sweep = shown_sweep(session).get();
    if (sweep != ground_of_ || (place - ground_at_).norm() > kNear) {
      ground_ = ground_at(session, place);
      ground_of_ = sweep;
      ground_at_ = place;
    }
    return ground_;
  }

  Plane ground_;
  const Sweep* ground_of_ = nullptr;
  Vec3 ground_at_ = Vec3::Constant(1e9);
};

}  // namespace

ToolEntry place_tool() {
  return {"place", "New box", "tool.place", "cube", [] {
            return std::unique_ptr<Tool>(std::make_unique<PlaceTool>());
          }};
}

}  // namespace sweepbox
