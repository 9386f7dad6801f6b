#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

/// What a file cannot say of itself, and what is wanted of it.
struct CloudOptions {
  /// Channels of a headerless .bin of float32, in order; "x", "y", "z" must be among them. "_" is
  /// skipped.
  std::vector<std::string> bin_channels = {"x", "y", "z", "intensity"};
  /// By their standard names. Others are not unpacked.
  WantedChannels channels = {};

  bool wants(std::string_view channel) const;
};

/// A cloud and what was wrong with the rest of its file (dropped NaN points, a short last record
/// …).
struct CloudRead {
  PointCloud cloud;
  /// Where the file's times are absolute: seconds of the clock at which the channel `time` is 0
  /// (the first point's). Empty where they are relative already, or absent.
  std::optional<double> time_base_s;
  std::vector<Problem> problems;  ///< their `file` is empty: the caller knows it
};

/// A point file format. Recognised by extension, then by content.
struct CloudFormat {
  std::string_view name;  ///< "pcd"
  std::string_view title;
  std::vector<std::string_view> extensions;  ///< with the dot
  Result<CloudRead> (*read)(std::span<const std::byte> file, const CloudOptions& options);
  /// Null where it is not written. x y z float32, then each channel; a double origin is added to
  /// the coordinates only where the format holds doubles, else it is an error unless it is zero.
  Result<std::vector<std::byte>> (*write)(const PointCloud& cloud);
};

std::span<const CloudFormat> cloud_formats();

/// Reads any of them. What can be read of a damaged file is read and the rest is a problem; nothing
/// readable is an error. NaN and infinite points are dropped and counted in one problem.
[[nodiscard]] Result<CloudRead> read_cloud(const std::filesystem::path& path,
                                           const CloudOptions& options = {});

/// Standard name of a channel from the file's word: reflectance → intensity, laser_id → ring,
/// timestamp → time … (formats.md 3.1). Unknown words stay.
std::string standard_channel_name(std::string_view word);

}  // namespace sweepbox
