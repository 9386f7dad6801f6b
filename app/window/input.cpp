#define GLFW_INCLUDE_NONE
#include "app/window/input.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>

#include <algorithm>
#include <set>

#include "app/panel/fields.hpp"
#include "app/panel/key_capture.hpp"
#include "app/session/undoing.hpp"
#include "app/window/keys.hpp"

namespace sweepbox {

namespace {

Arguments switched_to(bool on) {
  Arguments arguments;
  arguments.values["on"] = on ? "true" : "false";
  return arguments;
}

/// True where the key did something that the interface has to show first.
bool run_key(Ui& ui, const InputEvent& event) {
  Session& s = ui.session;
  if (event.action == GLFW_RELEASE) {
    // The key of "hold to see before" was let go, whichever it is: showing it needs a held key.
    if (s.calibrate.show_before) do_action(s, "calibrate.before", switched_to(false));
    return false;
  }
  const std::vector<Chord> chords = chords_of_key(event.key, event.scancode, event.modifiers);
  if (chords.empty()) return false;
  const bool popup_open = !s.popup.empty();
  // What is typed belongs to the field with the caret, a list that dropped takes Escape.
  const bool listing =
      ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  const bool escape = chords.front().key == "Escape";
  if (listing || (caret_in_field(ui) && !(escape && popup_open))) return false;
  if (take_key(ui, chords.back())) return true;
  if (popup_open && escape) {
    s.popup.clear();
    return true;
  }
  for (const Chord& chord : chords) {
    const Action* action = ui.keymap.action_for(chord, s.layout);
    if (action == nullptr) continue;
    if (popup_open) {
      // The key that opened it closes it; nothing else reaches what is veiled.
      if (action->category != "View" && action->category != "File") return false;
      const std::string before = s.popup;
      do_action(s, action->id);
      if (s.popup == before) s.popup.clear();
      return true;
    }
    const bool repeats = action->category == "Time" || action->category == "Box" ||
                         action->category == "Calibrate" || action->category == "Edit";
    if (event.action == GLFW_REPEAT && !repeats) return false;
    // What undo has shown is done when the key is pressed again, not while it is held.
    if (event.action == GLFW_REPEAT && action->category == "Edit" && undo_is_shown(s)) return false;
    if (action->id == "calibrate.before") {
      do_action(s, action->id, switched_to(true));
    } else {
      do_action(s, action->id);
    }
    return true;
  }
  return false;
}

}  // namespace

void InputQueue::take_button() {
  const InputEvent event = queue_.front();
  queue_.pop_front();
  const auto button = static_cast<std::size_t>(event.key);
  if (button < buttons_.size()) buttons_[button] = event.action != GLFW_RELEASE;
  button_frame_ = ImGui::GetFrameCount() + 1;
  place_ = event.place;
}

bool InputQueue::take(Ui& ui, GLFWwindow* window) {
  // The frame that sees a click asks for the caret or opens a list; the next one shows it.
  const bool click_is_shown = ImGui::GetFrameCount() > button_frame_;
  place_.reset();
  std::set<int> moved;
  bool fed = false;
  while (!queue_.empty()) {
    const InputEvent event = queue_.front();
    if (event.kind == InputEvent::Kind::button) {
      if (fed) break;
      take_button();
      fed = true;
      break;
    }
    if (!click_is_shown || field_waits(ui)) break;
    if (event.kind == InputEvent::Kind::letter) {
      queue_.pop_front();
      fed = true;
      ImGui_ImplGlfw_CharCallback(window, event.code);
      continue;
    }
    const bool modifier = event.key >= GLFW_KEY_LEFT_SHIFT && event.key <= GLFW_KEY_RIGHT_SUPER;
    // Letting Ctrl go waits for the frame that saw Ctrl+A.
    if (modifier && !moved.empty() && *moved.begin() < GLFW_KEY_LEFT_SHIFT) break;
    if (event.action != GLFW_REPEAT && !moved.insert(event.key).second) break;
    queue_.pop_front();
    fed = true;
    ImGui_ImplGlfw_KeyCallback(window, event.key, event.scancode, event.action, event.modifiers);
    const bool down = event.action != GLFW_RELEASE;
    // A modifier's own event does not count itself yet.
    const auto held = [&](int bit, int left, int right) {
      return event.key == left || event.key == right ? down : (event.modifiers & bit) != 0;
    };
    ctrl_ = held(GLFW_MOD_CONTROL, GLFW_KEY_LEFT_CONTROL, GLFW_KEY_RIGHT_CONTROL);
    shift_ = held(GLFW_MOD_SHIFT, GLFW_KEY_LEFT_SHIFT, GLFW_KEY_RIGHT_SHIFT);
    alt_ = held(GLFW_MOD_ALT, GLFW_KEY_LEFT_ALT, GLFW_KEY_RIGHT_ALT);
    const bool letter_follows = !queue_.empty() && queue_.front().kind == InputEvent::Kind::letter;
    if (run_key(ui, event)) {
      // The letter of that key was meant for the action too.
      if (letter_follows) queue_.pop_front();
      break;
    }
    // Enter, Tab or Backspace in a field: ImGui would take the letters of the same frame first.
    if (event.action == GLFW_PRESS && !modifier && !letter_follows && caret_in_field(ui)) break;
  }
  if (queue_.empty()) return fed;
  ui.wake_in(0);
  if (place_) return fed;
  // The mouse waits where it will click.
  const auto button = std::find_if(queue_.begin(), queue_.end(), [](const InputEvent& event) {
    return event.kind == InputEvent::Kind::button;
  });
  if (button != queue_.end()) place_ = button->place;
  return fed;
}

void InputQueue::apply() const {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyCtrl = ctrl_;
  io.KeyShift = shift_;
  io.KeyAlt = alt_;
  for (std::size_t i = 0; i < buttons_.size(); ++i) io.MouseDown[i] = buttons_[i];
  if (place_) io.MousePos = {static_cast<float>(place_->x), static_cast<float>(place_->y)};
}

}  // namespace sweepbox
