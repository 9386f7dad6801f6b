#include <algorithm>
#include <cmath>

#include "core/check/evidence.hpp"
#include "core/label/repairs.hpp"

// What importing made of the records, objects boxed twice, and coordinates that 32 bits cannot
// hold.

namespace sweepbox {

int records_found(const LabelSet& labels) {
  std::size_t records = 0;
  for (const Source& source : labels.sources) records += source.records.size();
  return static_cast<int>(std::max(records, labels.labels.size()));
}

namespace doctor {
namespace {

ImportCounts counts_of(const Evidence& evidence, const LabelSet& labels) {
  ImportCounts counts;
  counts.found = records_found(labels);
  counts.read = static_cast<int>(labels.labels.size());
  for (const Problem& problem : labels.problems)
    counts.dropped += problem.severity == Severity::error && !problem.where.empty();
  for (const Label& label : labels.labels) {
    const Vec3& size = label.cuboid_in_ego.size;
    counts.suspicious += size.minCoeff() < 0.05 || size.maxCoeff() > 30;
  }
  for (const Sample& sample : samples_of(evidence, labels, 20))
    counts.suspicious += sample.points.empty();
  return counts;
}

void examine_twice(const LabelSet& labels, Examination& result) {
  const auto pairs = boxed_twice(labels.labels);
  if (pairs.size() < 3) return;
  const Label& example = labels.labels[pairs.front().first];
  // A box for each lidar is how some sets mean it: said, never an error.
  Finding found = finding(Ailment::boxed_twice,
                          Certainty::certain,
                          "labels.duplicates=first",
                          {file_of(labels),
                           fmt::format("frame {}", example.frame_name),
                           "one box around each object",
                           text("{} pairs of boxes of one class around one object, as {} and {}",
                                pairs.size(),
                                example.track,
                                labels.labels[pairs.front().second].track)});
  found.problem.severity = Severity::note;
  found.measures.push_back({"pairs", "", static_cast<double>(pairs.size()), 0});
  result.findings.push_back(std::move(found));
}

/// The step of floats at a magnitude; 0 where it is finer than a millimetre.
double float_step(double magnitude) {
  const double step = std::ldexp(1.0, static_cast<int>(std::floor(std::log2(magnitude))) - 23);
  return std::isfinite(step) && step > 1e-3 ? step : 0;
}

/// Whether all values stand on the grid of floats as large as they are.
bool on_float_grid(const std::vector<double>& values, double& coarsest) {
  if (values.size() < 4) return false;
  int large = 0;
  bool whole = true;  // metres: somebody chose them, no rounding did
  for (const double value : values) {
    const double step = float_step(std::abs(value));
    if (step == 0) continue;
    ++large;
    whole = whole && std::remainder(value, 1) == 0;
    coarsest = std::max(coarsest, step);
    if (std::abs(std::remainder(value, step)) > 1e-4 * step) return false;
  }
  return large >= 4 && !whole;
}

void examine_jitter(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  double step = 0;
  std::vector<double> points;
  for (const Scene& scene : evidence.scenes)
    for (const auto& piece : scene.sweep().pieces)
      for (std::size_t i = 0; i < piece->size(); i += piece->size() / 50 + 1) {
        const Vec3 point = piece->point(i);
        points.insert(points.end(), {point.x(), point.y()});
      }
  const char* what = nullptr;
  if (on_float_grid(points, step)) what = "points";
  std::vector<double> poses;
  if (evidence.drive.info().poses)
    for (const FrameInfo& frame : evidence.drive.frames())
      if (const auto pose = evidence.drive.world_from_ego(frame.stamp))
        poses.insert(poses.end(), {pose->translation.x(), pose->translation.y()});
  // A drive without poses has none that were rounded.
  if (!poses.empty())
    need(result, Ailment::float_jitter, static_cast<int>(poses.size() / 2), 2, "poses");
  if (!what && on_float_grid(poses, step)) what = "poses";
  std::vector<double> boxes;
  if (evidence.drive.info().poses)
    for (const Label& label : labels.labels)
      if (const auto pose = evidence.drive.world_from_ego(label.stamp)) {
        const Vec3 place = *pose * label.cuboid_in_ego.pose.translation;
        boxes.insert(boxes.end(), {place.x(), place.y()});
      }
  if (!what && on_float_grid(boxes, step)) what = "boxes";
  if (!what) return;
  Finding found = finding(Ailment::float_jitter,
                          Certainty::certain,
                          {},
                          {evidence.drive.info().name,
                           what,
                           "coordinates to the millimetre",
                           text("all on a grid of {} m: written in 32 bits", step)});
  found.problem.severity = Severity::warning;  // what was lost cannot be repaired
  found.problem.fix = "export them again with a local origin, or in 64 bits";
  found.measures.push_back({"step", "m", step, step});
  result.findings.push_back(std::move(found));
}

}  // namespace

void examine_counts(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  result.counts = counts_of(evidence, labels);
  if (result.counts.dropped > 0) {
    Finding found = finding(Ailment::boxes_missing,
                            Certainty::certain,
                            {},
                            {file_of(labels),
                             {},
                             text("{} records read as boxes", result.counts.found),
                             text("{} read, {} dropped, {} suspicious",
                                  result.counts.read,
                                  result.counts.dropped,
                                  result.counts.suspicious)});
    found.problem.severity = Severity::note;  // each has its own error in the list of problems
    found.problem.fix = "see the problems of the label files";
    result.findings.push_back(std::move(found));
  }
  examine_twice(labels, result);
  examine_jitter(evidence, labels, result);
}

}  // namespace doctor
}  // namespace sweepbox
