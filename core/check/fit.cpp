#include "core/check/fit.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/label/instants.hpp"

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

std::optional<Certainty> judged(const Fit& fit) {
  if (fit.boxes >= 8 && fit.gain() > 0.12 && fit.better > 4 * fit.worse &&
      fit.better * 3 > fit.boxes)
    return Certainty::certain;
  if (fit.boxes >= 5 && fit.gain() > 0.1 && fit.better > 2 * fit.worse) return Certainty::likely;
  if (fit.boxes >= 1 && fit.boxes < 5 && fit.gain() > 0.25 && fit.worse == 0)
    return Certainty::too_few;
  return std::nullopt;
}

std::vector<Move> moves_of(const Evidence& evidence, const LabelSet& labels, double speed) {
  const Drive& drive = evidence.drive;
  constexpr double kLongestGap = 1.1;  // s
  constexpr double kLeastWay = 0.5;    // m between the neighbours
  std::vector<Move> moves;
  if (!drive.info().sequence || !drive.info().poses || !evidence.poses_sound) return moves;
  std::map<std::string, std::vector<const Label*>> tracks;
  for (const Label& label : labels.labels)
    if (label.has_track_id && drive.world_from_ego(label.stamp))
      tracks[label.track].push_back(&label);
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
      moves.push_back({boxes[i], ego_from_world * velocity});
    }
  }
  return moves;
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

Headings headings_of(const Evidence& evidence, const LabelSet& labels) {
  Headings result;
  std::set<std::string> tracks;
  for (const Move& move : moves_of(evidence, labels, 2)) {
    const Mat3 axes = move.label->cuboid_in_ego.pose.rotation.toRotationMatrix();
    const Vec3 along = move.velocity_in_ego.normalized();
    const double ahead = along.dot(axes.col(0)), left = along.dot(axes.col(1));
    ++result.boxes;
    tracks.insert(move.label->track);
    const bool across = std::abs(left) > std::abs(ahead);
    result.across += across;
    result.straight += ahead > std::cos(20 * kPi / 180);
    result.ahead += !across && ahead > 0;
    result.back += !across && ahead <= 0;
  }
  result.tracks = static_cast<int>(tracks.size());
  if (!result.boxes) return result;
  for (double* share : {&result.ahead, &result.across, &result.back, &result.straight})
    *share /= result.boxes;
  return result;
}

}  // namespace sweepbox::doctor
