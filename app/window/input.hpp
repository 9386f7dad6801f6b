#pragma once
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "app/panel/ui.hpp"

struct GLFWwindow;

namespace sweepbox {

/// A place in the window, px.
struct MousePlace {
  double x = 0, y = 0;
};

/// A key, a letter or a mouse button as GLFW gave it.
struct InputEvent {
  enum class Kind { key, letter, button };
  Kind kind = Kind::key;
  unsigned code = 0;                                     ///< of a letter
  int key = 0, scancode = 0, action = 0, modifiers = 0;  ///< `key` is a button's number, too
  std::optional<MousePlace> place = {};                  ///< of the mouse when a button moved
};

/// What GLFW's callbacks leave for the next frame: keys, letters and mouse buttons in their order,
/// and whether anything happened at all.
///
/// ImGui 1.86 has no queue: of a key that went down and up within one frame it would see nothing,
/// letters that follow "/" would come before the field that it opens, and a click would count where
/// the mouse is by now. So a key moves once a frame, a button has a frame for itself, and what was
/// typed after an action or a click waits for the frames that show what it did.
///
/// Whether a key belongs to a field or to a shortcut is asked of the frame that was drawn last
/// (caret_in_field), never of ImGui's WantTextInput: that is one frame older, and after a click a
/// window with a still mouse draws no further frame that would renew it.
class InputQueue {
 public:
  void add(const InputEvent& event) {
    queue_.push_back(event);
    seen_ = true;
  }

  void add_button(int button, int action) {
    add({.kind = InputEvent::Kind::button, .key = button, .action = action, .place = mouse_});
  }

  void move_mouse(double x, double y) {
    mouse_ = {x, y};
    seen_ = true;
  }

  void note_event() { seen_ = true; }

  /// Whether anything happened since the last question.
  bool take_seen() { return std::exchange(seen_, false); }

  /// Nothing waits for a further frame.
  bool empty() const { return queue_.empty(); }

  /// Runs actions and feeds ImGui; before its NewFrame. Asks for another frame where something
  /// waits. True where the coming frame sees something new.
  bool take(Ui& ui, GLFWwindow* window);
  /// Ctrl, Shift, Alt and the mouse as they were when the last of it happened: the backend reads
  /// them as they are now. After the backend's NewFrame.
  void apply() const;

 private:
  void take_button();

  std::deque<InputEvent> queue_;
  bool seen_ = false;
  bool ctrl_ = false, shift_ = false, alt_ = false;
  std::array<bool, 5> buttons_{};    ///< down
  int button_frame_ = -2;            ///< of ImGui, in which the last button moved
  std::optional<MousePlace> mouse_;  ///< now; empty until it first moved
  std::optional<MousePlace> place_;  ///< of the coming frame, where it is not the one now
};

}  // namespace sweepbox
