#include "core/label/instants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/base/file_names.hpp"
#include "core/base/files.hpp"
#include "core/base/hash.hpp"

namespace sweepbox {
namespace {

/// Far numbers are times or hashes, not counts.
constexpr std::int64_t kMostCounts = 1'000'000'000;

}  // namespace

Instants::Instants(const Drive& drive) : drive_(drive) {
  const auto frames = drive.frames();
  for (int i = 0; i < static_cast<int>(frames.size()); ++i) {
    const std::string& name = frames[static_cast<std::size_t>(i)].name;
    by_name_.emplace(name, i);
    // As an export had to write it where files of a format could not hold it.
    if (!is_plain_name(name)) by_name_.emplace(coded_name(name), i);
    const auto number = number_in(name);
    counted_ = counted_ || !number || *number >= kMostCounts;
    if (number) {
      by_number_.emplace(*number, i);
      name_width_ = name.size();
    }
  }
  std::vector<std::int64_t> steps;
  const std::pair<const std::int64_t, int>* before = nullptr;
  for (const auto& entry : by_number_) {
    if (before) {
      const auto stamp = [&](int frame) {
        return frames[static_cast<std::size_t>(frame)].stamp.ns;
      };
      const std::int64_t step =
          (stamp(entry.second) - stamp(before->second)) / (entry.first - before->first);
      if (step > 0) steps.push_back(step);
    }
    before = &entry;
  }
  if (steps.empty()) return;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  step_ns_ = *middle;
}

int Instants::near(std::int64_t number) const {
  if (by_number_.empty()) return 0;
  const auto above = by_number_.lower_bound(number);
  if (above == by_number_.begin()) return above->second;
  const auto below = std::prev(above);
  if (above == by_number_.end()) return below->second;
  return above->first - number < number - below->first ? above->second : below->second;
}

Stamp Instants::stamp_of(std::int64_t number, int near) const {
  // A number from a file may be a time or a hash: its stamp stays where differences of stamps hold.
  constexpr __int128 kFarthest = __int128{1} << 61;
  __int128 ns = __int128{number} * step_ns_;
  if (!by_number_.empty()) {
    const FrameInfo& frame = drive_.frames()[static_cast<std::size_t>(near)];
    const __int128 steps = __int128{number} - number_in(frame.name).value_or(number);
    ns = frame.stamp.ns + steps * step_ns_;
  }
  return {static_cast<std::int64_t>(std::clamp(ns, -kFarthest, kFarthest))};
}

Instant Instants::named(std::string_view name) const {
  if (const auto found = by_name_.find(name); found != by_name_.end())
    return instant_of_frame(drive_, found->second);
  Instant result{-1, 0, std::string(name), {}};
  const auto number = number_in(name);
  if (number && std::abs(*number) < kMostCounts) {  // a stamp must not overflow
    result.near = near(*number);
    result.stamp = stamp_of(*number, result.near);
  } else if (!drive_.frames().empty()) {
    // Somewhere after the drive, apart from each other: no name must fall onto a frame.
    const auto after = static_cast<std::int64_t>(Hash().add(name).value() % 1'000'000);
    result.stamp = {drive_.frames().back().stamp.ns + (10 + after) * step_ns_};
    result.near = static_cast<int>(drive_.frames().size()) - 1;
  }
  return result;
}

Instant Instants::numbered(std::int64_t number) const {
  if (const auto found = by_number_.find(number); found != by_number_.end())
    return instant_of_frame(drive_, found->second);
  Instant result{-1, near(number), fmt::format("{:0{}}", number, name_width_), {}};
  result.stamp = stamp_of(number, result.near);
  return result;
}

Instant Instants::counted(std::int64_t number) const {
  if (counted_ && number >= 0 && number < static_cast<std::int64_t>(drive_.frames().size()))
    return instant_of_frame(drive_, static_cast<int>(number));
  return numbered(number);
}

std::optional<std::int64_t> Instants::count_of(const Instant& instant) const {
  if (counted_)
    return instant.frame < 0 ? std::nullopt : std::optional<std::int64_t>(instant.frame);
  const auto number = number_in(instant.name);
  return number && *number < kMostCounts ? number : std::nullopt;
}

Instant instant_of_frame(const Drive& drive, int frame) {
  const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
  return {frame, frame, info.name, info.stamp};
}

const FrameInfo* frame_at(const Drive& drive, const Instant& instant) {
  return instant.frame < 0 ? nullptr : &drive.frames()[static_cast<std::size_t>(instant.frame)];
}

Instant instant_named(const Instants& instants, std::string_view name) {
  if (!instants.has(name))
    if (const auto number = number_in(name))
      if (Instant found = instants.numbered(*number); found.frame >= 0) return found;
  return instants.named(name);
}

std::vector<Instant> instants_of(const Drive& drive,
                                 const Instants& instants,
                                 std::span<const NamedFrame> frames) {
  std::vector<Instant> result;
  bool any = false;
  for (const NamedFrame& frame : frames) {
    const fs::path path(frame.name);
    const std::string stem = path.stem().string();
    // "1.5" is a name, not a file's; and some names keep their extension.
    Instant found = instant_named(instants, stem);
    if (found.frame < 0 && path.has_extension())
      if (Instant whole = instant_named(instants, path.filename().string()); whole.frame >= 0)
        found = std::move(whole);
    any = any || found.frame >= 0;
    result.push_back(std::move(found));
  }
  if (any) return result;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto index = frames[i].index;
    if (!index || *index < 0 || *index >= static_cast<std::int64_t>(drive.frames().size()))
      continue;
    result[i] = instant_of_frame(drive, static_cast<int>(*index));
  }
  return result;
}

Pose ego_from_clouds(const Drive& drive, int frame) {
  if (drive.info().lidars.empty()) return {};
  return drive.ego_from(drive.info().lidars.front().name, frame).value_or(Pose{});
}

}  // namespace sweepbox
