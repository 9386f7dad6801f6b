#pragma once
#include <cstddef>
#include <cstdint>

// Limits on what files from outside may ask of memory and time. Each is far beyond what any known
// data set needs; who meets one says so in a Problem.

namespace sweepbox {

/// Bytes (UTF-8) of a name: of a class, a track, an attribute, a frame, a sensor, a topic.
inline constexpr std::size_t kLongestName = 1024;

/// Bytes (UTF-8) of the value of an attribute.
inline constexpr std::size_t kLongestValue = 65'536;

/// Problems of one drive, label set or project that are kept one by one; the rest is counted.
inline constexpr std::size_t kMostProblems = 10'000;

/// Bytes that all which is packed in a file of `packed` bytes may unpack to: 64 times the file and
/// 256 MB. Lidar clouds shrink to a half, pictures to a tenth; an empty picture of any camera fits
/// the second part.
constexpr std::uint64_t most_unpacked_from(std::uint64_t packed) {
  constexpr std::uint64_t kAlways = 256'000'000, kRatio = 64;
  return packed > (UINT64_MAX - kAlways) / kRatio ? UINT64_MAX : kAlways + kRatio * packed;
}

}  // namespace sweepbox
