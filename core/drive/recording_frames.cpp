#include "core/drive/recording_frames.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/drive/reading.hpp"

namespace sweepbox::recorded {
namespace {

/// "robot/base_link" → "base_link".
std::string_view last_part(std::string_view frame) {
  const std::size_t slash = frame.rfind('/');
  return slash == std::string_view::npos ? frame : frame.substr(slash + 1);
}

void note(Problems& problems, std::string where, Text expected, Text found, Text fix) {
  problems.push_back({Severity::note,
                      {},
                      std::move(where),
                      std::move(expected),
                      std::move(found),
                      std::move(fix)});
}

/// The frame above ego that stands still in the world: the most usual name, else the root, where
/// something moves on the way there.
std::string world_frame(const TransformTree& tree, const std::string& ego) {
  const std::vector<std::string> chain = tree.ancestors(ego);
  for (const std::string_view usual : {"map", "odom", "world"})
    for (std::size_t i = 1; i < chain.size(); ++i)
      if (last_part(chain[i]) == usual) return chain[i];
  const bool any_moves = std::any_of(
      chain.begin(), chain.end(), [&](const std::string& frame) { return tree.moves(frame); });
  return any_moves && chain.size() > 1 ? chain.back() : std::string();
}

std::vector<TablePose> poses_in_tree(const TransformTree& tree,
                                     const std::string& world,
                                     const std::string& ego,
                                     Stamp first,
                                     Stamp last) {
  std::vector<Stamp> stamps;
  for (const std::string& frame : tree.ancestors(ego)) {
    if (frame == world) break;
    if (!tree.moves(frame)) continue;
    const std::vector<Stamp> said = tree.stamps(frame);
    stamps.insert(stamps.end(), said.begin(), said.end());
  }
  if (stamps.empty()) stamps = {first, last};  // the vehicle stood
  std::sort(stamps.begin(), stamps.end());
  stamps.erase(std::unique(stamps.begin(), stamps.end()), stamps.end());
  std::vector<TablePose> poses;
  for (const Stamp stamp : stamps)
    if (const auto pose = tree.between_frames(world, ego, stamp)) poses.push_back({stamp, *pose});
  return poses;
}

/// The topic of that kind with the most poses.
std::optional<std::uint32_t> busiest(const Recording& recording, MessageKind kind) {
  std::vector<std::size_t> counts(recording.topics().size());
  for (const RecordedPose& pose : recording.poses()) ++counts[pose.topic];
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < counts.size(); ++i)
    if (recording.topics()[i].kind == kind && counts[i] > 0 && (!best || counts[i] > counts[*best]))
      best = i;
  return best;
}

EgoPoses poses_of_topic(const Recording& recording,
                        const TransformTree& tree,
                        const std::string& ego,
                        std::uint32_t topic,
                        Problems& problems) {
  EgoPoses found;
  found.topics = {topic};
  for (const RecordedPose& recorded : recording.poses()) {
    const auto pose = sound_pose(recorded.translation, recorded.rotation);
    if (recorded.topic != topic || !pose || std::abs(recorded.stamp_ns) > kFarthestStamp) continue;
    const Stamp stamp{recorded.stamp_ns};
    const std::string& child = recording.frame_names()[recorded.child];
    found.world = recording.frame_names()[recorded.parent];
    const auto child_from_ego = tree.between_frames(child, ego, stamp);
    if (!child_from_ego && !found.assumed) {
      found.assumed = true;
      note(problems,
           recording.topics()[topic].name,
           text("poses of {}", ego),
           child.empty() ? Text("poses of a frame without a name")
                         : text("poses of {}, which nothing ties to it", child),
           text("they are taken as those of {}", ego));
    }
    found.poses.push_back({stamp, *pose * child_from_ego.value_or(Pose{})});
  }
  reading::sort_by_stamp(found.poses);
  return found;
}

}  // namespace

std::optional<Pose> sound_pose(std::span<const double, 3> translation,
                               std::span<const double, 4> rotation) {
  constexpr double kFarthest = 1e9, kMostDefect = 0.01;
  const Vec3 place(translation[0], translation[1], translation[2]);
  const Quat turn(rotation[3], rotation[0], rotation[1], rotation[2]);
  if (!place.allFinite() || place.cwiseAbs().maxCoeff() > kFarthest || !turn.coeffs().allFinite() ||
      std::abs(turn.norm() - 1) > kMostDefect)
    return std::nullopt;
  return Pose{turn.normalized(), place};
}

TransformTree tree_of(const Recording& recording, Problems& problems) {
  TransformTree tree;
  std::size_t bad = 0;
  for (const RecordedPose& recorded : recording.poses()) {
    const MessageKind kind = recording.topics()[recorded.topic].kind;
    if (kind != MessageKind::transforms && kind != MessageKind::transform) continue;
    const auto pose = sound_pose(recorded.translation, recorded.rotation);
    if (!pose || std::abs(recorded.stamp_ns) > kFarthestStamp ||
        !tree.add(recording.frame_names()[recorded.parent],
                  recording.frame_names()[recorded.child],
                  Stamp{recorded.stamp_ns},
                  *pose))
      ++bad;
  }
  if (bad > 0)
    problems.push_back({Severity::warning,
                        {},
                        "transforms",
                        "finite numbers, unit quaternions, one parent a frame",
                        text("{} others", bad),
                        "they are left out"});
  tree.finish();
  return tree;
}

std::string ego_frame(const TransformTree& tree, const std::string& sensor) {
  const std::vector<std::string> frames = tree.frames();
  for (const std::string_view usual : {"base_link",
                                       "base_footprint",
                                       "ego_vehicle",
                                       "ego",
                                       "vehicle",
                                       "vehicle_link",
                                       "car",
                                       "body"})
    for (const std::string& frame : frames)
      if (last_part(frame) == usual && tree.between_frames(frame, sensor, {})) return frame;
  return sensor;
}

EgoPoses ego_poses(const Recording& recording,
                   const TransformTree& tree,
                   const std::string& ego,
                   Stamp first,
                   Stamp last,
                   Problems& problems) {
  if (const std::string world = world_frame(tree, ego); !world.empty()) {
    EgoPoses found{poses_in_tree(tree, world, ego, first, last), {}, world};
    for (std::uint32_t i = 0; i < recording.topics().size(); ++i) {
      const MessageKind kind = recording.topics()[i].kind;
      if (kind == MessageKind::transforms || kind == MessageKind::transform)
        found.topics.push_back(i);
    }
    if (!found.poses.empty()) return found;
  }
  for (const MessageKind kind : {MessageKind::odometry, MessageKind::pose})
    if (const auto topic = busiest(recording, kind)) {
      EgoPoses found = poses_of_topic(recording, tree, ego, *topic, problems);
      if (!found.poses.empty()) return found;
    }
  return {};
}

}  // namespace sweepbox::recorded
