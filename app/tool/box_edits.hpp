#pragma once
#include <optional>
#include <span>
#include <string>

#include "app/session/session.hpp"

namespace sweepbox {

// What hand and script do to boxes, in one place, so that both make the same document.

/// The box of a track in the shown frame by the committed document, in ego.
std::optional<Cuboid> committed_box(const Session& session, TrackId track);

/// The same, and in an absence where the curve through its keys leads, beyond the track's life
/// where it would be if it went on as at the nearer end: what a key set in a frame that the track
/// has not reached yet begins with. Empty for an unknown track.
std::optional<Cuboid> carried_box(const Session& session, TrackId track);

/// The edit that puts a track's box of the shown frame there: a key by hand at the shown moment
/// (the single key of a track that stands still).
Result<Edit> box_edit(const Session& session, TrackId track, const Cuboid& cuboid_in_ego);

/// The edit that sets an attribute in the shown frame. Presence changes halfway from the frame
/// before.
Result<Edit> attribute_edit(const Session& session,
                            std::span<const TrackId> tracks,
                            const std::string& name,
                            const std::string& value);

/// The edit that makes a new track with this box in the shown frame.
Result<Edit> new_box_edit(const Session& session,
                          const std::string& class_name,
                          const Cuboid& cuboid_in_ego,
                          TrackId uid);

/// The document with an edit that is not committed.
Document previewed(const Session& session, const Edit& edit);

/// Where a new box heads when nobody says: as the selected one, else the last made or turned, else
/// along ego's x. Rad.
double usual_yaw(const Session& session);

/// A box standing on a plane: its middle above `place` seen along z, its own z along the plane's
/// normal.
Cuboid standing_on(const Plane& ground_in_ego,
                   const Vec3& place_in_ego,
                   const Vec3& size,
                   double yaw);

/// The plane of the ground around a place by the shown sweep; level through the place where there
/// are too few points. Some ms (RANSAC): once a click, not once a mouse move.
Plane ground_at(const Session& session, const Vec3& place_in_ego);

/// What one click at a place of the shown frame gives: the class's size, standing on the ground.
/// Where points of an object stand around the click the box goes about them: in the middle of those
/// seen whole, with the near side at those of which the far side is hidden.
Cuboid placed_box(const Session& session,
                  const Vec3& place_in_ego,
                  const ObjectClass& kind,
                  double yaw,
                  const Plane& ground_in_ego);

/// The box over a rectangle on the ground: as high as the points in it, or as the class where there
/// are none.
Cuboid box_over_rectangle(const Session& session,
                          const Vec3& centre_in_ego,
                          double length,
                          double width,
                          double yaw,
                          const ObjectClass& kind);

}  // namespace sweepbox
