#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/session/session.hpp"
#include "app/tool/tool.hpp"

struct ImDrawList;
struct ImFont;

namespace sweepbox {

/// A rectangle of the window, pixels from the top left.
struct Area {
  float x = 0, y = 0, width = 0, height = 0;

  bool contains(float px, float py) const {
    return px >= x && py >= y && px < x + width && py < y + height;
  }
};

/// The mouse as the window saw it this frame, for the view under it.
struct ViewInput {
  bool hovered = false;            ///< the mouse is over the view and nothing covers it
  float mouse_x = 0, mouse_y = 0;  ///< window pixels
  bool left_pressed = false, left_down = false, left_released = false;
  bool right_down = false, middle_down = false;
  float delta_x = 0, delta_y = 0;
  float wheel = 0;
  int clicks = 1;
  Modifiers modifiers;
};

/// How a view paints: device facts that the window found.
struct Device {
  bool compute = false;  ///< OpenGL ≥ 4.3
  float ui_scale = 1;
  ImFont* label_font = nullptr;  ///< 12 px at scale 1; null: ImGui's current one, scaled
  ImFont* tag_font = nullptr;    ///< 11 px at scale 1
};

/// What the colours of the 3D view's points mean now.
struct Legend {
  Text title;  ///< "Height"
  double low = 0, high = 0;
  Text unit;           ///< "m"; may be empty
  bool scale = false;  ///< a range of the colour map; else low and high mean nothing
};

/// All pictures of the session: VTK windows, painters, textures. Needs the window's GL context
/// current in every call; release() before the context goes. Each picture is redrawn only when its
/// versions changed.
class Views {
 public:
  explicit Views(const Device& device);
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;
  ~Views();

  /// Draws the 3D view into the area through ImGui's draw list, tags on top, and handles the mouse:
  /// orbit (middle, or right drag), pan (Shift), zoom (wheel), the tool with the left button.
  void draw_scene(Session& session, ImDrawList* list, const Area& area, const ViewInput& input);
  /// A side view of the selected box (ViewKind top, side or front) with its handles.
  void draw_side(
      Session& session, ViewKind kind, ImDrawList* list, const Area& area, const ViewInput& input);
  /// A camera's image with boxes (and points). `crop_to` ≠ 0 shows the surroundings of that track.
  void draw_camera(Session& session,
                   int camera,
                   TrackId crop_to,
                   ImDrawList* list,
                   const Area& area,
                   const ViewInput& input);
  /// The Calibrate picture: one camera large, points by depth, blend, magnifier.
  void draw_calibrate(Session& session, ImDrawList* list, const Area& area, const ViewInput& input);

  /// What the mouse would do: hint and cursor of the tool or view under it; empty hint: nothing to
  /// say.
  const Text& hint() const;
  Cursor cursor() const;
  const Legend& legend() const;
  /// True while pictures are older than what they show (something still loads or animates).
  bool animating() const;
  /// Redraws everything at the next draw (benchmarks).
  void invalidate();
  void release();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sweepbox
