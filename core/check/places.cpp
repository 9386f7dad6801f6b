#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/check/fit.hpp"
#include "core/check/read_as.hpp"

// Whether boxes stand in the frame of reference and at the instant that their file seems to say,
// and whether their angles mean what was read.

namespace sweepbox::doctor {
namespace {

constexpr double kNear = 60;  // m

/// How full the boxes of the sampled frames are.
struct Fullness {
  int boxes = 0;
  int held = 0;  ///< that hold five points or more
  double total = 0;

  double share() const { return boxes ? static_cast<double>(held) / boxes : 0; }
};

Fullness fullness(const Evidence& evidence, const LabelSet& labels) {
  Fullness result;
  for (const Label& label : labels.labels) {
    const Scene* scene = evidence.scene(label.frame);
    if (!scene) continue;
    ++result.boxes;
    const Cuboid& box = label.cuboid_in_ego;
    if (!is_valid(box) || box.pose.translation.norm() > kNear) continue;
    const auto points =
        scene->above_ground(box.pose.translation, box.size.head<2>().norm() / 2 + 0.3);
    const auto n = inside(box, points);
    result.held += n >= 5;
    result.total += std::log1p(static_cast<double>(std::min<std::size_t>(n, 100)));
  }
  return result;
}

Finding told(Ailment ailment,
             Certainty certainty,
             std::string repair,
             const LabelSet& labels,
             const char* expected,
             const Fullness& before,
             const Fullness& after) {
  Finding result = finding(ailment,
                           certainty,
                           repair,
                           {file_of(labels),
                            {},
                            expected,
                            text("{} of {} boxes hold five points, {} of {} with {}",
                                 before.held,
                                 before.boxes,
                                 after.held,
                                 after.boxes,
                                 repair)});
  result.measures.push_back(
      {"boxes that hold five points", "%", 100 * before.share(), 100 * after.share()});
  return result;
}

double lying_share(const LabelSet& labels) {
  int lying = 0;
  for (const Label& label : labels.labels)
    lying += (label.cuboid_in_ego.pose.rotation * Vec3::UnitZ()).z() < std::cos(20 * kPi / 180);
  return labels.labels.empty()
             ? 0
             : static_cast<double>(lying) / static_cast<double>(labels.labels.size());
}

/// Angles in degrees, quaternions of the other order: read again with the repair.
std::optional<LabelSet> read_again(const Evidence& evidence,
                                   const LabelSet& labels,
                                   Examination& result) {
  const Drive& drive = evidence.drive;
  const LabelPlace& place = evidence.options.labels;
  if (place.path.empty() && drive.info().labels.empty()) return std::nullopt;
  int too_large = 0;
  const Problem* example = nullptr;
  for (const Problem& problem : labels.problems)
    if (english(problem.expected).find("radians") != std::string::npos) {
      ++too_large;
      if (!example) example = &problem;
    }
  const bool lying = lying_share(labels) > 0.5;
  if (!too_large && !lying) return std::nullopt;
  const std::string name = too_large ? "labels.angles" : "labels.quaternion";
  const std::string value = too_large ? "degrees" : "swapped";
  auto again = read_labels(ReadAs(drive, name, value), place);
  if (!again) return std::nullopt;
  const Fullness before = fullness(evidence, labels), after = fullness(evidence, *again);
  const bool better =
      too_large ? after.held >= before.held && again->problems.size() < labels.problems.size()
                : lying_share(*again) < 0.1 && after.total > 1.1 * before.total;
  if (!better) return std::nullopt;
  Finding found = told(too_large ? Ailment::label_angles : Ailment::label_quaternion,
                       after.held >= 8 ? Certainty::certain : Certainty::likely,
                       fmt::format("{}={}", name, value),
                       labels,
                       too_large ? "angles in radians" : "boxes that stand upright",
                       before,
                       after);
  if (example) {
    found.problem.where = example->where;
    found.problem.file = example->file;
  }
  result.findings.push_back(std::move(found));
  return std::move(*again);
}

/// Certain where many boxes were empty that are full with the repair.
std::optional<LabelSet> other_frame(const Evidence& evidence,
                                    const LabelSet& labels,
                                    Examination& result) {
  const Fullness before = fullness(evidence, labels);
  if (before.boxes < 3 || before.share() > 0.3) return std::nullopt;
  for (const char* frame : {"world", "lidar", "ego"}) {
    const std::string repair = fmt::format("labels.frame={}", frame);
    LabelSet repaired = with_repair(labels, evidence.drive, repair);
    const Fullness after = fullness(evidence, repaired);
    if (after.share() < 0.35 || after.held < 3 * std::max(1, before.held)) continue;
    result.findings.push_back(told(Ailment::label_frame,
                                   after.held >= 8 ? Certainty::certain : Certainty::likely,
                                   repair,
                                   labels,
                                   "boxes around points",
                                   before,
                                   after));
    return repaired;
  }
  return std::nullopt;
}

/// Boxes that stand clearly elsewhere at another instant, there and as they are: all, and those of
/// what stands in the world while ego moves.
struct FitsElsewhen {
  Fit all, standing;
  Fit whole;  ///< of every box, those that stay where they are too
};

/// The same objects in the same frames, once at each instant: points in their boxes.
FitsElsewhen fit_of_instants(const Evidence& evidence,
                             const LabelSet& labels,
                             const LabelSet& shifted,
                             const std::set<std::string>& movers) {
  constexpr double kNearest = 40, kMoves = 0.5;  // m
  std::map<std::pair<int, std::string>, const Label*> others;
  for (const Label& label : shifted.labels)
    if (label.has_track_id && evidence.scene(label.frame))
      others[{label.frame, label.track}] = &label;
  FitsElsewhen fit;
  for (const Label& label : labels.labels) {
    const auto other = others.find({label.frame, label.track});
    const Vec3& place = label.cuboid_in_ego.pose.translation;
    if (!label.has_track_id || other == others.end() || place.head<2>().norm() > kNearest) continue;
    const Cuboid& later = other->second->cuboid_in_ego;
    const double apart = (later.pose.translation - place).head<2>().norm();
    const auto points =
        evidence.scene(label.frame)
            ->above_ground(place, label.cuboid_in_ego.size.norm() / 2 + 0.5 + apart);
    const auto before = inside(label.cuboid_in_ego, points), after = inside(later, points);
    fit.whole.add(before, after);
    if (apart < kMoves) continue;
    fit.all.add(before, after);
    if (!movers.contains(label.track)) fit.standing.add(before, after);
  }
  fit.all.finish();
  fit.standing.finish();
  fit.whole.finish();
  return fit;
}

std::optional<LabelSet> other_instant(const Evidence& evidence,
                                      const LabelSet& labels,
                                      Examination& result) {
  const char* kMoving = "boxes of 15 points whose next box stands 0.5 m away";
  if (!evidence.drive.info().sequence || evidence.scenes.size() < 2) {
    need(result, Ailment::label_shift, 0, kEnoughBoxes, kMoving);
    return std::nullopt;
  }
  const std::set<std::string> movers = moving_tracks(evidence, labels, 2);
  Fit best, standing, whole;
  int moving = 0;
  std::string repair;
  LabelSet repaired;
  for (const int frames : {1, -1, 2, -2}) {
    const std::string tried = fmt::format("labels.shift={}", frames);
    LabelSet shifted = with_repair(labels, evidence.drive, tried);
    const FitsElsewhen fit = fit_of_instants(evidence, labels, shifted, movers);
    moving = std::max(moving, fit.all.boxes);
    if (fit.all.gain() <= best.gain() + 0.02) continue;
    best = fit.all;
    standing = fit.standing;
    whole = fit.whole;
    repair = tried;
    repaired = std::move(shifted);
  }
  if (!need(result, Ailment::label_shift, moving, kEnoughBoxes, kMoving)) return std::nullopt;
  auto certainty = judged(best);
  if (repair.empty() || !certainty || *certainty == Certainty::too_few) return std::nullopt;
  // Where what stands fits as it is, movers alone are of another time.
  const bool by_movers_alone = standing.boxes < 8 && standing.telling() < 3;
  if (!by_movers_alone && (standing.gain() < 0.05 || standing.better <= standing.worse))
    return std::nullopt;
  // What is off throughout fits some other instant better too.
  const LabelSet sampled = in_sampled_frames(evidence, labels);
  const double otherwise = most_gained(evidence, sampled, samples_of(evidence, sampled, 40));
  if (otherwise > 1.2 * whole.gain()) return std::nullopt;
  const bool alone = !by_movers_alone && otherwise < 0.9 * whole.gain();
  if (!alone) certainty = Certainty::likely;
  Finding found =
      finding(Ailment::label_shift,
              *certainty,
              repair,
              {file_of(labels),
               {},
               "boxes of their frame's instant",
               text("{} of {} boxes hold more points with {}, {} fewer ({} % against {} %)",
                    best.better,
                    best.boxes,
                    repair,
                    best.worse,
                    std::lround(100 * best.repaired),
                    std::lround(100 * best.as_is))});
  found.measures.push_back({"points in boxes", "%", 100 * best.as_is, 100 * best.repaired});
  result.findings.push_back(std::move(found));
  return alone ? std::optional(std::move(repaired)) : std::nullopt;
}

}  // namespace

LabelSet examine_places(const Evidence& evidence, LabelSet labels, Examination& result) {
  const auto keep = [&](std::optional<LabelSet> repaired) {
    if (!repaired) return;
    if (repaired->sources.empty()) repaired->sources = labels.sources;
    labels = std::move(*repaired);
  };
  keep(read_again(evidence, labels, result));
  keep(other_frame(evidence, labels, result));
  keep(other_instant(evidence, labels, result));
  return labels;
}

}  // namespace sweepbox::doctor
