#include "core/check/fit.hpp"

#include <algorithm>
#include <cmath>

#include "core/label/instants.hpp"
#include "core/scene/world.hpp"

namespace sweepbox::doctor {

bool Fit::add(std::size_t before, std::size_t after) {
  constexpr double kMargin = 0.85;
  const auto most = std::max(before, after);
  if (most < kEnoughPoints) return false;
  ++boxes;
  const double b = static_cast<double>(before) / static_cast<double>(most);
  const double a = static_cast<double>(after) / static_cast<double>(most);
  as_is += b;
  repaired += a;
  better += b < kMargin;
  worse += a < kMargin;
  return true;
}

void Fit::finish() {
  if (!boxes) return;
  as_is /= boxes;
  repaired /= boxes;
}

Fit fit_of(std::span<const Sample> samples,
           const LabelSet& labels,
           const LabelSet& repaired,
           const std::function<bool(const Label&)>& counted,
           std::vector<std::size_t>* seen) {
  Fit fit;
  for (const Sample& sample : samples) {
    if (counted && !counted(*sample.label)) continue;
    const auto index = static_cast<std::size_t>(sample.label - labels.labels.data());
    const auto before = inside(sample.label->cuboid_in_ego, sample.points);
    const auto after = inside(repaired.labels[index].cuboid_in_ego, sample.points);
    if (seen) {
      std::size_t& now = (*seen)[static_cast<std::size_t>(&sample - samples.data())];
      now = std::max({now, before, after});
    }
    fit.add(before, after);
  }
  fit.finish();
  return fit;
}

Guess best_place(const Evidence& evidence,
                 const LabelSet& labels,
                 std::span<const Sample> samples) {
  // A turn or an offset looks at one box at a time: no labels are copied for each of the hundred.
  std::vector<std::size_t> before;
  for (const Sample& sample : samples)
    before.push_back(inside(sample.label->cuboid_in_ego, sample.points));
  const auto gain_of = [&](const Pose& moved) {
    double gain = 0;
    int boxes = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto after = inside(moved * samples[i].label->cuboid_in_ego, samples[i].points);
      const auto most = std::max(before[i], after);
      if (most < kEnoughPoints) continue;
      ++boxes;
      gain +=
          (static_cast<double>(after) - static_cast<double>(before[i])) / static_cast<double>(most);
    }
    return boxes ? gain / boxes : 0;
  };
  const auto guess = [&](Ailment ailment, std::string repair) {
    const Fit fit = fit_of(samples, labels, with_repair(labels, evidence.drive, repair));
    return Guess{ailment, std::move(repair), fit};
  };
  double turned = 0, shifted = 0, degrees = 0;
  for (int step = -12; step <= 12; ++step)
    if (const double gain = step ? gain_of(pose_from_yaw(step * 0.5 * kPi / 180)) : 0;
        gain > turned) {
      turned = gain;
      degrees = step * 0.5;
    }
  Vec3 offset = Vec3::Zero();
  for (const double reach : {2.0, 1.0, 0.4}) {
    const Vec3 from = offset;
    for (const int axis : {2, 0, 1})
      for (int step = -4; step <= 4; ++step) {
        Vec3 tried = offset;
        tried[axis] = from[axis] + step * reach / 4;
        const double gain = gain_of(Pose{Quat::Identity(), tried});
        if (gain <= shifted + 1e-6) continue;
        shifted = gain;
        offset = tried;
      }
  }
  if (shifted > turned + 0.02)
    return guess(
        Ailment::everything_shifted,
        fmt::format("labels.offset={:.2f} {:.2f} {:.2f}", offset.x(), offset.y(), offset.z()));
  if (turned > 0) return guess(Ailment::small_angle, fmt::format("labels.turn={}", degrees));
  return {Ailment::small_angle, {}, {}};
}

std::optional<Certainty> judged(const Fit& fit) {
  if (fit.boxes >= 8 && fit.gain() > 0.12 && fit.better > 4 * fit.worse &&
      fit.better * 3 > fit.boxes)
    return Certainty::certain;
  if (fit.boxes >= 5 && fit.gain() > 0.1 && fit.better > 2 * fit.worse) return Certainty::likely;
  // Of many boxes that stand straight few tell, but those that do agree.
  if (fit.telling() >= 8 && fit.gain() > 0.05 && fit.better > 3 * fit.worse)
    return Certainty::likely;
  if (fit.boxes >= 1 && fit.boxes < 5 && fit.gain() > 0.25 && fit.worse == 0)
    return Certainty::too_few;
  return std::nullopt;
}

namespace {

/// Whether the set has poses before and after: at its ends a drive holds the first and the last for
/// half a second more, and what stands seems to move with ego there.
bool knows_pose(const Drive& drive, Stamp stamp) {
  constexpr std::int64_t kHeld = kNsPerSecond / 2;
  return drive.world_from_ego({stamp.ns - kHeld}) && drive.world_from_ego({stamp.ns + kHeld});
}

}  // namespace

std::vector<Move> moves_of(const Evidence& evidence, const LabelSet& labels, double speed) {
  const Drive& drive = evidence.drive;
  constexpr double kLongestGap = 1.1;  // s
  constexpr double kLeastWay = 0.5;    // m between the neighbours
  std::vector<Move> moves;
  if (!drive.info().sequence || !drive.info().poses || !evidence.poses_sound) return moves;
  std::map<std::string, std::vector<const Label*>> tracks;
  for (const Label& label : labels.labels)
    if (label.has_track_id && knows_pose(drive, label.stamp)) tracks[label.track].push_back(&label);
  for (auto& [name, boxes] : tracks) {
    std::sort(boxes.begin(), boxes.end(), [](const Label* a, const Label* b) {
      return a->stamp < b->stamp;
    });
    std::vector<Pose> in_world;
    for (const Label* box : boxes)
      in_world.push_back(world_from_ego_of_label(drive, box->stamp) * box->cuboid_in_ego.pose);
    for (std::size_t i = 0; i < boxes.size() && boxes.size() > 1; ++i) {
      const std::size_t a = i ? i - 1 : 0, b = std::min(i + 1, boxes.size() - 1);
      const double gap = seconds_between(boxes[a]->stamp, boxes[b]->stamp);
      if (!(gap > 0) || gap > 2 * kLongestGap) continue;
      const Vec3 velocity = (in_world[b].translation - in_world[a].translation) / gap;
      const double fast = velocity.norm();
      // Hands that draw boxes shake by decimetres: that is no way.
      if (fast < speed || fast > 60 || fast * gap < kLeastWay) continue;
      const Quat ego_from_world =
          world_from_ego_of_label(drive, boxes[i]->stamp).rotation.inverse();
      moves.push_back(
          {static_cast<std::size_t>(boxes[i] - labels.labels.data()), ego_from_world * velocity});
    }
  }
  return moves;
}

std::set<std::string> moving_tracks(const Evidence& evidence,
                                    const LabelSet& labels,
                                    double speed) {
  std::set<std::string> tracks;
  for (const Move& move : moves_of(evidence, labels, speed))
    tracks.insert(labels.labels[move.label].track);
  return tracks;
}

double yaw_in_lidar(const Drive& drive, const Label& label) {
  const auto& lidars = drive.info().lidars;
  const auto lidar = lidars.empty() || label.frame < 0
                         ? std::nullopt
                         : drive.ego_from(lidars.front().name, label.frame);
  return yaw_of((lidar.value_or(Pose()).inverse() * label.cuboid_in_ego.pose).rotation);
}

double yaw_of_ego(const Drive& drive, const Label& label) {
  return drive.info().poses ? yaw_of(world_from_ego_of_label(drive, label.stamp).rotation) : 0;
}

int Headings::within(double angle) const {
  return static_cast<int>(std::count_if(
      off.begin(), off.end(), [&](const auto& track) { return track.second <= angle; }));
}

Headings headings_of(std::span<const Move> moves, const LabelSet& labels) {
  constexpr std::size_t kLeastMoves = 3;  // of a track: one or two may be a slip of the hand
  std::map<std::string, std::vector<double>> all;
  for (const Move& move : moves) {
    const Label& label = labels.labels[move.label];
    const double along =
        move.velocity_in_ego.normalized().dot(label.cuboid_in_ego.pose.rotation * Vec3::UnitX());
    all[label.track].push_back(std::acos(std::clamp(along, -1.0, 1.0)));
  }
  Headings result;
  for (auto& [track, angles] : all) {
    if (angles.size() < kLeastMoves) continue;
    result.boxes += static_cast<int>(angles.size());
    result.off[track] = median(std::move(angles));
  }
  return result;
}

}  // namespace sweepbox::doctor
