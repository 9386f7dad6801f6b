#include "core/drive/drive.hpp"

#include <algorithm>

namespace sweepbox {
namespace {

std::int64_t distance(Stamp a, Stamp b) {
  return a > b ? a.ns - b.ns : b.ns - a.ns;
}

}  // namespace

const ImageFile* FrameInfo::image(int camera) const {
  for (const ImageFile& file : images)
    if (file.camera == camera) return &file;
  return nullptr;
}

Pose world_from_ego_or_identity(const Drive& drive, Stamp stamp) {
  return drive.world_from_ego(stamp).value_or(Pose());
}

Pose ego_from_ego(const Drive& drive, Stamp from, Stamp to) {
  const auto world_from_then = drive.world_from_ego(from);
  const auto world_from_now = drive.world_from_ego(to);
  // One pose of two would tear the points away from the boxes: without both, nothing has moved.
  if (!world_from_then || !world_from_now) return {};
  return world_from_now->inverse() * *world_from_then;
}

std::int64_t frame_gap_ns(const Drive& drive) {
  constexpr std::int64_t kUsual = 100'000'000;
  std::vector<std::int64_t> gaps;
  const auto frames = drive.frames();
  for (std::size_t i = 1; i < frames.size(); ++i)
    gaps.push_back(frames[i].stamp.ns - frames[i - 1].stamp.ns);
  std::erase_if(gaps, [](std::int64_t gap) { return gap <= 0; });
  if (gaps.empty()) return kUsual;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

std::optional<int> frame_named(const Drive& drive, std::string_view name) {
  const auto frames = drive.frames();
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (frames[i].name == name) return static_cast<int>(i);
  return std::nullopt;
}

int frame_nearest(const Drive& drive, Stamp stamp) {
  const auto frames = drive.frames();
  if (frames.empty()) return -1;
  const auto after = std::lower_bound(
      frames.begin(), frames.end(), stamp, [](const FrameInfo& frame, Stamp wanted) {
        return frame.stamp < wanted;
      });
  if (after == frames.begin()) return 0;
  const auto before = after - 1;
  const bool later =
      after != frames.end() && distance(after->stamp, stamp) < distance(stamp, before->stamp);
  return static_cast<int>((later ? after : before) - frames.begin());
}

std::optional<double> time_offset_s(const FrameInfo& frame, int camera) {
  const ImageFile* image = frame.image(camera);
  const auto sweep = std::find_if(
      frame.sweeps.begin(), frame.sweeps.end(), [](const auto& one) { return one.has_value(); });
  if (!image || sweep == frame.sweeps.end()) return std::nullopt;
  return seconds_between((*sweep)->stamp, image->stamp);
}

std::vector<int> match_nearest(std::span<const Stamp> sweeps,
                               std::span<const Stamp> images,
                               std::int64_t half_gap_ns) {
  std::vector<int> image_of(sweeps.size(), -1);
  if (sweeps.empty()) return image_of;
  std::size_t sweep = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    // The nearest sweep of this image; of two equally near the earlier. It only moves forward.
    while (sweep + 1 < sweeps.size() &&
           distance(sweeps[sweep + 1], images[i]) < distance(sweeps[sweep], images[i]))
      ++sweep;
    const std::int64_t gap = distance(sweeps[sweep], images[i]);
    if (gap > half_gap_ns) continue;
    int& chosen = image_of[sweep];
    if (chosen < 0 || gap < distance(sweeps[sweep], images[static_cast<std::size_t>(chosen)]))
      chosen = static_cast<int>(i);
  }
  return image_of;
}

}  // namespace sweepbox
