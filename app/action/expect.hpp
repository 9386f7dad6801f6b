#pragma once
#include <span>
#include <string_view>

#include "app/action/action.hpp"

namespace sweepbox {

/// Something that a script can check. `expect tracks=3` calls "tracks" with `is` = 3,
/// `expect keys track=a n=2` calls "keys" with its arguments.
struct Expectation {
  std::string_view name;
  std::string_view usage;
  std::string_view meaning;
  Result<void> (*check)(Session&, const Arguments&);
};

std::span<const Expectation> expectations();

}  // namespace sweepbox
