#include "core/drive/frame_table.hpp"

#include <algorithm>

#include "core/drive/drive.hpp"

namespace sweepbox {
namespace {

std::int64_t typical_gap_ns(std::span<const FrameInfo> frames) {
  constexpr std::int64_t kUsual = 100'000'000;
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (const std::int64_t gap = frames[i].stamp.ns - frames[i - 1].stamp.ns; gap > 0)
      gaps.push_back(gap);
  if (gaps.empty()) return kUsual;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

}  // namespace

FrameTable::FrameTable(const Drive& drive) {
  const auto frames = drive.frames();
  gap_ns_ = typical_gap_ns(frames);
  by_name_.reserve(frames.size());
  by_stamp_.reserve(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    by_name_.emplace(frames[i].name, static_cast<int>(i));
    by_stamp_.push_back({frames[i].stamp, static_cast<int>(i)});
    if (!frames[i].sweeps.empty() && !frames[i].sweeps.front())
      without_sweep_.push_back(static_cast<int>(i));
  }
  std::stable_sort(by_stamp_.begin(), by_stamp_.end(), [](const At& a, const At& b) {
    return a.stamp < b.stamp;
  });
  if (!drive.info().poses) return;
  for (const At& at : by_stamp_)
    if (drive.world_from_ego(at.stamp)) with_pose_.push_back(at);
}

std::optional<int> FrameTable::named(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional<int>(found->second);
}

int FrameTable::nearest(Stamp stamp) const {
  return nearest_of(by_stamp_, stamp);
}

int FrameTable::nearest_with_pose(Stamp stamp) const {
  return nearest_of(with_pose_, stamp);
}

int FrameTable::nearest_of(std::span<const At> ascending, Stamp stamp) {
  if (ascending.empty()) return -1;
  const auto after =
      std::lower_bound(ascending.begin(), ascending.end(), stamp, [](const At& at, Stamp s) {
        return at.stamp < s;
      });
  if (after == ascending.begin()) return after->frame;
  const auto before = after - 1;
  const bool later =
      after != ascending.end() && after->stamp.ns - stamp.ns < stamp.ns - before->stamp.ns;
  return later ? after->frame : before->frame;
}

}  // namespace sweepbox
