#include "core/label/track_numbers.hpp"

#include <algorithm>
#include <set>

#include "core/base/parse.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {

bool TrackNumbers::is_number(const Track& track) {
  const auto number = to_integer(track.name);
  return number && *number >= 0 && *number < 1'000'000'000 && std::to_string(*number) == track.name;
}

TrackNumbers::TrackNumbers(const Document& document) {
  std::set<std::int64_t> taken;
  std::vector<const Track*> others;
  for (const auto& track : document.tracks()) {
    const auto number = is_number(*track) ? to_integer(track->name) : std::nullopt;
    if (number && taken.insert(*number).second)
      numbers_[track->uid] = *number;
    else
      others.push_back(track.get());
  }
  std::stable_sort(others.begin(), others.end(), [](const Track* a, const Track* b) {
    return name_before(a->name, b->name);
  });
  std::int64_t next = taken.empty() ? 0 : *taken.rbegin() + 1;
  for (const Track* track : others) numbers_[track->uid] = next++;
}

LossKind names_that_are_no_numbers() {
  return {"names of tracks that are no numbers",
          [](const WriteRequest&, const OutFrame&, const OutBox& box) {
            return !TrackNumbers::is_number(*box.track);
          }};
}

}  // namespace sweepbox
