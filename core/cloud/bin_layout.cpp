#include "core/cloud/bin_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace sweepbox {
namespace {

constexpr std::size_t kMostPoints = 1 << 16;  // looked at
constexpr std::size_t kFewestToCompare = 50;  // columns of fewer look alike by chance
constexpr double kAlike = 0.15;               // means of |value|, relative
constexpr double kNearlyAll = 0.99, kMost = 0.9;

/// What is known of one column: shares are of all points looked at.
struct Column {
  double finite = 0, not_negative = 0, integer = 0;
  double within_1 = 0, within_30 = 0, within_1000 = 0;
  double within_128 = 0;  ///< 0 … 127
  double within_65535 = 0;
  double not_positive = 0;
  double mean = 0;  ///< of |value|
};

std::vector<Column> columns_of(std::span<const std::byte> begin, std::size_t width) {
  const std::size_t points = std::min(begin.size() / (width * sizeof(float)), kMostPoints);
  std::vector<Column> columns(width);
  for (std::size_t c = 0; c < width; ++c) {
    Column& column = columns[c];
    const auto count = [&](double& share, bool is) {
      if (is) share += 1 / static_cast<double>(points);
    };
    for (std::size_t i = 0; i < points; ++i) {
      float value;
      std::memcpy(&value, begin.data() + (i * width + c) * sizeof value, sizeof value);
      if (!std::isfinite(value)) continue;
      const float size = std::abs(value);
      count(column.finite, true);
      count(column.not_negative, value >= 0);
      count(column.not_positive, value <= 0);
      count(column.integer, size < 1e6f && value == std::round(value));
      count(column.within_1, size <= 1);
      count(column.within_30, size <= 30);
      count(column.within_128, value >= 0 && value < 128);
      count(column.within_1000, size <= 1000);
      count(column.within_65535, value >= 0 && value <= 65535);
      column.mean += static_cast<double>(std::min(size, 1e4f)) / static_cast<double>(points);
    }
  }
  return columns;
}

bool is_place(const std::vector<Column>& columns) {
  return columns[0].within_1000 >= kNearlyAll && columns[1].within_1000 >= kNearlyAll &&
         columns[2].within_1000 >= kNearlyAll && columns[2].within_30 >= kMost &&
         columns[0].mean + columns[1].mean > 1e-3;
}

bool is_intensity(const Column& column) {
  return column.within_65535 >= kNearlyAll;
}

bool is_ring(const Column& column) {
  return column.integer >= kNearlyAll && column.within_128 >= kNearlyAll;
}

/// Seconds of a sweep, or the number of sweeps ago.
bool is_time(const Column& column) {
  return column.within_1 >= kNearlyAll ||
         (column.integer >= kNearlyAll && column.not_positive >= kNearlyAll &&
          column.within_30 >= kNearlyAll);
}

/// True where the columns repeat after `step` of them: what stands there is narrower, or of a width
/// that shares this divisor.
bool repeats_after(const std::vector<Column>& columns, std::size_t step) {
  for (std::size_t c = step; c < columns.size(); ++c) {
    const double a = columns[c].mean, b = columns[c - step].mean;
    if (std::abs(a - b) > kAlike * std::max(a, b)) return false;
  }
  return true;
}

bool is_shuffled(const std::vector<Column>& columns) {
  for (std::size_t step = 1; step < columns.size(); ++step)
    if (columns.size() % step == 0 && repeats_after(columns, step)) return true;
  return false;
}

/// The channels of that many columns; empty where they fit none.
std::vector<std::string> channels_of(const std::vector<Column>& columns) {
  if (!is_place(columns)) return {};
  switch (columns.size()) {
    case 3:
      return {"x", "y", "z"};
    case 4:
      if (is_intensity(columns[3])) return {"x", "y", "z", "intensity"};
      return {};
    case 5:
      if (!is_intensity(columns[3])) return {};
      if (is_ring(columns[4])) return {"x", "y", "z", "intensity", "ring"};
      if (is_time(columns[4])) return {"x", "y", "z", "intensity", "time"};
      return {};
    case 6:
      if (is_intensity(columns[3]) && columns[4].not_negative >= kNearlyAll &&
          columns[4].within_30 >= kNearlyAll && is_time(columns[5]))
        return {"x", "y", "z", "intensity", "elongation", "time"};
      return {};
    case 7:
      // Radar: dB above and below a square metre, then velocities in m/s.
      if (columns[3].within_1000 >= kNearlyAll && columns[4].within_1000 >= kNearlyAll &&
          columns[5].within_1000 >= kNearlyAll && is_time(columns[6]))
        return {"x", "y", "z", "rcs", "v_r", "v_r_compensated", "time"};
      return {};
    default:
      return {};
  }
}

}  // namespace

std::vector<BinLayout> guess_bin_channels(std::uint64_t size, std::span<const std::byte> begin) {
  struct Fit {
    BinLayout layout;
    bool shuffled = false;
  };

  std::vector<Fit> fits;
  // The usual ones first.
  for (const std::size_t width : {4u, 5u, 6u, 7u, 3u}) {
    const std::size_t stride = width * sizeof(float);
    if (size == 0 || size % stride != 0 || begin.size() < stride) continue;
    const std::vector<Column> columns = columns_of(begin, width);
    std::vector<std::string> channels = channels_of(columns);
    if (channels.empty()) continue;
    std::string names;
    for (const std::string& name : channels) names += (names.empty() ? "" : " ") + name;
    Fit fit{{std::move(channels),
             text("{} points of {} floats ({}), all in their ranges", size / stride, width, names)},
            begin.size() >= kFewestToCompare * stride && is_shuffled(columns)};
    fits.push_back(std::move(fit));
  }
  // Columns may look alike by their nature (a cloud as high as wide): only where another width
  // tells them apart is that a sign.
  if (std::any_of(fits.begin(), fits.end(), [](const Fit& fit) { return !fit.shuffled; }))
    std::erase_if(fits, [](const Fit& fit) { return fit.shuffled; });
  // Points of six floats are pairs of three, but pairs of three that differ are points of six.
  const auto fits_with = [&](std::size_t width) {
    return std::any_of(fits.begin(), fits.end(), [&](const Fit& fit) {
      return fit.layout.channels.size() == width && !fit.shuffled;
    });
  };
  if (fits_with(6))
    std::erase_if(fits, [](const Fit& fit) { return fit.layout.channels.size() == 3; });
  std::vector<BinLayout> layouts;
  for (Fit& fit : fits) layouts.push_back(std::move(fit.layout));
  return layouts;
}

}  // namespace sweepbox
