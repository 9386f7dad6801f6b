#include <algorithm>
#include <cstring>

#include "core/cloud/columns.hpp"

namespace sweepbox {
namespace {

Result<CloudRead> read_bin(std::span<const std::byte> file, const CloudOptions& options) {
  const std::size_t stride = options.bin_channels.size() * sizeof(float);
  const std::size_t count = stride == 0 ? 0 : file.size() / stride;
  if (count == 0)
    return fail({},
                {},
                text("points of {} bytes", stride),
                text("{} bytes", file.size()),
                "take this file from the data set again");
  std::vector<columns::Column> columns;
  for (std::size_t i = 0; i < options.bin_channels.size(); ++i)
    if (options.bin_channels[i] != "_")
      columns.push_back(
          {options.bin_channels[i], columns::Type::f32, file.data() + i * sizeof(float), stride});
  auto read = columns::to_cloud(columns, count, options);
  if (const std::size_t rest = file.size() % stride; read && rest > 0)
    read->problems.push_back({Severity::error,
                              {},
                              fmt::format("byte {}", count * stride),
                              text("points of {} bytes", stride),
                              text("{} bytes at the end", rest),
                              "the file is cut short: take it from the data set again"});
  return read;
}

/// Rows of float32: x y z, then each channel.
Result<std::vector<std::byte>> write_bin(const PointCloud& cloud) {
  if (!cloud.origin.isZero(0))
    return fail({},
                {},
                "coordinates that float32 holds",
                "a cloud with an origin of its own",
                "write a format that holds doubles");
  std::vector<const float*> sources = {cloud.x.data(), cloud.y.data(), cloud.z.data()};
  for (const Channel& channel : cloud.channels) sources.push_back(channel.values.data());
  std::vector<std::byte> file(cloud.size() * sources.size() * sizeof(float));
  std::byte* to = file.data();
  for (std::size_t i = 0; i < cloud.size(); ++i)
    for (const float* source : sources) {
      std::memcpy(to, source + i, sizeof(float));
      to += sizeof(float);
    }
  return file;
}

}  // namespace

CloudFormat bin_format() {
  return {"bin", "Raw float32 (.bin)", {".bin"}, read_bin, write_bin};
}

}  // namespace sweepbox
