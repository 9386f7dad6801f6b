#include "core/drive/drive.hpp"

#include <algorithm>

#include "core/base/hash.hpp"

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

const FrameTable& Drive::frame_table() const {
  std::call_once(tabled_, [this] { frame_table_ = std::make_unique<const FrameTable>(*this); });
  return *frame_table_;
}

std::string fingerprint_of(const Drive& drive) {
  Hash hash;
  hash.add(drive.info().format);
  const auto add_size = [&](const std::string& file) {
    std::error_code absent;
    const auto size = std::filesystem::file_size(drive.info().root / file, absent);
    hash.add(absent ? std::uint64_t{0} : static_cast<std::uint64_t>(size));
  };
  for (const FrameInfo& frame : drive.frames()) {
    hash.add(frame.name);
    for (const auto& sweep : frame.sweeps)
      if (sweep) add_size(sweep->file);
    for (const ImageFile& image : frame.images) add_size(image.file);
  }
  return hash.hex();
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
