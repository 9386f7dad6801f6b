#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace sweepbox {

/// A moment of the drive's own clock, in integer nanoseconds. Seconds as double only for
/// differences.
struct Stamp {
  std::int64_t ns = 0;

  auto operator<=>(const Stamp&) const = default;
};

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

/// to − from, in seconds.
constexpr double seconds_between(Stamp from, Stamp to) {
  return static_cast<double>(to.ns - from.ns) * 1e-9;
}

/// stamp + seconds, rounded to the nanosecond.
Stamp later(Stamp stamp, double seconds);

/// "12.500 s": the time since `start`, with milliseconds.
std::string to_text(Stamp stamp, Stamp start);

}  // namespace sweepbox
