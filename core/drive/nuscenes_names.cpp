#include "core/drive/nuscenes_names.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace sweepbox::nuscenes {

std::optional<Stamp> stamp_of_us(std::optional<double> us) {
  constexpr double kFarthest = 9e15;  // the year 2255, and exact in double
  if (!us || !(std::abs(*us) < kFarthest)) return std::nullopt;
  return Stamp{std::llround(*us) * 1000};
}

std::optional<Stamp> stamp_of_seconds(std::optional<double> seconds) {
  return stamp_of_us(seconds ? std::optional(*seconds * 1e6) : std::nullopt);
}

std::string frame_name_of(const std::string& file_name) {
  std::string name = std::filesystem::path(file_name).filename().string();
  for (const std::string_view end : {".pcd.bin", ".bin", ".pcd", ".npy"})
    if (name.size() > end.size() && name.ends_with(end)) {
      name.resize(name.size() - end.size());
      break;
    }
  const std::size_t mark = name.rfind("__");
  if (mark == std::string::npos || mark + 2 == name.size()) return name;
  const std::string_view number = std::string_view(name).substr(mark + 2);
  const bool digits =
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string(number) : name;
}

}  // namespace sweepbox::nuscenes
