#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/fit.hpp"

// Boxes of what moves: whether they look where they go, and whether they are of their frame's time.

namespace sweepbox::doctor {
namespace {

constexpr double kMoving = 2;  // m/s: slower ones may turn on the spot

/// Where movers look, with a repair of their headings.
struct Direction {
  Ailment ailment;
  std::string repair;
  LabelSet labels;
  Headings headings;
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

std::vector<Direction> directions(const Evidence& evidence, const LabelSet& labels) {
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
    LabelSet repaired = with_repair(labels, evidence.drive, repair);
    const Headings headings = headings_of(evidence, repaired);
    result.push_back({ailment, repair, std::move(repaired), headings});
  }
  return result;
}

/// Headings that the boxes' points were too few for are told by enough movers.
void tell_by_movers(const Evidence& evidence,
                    const LabelSet& labels,
                    int needed,
                    Examination& result) {
  const double aslant = std::sin(20 * kPi / 180);  // of twice the angle
  int oblique = 0, turned = 0, aside = 0;
  for (const Move& move : moves_of(evidence, labels, kMoving)) {
    oblique += std::abs(std::sin(2 * yaw_in_lidar(evidence.drive, *move.label))) > aslant;
    turned += std::abs(std::sin(2 * yaw_of_ego(evidence.drive, *move.label))) > aslant;
    const Vec3& place = move.label->cuboid_in_ego.pose.translation;
    aside += std::abs(std::sin(std::atan2(place.y(), place.x()))) > std::sin(10 * kPi / 180);
  }
  std::erase_if(result.untold, [&](const Untold& untold) {
    return untold.ailment == Ailment::turned_90 ||
           (untold.ailment == Ailment::mirrored && oblique >= needed) ||
           (untold.ailment == Ailment::alpha_for_yaw && aside >= needed) ||
           (untold.ailment == Ailment::world_yaw && turned >= needed);
  });
}

void examine_direction(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  constexpr int kBoxes = 5, kTracks = 2, kSurely = 8;
  const Headings now = headings_of(evidence, labels);
  const bool enough = now.boxes >= kBoxes && now.tracks >= kTracks;
  if (!enough) {
    const bool tracks = now.tracks < kTracks;
    need(result,
         Ailment::turned_180,
         tracks ? now.tracks : now.boxes,
         tracks ? kTracks : kBoxes,
         tracks ? "moving tracks" : "boxes of moving tracks");
    return;
  }
  tell_by_movers(evidence, labels, kBoxes, result);
  if (now.straight > 0.3) return;
  const std::vector<Direction> all = directions(evidence, labels);
  const Direction* best = nullptr;
  for (const Direction& one : all)
    if (!best || one.headings.straight > best->headings.straight + 0.1) best = &one;
  if (best->headings.straight < 0.7) return;
  const Direction* second = nullptr;
  for (const Direction& one : all)
    if (&one != best && differing(one.labels, best->labels) > 0.15 &&
        (!second || one.headings.straight > second->headings.straight))
      second = &one;
  const bool apart = !second || second->headings.straight < best->headings.straight - 0.25;
  const auto percent = [](double share) { return std::lround(100 * share); };
  Finding found = finding(best->ailment,
                          now.boxes >= kSurely && apart ? Certainty::certain : Certainty::likely,
                          best->repair,
                          {file_of(labels),
                           {},
                           "movers that look ahead",
                           text("{} % of {} boxes of {} movers look ahead, {} % with {}",
                                percent(now.straight),
                                now.boxes,
                                now.tracks,
                                percent(best->headings.straight),
                                best->repair)});
  found.measures.push_back(
      {"movers that look ahead", "%", 100 * now.straight, 100 * best->headings.straight});
  if (second)
    found.runner_up = fmt::format("{}: {} %", second->repair, percent(second->headings.straight));
  result.findings.push_back(std::move(found));
}

/// Error that grows with speed: movers fit better at another time, what stands fits as it is.
void examine_time(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  std::set<const Label*> movers;
  std::set<std::string> tracks;
  for (const Move& move : moves_of(evidence, labels, 3)) movers.insert(move.label);
  std::vector<Sample> samples = samples_of(evidence, labels, 50);
  const auto counted = [&](const Label& label) { return movers.contains(&label); };
  std::erase_if(samples, [&](const Sample& sample) { return !counted(*sample.label); });
  std::vector<std::size_t> seen(samples.size(), 0);
  Fit best;
  int offset = 0;
  for (int ms = -200; ms <= 200; ms += 20) {
    if (!ms || evidence.options.cancel.requested()) continue;
    const LabelSet moved =
        with_repair(labels, evidence.drive, fmt::format("labels.time_offset_ms={}", ms));
    const Fit fit = fit_of(samples, labels, moved, counted, &seen);
    if (fit.gain() <= best.gain() + 1e-3) continue;
    best = fit;
    offset = ms;
  }
  int boxes = 0;
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (seen[i] >= kEnoughPoints) {
      ++boxes;
      tracks.insert(samples[i].label->track);
    }
  const int count = static_cast<int>(tracks.size());
  if (need(result, Ailment::movers_off, count, 2, "moving tracks of 15 points within 50 m"))
    need(result,
         Ailment::movers_off,
         boxes,
         kEnoughBoxes,
         "boxes of 15 points within 50 m, faster than 3 m/s,");
  const bool enough = is_told(result, Ailment::movers_off);
  if (best.boxes < 4 || best.gain() < 0.1 || best.better < 3 * best.worse ||
      best.better * 4 < best.boxes)
    return;
  Finding found =
      finding(Ailment::movers_off,
              enough && best.boxes >= 8 && best.gain() > 0.15 ? Certainty::certain
              : enough                                        ? Certainty::likely
                                                              : Certainty::too_few,
              fmt::format("labels.time_offset_ms={}", offset),
              {file_of(labels),
               {},
               "moving boxes around their points",
               text("{} of {} moving boxes hold more points {} ms later, {} fewer; parked ones fit",
                    best.better,
                    best.boxes,
                    offset,
                    best.worse)});
  found.measures.push_back({"points in moving boxes", "%", 100 * best.as_is, 100 * best.repaired});
  result.findings.push_back(std::move(found));
}

}  // namespace

void examine_motion(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  examine_direction(evidence, labels, result);
  // What is off as a whole was moved back by eye: no clock is read from the rest.
  const bool placed =
      std::none_of(result.findings.begin(), result.findings.end(), [](const Finding& one) {
        return one.ailment == Ailment::everything_shifted || one.ailment == Ailment::small_angle ||
               one.ailment == Ailment::label_shift;
      });
  if (placed) examine_time(evidence, labels, result);
}

}  // namespace sweepbox::doctor
