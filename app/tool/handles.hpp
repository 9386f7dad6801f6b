#pragma once
#include <string>
#include <vector>

#include "app/tool/tool.hpp"

namespace sweepbox {

/// A handle of the selected box in an orthographic view: faces (bars), corners (squares), centre,
/// rotation ring, heading arrow.
struct Handle {
  enum class Part { face, corner, centre, rotation, heading };
  std::string id;  ///< "+x", "-y", "+x+y", "centre", "rotate", "heading"
  Part part;
  Vec3 sign;  ///< of the box's own axes that it moves: (+1, 0, 0) for the front face
  Vec3 place_in_ego;
  double hit_radius_px;  ///< ≥ 7, rotation 10 (LOOK.md)
};

/// Handles of a box for a view with these screen axes (two of the box's own axes; top: rotation
/// turns yaw, side: pitch, front: roll). The rotation ring stands 22 px outside.
std::vector<Handle> handles_of(const Cuboid& cuboid_in_ego, ViewKind view, double metres_per_pixel);

/// The handle under a point; nullptr where none is.
const Handle* handle_at(const std::vector<Handle>& handles,
                        const Vec3& point_in_ego,
                        const Pointer& pointer);

/// The box after dragging a handle from one point to another (in ego, on the view's plane): a face
/// moves with the opposite face fixed, a corner two faces, centre moves, rotation turns about the
/// view's axis. Sizes stay ≥ 0.05 m. With `symmetric` the centre stays.
Cuboid dragged(const Cuboid& cuboid_in_ego,
               const Handle& handle,
               ViewKind view,
               const Vec3& from,
               const Vec3& to,
               bool symmetric);

}  // namespace sweepbox
