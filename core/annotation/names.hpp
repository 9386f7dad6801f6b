#pragma once
#include <cstddef>
#include <string_view>

namespace sweepbox {

/// Bytes of a name that is kept: of a track, a class, an attribute, or an attribute's value. What
/// shows names lays each of them out in every frame.
inline constexpr std::size_t kLongestName = 1024;

inline bool is_too_long(std::string_view name) {
  return name.size() > kLongestName;
}

}  // namespace sweepbox
