#include "core/base/stamp.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sweepbox {

Stamp later(Stamp stamp, double seconds) {
  return {stamp.ns + std::llround(seconds * static_cast<double>(kNsPerSecond))};
}

std::string to_text(Stamp stamp, Stamp start) {
  return fmt::format("{:.3f} s", seconds_between(start, stamp));
}

}  // namespace sweepbox
