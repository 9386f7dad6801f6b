#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/stamp.hpp"

namespace sweepbox {

class Drive;

/// What is asked of a drive's frames again and again, worked out once (Drive::frame_table): nothing
/// here walks over the frames.
class FrameTable {
 public:
  explicit FrameTable(const Drive& drive);

  /// Typical gap between frames, ns (median of the differences); 100 ms where there are fewer than
  /// two.
  std::int64_t gap_ns() const { return gap_ns_; }

  /// Index of the first frame with that name.
  std::optional<int> named(std::string_view name) const;

  /// Index of the frame with the nearest stamp, of two equally near the earlier; −1 without frames.
  int nearest(Stamp stamp) const;

  /// Frames that lack the reference lidar's sweep, ascending; none where there is no lidar.
  std::span<const int> without_sweep() const { return without_sweep_; }

  /// `nearest` among the frames at whose stamp world_from_ego answers.
  int nearest_with_pose(Stamp stamp) const;

 private:
  struct At {
    Stamp stamp;
    int frame = -1;
  };

  static int nearest_of(std::span<const At> ascending, Stamp stamp);

  std::int64_t gap_ns_ = 0;
  std::unordered_map<std::string_view, int> by_name_;  ///< views into Drive::frames()
  std::vector<At> by_stamp_;   ///< ascending; of equal stamps the first frame first
  std::vector<At> with_pose_;  ///< the same
  std::vector<int> without_sweep_;
};

}  // namespace sweepbox
