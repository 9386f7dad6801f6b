#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/synth/road.hpp"
#include "core/synth/shape.hpp"

namespace sweepbox::synth {

/// One object of the spec, ready to be placed at any time.
struct Actor {
  ObjectSpec spec;
  Shape shape;
  Motion motion;
  Vec3 box_centre;  ///< in its own frame
  Vec3 box_size;
  int number = 0;  ///< of its label, from 1; 0: never near enough

  /// Origin on the ground; the mesh stands in this frame.
  Pose world_from_object(const Road& road, double time_s) const;
  Cuboid box(const Road& road, double time_s) const;
  double phase(double time_s) const;
};

/// The spec made into things: everything that is the same for all frames.
class World {
 public:
  explicit World(const SynthSpec& spec);

  const SynthSpec& spec() const { return spec_; }

  const Road& road() const { return road_; }

  const std::vector<Actor>& actors() const { return actors_; }

  double time_s(Stamp stamp) const { return seconds_between(spec_.start, stamp); }

  Pose world_from_ego(double time_s) const;
  Stamp frame_stamp(int frame) const;

  double frame_gap_s() const { return 1 / spec_.rate_hz; }

 private:
  SynthSpec spec_;
  Road road_;
  Motion ego_;
  std::vector<Actor> actors_;
};

/// Of the middle of the rear axle, on the ground.
Pose world_from_ego(const Road& road, const Motion& ego, double time_s);

/// labels.json of formats.md 2.18, in the world: a key in every frame, or one for what stands.
std::string labels_json(const World& world);

}  // namespace sweepbox::synth
