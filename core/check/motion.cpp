#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/fit.hpp"

// Boxes of what moves: whether they look where they go, and whether they are of their frame's time.

namespace sweepbox::doctor {
namespace {

void examine_direction(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  const Headings now = headings_of(evidence, labels);
  if (now.boxes < 3) return;
  const auto percent = [](double share) { return std::lround(100 * share); };
  const bool enough = now.boxes >= 8 && now.tracks >= 2;
  if (now.back > 0.7) {
    Finding found = finding(Ailment::turned_180,
                            enough ? Certainty::certain : Certainty::likely,
                            "labels.yaw=180",
                            {file_of(labels),
                             {},
                             "movers that look ahead",
                             text("heading against motion in {} % of {} boxes of {} movers",
                                  percent(now.back),
                                  now.boxes,
                                  now.tracks)});
    found.measures.push_back({"movers that look ahead", "%", 100 * now.ahead, 100 * now.back});
    result.findings.push_back(std::move(found));
  } else if (now.across > 0.7) {
    const bool left = now.left > 0.5;
    Finding found = finding(Ailment::turned_90,
                            enough ? Certainty::certain : Certainty::likely,
                            left ? "labels.yaw=90" : "labels.yaw=-90",
                            {file_of(labels),
                             {},
                             "movers that look ahead",
                             text("heading across travel in {} % of {} boxes of {} movers",
                                  percent(now.across),
                                  now.boxes,
                                  now.tracks)});
    found.measures.push_back({"movers that look ahead", "%", 100 * now.ahead, 100 * now.across});
    result.findings.push_back(std::move(found));
  }
}

/// Error that grows with speed: movers fit better at another time, what stands fits as it is.
void examine_time(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  std::set<const Label*> movers;
  std::set<std::string> tracks;
  for (const Move& move : moves_of(evidence, labels, 3)) movers.insert(move.label);
  const std::vector<Sample> samples = samples_of(evidence, labels, 50);
  const auto counted = [&](const Label& label) { return movers.contains(&label); };
  for (const Sample& sample : samples)
    if (counted(*sample.label)) tracks.insert(sample.label->track);
  Fit best;
  int offset = 0;
  for (int ms = -200; ms <= 200; ms += 20) {
    if (!ms || evidence.options.cancel.requested()) continue;
    const LabelSet moved =
        with_repair(labels, evidence.drive, fmt::format("labels.time_offset_ms={}", ms));
    const Fit fit = fit_of(samples, labels, moved, counted);
    if (fit.gain() <= best.gain() + 1e-3) continue;
    best = fit;
    offset = ms;
  }
  const bool enough = tracks.size() >= 2;
  if (best.boxes < 4 || best.gain() < 0.1 || best.better < 3 * best.worse ||
      best.better * 4 < best.boxes)
    return;
  Finding found =
      finding(Ailment::movers_off,
              best.boxes >= 8 && enough && best.gain() > 0.15 ? Certainty::certain
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
