#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/session.hpp"
#include "core/geometry/ray.hpp"

namespace sweepbox {

enum class ViewKind { scene, top, side, front, camera };

enum class PointerPhase { hover, press, drag, release, cancel };

struct Modifiers {
  bool ctrl = false, shift = false, alt = false;
};

/// What the mouse points at, filled by a view: all a tool needs to know of it.
struct Pointer {
  ViewKind view = ViewKind::scene;
  PointerPhase phase = PointerPhase::hover;
  int clicks = 1;  ///< 2 for a double click
  Modifiers modifiers;
  Vec2 pixel = Vec2::Zero();          ///< in the view, from its top left
  Vec2 pressed_pixel = Vec2::Zero();  ///< where the button went down
  Ray ray_in_ego;
  /// On the view's working plane: the ground in the 3D and top views, the plane through the
  /// selected box's centre in side views. Empty where the ray misses it.
  std::optional<Vec3> plane_point;
  std::optional<Vec3> cloud_point;  ///< the lidar point under the mouse, in ego
  TrackId hit = 0;                  ///< the nearest box under the mouse
  double metres_per_pixel = 0.01;   ///< at the point, or of the orthographic view
  /// Axes of an orthographic view in ego: right and up on the screen.
  Vec3 screen_right = Vec3::UnitX();
  Vec3 screen_up = Vec3::UnitY();
};

enum class Cursor { arrow, move, horizontal, vertical, diagonal_down, diagonal_up, rotate, cross };

/// What a tool shows until the gesture ends.
struct Preview {
  std::optional<Document> document;  ///< the document as it would be
  std::vector<Cuboid> ghosts;        ///< boxes that would be made, in ego
  std::vector<Vec3> outline;         ///< a closed polygon on the ground, in ego
  std::string handle;                ///< id of the handle under the mouse
  Cursor cursor = Cursor::arrow;
  Text hint;  ///< "Select Rider 6 · click"
};

struct ToolAnswer {
  Preview preview;
  std::optional<Edit> edit;                    ///< the gesture is over: commit this
  std::optional<std::vector<TrackId>> select;  ///< new selection
  bool finished = false;                       ///< back to the select tool
  bool consumed = false;                       ///< the view must not orbit or pan with this gesture
};

/// What the mouse does in a view. Tools know neither VTK nor the view.
class Tool {
 public:
  virtual ~Tool() = default;
  virtual ToolAnswer on_pointer(const Pointer& pointer, Session& session) = 0;

  virtual void cancel() {}
};

struct ToolEntry {
  std::string_view name;  ///< "select", "place", "rectangle", "move", "rotate", "resize"
  std::string_view title;
  std::string_view action;  ///< the action that chooses it ("tool.place")
  std::string_view icon;
  std::unique_ptr<Tool> (*make)();
};

std::span<const ToolEntry> tools();

/// Feeds pointers to the tool of session.tool, keeps it while a gesture lasts, commits its edits.
class Hand {
 public:
  /// What to show now: previews and hints. Sets session.preview and selection, commits edits.
  const Preview& on_pointer(const Pointer& pointer, Session& session);
  void cancel(Session& session);

  bool busy() const { return busy_; }  ///< between press and release

  bool consumed() const { return consumed_; }

  const Preview& preview() const { return preview_; }

 private:
  std::string name_;
  std::unique_ptr<Tool> tool_;
  Preview preview_;
  bool busy_ = false;
  bool consumed_ = false;
  std::uint64_t cancelled_ = 0;  ///< Session::cancelled as seen last
};

}  // namespace sweepbox
