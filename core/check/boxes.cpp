#include <algorithm>
#include <cmath>

#include "core/check/fit.hpp"

// Boxes against the points in them: reference point, order of sizes, heading, place.

namespace sweepbox::doctor {
namespace {

constexpr double kNear = 40;  ///< m: farther boxes hold too few points to judge by

/// What is tried; of guesses that fit alike the earlier wins.
const std::vector<std::pair<Ailment, std::string>>& guesses() {
  static const std::vector<std::pair<Ailment, std::string>> all = {
      {Ailment::half_height, "labels.center=bottom"},
      {Ailment::half_height, "labels.center=centre"},
      {Ailment::size_order, "labels.size=wlh"},
      {Ailment::turned_90, "labels.yaw=90"},
      {Ailment::mirrored, "labels.yaw=mirrored"},
      {Ailment::mirrored, "labels.yaw=mirrored_90"},
      {Ailment::alpha_for_yaw, "labels.yaw=alpha"},
      {Ailment::world_yaw, "labels.yaw=world"},
      {Ailment::size_order, "labels.size=lhw"},
      {Ailment::size_order, "labels.size=hwl"},
      {Ailment::size_order, "labels.size=whl"},
      {Ailment::size_order, "labels.size=hlw"},
  };
  return all;
}

bool of_two(const std::string& repair, const char* a, const char* b) {
  return repair == a || repair == b;
}

/// Share of the vehicles that are longer than wide.
double longer_share(std::span<const Sample> samples, int& vehicles) {
  int longer = 0;
  vehicles = 0;
  for (const Sample& sample : samples) {
    if (!is_long(sample.label->class_name)) continue;
    ++vehicles;
    longer += sample.label->cuboid_in_ego.size.x() > sample.label->cuboid_in_ego.size.y();
  }
  return vehicles ? static_cast<double>(longer) / vehicles : 1;
}

/// Footprints turned by 90° and sizes swapped are the same footprints: who is longer than wide
/// tells them apart.
void tell_size_from_heading(std::vector<Guess>& fits, std::span<const Sample> samples) {
  int vehicles = 0;
  const double longer = longer_share(samples, vehicles);
  const bool swapped = vehicles >= 3 && longer < 0.3;
  std::erase_if(fits, [&](const Guess& guess) {
    if (guess.repair == "labels.size=wlh") return !swapped;
    return guess.repair == "labels.yaw=90" && swapped;
  });
}

/// Of a heading and the same turned by half a turn, whose footprints are equal: motion tells.
std::string with_direction(const Evidence& evidence, const LabelSet& labels, std::string repair) {
  static const std::pair<std::string_view, std::string_view> kOpposite[] = {
      {"labels.yaw=90", "labels.yaw=-90"},
      {"labels.yaw=mirrored", "labels.yaw=mirrored_180"},
      {"labels.yaw=mirrored_90", "labels.yaw=mirrored_-90"}};
  for (const auto& [one, other] : kOpposite) {
    if (repair != one) continue;
    const Headings with = headings_of(evidence, with_repair(labels, evidence.drive, repair));
    if (with.boxes && with.back > with.ahead) return std::string(other);
  }
  return repair;
}

/// How far box floors stand above the ground, as a share of the height: median.
double floor_gap(std::span<const Sample> samples, const LabelSet& labels, const LabelSet& now) {
  std::vector<double> gaps;
  for (const Sample& sample : samples) {
    if (!sample.ground) continue;
    const Cuboid& box =
        now.labels[static_cast<std::size_t>(sample.label - labels.labels.data())].cuboid_in_ego;
    gaps.push_back((box.pose.translation.z() - box.size.z() / 2 - *sample.ground));
  }
  return median(std::move(gaps));
}

Text expected_of(Ailment ailment) {
  switch (ailment) {
    case Ailment::half_height:
      return "boxes that stand on the ground around their points";
    case Ailment::size_order:
      return "sizes that fit the points (vehicles longer than wide)";
    case Ailment::turned_90:
      return "headings along the long sides";
    case Ailment::everything_shifted:
    case Ailment::small_angle:
      return "boxes around their points";
    default:
      return "headings that fit the points";
  }
}

Finding told(const Guess& guess,
             Certainty certainty,
             const LabelSet& labels,
             std::span<const Sample> samples,
             const LabelSet& repaired) {
  const double before = floor_gap(samples, labels, labels),
               after = floor_gap(samples, labels, repaired);
  Finding result = finding(
      guess.ailment,
      certainty,
      guess.repair,
      {file_of(labels),
       {},
       expected_of(guess.ailment),
       guess.ailment == Ailment::half_height
           ? text("floors {} m above the ground, with {} {} m; points inside {} % against {} %",
                  fmt::format("{:+.2f}", before),
                  guess.repair,
                  fmt::format("{:+.2f}", after),
                  std::lround(100 * guess.fit.as_is),
                  std::lround(100 * guess.fit.repaired))
           : text("{} of {} boxes hold more points with {}, {} hold fewer ({} % against {} %)",
                  guess.fit.better,
                  guess.fit.boxes,
                  guess.repair,
                  guess.fit.worse,
                  std::lround(100 * guess.fit.repaired),
                  std::lround(100 * guess.fit.as_is))});
  result.measures.push_back(
      {"points in boxes", "%", 100 * guess.fit.as_is, 100 * guess.fit.repaired});
  result.measures.push_back({"floor above ground", "m", before, after});
  return result;
}

/// The order of sizes with footprints that fit: only who is longer than wide shows it.
bool swapped_and_turned(std::span<const Sample> samples, int& vehicles, double& longer) {
  longer = longer_share(samples, vehicles);
  return vehicles >= 8 && longer < 0.1;
}

}  // namespace

Guess best_place(const Evidence& evidence,
                 const LabelSet& labels,
                 std::span<const Sample> samples) {
  Guess best{Ailment::small_angle, {}, {}};
  const auto attempt = [&](Ailment ailment, std::string repair) {
    Fit fit = fit_of(samples, labels, with_repair(labels, evidence.drive, repair));
    if (fit.gain() > best.fit.gain()) best = {ailment, std::move(repair), fit};
  };
  for (int step = -12; step <= 12; ++step)
    if (step) attempt(Ailment::small_angle, fmt::format("labels.turn={}", step * 0.5));
  Vec3 offset = Vec3::Zero();
  Guess shifted{Ailment::everything_shifted, {}, {}};
  for (const double reach : {2.0, 1.0, 0.4}) {
    const Vec3 from = offset;
    for (int axis : {2, 0, 1})
      for (int step = -4; step <= 4; ++step) {
        Vec3 tried = offset;
        tried[axis] = from[axis] + step * reach / 4;
        const std::string repair =
            fmt::format("labels.offset={:.2f} {:.2f} {:.2f}", tried.x(), tried.y(), tried.z());
        const Fit fit = fit_of(samples, labels, with_repair(labels, evidence.drive, repair));
        if (fit.gain() > shifted.fit.gain() + 1e-6) {
          shifted = {Ailment::everything_shifted, repair, fit};
          offset = tried;
        }
      }
  }
  return shifted.fit.gain() > best.fit.gain() + 0.02 ? shifted : best;
}

LabelSet examine_boxes(const Evidence& evidence, LabelSet whole, Examination& result) {
  // Of a long drive, only what stands in the sampled frames.
  LabelSet labels;
  labels.format = whole.format;
  for (const Label& label : whole.labels)
    if (std::any_of(evidence.scenes.begin(), evidence.scenes.end(), [&](const Scene& scene) {
          return scene.frame() == label.frame;
        }))
      labels.labels.push_back(label);
  const std::vector<Sample> samples = samples_of(evidence, labels, kNear);
  std::vector<Guess> fits;
  for (const auto& [ailment, repair] : guesses()) {
    if (evidence.options.cancel.requested()) return whole;
    if (ailment == Ailment::world_yaw && (!evidence.drive.info().poses || !evidence.poses_sound))
      continue;
    fits.push_back(
        {ailment, repair, fit_of(samples, labels, with_repair(labels, evidence.drive, repair))});
  }
  tell_size_from_heading(fits, samples);
  Guess best{Ailment::half_height, {}, {}};
  Guess second = best;
  for (const Guess& guess : fits) {
    if (guess.fit.gain() > best.fit.gain() + 0.02) {
      second = best;
      best = guess;
    } else if (guess.fit.gain() > second.fit.gain()) {
      second = guess;
    }
  }
  // A place that is off throughout is asked for last: half a height is an offset too.
  const Guess place = best_place(evidence, labels, samples);
  if (place.fit.gain() > best.fit.gain() + 0.05 &&
      (best.ailment != Ailment::half_height || best.fit.gain() < 0.7 * place.fit.gain())) {
    second = best;
    best = place;
  }
  result.boxes = fit_of(samples, labels, labels).boxes;
  if (const auto certainty = judged(best.fit); certainty && !best.repair.empty()) {
    // Without long kinds nobody says whether sizes or headings are turned.
    int long_ones = 0;
    longer_share(samples, long_ones);
    const Certainty sure = best.ailment == Ailment::turned_90 && long_ones < 3
                               ? std::max(*certainty, Certainty::likely)
                               : *certainty;
    best.repair = with_direction(evidence, whole, best.repair);
    const LabelSet repaired = with_repair(labels, evidence.drive, best.repair);
    Finding found = told(best, sure, labels, samples, repaired);
    found.problem.file = file_of(whole);
    if (second.fit.gain() > 0 && !of_two(second.repair, best.repair.c_str(), ""))
      found.runner_up = fmt::format("{}: {:.0f} %", second.repair, 100 * second.fit.repaired);
    result.findings.push_back(std::move(found));
    return *certainty == Certainty::too_few ? whole
                                            : with_repair(whole, evidence.drive, best.repair);
  }
  int vehicles = 0;
  double longer = 1;
  if (swapped_and_turned(samples, vehicles, longer)) {
    result.findings.push_back(finding(
        Ailment::size_order,
        Certainty::certain,
        "labels.size=wlh",
        {file_of(whole),
         {},
         expected_of(Ailment::size_order),
         text("{} % of {} vehicles longer than wide", std::lround(100 * longer), vehicles)}));
    return with_repair(whole, evidence.drive, "labels.size=wlh");
  }
  return whole;
}

}  // namespace sweepbox::doctor
