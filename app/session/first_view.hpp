#pragma once
#include <span>

#include "app/session/session.hpp"
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

/// The view that shows a frame at its first sight, with the turn of `from`. Most drives have ego
/// amid their points: they keep the usual target and distance of SceneCamera, so that they all open
/// alike. Where that would show few of the points (a recording that looks to one side, a survey
/// kilometres wide) or next to nothing (a model of a few centimetres), the middle 90 % of them on
/// each axis fill the picture, together with the boxes that reach into these. Points and boxes in
/// ego, m; points that are not finite or beyond any place do not count; without any, or where all
/// are one spot, the usual view is the answer.
SceneCamera first_view(std::span<const Vec3> points,
                       std::span<const Cuboid> boxes,
                       SceneCamera from = {});

/// The same of the shown frame, as far as its sweeps are loaded.
SceneCamera first_view(const Session& session, SceneCamera from = {});

/// Takes the first view of a drive that was opened as soon as the shown frame's sweeps are there,
/// unless somebody moved the camera before. True if it changed the camera.
bool take_first_view(Session& session);

}  // namespace sweepbox
