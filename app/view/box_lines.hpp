#pragma once
#include "app/view/gl_lines.hpp"
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

/// From where a box is seen: its own back edges are drawn fainter.
struct Eye {
  Vec3 place_in_ego = Vec3::Zero();
  Vec3 forward = Vec3::UnitX();
  bool orthographic = false;
};

struct BoxStyle {
  Stroke edge;
  float face_alpha = 0;   ///< of all faces
  float front_alpha = 0;  ///< of the front instead
  bool arrow = true;      ///< on the floor, beyond the front
};

/// Which of the twelve edges lie behind the box as the eye sees it: both faces turned away.
std::array<bool, 12> hidden_edges(const Cuboid& cuboid, const Eye& eye);

void add_box(Lines& lines,
             const Cuboid& cuboid_in_ego,
             const BoxStyle& style,
             const Eye& eye,
             float ui_scale);

}  // namespace sweepbox
