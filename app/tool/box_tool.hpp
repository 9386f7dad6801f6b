#pragma once
#include <optional>

#include "app/tool/box_edits.hpp"
#include "app/tool/handles.hpp"
#include "app/tool/tool.hpp"

namespace sweepbox {

/// A box on its way: pressed, dragged, not yet released.
struct BoxDrag {
  TrackId track = 0;
  Cuboid start;  ///< in ego, as committed
  Cuboid now;
  Pointer pressed;
  std::optional<Handle> handle;  ///< of a side view; empty in the 3D view and on images
  bool moved = false;            ///< beyond what a click trembles
};

/// What select, move, rotate and resize share: clicks select, handles of the side views drag, Alt
/// keeps the centre, one edit at release. Each adds what a drag in the 3D view does.
class BoxTool : public Tool {
 public:
  ToolAnswer on_pointer(const Pointer& pointer, Session& session) override;

  void cancel() override { drag_.reset(); }

 protected:
  /// Word of the hint over a box in the 3D view: "Move {} · drag". Empty: a click selects, no drag.
  virtual Text scene_hint(const std::string& name) const = 0;

  virtual bool drags_in_scene() const { return true; }

  virtual Cursor scene_cursor() const { return Cursor::arrow; }

  /// The box after a drag over the ground; called where drags_in_scene().
  virtual Cuboid dragged_in_scene(const Session& session,
                                  const BoxDrag& drag,
                                  const Pointer& pointer) const = 0;

 private:
  ToolAnswer hover(const Pointer& pointer, Session& session) const;
  ToolAnswer press(const Pointer& pointer, Session& session);
  ToolAnswer drag(const Pointer& pointer, Session& session);
  ToolAnswer release(const Pointer& pointer, Session& session);

  std::optional<BoxDrag> drag_;
};

/// A movement with all but the locked axis of the box taken out; the whole movement without a lock.
Vec3 along_lock(const Session& session, const Cuboid& cuboid_in_ego, const Vec3& movement_in_ego);

bool is_side_view(ViewKind view);

}  // namespace sweepbox
