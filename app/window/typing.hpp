#pragma once
#include <deque>
#include <utility>

#include "app/panel/ui.hpp"

struct GLFWwindow;

namespace sweepbox {

/// A key or a letter as GLFW gave it.
struct Typed {
  bool letter = false;
  unsigned code = 0;  ///< of a letter
  int key = 0, scancode = 0, action = 0, modifiers = 0;
};

/// What GLFW's callbacks leave for the next frame: keys and letters in their order, and whether
/// anything happened at all.
///
/// ImGui 1.86 has no queue: of a key that went down and up within one frame it would see nothing,
/// and letters that follow "/" would come before the field that it opens. So a key moves once a
/// frame, and what was typed after an action waits for the frame that shows it.
class Typing {
 public:
  void add(const Typed& typed) {
    queue_.push_back(typed);
    seen_ = true;
  }

  void note_event() { seen_ = true; }

  /// Whether anything happened since the last question.
  bool take_seen() { return std::exchange(seen_, false); }

  /// Nothing waits for a further frame.
  bool empty() const { return queue_.empty(); }

  /// Runs actions and feeds ImGui; before its NewFrame. Asks for another frame where something
  /// waits.
  void take(Ui& ui, GLFWwindow* window);
  /// Ctrl, Shift and Alt as they were when the last of it was typed: the backend reads them as they
  /// are now. After the backend's NewFrame.
  void apply_modifiers() const;

 private:
  std::deque<Typed> queue_;
  bool seen_ = false;
  bool ctrl_ = false, shift_ = false, alt_ = false;
};

}  // namespace sweepbox
