#pragma once
#include <functional>
#include <set>

#include "core/check/evidence.hpp"

namespace sweepbox::doctor {

constexpr std::size_t kEnoughPoints = 15;  ///< in a box that is judged
constexpr int kEnoughBoxes = 5;            ///< to say anything

/// How well boxes hold the points around them, as they are and with a repair, over the same boxes.
struct Fit {
  int boxes = 0;        ///< that hold enough points in one of the two
  double as_is = 0;     ///< mean over boxes: points inside, as a share of the better of the two
  double repaired = 0;  ///< the same with the repair
  int better = 0;       ///< boxes that hold 15 % more with the repair
  int worse = 0;        ///< 15 % less

  /// Counts a box by the points that it holds as it is and with the repair; false where both are
  /// too few. The two shares are sums until finish().
  bool add(std::size_t before, std::size_t after);
  void finish();

  double gain() const { return repaired - as_is; }

  int telling() const {
    return better + worse;
  }  ///< boxes that hold clearly more in one of the two
};

/// A repair to try, and what it would say is wrong.
struct Guess {
  Ailment ailment;
  std::string repair;
  Fit fit;
};

/// Boxes of `labels` (those of `samples`) against the same ones with the repair; where `counted` is
/// given, only those that it takes. `seen` (one a sample) grows to the points that either holds.
Fit fit_of(std::span<const Sample> samples,
           const LabelSet& labels,
           const LabelSet& repaired,
           const std::function<bool(const Label&)>& counted = {},
           std::vector<std::size_t>* seen = nullptr);

/// A constant offset or a turn about the sensor, by the points: steps first, then finer. Without a
/// repair where nothing fits better.
Guess best_place(const Evidence& evidence, const LabelSet& labels, std::span<const Sample> samples);

/// What the best repair of boxes alone gains in points: of headings, sizes, floors or the place.
double most_gained(const Evidence& evidence,
                   const LabelSet& labels,
                   std::span<const Sample> samples);

/// certain, likely, too_few; empty where the fit is no better.
std::optional<Certainty> judged(const Fit& fit);

/// Movement of a track in the world at one of its boxes.
struct Move {
  std::size_t label = 0;                ///< of the labels
  Vec3 velocity_in_ego = Vec3::Zero();  ///< m/s, of the object in the world, along ego's axes
};

/// Boxes that move faster than `speed` m/s, from their neighbours in time. None without a sequence
/// and sound poses.
std::vector<Move> moves_of(const Evidence& evidence, const LabelSet& labels, double speed);

/// Tracks that move so somewhere.
std::set<std::string> moving_tracks(const Evidence& evidence, const LabelSet& labels, double speed);

/// rad of a box in the axes of the first lidar, and of ego in the world (0 without poses).
double yaw_in_lidar(const Drive& drive, const Label& label);
double yaw_of_ego(const Drive& drive, const Label& label);

/// Where the boxes of movers look, of tracks that move at three of their boxes or more.
struct Headings {
  int boxes = 0;
  std::map<std::string, double> off;  ///< by track: from the way it goes, rad, median

  /// Tracks that look where they go, to an angle.
  int within(double angle) const;
};

/// `labels` are those that the moves are of, or the same with other headings.
Headings headings_of(std::span<const Move> moves, const LabelSet& labels);

}  // namespace sweepbox::doctor
