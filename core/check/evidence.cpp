#include "core/check/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/annotation/taxonomy.hpp"
#include "core/label/points.hpp"
#include "core/label/repairs.hpp"

namespace sweepbox::doctor {
namespace {

constexpr double kCell = 2;                   // m
constexpr double kGroundCell = 8;             // m
constexpr double kReach = 120;                // m: farther points judge nothing
constexpr double kAboveGround = 0.25;         // m
constexpr std::size_t kMostPoints = 200'000;  // of a frame; more are thinned

}  // namespace

Scene::Scene(int frame, Sweep sweep) : frame_(frame), sweep_(std::move(sweep)) {
  columns_ = rows_ = static_cast<int>(2 * kReach / kCell);
  x0_ = y0_ = -kReach;
  const std::size_t every = sweep_.size() / kMostPoints + 1;
  std::vector<Eigen::Vector3f> all;
  for (const auto& piece : sweep_.pieces)
    for (std::size_t i = 0; i < piece->size(); i += every) {
      const Vec3 point = sweep_.ego_from_points * piece->point(i);
      if (std::abs(point.x()) < kReach && std::abs(point.y()) < kReach)
        all.push_back(point.cast<float>());
    }
  starts_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_) + 1, 0);
  for (const Eigen::Vector3f& point : all) ++starts_[cell_of(point.x(), point.y()) + 1];
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  points_.resize(all.size());
  for (const Eigen::Vector3f& point : all) points_[next[cell_of(point.x(), point.y())]++] = point;
}

Vec3 Scene::seen_from() const {
  constexpr double kOnVehicle = 5;  // m
  const Vec3& from = sweep_.ego_from_points.translation;
  return from.norm() > kOnVehicle ? Vec3(Vec3::Zero()) : from;
}

std::size_t Scene::cell_of(double x, double y) const {
  const int column = std::clamp(static_cast<int>((x - x0_) / kCell), 0, columns_ - 1);
  const int row = std::clamp(static_cast<int>((y - y0_) / kCell), 0, rows_ - 1);
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
         static_cast<std::size_t>(column);
}

std::optional<double> Scene::ground_at(const Vec3& place) const {
  if (!place.allFinite() || place.head<2>().norm() > kReach) return std::nullopt;
  const std::pair cell(static_cast<int>(std::floor(place.x() / kGroundCell)),
                       static_cast<int>(std::floor(place.y() / kGroundCell)));
  auto found = grounds_.find(cell);
  if (found == grounds_.end()) {
    const Vec3 middle((cell.first + 0.5) * kGroundCell, (cell.second + 0.5) * kGroundCell, 0);
    const auto ground = ground_around(sweep_, middle, 8);
    found = grounds_.emplace(cell, ground ? std::optional(*ground) : std::nullopt).first;
  }
  if (!found->second) return std::nullopt;
  return found->second->height_at(place.x(), place.y());
}

std::vector<Vec3> Scene::near(const Vec3& place, double radius) const {
  std::vector<Vec3> result;
  if (!place.allFinite() || place.head<2>().norm() > kReach) return result;
  const auto index = [](double at, double zero, int count) {
    return std::clamp(static_cast<int>((at - zero) / kCell), 0, count - 1);
  };
  const int c0 = index(place.x() - radius, x0_, columns_),
            c1 = index(place.x() + radius, x0_, columns_),
            r0 = index(place.y() - radius, y0_, rows_), r1 = index(place.y() + radius, y0_, rows_);
  for (int r = r0; r <= r1; ++r) {
    const auto row = static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_);
    const std::size_t begin = starts_[row + static_cast<std::size_t>(c0)],
                      end = starts_[row + static_cast<std::size_t>(c1) + 1];
    for (std::size_t i = begin; i < end; ++i) {
      const Vec3 point = points_[i].cast<double>();
      if ((point - place).head<2>().squaredNorm() < radius * radius) result.push_back(point);
    }
  }
  return result;
}

std::vector<Vec3> Scene::above_ground(const Vec3& place, double radius) const {
  std::vector<Vec3> result = near(place, radius);
  const auto ground = ground_at(place);
  if (ground)
    std::erase_if(result, [&](const Vec3& point) { return point.z() < *ground + kAboveGround; });
  return result;
}

Evidence gather(const Drive& drive, const LabelSet& labels, const DoctorOptions& options) {
  Evidence evidence{drive, options, {}};
  if (drive.info().lidars.empty()) return evidence;
  std::set<int> labelled;
  for (const Label& label : labels.labels)
    if (label.frame >= 0) labelled.insert(label.frame);
  std::vector<int> candidates;
  for (int f = 0; f < static_cast<int>(drive.frames().size()); ++f) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(f)];
    if (!frame.sweeps.empty() && frame.sweeps.front() && (labelled.empty() || labelled.contains(f)))
      candidates.push_back(f);
  }
  const int count = static_cast<int>(candidates.size());
  const int wanted = std::min(count, std::max(1, options.frames));
  for (int i = 0; i < wanted && !options.cancel.requested(); ++i) {
    const int at = wanted == 1 ? 0 : static_cast<int>(std::int64_t{i} * (count - 1) / (wanted - 1));
    const int frame = candidates[static_cast<std::size_t>(at)];
    if (auto sweep = drive.read_sweep(frame, 0, channels_for_counts()))
      evidence.scenes.emplace_back(frame, std::move(*sweep));
  }
  return evidence;
}

const Scene* Evidence::scene(int frame) const {
  const auto at = std::lower_bound(
      scenes.begin(), scenes.end(), frame, [](const Scene& a, int b) { return a.frame() < b; });
  return at != scenes.end() && at->frame() == frame ? &*at : nullptr;
}

LabelSet in_sampled_frames(const Evidence& evidence, const LabelSet& labels) {
  LabelSet result;
  result.format = labels.format;
  for (const Label& label : labels.labels)
    if (evidence.scene(label.frame)) result.labels.push_back(label);
  return result;
}

std::size_t inside(const Cuboid& box, std::span<const Vec3> points) {
  const Pose box_from_ego = box.pose.inverse();
  const Mat3 axes = box_from_ego.rotation.toRotationMatrix();
  const Vec3 half = box.size * 0.525 + Vec3::Constant(0.05);
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(), [&](const Vec3& point) {
        return ((axes * point + box_from_ego.translation).cwiseAbs() - half).maxCoeff() <= 0;
      }));
}

std::vector<Sample> samples_of(const Evidence& evidence, const LabelSet& labels, double within) {
  std::vector<Sample> samples;
  for (const Label& label : labels.labels) {
    const Scene* scene = evidence.scene(label.frame);
    const Cuboid& box = label.cuboid_in_ego;
    if (!scene || box.pose.translation.head<2>().norm() > within) continue;
    Sample sample{&label, scene, {}, {}};
    const double radius = box.size.norm() / 2 + 0.5;
    sample.points = scene->above_ground(box.pose.translation, radius);
    sample.ground = scene->ground_at(box.pose.translation);
    samples.push_back(std::move(sample));
  }
  return samples;
}

LabelSet with_repair(const LabelSet& labels, const Drive& drive, const std::string& repair) {
  LabelSet result;
  result.format = labels.format;
  result.labels = labels.labels;
  const std::size_t equals = repair.find('=');
  if (equals != std::string::npos)
    apply_label_repair(result,
                       drive,
                       std::string_view(repair).substr(0, equals),
                       std::string_view(repair).substr(equals + 1));
  return result;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool is_long(const std::string& class_name) {
  const ObjectClass* known = default_taxonomy()->find(class_name);
  if (known) return known->size.x() > 1.2 && known->size.x() > 1.4 * known->size.y();
  std::string lower;
  for (const char c : class_name)
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word : {"car", "vehicle", "truck", "bus", "van"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

Finding finding(Ailment ailment, Certainty certainty, std::string repair, Told told) {
  Finding result;
  result.ailment = ailment;
  result.certainty = certainty;
  result.problem.severity = certainty == Certainty::certain  ? Severity::error
                            : certainty == Certainty::likely ? Severity::warning
                                                             : Severity::note;
  result.problem.file = std::move(told.file);
  result.problem.where = std::move(told.where);
  result.problem.expected = std::move(told.expected);
  result.problem.found = std::move(told.found);
  if (!repair.empty()) result.problem.fix = text("look at it with the repair {}", repair);
  result.repair = std::move(repair);
  return result;
}

bool need(Examination& result, Ailment ailment, int found, int needed, const char* what) {
  if (found >= needed) return true;
  result.untold.push_back({ailment, text("{} {} needed, {} found", needed, what, found)});
  return false;
}

bool is_told(const Examination& result, Ailment ailment) {
  return std::none_of(result.untold.begin(), result.untold.end(), [&](const Untold& untold) {
    return untold.ailment == ailment;
  });
}

std::string file_of(const LabelSet& labels) {
  return labels.sources.empty() ? labels.format : labels.sources.front().file;
}

}  // namespace sweepbox::doctor
