#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/fit.hpp"

// Boxes against the points in them: reference point, order of sizes, heading, place.

namespace sweepbox::doctor {
namespace {

constexpr double kNear = 40;           ///< m: farther boxes hold too few points to judge by
constexpr double kLeastMargin = 0.03;  ///< over the next best, to be certain
constexpr double kMostLeft = 0.12;     ///< that a second repair may still gain
constexpr int kTellingBoxes = 3;       ///< to say anything of headings

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
    const LabelSet repaired = with_repair(labels, evidence.drive, repair);
    const Headings with = headings_of(moves_of(evidence, repaired, 2), repaired);
    if (2 * with.within(kPi / 2) < static_cast<int>(with.off.size())) return std::string(other);
  }
  return repair;
}

/// How far box floors stand above the ground, m: median.
double floor_gap(std::span<const Sample> samples, const LabelSet& labels, const LabelSet& now) {
  std::vector<double> gaps;
  for (const Sample& sample : samples) {
    if (!sample.ground) continue;
    const Cuboid& box =
        now.labels[static_cast<std::size_t>(sample.label - labels.labels.data())].cuboid_in_ego;
    gaps.push_back(box.pose.translation.z() - box.size.z() / 2 - *sample.ground);
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

std::vector<Guess> fits_of(const Evidence& evidence,
                           std::span<const Sample> samples,
                           const LabelSet& labels,
                           std::vector<std::size_t>* seen = nullptr) {
  std::vector<Guess> fits;
  for (const auto& [ailment, repair] : guesses()) {
    if (evidence.options.cancel.requested()) break;
    if (ailment == Ailment::world_yaw && (!evidence.drive.info().poses || !evidence.poses_sound))
      continue;
    const LabelSet repaired = with_repair(labels, evidence.drive, repair);
    fits.push_back({ailment, repair, fit_of(samples, labels, repaired, {}, seen)});
  }
  return fits;
}

/// The fit over those boxes alone whose plan another heading changes: of a street of cars that all
/// stand along it only a few tell.
Fit fit_of_turned(std::span<const Sample> samples,
                  const LabelSet& labels,
                  const LabelSet& repaired) {
  const double turned = std::sin(10 * kPi / 180);
  return fit_of(samples, labels, repaired, [&](const Label& label) {
    const auto index = static_cast<std::size_t>(&label - labels.labels.data());
    const Quat& other = repaired.labels[index].cuboid_in_ego.pose.rotation;
    return std::abs(std::sin(yaw_of(label.cuboid_in_ego.pose.rotation.conjugate() * other))) >
           turned;
  });
}

bool is_of_headings(Ailment ailment) {
  return ailment == Ailment::mirrored || ailment == Ailment::alpha_for_yaw ||
         ailment == Ailment::world_yaw;
}

/// What a second repair would still gain on top of the first.
double left_after(const Evidence& evidence, const LabelSet& labels, const std::string& repair) {
  const LabelSet repaired = with_repair(labels, evidence.drive, repair);
  return most_gained(evidence, repaired, samples_of(evidence, repaired, kNear));
}

/// Counts of the boxes that hold enough points in any reading, by what they can tell: a heading
/// that is off shows where the plan is no square, another zero of it where the two differ.
void need_boxes(const Evidence& evidence,
                std::span<const Sample> samples,
                std::span<const std::size_t> seen,
                Examination& result) {
  constexpr double kAslant = 10 * kPi / 180;
  const Drive& drive = evidence.drive;
  int boxes = 0, plans = 0, vehicles = 0, oblique = 0, aside = 0, turned = 0, far = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (seen[i] < kEnoughPoints) continue;
    const Label& label = *samples[i].label;
    const Cuboid& box = label.cuboid_in_ego;
    ++boxes;
    vehicles += is_long(label.class_name);
    far += box.pose.translation.head<2>().norm() > 10;
    const double ratio = box.size.x() / box.size.y();
    if (ratio < 1.3 && ratio > 1 / 1.3) continue;
    ++plans;
    oblique += std::abs(std::sin(2 * yaw_in_lidar(drive, label))) > std::sin(2 * kAslant);
    const double azimuth = std::atan2(box.pose.translation.y(), box.pose.translation.x());
    aside += std::abs(std::sin(azimuth)) > std::sin(kAslant);
    turned += std::abs(std::sin(2 * yaw_of_ego(drive, label))) > std::sin(2 * kAslant);
  }
  const char* kBoxes = "boxes of 15 points within 40 m";
  for (const Ailment ailment : {Ailment::half_height, Ailment::everything_shifted})
    need(result, ailment, boxes, kEnoughBoxes, kBoxes);
  need(result, Ailment::small_angle, far, kEnoughBoxes, "boxes of 15 points 10 to 40 m away");
  need(result,
       Ailment::size_order,
       std::min(boxes, vehicles),
       kEnoughBoxes,
       "vehicles of 15 points within 40 m");
  need(result, Ailment::turned_90, plans, kEnoughBoxes, "longish boxes of 15 points within 40 m");
  need(result,
       Ailment::mirrored,
       oblique,
       kEnoughBoxes,
       "longish boxes of 15 points that stand aslant");
  need(result,
       Ailment::alpha_for_yaw,
       aside,
       kEnoughBoxes,
       "longish boxes of 15 points that are not straight ahead");
  need(result,
       Ailment::world_yaw,
       turned,
       kEnoughBoxes,
       "longish boxes of 15 points where the drive looks aslant in its world");
}

/// Whether a place that is off is off for parked ones too, where there are some: else it is movers
/// that are of another time.
bool moves_what_stands(const Evidence& evidence,
                       const LabelSet& whole,
                       const LabelSet& labels,
                       std::span<const Sample> samples,
                       const Guess& place) {
  if (place.repair.empty()) return false;
  const std::set<std::string> movers = moving_tracks(evidence, whole, 2);
  const Fit standing = fit_of(
      samples, labels, with_repair(labels, evidence.drive, place.repair), [&](const Label& label) {
        return !label.has_track_id || !movers.contains(label.track);
      });
  return standing.boxes < 3 || standing.gain() > place.fit.gain() / 3;
}

}  // namespace

double most_gained(const Evidence& evidence,
                   const LabelSet& labels,
                   std::span<const Sample> samples) {
  double most = best_place(evidence, labels, samples).fit.gain();
  for (const Guess& guess : fits_of(evidence, samples, labels))
    most = std::max(most, guess.fit.gain());
  return most;
}

LabelSet examine_boxes(const Evidence& evidence, LabelSet whole, Examination& result) {
  const LabelSet labels = in_sampled_frames(evidence, whole);
  const std::vector<Sample> samples = samples_of(evidence, labels, kNear);
  std::vector<std::size_t> seen(samples.size(), 0);
  std::vector<Guess> fits = fits_of(evidence, samples, labels, &seen);
  if (evidence.options.cancel.requested()) return whole;
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
  if (moves_what_stands(evidence, whole, labels, samples, place) &&
      place.fit.gain() > best.fit.gain() + 0.05 &&
      (best.ailment != Ailment::half_height || best.fit.gain() < 0.7 * place.fit.gain())) {
    second = best;
    best = place;
  }
  if (!place.repair.empty())
    fit_of(samples, labels, with_repair(labels, evidence.drive, place.repair), {}, &seen);
  need_boxes(evidence, samples, seen, result);
  for (const Guess& guess : fits)
    if (is_of_headings(guess.ailment) && guess.repair != "labels.yaw=mirrored_90" &&
        is_told(result, guess.ailment))
      need(result,
           guess.ailment,
           guess.fit.telling(),
           kTellingBoxes,
           "boxes that hold clearly more points in one of the two headings");
  result.boxes = fit_of(samples, labels, labels).boxes;
  auto certainty = judged(best.fit);
  const double margin = best.fit.gain() - second.fit.gain();
  if (is_of_headings(best.ailment)) {
    const Fit turned =
        fit_of_turned(samples, labels, with_repair(labels, evidence.drive, best.repair));
    const auto by_turned = judged(turned);
    if (by_turned && (!certainty || *by_turned < *certainty)) {
      certainty = by_turned;
      best.fit = turned;
    }
  }
  if (certainty && !best.repair.empty()) {
    // Without long kinds nobody says whether sizes or headings are turned.
    int long_ones = 0;
    longer_share(samples, long_ones);
    if (best.ailment == Ailment::turned_90 && long_ones < 3)
      certainty = std::max(*certainty, Certainty::likely);
    // Certain is what explains clearly more than all else, and leaves nothing to explain.
    const bool other_time =
        std::any_of(result.findings.begin(), result.findings.end(), [](const Finding& one) {
          return one.ailment == Ailment::label_shift && one.certainty != Certainty::certain;
        });
    if (margin < kLeastMargin || other_time) certainty = std::max(*certainty, Certainty::likely);
    if (*certainty == Certainty::certain && left_after(evidence, labels, best.repair) > kMostLeft)
      certainty = Certainty::likely;
    if (*certainty == Certainty::too_few)
      need(result, best.ailment, best.fit.boxes, kEnoughBoxes, "boxes of 15 points that tell");
    if (!is_told(result, best.ailment)) certainty = Certainty::too_few;
    best.repair = with_direction(evidence, whole, best.repair);
    const LabelSet repaired = with_repair(labels, evidence.drive, best.repair);
    Finding found = told(best, *certainty, labels, samples, repaired);
    found.problem.file = file_of(whole);
    if (second.fit.gain() > 0 && second.repair != best.repair)
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
