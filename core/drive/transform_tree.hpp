#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stamp.hpp"
#include "core/geometry/pose.hpp"

// Inside the room drive: the frames of a recording and how they hang on each other (ROS's tf).
namespace sweepbox {

/// Each frame hangs on one parent, by a pose that stands or moves. Poses between two times are
/// interpolated; beyond the first and the last they hold (as for what stands).
class TransformTree {
 public:
  /// A pose of `child` in `parent` at a time. A child that had another parent before keeps the
  /// first; false then, and where the pose is none (NaN, no rotation) or the child its own parent.
  bool add(const std::string& parent,
           const std::string& child,
           Stamp stamp,
           const Pose& parent_from_child);

  /// Orders what was added; call once before asking.
  void finish();

  bool has(std::string_view frame) const;

  std::vector<std::string> frames() const;

  /// to_from_`from` at a time; empty where they do not hang together.
  std::optional<Pose> between_frames(std::string_view to, std::string_view from, Stamp stamp) const;

  /// True where they hang together by poses that stand alone.
  bool is_rigid(std::string_view to, std::string_view from) const;

  /// The frame itself, its parent, and so on to the root.
  std::vector<std::string> ancestors(std::string_view frame) const;

  /// Times at which the pose of a frame in its parent was said.
  std::vector<Stamp> stamps(std::string_view frame) const;

  /// True where the pose in its parent changes.
  bool moves(std::string_view frame) const;

 private:
  struct Edge {
    std::string parent;
    std::vector<std::pair<Stamp, Pose>> poses;  // ascending once finished
    bool moves = false;
  };

  const Edge* edge_of(std::string_view frame) const;
  Pose pose_at(const Edge& edge, Stamp stamp) const;

  std::map<std::string, Edge, std::less<>> edges_;  // by child
  std::set<std::string, std::less<>> frames_;
};

}  // namespace sweepbox
