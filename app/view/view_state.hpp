#pragma once
#include <imgui.h>

#include "app/tool/tool.hpp"
#include "app/view/scene_points.hpp"
#include "app/view/views.hpp"

namespace sweepbox {

/// What all views of a session share.
struct ViewState {
  Device device;
  ScenePoints points;
  Hand hand;
  Text hint;
  Cursor cursor = Cursor::arrow;
  bool animating = false;   ///< set by any view drawn in this frame of ImGui
  int frame = -1;           ///< ImGui's number of it
  std::uint64_t epoch = 1;  ///< grows to make every picture old

  /// Called first by every view.
  void begin(Session& session) {
    if (frame != ImGui::GetFrameCount()) {
      frame = ImGui::GetFrameCount();
      animating = false;
      points.update(session);
    }
    hint = {};
    cursor = Cursor::arrow;
  }
};

/// Turns the mouse of each frame into the phases of a gesture; one a view.
class Gesture {
 public:
  /// Phase of the left button's gesture; hover where there is none.
  PointerPhase next(const ViewInput& input) {
    if (input.left_pressed && input.hovered) {
      pressed_ = true;
      pressed_pixel_ = Vec2(input.mouse_x, input.mouse_y);
      clicks_ = input.clicks;
      return PointerPhase::press;
    }
    if (!pressed_) return PointerPhase::hover;
    if (input.left_down) return PointerPhase::drag;
    pressed_ = false;
    return PointerPhase::release;
  }

  bool pressed() const { return pressed_; }

  Vec2 pressed_pixel() const { return pressed_pixel_; }

  int clicks() const { return clicks_; }

 private:
  bool pressed_ = false;
  Vec2 pressed_pixel_ = Vec2::Zero();
  int clicks_ = 1;
};

/// Feeds the pointer of a view to the hand and shows its hint; `leaves` clears what was hovered.
inline void hand_over(ViewState& state, Session& session, const Pointer& pointer) {
  const Preview& preview = state.hand.on_pointer(pointer, session);
  state.hint = preview.hint;
  state.cursor = preview.cursor;
  // What the tool changed must be in the picture of this very frame.
  state.points.update(session);
}

}  // namespace sweepbox
