#include <algorithm>

#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"

namespace sweepbox {

// Each in NAME.cpp.
CloudFormat pcd_format(), ply_format(), feather_format(), las_format(), npy_format(), bin_format();

std::span<const CloudFormat> cloud_formats() {
  static const CloudFormat table[] = {
      pcd_format(),
      ply_format(),
      feather_format(),
      las_format(),
      npy_format(),
      bin_format(),  // has no mark of its own: any file could be one, so it stays last
  };
  return table;
}

namespace {

struct Synonym {
  std::string_view word;
  std::string_view channel;
};

// formats.md 3.1, and what CloudCompare writes.
constexpr Synonym kSynonyms[] = {
    {"i", "intensity"},
    {"reflectivity", "intensity"},
    {"reflectance", "intensity"},
    {"Intensity", "intensity"},
    {"laser_id", "ring"},
    {"channel", "ring"},
    {"line", "ring"},
    {"laser_number", "ring"},
    {"diode_index", "ring"},
    {"t", "time"},
    {"timestamp", "time"},
    {"offset_time", "time"},
    {"time_offset", "time"},
    {"offset_ns", "time"},
    {"gps_time", "time"},
    {"class", "label"},
    {"classification", "label"},
};

const CloudFormat& format_of(const std::filesystem::path& path, std::span<const std::byte> file) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 'a' - 'A');
  for (const CloudFormat& format : cloud_formats())
    if (std::find(format.extensions.begin(), format.extensions.end(), extension) !=
        format.extensions.end())
      return format;
  const std::string_view begin(reinterpret_cast<const char*>(file.data()),
                               std::min<std::size_t>(file.size(), 8));
  std::string_view name = "bin";
  if (begin.starts_with("ply")) name = "ply";
  if (begin.starts_with("# .PCD") || begin.starts_with("VERSION") || begin.starts_with("FIELDS"))
    name = "pcd";
  if (begin.starts_with("LASF")) name = "las";
  if (begin.starts_with("\x93NUMPY")) name = "npy";
  if (begin.starts_with("ARROW1")) name = "feather";
  return *std::find_if(cloud_formats().begin(),
                       cloud_formats().end(),
                       [&](const CloudFormat& format) { return format.name == name; });
}

}  // namespace

bool CloudOptions::wants(std::string_view channel) const {
  return !channels || std::find(channels->begin(), channels->end(), channel) != channels->end();
}

std::string standard_channel_name(std::string_view word) {
  for (const Synonym& synonym : kSynonyms)
    if (synonym.word == word) return std::string(synonym.channel);
  return std::string(word);
}

Result<CloudRead> read_cloud(const std::filesystem::path& path, const CloudOptions& options) {
  const auto file = read_bytes(path);
  if (!file) return tl::unexpected(file.error());
  auto read = format_of(path, *file).read(*file, options);
  if (!read) return tl::unexpected(in_file(std::move(read.error()), path.string()));
  return read;
}

}  // namespace sweepbox
