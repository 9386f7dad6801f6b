#pragma once
#include <vector>

#include "core/synth/synth.hpp"

namespace sweepbox::synth {

/// A smooth curve through (x, y): cubic Hermite with finite-difference tangents, straight beyond
/// the ends. No points: 0 everywhere.
class SmoothCurve {
 public:
  SmoothCurve() = default;
  /// x strictly ascending.
  explicit SmoothCurve(std::vector<std::pair<double, double>> points);
  double at(double x) const;
  double slope(double x) const;

 private:
  std::vector<std::pair<double, double>> points_;
  std::vector<double> tangents_;
};

/// The street's surface, addressed by (s, d).
class Road {
 public:
  explicit Road(const RoadSpec& spec);

  const RoadSpec& spec() const { return spec_; }

  double heading(double s) const;           ///< of the middle line, rad
  double curvature(double s) const;         ///< 1/m
  Vec3 point(double s, double d) const;     ///< on the surface, in the world
  double height(double s, double d) const;  ///< z of that

  /// Metres of s that one metre along the road takes at d: more on a bend's inside.
  double stretch(double s, double d) const { return 1 / (1 - curvature(s) * d); }

  double kerb() const { return spec_.lane_width + spec_.parking_width; }  ///< |d| of the kerb

  double pavement_end() const { return kerb() + spec_.pavement_width; }

  /// The road is laid out this far beyond both of its ends, m.
  static constexpr double kBeyond = 120;

 private:
  Vec2 middle(double s) const;

  RoadSpec spec_;
  SmoothCurve profile_;
  std::vector<Vec2> table_;  ///< of the middle line every kStep from −kBeyond, in the start's frame
  std::vector<double> headings_;
};

/// How something moves on the road.
class Motion {
 public:
  explicit Motion(const MotionSpec& spec);

  double s(double time_s) const { return s_.at(time_s); }

  double d(double time_s) const { return d_.at(time_s); }

  /// Along s or d, whichever changes more: what the phase of a walk follows, m.
  double travelled(double time_s) const;
  double speed(double time_s) const;  ///< m/s, of (s, d)

  bool moves() const { return spec_.points.size() > 1; }

  /// Heading against the road's, rad: the path's tangent, exact on curved roads.
  double heading_on(const Road& road, double time_s) const;

 private:
  MotionSpec spec_;
  SmoothCurve s_, d_;
};

/// What stands on its wheels takes on the ground's slope; the base is (wheelbase, track) in metres.
/// A base of zero stands upright. Origin on the ground.
Pose world_from_object(const Road& road, const Motion& motion, const Vec2& base, double time_s);

}  // namespace sweepbox::synth
