#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/fit.hpp"

// Whether the boxes of movers are of their frame's time. Points stay inside a box that lags by half
// a metre where only one end of the car is seen, so it is the ends that are compared: the last
// points at the end that faces the lidar against that end of the box.

namespace sweepbox::doctor {
namespace {

constexpr double kFast = 3;          // m/s
constexpr double kFarthest = 50;     // m
constexpr double kClearly = 0.15;    // m
constexpr int kLongest = 200;        // ms either way
constexpr double kStrays = 0.03;     // share of the points at either end that may be others'
constexpr double kWholeSide = 0.75;  // of the length: both ends of a side are seen
constexpr double kPastEnd = 0.5;     // m: so far beyond an end the lidar looks at it

/// How far a box must move along its heading to end where its points end, m; empty where they are
/// too few, or show no end.
std::optional<double> lag_of(const Cuboid& box, const Vec3& lidar, std::span<const Vec3> points) {
  const Pose box_from_ego = box.pose.inverse();
  const double half = box.size.x() / 2;
  std::vector<double> along;
  for (const Vec3& point : points) {
    const Vec3 in_box = box_from_ego * point;
    if (std::abs(in_box.x()) < half + 1.5 && std::abs(in_box.y()) < box.size.y() / 2 + 0.1 &&
        std::abs(in_box.z()) < box.size.z() / 2 + 0.2)
      along.push_back(in_box.x());
  }
  if (along.size() < kEnoughPoints) return std::nullopt;
  std::sort(along.begin(), along.end());
  const auto strays = static_cast<std::size_t>(kStrays * static_cast<double>(along.size()));
  const double rear = along[strays], front = along[along.size() - 1 - strays];
  const double lidar_along = (box_from_ego * lidar).x();
  if (lidar_along > half + kPastEnd) return front - half;
  if (lidar_along < -half - kPastEnd) return rear + half;
  if (front - rear > kWholeSide * box.size.x()) return (front + rear) / 2;
  return std::nullopt;
}

struct Mover {
  double lag = 0;    ///< m along its heading
  double speed = 0;  ///< m/s along it
};

/// What is left of the lags when the boxes are so much later, m: median, and how many boxes fit
/// clearly better or worse than as they are.
struct Left {
  double lag = 0;
  int better = 0, worse = 0;
};

Left left_at(std::span<const Mover> movers, double seconds) {
  Left result;
  std::vector<double> lags;
  for (const Mover& mover : movers) {
    lags.push_back(std::abs(mover.lag - mover.speed * seconds));
    result.better += lags.back() < std::abs(mover.lag) - kClearly;
    result.worse += lags.back() > std::abs(mover.lag) + kClearly;
  }
  result.lag = median(std::move(lags));
  return result;
}

}  // namespace

void examine_time(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  // What is off as a whole was moved back by eye: no clock is read from the rest.
  for (const Finding& one : result.findings)
    if (one.ailment == Ailment::everything_shifted || one.ailment == Ailment::small_angle ||
        (one.ailment == Ailment::label_shift && one.certainty == Certainty::certain))
      return;
  std::vector<Mover> movers;
  std::set<std::string> tracks;
  for (const Move& move : moves_of(evidence, labels, kFast)) {
    const Label& label = labels.labels[move.label];
    const Scene* scene = evidence.scene(label.frame);
    const Cuboid& box = label.cuboid_in_ego;
    if (!scene || box.pose.translation.head<2>().norm() > kFarthest) continue;
    const auto points = scene->above_ground(box.pose.translation, box.size.norm() / 2 + 2);
    const auto lag = lag_of(box, scene->seen_from(), points);
    const double speed = move.velocity_in_ego.dot(box.pose.rotation * Vec3::UnitX());
    if (!lag || std::abs(speed) < kFast) continue;
    movers.push_back({*lag, speed});
    tracks.insert(label.track);
  }
  const int boxes = static_cast<int>(movers.size());
  if (!need(result,
            Ailment::movers_off,
            static_cast<int>(tracks.size()),
            2,
            "moving tracks within 50 m whose ends are seen") ||
      !need(result,
            Ailment::movers_off,
            boxes,
            kEnoughBoxes,
            "boxes within 50 m, faster than 3 m/s, whose ends are seen"))
    return;
  const Left now = left_at(movers, 0);
  Left best = now;
  int offset = 0;
  for (int ms = -kLongest; ms <= kLongest; ms += 10)
    if (const Left left = left_at(movers, ms * 1e-3); left.lag < best.lag) {
      best = left;
      offset = ms;
    }
  if (now.lag < 2 * kClearly || best.lag > now.lag / 2 || best.better * 2 < boxes ||
      best.better < 2 * best.worse)
    return;
  // A whole frame may explain it too where nothing that stands says otherwise.
  const bool alone =
      std::none_of(result.findings.begin(), result.findings.end(), [](const Finding& one) {
        return one.ailment == Ailment::label_shift;
      });
  const bool sure = alone && boxes >= 8 && best.lag < now.lag / 3 && best.better * 4 > boxes * 3 &&
                    best.better > 4 * best.worse;
  Finding found = finding(Ailment::movers_off,
                          sure ? Certainty::certain : Certainty::likely,
                          fmt::format("labels.time_offset_ms={}", offset),
                          {file_of(labels),
                           {},
                           "moving boxes that end where their points end",
                           text("{} of {} moving boxes fit better {} ms later, {} worse: {} m off "
                                "against {} m; parked ones fit",
                                best.better,
                                boxes,
                                offset,
                                best.worse,
                                fmt::format("{:.2f}", best.lag),
                                fmt::format("{:.2f}", now.lag))});
  found.measures.push_back({"ends of moving boxes off", "m", now.lag, best.lag});
  result.findings.push_back(std::move(found));
}

}  // namespace sweepbox::doctor
