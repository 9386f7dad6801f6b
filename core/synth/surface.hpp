#pragma once
#include "core/synth/stage.hpp"

namespace sweepbox::synth {

/// A point of a surface, its pattern applied.
struct Surface {
  Vec3f color;         ///< linear
  float reflectivity;  ///< at 905 nm
};

/// Fine patterns fade with `distance` (m), where they would only flicker.
Surface surface_at(const Hit& hit, const RoadSpec& road, float distance);

/// Smooth noise over the plane, −1 … 1, one bump a unit.
float noise(float x, float y);

}  // namespace sweepbox::synth
