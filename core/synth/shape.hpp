#pragma once
#include <functional>
#include <string_view>

#include "core/synth/mesh.hpp"
#include "core/synth/synth.hpp"

namespace sweepbox::synth {

/// What an object looks like, in its own frame: x forward, y left, z up, origin on the ground.
struct Shape {
  Vec2 base = Vec2::Zero();  ///< (wheelbase, track), m; zero: stands upright
  double stride = 0;         ///< metres of way in one turn of the phase; 0: does not change
  std::function<Mesh(double phase)> mesh;  ///< phase in turns
};

/// To add a shape: a function here and a line in the table of shape.cpp.
Shape hatchback(const ObjectSpec& object);
Shape sedan(const ObjectSpec& object);
Shape estate(const ObjectSpec& object);
Shape offroader(const ObjectSpec& object);
Shape van(const ObjectSpec& object);
Shape truck(const ObjectSpec& object);
Shape trailer(const ObjectSpec& object);
Shape bus(const ObjectSpec& object);
Shape person(const ObjectSpec& object);
Shape walker(const ObjectSpec& object);
Shape cyclist(const ObjectSpec& object);
Shape bicycle(const ObjectSpec& object);
Shape cone(const ObjectSpec& object);
Shape barrier(const ObjectSpec& object);
Shape lamp_post(const ObjectSpec& object);
Shape bollard(const ObjectSpec& object);
Shape round_sign(const ObjectSpec& object);
Shape triangle_sign(const ObjectSpec& object);
Shape square_sign(const ObjectSpec& object);
Shape dog(const ObjectSpec& object);

/// The object's shape with its scale; the spec's name is one of the table.
Shape shape_of(const ObjectSpec& object);

/// Bounds over all phases.
Eigen::AlignedBox3f bounds_of(const Shape& shape);

}  // namespace sweepbox::synth
