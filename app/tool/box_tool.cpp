#include "app/tool/box_tool.hpp"

namespace sweepbox {
namespace {

/// A click trembles by this much without becoming a drag.
constexpr double kTremblePx = 3;

Cursor cursor_of(const Handle& handle) {
  switch (handle.part) {
    case Handle::Part::centre:
      return Cursor::move;
    case Handle::Part::rotation:
    case Handle::Part::heading:
      return Cursor::rotate;
    case Handle::Part::corner: {
      // Signs alike: the corner lies on the rising diagonal of its view.
      double product = 1;
      for (int i = 0; i < 3; ++i)
        if (handle.sign[i] != 0) product *= handle.sign[i];
      return product > 0 ? Cursor::diagonal_up : Cursor::diagonal_down;
    }
    case Handle::Part::face:
      break;
  }
  return Cursor::arrow;
}

/// Along the edge's movement on the screen.
Cursor cursor_of_face(const Handle& handle, const Cuboid& box, const Pointer& pointer) {
  const Vec3 way = box.pose.rotation * handle.sign;
  return std::abs(way.dot(pointer.screen_right)) >= std::abs(way.dot(pointer.screen_up))
             ? Cursor::horizontal
             : Cursor::vertical;
}

Text hint_of(const Handle& handle, const std::string& name) {
  switch (handle.part) {
    case Handle::Part::centre:
      return text("Move {} · drag", name);
    case Handle::Part::rotation:
    case Handle::Part::heading:
      return text("Turn {} · drag", name);
    case Handle::Part::face:
    case Handle::Part::corner:
      return text("Resize {} · drag, Alt keeps the centre", name);
  }
  return {};
}

void set_hovered(Session& session, TrackId track) {
  if (session.hovered == track) return;
  session.hovered = track;
  ++session.versions.selection;
}

std::optional<Handle> handle_under(const Pointer& pointer, const Session& session) {
  if (!is_side_view(pointer.view) || !pointer.plane_point) return std::nullopt;
  const auto box = committed_box(session, primary(session));
  if (!box) return std::nullopt;
  const std::vector<Handle> handles = handles_of(*box, pointer.view, pointer.metres_per_pixel);
  const Handle* found = handle_at(handles, *pointer.plane_point, pointer);
  return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

bool is_side_view(ViewKind view) {
  return view == ViewKind::top || view == ViewKind::side || view == ViewKind::front;
}

Vec3 along_lock(const Session& session, const Cuboid& cuboid_in_ego, const Vec3& movement_in_ego) {
  const std::string& lock = session.locked_axis;
  const int axis = lock == "x" ? 0 : lock == "y" ? 1 : lock == "z" ? 2 : -1;
  if (axis < 0) return movement_in_ego;
  const Vec3 way = cuboid_in_ego.pose.rotation * Vec3(Vec3::Unit(axis));
  return movement_in_ego.dot(way) * way;
}

ToolAnswer BoxTool::on_pointer(const Pointer& pointer, Session& session) {
  switch (pointer.phase) {
    case PointerPhase::hover:
      return hover(pointer, session);
    case PointerPhase::press:
      return press(pointer, session);
    case PointerPhase::drag:
      return drag(pointer, session);
    case PointerPhase::release:
      return release(pointer, session);
    case PointerPhase::cancel:
      drag_.reset();
      return {};
  }
  return {};
}

ToolAnswer BoxTool::hover(const Pointer& pointer, Session& session) const {
  ToolAnswer answer;
  Preview& preview = answer.preview;
  if (const auto handle = handle_under(pointer, session)) {
    const auto track = primary_track(session);
    preview.handle = handle->id;
    preview.cursor = handle->part == Handle::Part::face
                         ? cursor_of_face(*handle, *committed_box(session, track->uid), pointer)
                         : cursor_of(*handle);
    preview.hint = hint_of(*handle, shown_name(session, *track));
    set_hovered(session, 0);
    return answer;
  }
  set_hovered(session, pointer.hit);
  // Where the selected track ends before this frame, K goes on with it here.
  if (const auto chosen = primary_track(session);
      chosen && !pointer.hit && session.drive && !committed_box(session, chosen->uid))
    if (const auto there = carried_box(session, chosen->uid)) {
      preview.ghosts = {*there};
      preview.hint = text("{} is not in this frame · K sets a key", shown_name(session, *chosen));
    }
  const auto track = pointer.hit ? session.document().track(pointer.hit) : nullptr;
  if (!track) return answer;
  const std::string name = shown_name(session, *track);
  if (drags_in_scene() && !is_side_view(pointer.view)) {
    preview.hint = scene_hint(name);
    preview.cursor = scene_cursor();
  } else if (pointer.hit != primary(session)) {
    preview.hint = text("Select {} · click", name);
  }
  return answer;
}

ToolAnswer BoxTool::press(const Pointer& pointer, Session& session) {
  ToolAnswer answer;
  drag_.reset();
  BoxDrag next;
  next.pressed = pointer;
  if (auto handle = handle_under(pointer, session)) {
    next.track = primary(session);
    next.handle = std::move(handle);
  } else if (drags_in_scene() && !is_side_view(pointer.view) && pointer.hit &&
             pointer.plane_point) {
    next.track = pointer.hit;
    if (primary(session) != pointer.hit) answer.select = {pointer.hit};
  } else {
    return answer;
  }
  const auto box = committed_box(session, next.track);
  if (!box) return answer;
  next.start = next.now = *box;
  if (next.handle) {
    answer.preview.handle = next.handle->id;
    answer.preview.cursor = cursor_of(*next.handle);
  }
  drag_ = std::move(next);
  answer.consumed = true;
  return answer;
}

ToolAnswer BoxTool::drag(const Pointer& pointer, Session& session) {
  ToolAnswer answer;
  if (!drag_) return answer;
  answer.consumed = true;
  BoxDrag& drag = *drag_;
  if ((pointer.pixel - drag.pressed.pixel).norm() > kTremblePx) drag.moved = true;
  if (drag.moved && pointer.plane_point) {
    if (drag.handle) {
      const Vec3 from = *drag.pressed.plane_point;
      const bool turns =
          drag.handle->part == Handle::Part::rotation || drag.handle->part == Handle::Part::heading;
      const Vec3 way = *pointer.plane_point - from;
      drag.now = dragged(drag.start,
                         *drag.handle,
                         drag.pressed.view,
                         from,
                         from + (turns ? way : along_lock(session, drag.start, way)),
                         pointer.modifiers.alt);
    } else {
      drag.now = dragged_in_scene(session, drag, pointer);
    }
  }
  if (drag.handle) {
    answer.preview.handle = drag.handle->id;
    answer.preview.cursor = cursor_of(*drag.handle);
  } else {
    answer.preview.cursor = scene_cursor();
  }
  if (!drag.moved) return answer;
  if (const auto edit = box_edit(session, drag.track, drag.now); edit && !edit->empty()) {
    answer.preview.document = previewed(session, *edit);
    answer.preview.hint = edit->title;
  }
  return answer;
}

ToolAnswer BoxTool::release(const Pointer& pointer, Session& session) {
  ToolAnswer answer;
  if (drag_ && drag_->moved) {
    (void)drag(pointer, session);  // the last bit of way
    answer.consumed = true;
    const BoxDrag done = *drag_;
    drag_.reset();
    if (done.now == done.start) return answer;
    auto edit = box_edit(session, done.track, done.now);
    if (edit)
      answer.edit = std::move(*edit);
    else
      say(session, edit.error());
    return answer;
  }
  const bool held = drag_.has_value();
  drag_.reset();
  if ((pointer.pixel - pointer.pressed_pixel).norm() > kTremblePx) return answer;  // orbit or pan
  if (held && !pointer.hit) return answer;                        // a click on a handle
  if (is_side_view(pointer.view) && !pointer.hit) return answer;  // the box shown stays selected
  if (pointer.modifiers.ctrl || pointer.modifiers.shift) {
    if (!pointer.hit) return answer;
    std::vector<TrackId> chosen = session.selected;
    if (std::erase(chosen, pointer.hit) == 0) chosen.push_back(pointer.hit);
    answer.select = std::move(chosen);
    return answer;
  }
  if (pointer.hit) {
    answer.select = {pointer.hit};
    if (pointer.clicks == 2)
      if (const auto box = committed_box(session, pointer.hit)) {
        session.scene_camera.target = box->pose.translation;
        ++session.versions.camera;
      }
    return answer;
  }
  if (pointer.view == ViewKind::camera) {
    // A click in an image shows its place in 3D.
    if (const auto place = pointer.cloud_point ? pointer.cloud_point : pointer.plane_point) {
      session.scene_camera.target = *place;
      ++session.versions.camera;
    }
    return answer;
  }
  answer.select = std::vector<TrackId>{};
  return answer;
}

}  // namespace sweepbox
