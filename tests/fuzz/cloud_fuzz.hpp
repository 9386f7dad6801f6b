#pragma once
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "core/cloud/cloud_file.hpp"

// What the fuzzers of point files ask of every reader: arrays of one length, coordinates that are
// finite, and no more points than bytes could hold.
namespace sweepbox::fuzz {

inline void read_cloud_bytes(std::string_view name,
                             const std::uint8_t* data,
                             std::size_t size,
                             std::size_t most_points_a_byte,
                             const CloudOptions& options = {}) {
  for (const CloudFormat& format : cloud_formats()) {
    if (format.name != name) continue;
    const auto read = format.read(std::as_bytes(std::span(data, size)), options);
    if (!read) return;
    const PointCloud& cloud = read->cloud;
    if (cloud.size() > size * most_points_a_byte) std::abort();
    if (cloud.y.size() != cloud.size() || cloud.z.size() != cloud.size()) std::abort();
    if (!cloud.rgb.empty() && cloud.rgb.size() != cloud.size()) std::abort();
    for (const Channel& channel : cloud.channels)
      if (channel.values.size() != cloud.size()) std::abort();
    for (std::size_t i = 0; i < cloud.size(); ++i)
      if (!cloud.point(i).allFinite()) std::abort();
    return;
  }
  std::abort();
}

}  // namespace sweepbox::fuzz
