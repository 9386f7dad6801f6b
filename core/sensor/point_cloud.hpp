#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stamp.hpp"
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

/// A number for each point, by name: `intensity`, `ring`, `time` (s relative to the sweep's stamp),
/// `label` …; the unit of others is the file's.
struct Channel {
  std::string name;
  std::vector<float> values;
};

/// Channels that somebody wants of a cloud, "rgb" for its colours; all of them where this is empty.
/// What reads a cloud may leave the others out: to unpack them costs time and memory.
using WantedChannels = std::optional<std::vector<std::string>>;

/// Points as structure of arrays. Point i is origin + (x[i], y[i], z[i]) in the file's own frame:
/// the double origin keeps the millimetres of coordinates that float cannot hold (UTM).
/// Every array is as long as x. Coordinates are finite: readers drop NaN points and say how many.
struct PointCloud {
  Vec3 origin = Vec3::Zero();
  std::vector<float> x, y, z;
  std::vector<Channel> channels;
  std::vector<std::uint32_t> rgb;  ///< 0x00RRGGBB; empty where the file has none
  Eigen::AlignedBox3f bounds;      ///< of (x, y, z); empty for no points

  std::size_t size() const { return x.size(); }

  bool empty() const { return x.empty(); }

  Vec3 point(std::size_t i) const { return origin + Vec3(x[i], y[i], z[i]); }

  /// nullptr where there is no such channel.
  const Channel* channel(std::string_view name) const;
  std::size_t byte_size() const;
};

/// Sets bounds from the points; call once after filling.
void update_bounds(PointCloud& cloud);

/// Extends bounds by the points from `first` on: for who fills a cloud a block at a time.
void extend_bounds(PointCloud& cloud, std::size_t first);

/// At most this many points stand in one piece (2²²), so that counts, buffers and uploads stay
/// bounded.
constexpr std::size_t kPiecePoints = std::size_t{1} << 22;

/// A cloud as pieces of at most kPiecePoints, in order.
std::vector<std::shared_ptr<const PointCloud>> in_pieces(PointCloud cloud);

/// One revolution (or shot) of one lidar.
struct Sweep {
  std::string lidar;
  Stamp stamp;
  std::vector<std::shared_ptr<const PointCloud>> pieces;
  Pose ego_from_points;  ///< the file's own frame to ego at `stamp`
  std::vector<Problem>
      problems;  ///< what was wrong with the file and could be read past (NaN points …)

  std::size_t size() const;
  std::size_t byte_size() const;
};

/// Number of points inside a closed box given in the points' own frame, compared in double in the
/// box's axes. One pass with a bounding test per piece.
std::size_t count_inside(const Sweep& sweep, const Cuboid& cuboid_in_points);

/// Indices of those points, over all pieces in order (piece p's point i counts sizes before p + i).
std::vector<std::uint32_t> indices_inside(const Sweep& sweep, const Cuboid& cuboid_in_points);

}  // namespace sweepbox
