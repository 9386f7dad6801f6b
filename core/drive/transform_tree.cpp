#include "core/drive/transform_tree.hpp"

#include <algorithm>

namespace sweepbox {
namespace {

constexpr std::size_t kDeepest = 64;  // a longer chain is a circle

}  // namespace

bool TransformTree::add(const std::string& parent,
                        const std::string& child,
                        Stamp stamp,
                        const Pose& parent_from_child) {
  if (parent.empty() || child.empty() || parent == child) return false;
  const auto [edge, first] = edges_.emplace(child, Edge{parent, {}, false});
  if (!first && edge->second.parent != parent) return false;
  edge->second.poses.emplace_back(stamp, parent_from_child);
  frames_.insert(parent);
  frames_.insert(child);
  return true;
}

void TransformTree::finish() {
  for (auto& [child, edge] : edges_) {
    auto& poses = edge.poses;
    std::stable_sort(
        poses.begin(), poses.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    // Said again and again, the same each time: it stands, and one of them does.
    const Pose& first = poses.front().second;
    edge.moves = std::any_of(poses.begin(), poses.end(), [&](const auto& entry) {
      return (entry.second.translation - first.translation).norm() > 1e-6 ||
             angle_between(entry.second.rotation, first.rotation) > 1e-6;
    });
    if (!edge.moves) poses.resize(1);
  }
}

bool TransformTree::has(std::string_view frame) const {
  return frames_.contains(frame);
}

std::vector<std::string> TransformTree::frames() const {
  return {frames_.begin(), frames_.end()};
}

const TransformTree::Edge* TransformTree::edge_of(std::string_view frame) const {
  const auto edge = edges_.find(frame);
  return edge == edges_.end() ? nullptr : &edge->second;
}

Pose TransformTree::pose_at(const Edge& edge, Stamp stamp) const {
  const auto after = std::lower_bound(
      edge.poses.begin(), edge.poses.end(), stamp, [](const auto& entry, Stamp wanted) {
        return entry.first < wanted;
      });
  if (after == edge.poses.begin()) return after->second;
  const auto before = std::prev(after);
  if (after == edge.poses.end()) return before->second;
  const double whole = seconds_between(before->first, after->first);
  if (whole <= 0) return after->second;
  return between(before->second, after->second, seconds_between(before->first, stamp) / whole);
}

std::vector<std::string> TransformTree::ancestors(std::string_view frame) const {
  std::vector<std::string> chain = {std::string(frame)};
  while (chain.size() < kDeepest) {
    const Edge* edge = edge_of(chain.back());
    if (!edge) break;
    chain.push_back(edge->parent);
  }
  return chain;
}

std::optional<Pose> TransformTree::between_frames(std::string_view to,
                                                  std::string_view from,
                                                  Stamp stamp) const {
  if (to == from) return Pose{};
  if (!has(to) || !has(from)) return std::nullopt;
  const std::vector<std::string> up_from = ancestors(from), up_to = ancestors(to);
  const auto common = std::find_if(up_from.begin(), up_from.end(), [&](const std::string& frame) {
    return std::find(up_to.begin(), up_to.end(), frame) != up_to.end();
  });
  if (common == up_from.end()) return std::nullopt;
  const auto from_common_down = [&](const std::vector<std::string>& chain) {
    Pose pose;  // common from the chain's begin
    for (const std::string& frame : chain) {
      if (frame == *common) break;
      pose = pose_at(*edge_of(frame), stamp) * pose;
    }
    return pose;
  };
  return from_common_down(up_to).inverse() * from_common_down(up_from);
}

bool TransformTree::is_rigid(std::string_view to, std::string_view from) const {
  if (to == from) return true;
  if (!between_frames(to, from, {})) return false;
  const std::vector<std::string> up_from = ancestors(from), up_to = ancestors(to);
  const auto stands_up_to_common = [&](const std::vector<std::string>& chain,
                                       const std::vector<std::string>& other) {
    for (const std::string& frame : chain) {
      if (std::find(other.begin(), other.end(), frame) != other.end()) return true;
      if (moves(frame)) return false;
    }
    return true;
  };
  return stands_up_to_common(up_from, up_to) && stands_up_to_common(up_to, up_from);
}

std::vector<Stamp> TransformTree::stamps(std::string_view frame) const {
  std::vector<Stamp> stamps;
  if (const Edge* edge = edge_of(frame))
    for (const auto& [stamp, pose] : edge->poses) stamps.push_back(stamp);
  return stamps;
}

bool TransformTree::moves(std::string_view frame) const {
  const Edge* edge = edge_of(frame);
  return edge && edge->moves;
}

}  // namespace sweepbox
