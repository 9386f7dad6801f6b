#pragma once
#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/drive/drive.hpp"

namespace sweepbox {

/// The instant of a label: a frame of the drive, or one that the drive does not have.
struct Instant {
  int frame = -1;  ///< −1: none of the drive's
  int near = 0;    ///< the drive's nearest frame, whose calibration it takes
  std::string name;
  Stamp stamp;
};

/// Finds the frames that label files mean, by name or by number. Stamps of instants without a frame
/// follow from their number, at the drive's own step per number (100 ms where it has none).
class Instants {
 public:
  explicit Instants(const Drive& drive);

  Instant named(std::string_view name) const;
  Instant numbered(std::int64_t number) const;

  /// The same for formats whose frames are counted (KITTI tracking, raw tracklets): where a frame's
  /// name is no number below 10⁹, frames are counted from 0 instead.
  Instant counted(std::int64_t number) const;
  /// The number by which `counted` finds an instant; empty for one that has none.
  std::optional<std::int64_t> count_of(const Instant& instant) const;

  /// Whether the label belongs to a frame of the drive by name.
  bool has(std::string_view name) const { return by_name_.contains(name); }

 private:
  Stamp stamp_of(std::int64_t number, int near) const;
  int near(std::int64_t number) const;

  const Drive& drive_;
  std::map<std::string, int, std::less<>> by_name_;
  std::map<std::int64_t, int> by_number_;
  bool counted_ = false;  ///< not by their names
  std::int64_t step_ns_ = 100'000'000;
  std::size_t name_width_ = 6;
};

/// The instant that a frame of the drive is.
Instant instant_of_frame(const Drive& drive, int frame);
/// The frame that an instant is; nullptr for one that the drive does not have.
const FrameInfo* frame_at(const Drive& drive, const Instant& instant);

/// The instant of a name as label files have it: the frame's own name, or its number written
/// otherwise ("5" for "000005").
Instant instant_named(const Instants& instants, std::string_view name);

/// A frame as a file of several has it: the name (a path or file name; its stem counts), and its
/// index from 0 where the file says one.
struct NamedFrame {
  std::string name;
  std::optional<std::int64_t> index;
};

/// The instants of a file's frames: by name; where not one name is a frame of the drive, by index.
std::vector<Instant> instants_of(const Drive& drive,
                                 const Instants& instants,
                                 std::span<const NamedFrame> frames);

/// Name of the track of a label without an id: FRAME/NUMBER, of its line or record from 1.
template <std::integral Number>
std::string made_up_track(std::string_view frame_name, Number number) {
  return fmt::format("{}/{}", frame_name, number);
}

/// Whether a track's name is such a one: no id, which formats that have ids leave out.
inline bool is_made_up(std::string_view track) {
  const std::size_t slash = track.rfind('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < track.size() &&
         track.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
}

/// ego from the frame that the reference lidar's files are in: that of boxes drawn on the clouds.
Pose ego_from_clouds(const Drive& drive, int frame);

}  // namespace sweepbox
