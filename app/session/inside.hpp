#pragma once
#include <atomic>
#include <map>
#include <memory>

#include "app/session/session.hpp"

namespace sweepbox {

/// Points of one box in one sweep, as counted last. The sweep is held weakly: a later one may stand
/// at the address of one that the cache has thrown out.
struct CountedBox {
  std::weak_ptr<const Sweep> sweep;
  Cuboid cuboid_in_points;
  int points = -1;
  Attributes attributes;  ///< that it was counted by
};

struct SessionInside {
  // frame_boxes
  std::vector<FrameBox> boxes;
  std::uint64_t boxes_of_document = 0;
  std::uint64_t boxes_of_counts = 0;
  int boxes_of_frame = -1;
  std::weak_ptr<const Sweep> boxes_of_sweep;
  std::map<TrackId, CountedBox> counts;
  std::uint64_t counts_version = 1;
  Cancel counting;

  // update
  std::uint64_t cache_version = 0;
  std::uint64_t durable = 0;
  std::uint64_t waiting = 0;
  bool refused = false;
  bool message_shown = false;

  // tasks: shares as their jobs write them
  std::map<std::uint64_t, std::shared_ptr<std::atomic<double>>> shares;

  // tick: the frame whose time came before its data, −1 for none
  int late_frame = -1;

  bool read_only = false;
};

/// A fresh state for another drive (or none).
void reset_inside(Session& session);

}  // namespace sweepbox
