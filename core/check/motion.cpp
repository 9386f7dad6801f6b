#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/fit.hpp"

// Boxes of what moves: whether they look where they go.

namespace sweepbox::doctor {
namespace {

constexpr double kMoving = 2;  // m/s: slower ones may turn on the spot
constexpr int kTracks = 2;

/// Where movers look, with a repair of their headings.
struct Direction {
  Ailment ailment;
  std::string repair;
  LabelSet labels;
  Headings headings;
  int better = 0, worse = 0;  ///< tracks that look clearly nearer to their way, and farther from it
  double off = 0;             ///< rad, mean over tracks
};

/// Share of the boxes (those of `a`) that two repairs turn to clearly different headings.
double differing(const LabelSet& a, const LabelSet& b) {
  int apart = 0;
  for (std::size_t i = 0; i < a.labels.size(); ++i) {
    const Vec3 x = a.labels[i].cuboid_in_ego.pose.rotation * Vec3::UnitX();
    const Vec3 y = b.labels[i].cuboid_in_ego.pose.rotation * Vec3::UnitX();
    apart += x.dot(y) < std::cos(15 * kPi / 180);
  }
  return a.labels.empty() ? 0 : static_cast<double>(apart) / static_cast<double>(a.labels.size());
}

double mean_off(const Headings& headings) {
  double sum = 0;
  for (const auto& [track, off] : headings.off) sum += off;
  return headings.off.empty() ? 0 : sum / static_cast<double>(headings.off.size());
}

std::vector<Direction> directions(const Evidence& evidence,
                                  const LabelSet& labels,
                                  std::span<const Move> moves,
                                  const Headings& now) {
  constexpr double kClearly = 5 * kPi / 180;
  std::vector<std::pair<Ailment, std::string>> tried = {
      {Ailment::turned_180, "labels.yaw=180"},
      {Ailment::turned_90, "labels.yaw=90"},
      {Ailment::turned_90, "labels.yaw=-90"},
      {Ailment::mirrored, "labels.yaw=mirrored"},
      {Ailment::mirrored, "labels.yaw=mirrored_180"},
      {Ailment::mirrored, "labels.yaw=mirrored_90"},
      {Ailment::mirrored, "labels.yaw=mirrored_-90"},
      {Ailment::world_yaw, "labels.yaw=world"},
      {Ailment::alpha_for_yaw, "labels.yaw=alpha"}};
  std::vector<Direction> result;
  for (auto& [ailment, repair] : tried) {
    Direction one{ailment, repair, with_repair(labels, evidence.drive, repair), {}};
    one.headings = headings_of(moves, one.labels);
    one.off = mean_off(one.headings);
    for (const auto& [track, off] : one.headings.off) {
      one.better += now.off.at(track) - off > kClearly;
      one.worse += off - now.off.at(track) > kClearly;
    }
    result.push_back(std::move(one));
  }
  return result;
}

/// Headings that the boxes' points were too few for are told by enough movers.
void tell_by_movers(const Evidence& evidence,
                    const LabelSet& labels,
                    std::span<const Move> moves,
                    Examination& result) {
  const double aslant = std::sin(20 * kPi / 180);  // of twice the angle
  std::set<std::string> oblique, turned, aside;
  for (const Move& move : moves) {
    const Label& label = labels.labels[move.label];
    const Vec3& place = label.cuboid_in_ego.pose.translation;
    if (std::abs(std::sin(2 * yaw_in_lidar(evidence.drive, label))) > aslant)
      oblique.insert(label.track);
    if (std::abs(std::sin(2 * yaw_of_ego(evidence.drive, label))) > aslant)
      turned.insert(label.track);
    if (std::abs(std::sin(std::atan2(place.y(), place.x()))) > std::sin(10 * kPi / 180))
      aside.insert(label.track);
  }
  std::erase_if(result.untold, [&](const Untold& untold) {
    return untold.ailment == Ailment::turned_90 ||
           (untold.ailment == Ailment::mirrored && static_cast<int>(oblique.size()) >= kTracks) ||
           (untold.ailment == Ailment::alpha_for_yaw &&
            static_cast<int>(aside.size()) >= kTracks) ||
           (untold.ailment == Ailment::world_yaw && static_cast<int>(turned.size()) >= kTracks);
  });
}

}  // namespace

void examine_motion(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  constexpr int kBoxes = 5, kSurely = 8;
  constexpr double kAhead = 20 * kPi / 180;
  const std::vector<Move> moves = moves_of(evidence, labels, kMoving);
  const Headings now = headings_of(moves, labels);
  const int tracks = static_cast<int>(now.off.size());
  if (!need(result, Ailment::turned_180, tracks, kTracks, "moving tracks") ||
      !need(result, Ailment::turned_180, now.boxes, kBoxes, "boxes of moving tracks"))
    return;
  tell_by_movers(evidence, labels, moves, result);
  const std::vector<Direction> all = directions(evidence, labels, moves, now);
  const Direction* best = nullptr;
  for (const Direction& one : all)
    if (!best || one.off < best->off - 2 * kPi / 180) best = &one;
  const auto share = [&](const Headings& headings) {
    return static_cast<double>(headings.within(kAhead)) / tracks;
  };
  if (best->better < kTracks || best->better < 3 * best->worse || share(best->headings) < 0.7)
    return;
  const Direction* second = nullptr;
  for (const Direction& one : all)
    if (&one != best && differing(one.labels, best->labels) > 0.15 &&
        (!second || one.off < second->off))
      second = &one;
  const bool apart = !second || share(second->headings) < share(best->headings) - 0.25;
  const auto percent = [](double part) { return std::lround(100 * part); };
  const auto degrees = [](double angle) { return std::lround(angle * 180 / kPi); };
  Finding found =
      finding(best->ailment,
              now.boxes >= kSurely && best->better > kTracks && apart ? Certainty::certain
                                                                      : Certainty::likely,
              best->repair,
              {file_of(labels),
               {},
               "movers that look ahead",
               text("{} movers look {}° off their way, {}° with {}",
                    tracks,
                    degrees(mean_off(now)),
                    degrees(best->off),
                    best->repair)});
  found.measures.push_back(
      {"movers that look ahead", "%", 100 * share(now), 100 * share(best->headings)});
  if (second)
    found.runner_up = fmt::format("{}: {} %", second->repair, percent(share(second->headings)));
  result.findings.push_back(std::move(found));
}

}  // namespace sweepbox::doctor
