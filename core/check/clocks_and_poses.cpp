#include <algorithm>
#include <cmath>

#include "core/check/evidence.hpp"
#include "core/drive/repaired.hpp"

// Clocks and poses: gaps between frames, and clouds of two frames brought together by the poses.

namespace sweepbox::doctor {
namespace {

constexpr double kLeastGap = 0.01, kMostGap = 2.6;  // s between frames, in any set known
constexpr double kUsualLeast = 0.02, kUsualMost = 1.2;

std::optional<double> factor_for(double gap_s) {
  for (const double factor : {1e3, 1e-3, 1e6, 1e-6, 1e9, 1e-9})
    if (gap_s * factor >= kUsualLeast && gap_s * factor <= kUsualMost) return factor;
  return std::nullopt;
}

/// Median gap of ascending stamps, s; 0 for fewer than two.
double gap_of(std::vector<Stamp> stamps) {
  std::sort(stamps.begin(), stamps.end());
  std::vector<double> gaps;
  for (std::size_t i = 1; i < stamps.size(); ++i)
    gaps.push_back(seconds_between(stamps[i - 1], stamps[i]));
  return median(std::move(gaps));
}

Finding unit_finding(const Drive& drive, std::string sensor, double gap, double factor, bool sure) {
  const std::string repair = sensor.empty() ? fmt::format("stamps.unit={:g}", factor)
                                            : fmt::format("stamps.{}.unit={:g}", sensor, factor);
  Finding found =
      finding(Ailment::stamp_unit,
              sure ? Certainty::certain : Certainty::likely,
              repair,
              {drive.info().name,
               sensor.empty() ? std::string("stamps") : fmt::format("stamps of {}", sensor),
               "frames 0.02 to 1.2 s apart",
               text("{} s apart", fmt::format("{:g}", gap))});
  found.measures.push_back({"between frames", "s", gap, gap * factor});
  return found;
}

/// Cameras whose images meet no sweep, with gaps of another size.
void examine_camera_stamps(const Drive& drive, Examination& result) {
  std::vector<Stamp> sweeps;
  std::map<int, std::vector<Stamp>> lonely, matched;
  for (const FrameInfo& frame : drive.frames()) {
    const bool swept = !frame.sweeps.empty() && frame.sweeps.front();
    if (swept) sweeps.push_back(frame.sweeps.front()->stamp);
    for (const ImageFile& image : frame.images)
      (swept ? matched : lonely)[image.camera].push_back(image.stamp);
  }
  if (sweeps.size() < 3) return;
  const double gap = gap_of(sweeps);
  for (const auto& [camera, stamps] : lonely) {
    if (stamps.size() < 3 || matched[camera].size() > stamps.size() / 4) continue;
    const double own = gap_of(stamps);
    const auto factor = factor_for(own);
    if (own <= 0 || gap <= 0 || (own / gap > 0.05 && own / gap < 20) || !factor) continue;
    const auto [first, last] = std::minmax_element(sweeps.begin(), sweeps.end());
    const double begin = static_cast<double>(stamps.front().ns) * *factor;
    if (begin < static_cast<double>(first->ns) - 5e9 || begin > static_cast<double>(last->ns) + 5e9)
      continue;
    result.findings.push_back(unit_finding(
        drive, drive.info().cameras[static_cast<std::size_t>(camera)].name, own, *factor, true));
  }
}

/// Points that stand well above the ground, thinned evenly.
std::vector<Vec3> standing_points(const Scene& scene) {
  constexpr std::size_t kPoints = 1500;
  std::vector<Vec3> all;
  for (std::size_t i = 0; i < scene.points().size(); i += 7) {
    const Vec3 point = scene.points()[i].cast<double>();
    const double range = point.head<2>().norm();
    if (range < 4 || range > 35) continue;
    const auto ground = scene.ground_at(point);
    if (!ground || point.z() < *ground + 0.4) continue;
    all.push_back(point);
  }
  std::vector<Vec3> result;
  for (std::size_t i = 0; i < all.size(); i += all.size() / kPoints + 1) result.push_back(all[i]);
  return result;
}

/// Share of the points that lie within 0.25 m of one of the scene.
double met(const Scene& scene, const std::vector<Vec3>& points, const Pose& scene_from_points) {
  constexpr double kNear = 0.25;
  std::size_t hits = 0;
  for (const Vec3& point : points) {
    const Vec3 here = scene_from_points * point;
    const auto near = scene.near(here, kNear);
    hits += std::any_of(near.begin(), near.end(), [&](const Vec3& other) {
      return std::abs(other.z() - here.z()) < kNear;
    });
  }
  return points.empty() ? 0 : static_cast<double>(hits) / static_cast<double>(points.size());
}

/// Scenes some way apart, one after the other: the farther, the more a wrong pose shows.
std::vector<std::pair<const Scene*, const Scene*>> pairs_of_scenes(const Evidence& evidence) {
  constexpr double kLeast = 0.5, kGood = 2, kMost = 25;  // m
  std::vector<std::pair<const Scene*, const Scene*>> pairs;
  const std::vector<Scene>& scenes = evidence.scenes;
  for (std::size_t i = 0; i + 1 < scenes.size();) {
    const auto from = evidence.drive.world_from_ego(scenes[i].stamp());
    std::size_t other = i;
    for (std::size_t j = i + 1; from && j < scenes.size(); ++j) {
      const auto to = evidence.drive.world_from_ego(scenes[j].stamp());
      const double way = to ? (from->translation - to->translation).norm() : 0;
      if (way < kLeast || way > kMost) continue;
      other = j;
      if (way >= kGood) break;
    }
    if (other != i) pairs.emplace_back(&scenes[i], &scenes[other]);
    i = std::max(other, i + 1);
  }
  return pairs;
}

struct PoseGuess {
  Ailment ailment;
  const char* repair;
  Pose (*apply)(const Pose&);
  double met = 0;
  int best_in = 0;
};

/// A vehicle stands on its wheels.
bool is_upright(const Pose& world_from_ego) {
  return (world_from_ego.rotation * Vec3::UnitZ()).z() > 0.7;
}

}  // namespace

void examine_units(const Evidence& evidence, Examination& result) {
  const Drive& drive = evidence.drive;
  if (!drive.info().sequence || drive.frames().size() < 3) return;
  std::vector<Stamp> sweeps;
  for (const FrameInfo& frame : drive.frames())
    if (!frame.sweeps.empty() && frame.sweeps.front())
      sweeps.push_back(frame.sweeps.front()->stamp);
  const double gap = sweeps.size() >= 3 ? gap_of(sweeps)
                                        : static_cast<double>(drive.frame_table().gap_ns()) * 1e-9;
  const auto factor = factor_for(gap);
  if (gap > 0 && (gap < kLeastGap || gap > kMostGap) && factor) {
    result.findings.push_back(unit_finding(drive, {}, gap, *factor, gap > 60 || gap < 2e-3));
    return;
  }
  examine_camera_stamps(drive, result);
}

void examine_poses(const Evidence& evidence, Examination& result) {
  const Drive& drive = evidence.drive;
  if (!drive.info().poses || !drive.info().sequence) return;
  std::vector<PoseGuess> guesses = {
      {Ailment::pose_inverted, "", [](const Pose& pose) { return pose; }},
      {Ailment::pose_inverted, "poses=inverse", [](const Pose& pose) { return pose.inverse(); }},
      {Ailment::pose_quaternion,
       "poses.quaternion=xyzw",
       [](const Pose& pose) {
         return Pose{reordered(pose.rotation, "xyzw"), pose.translation};
       }},
      {Ailment::pose_quaternion, "poses.quaternion=wxyz", [](const Pose& pose) {
         return Pose{reordered(pose.rotation, "wxyz"), pose.translation};
       }}};
  int pairs = 0;
  for (const auto& [first, second] : pairs_of_scenes(evidence)) {
    if (pairs == 4 || evidence.options.cancel.requested()) break;
    const Scene &a = *first, &b = *second;
    const auto of_a = drive.world_from_ego(a.stamp()), of_b = drive.world_from_ego(b.stamp());
    const auto points = standing_points(b);
    if (points.size() < 100) continue;
    ++pairs;
    std::vector<double> shares;
    for (const PoseGuess& guess : guesses) {
      const Pose from_a = guess.apply(*of_a), from_b = guess.apply(*of_b);
      const bool possible =
          &guess == &guesses.front() || (is_upright(from_a) && is_upright(from_b));
      shares.push_back(possible ? met(a, points, from_a.inverse() * from_b) : 0);
    }
    const auto best = std::max_element(shares.begin(), shares.end()) - shares.begin();
    ++guesses[static_cast<std::size_t>(best)].best_in;
    for (std::size_t g = 0; g < guesses.size(); ++g) guesses[g].met += shares[g];
  }
  for (const Ailment ailment : {Ailment::pose_inverted, Ailment::pose_quaternion})
    need(result, ailment, pairs, 1, "pairs of frames 0.5 to 25 m apart");
  if (!pairs) return;
  for (PoseGuess& guess : guesses) guess.met /= pairs;
  const auto best = std::max_element(
      guesses.begin(), guesses.end(), [](const auto& a, const auto& b) { return a.met < b.met; });
  const PoseGuess& now = guesses.front();
  if (best == guesses.begin() || best->met < now.met + 0.1 || best->met < 1.25 * now.met) return;
  const auto percent = [](double share) { return std::lround(100 * share); };
  Finding found =
      finding(best->ailment,
              pairs >= 2 && best->best_in == pairs ? Certainty::certain : Certainty::likely,
              best->repair,
              {drive.info().name,
               "poses",
               "clouds of different frames that meet in the world",
               text("{} % of the standing points meet, {} % with {} ({} pairs of frames)",
                    percent(now.met),
                    percent(best->met),
                    best->repair,
                    pairs)});
  found.measures.push_back({"points that meet", "%", 100 * now.met, 100 * best->met});
  result.findings.push_back(std::move(found));
}

}  // namespace sweepbox::doctor
