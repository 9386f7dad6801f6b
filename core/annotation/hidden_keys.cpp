#include "core/annotation/hidden_keys.hpp"

namespace sweepbox {

std::optional<Problem> hidden_keys_problem(const Document& document) {
  std::size_t keys = 0, tracks = 0;
  for (const auto& track : document.tracks()) {
    const std::size_t hidden = track->keys.size() - shown_keys(*track);
    keys += hidden;
    tracks += hidden > 0;
  }
  if (keys == 0) return std::nullopt;
  return Problem{
      Severity::note,
      {},
      {},
      {},
      text("{} keyframes of {} tracks are hidden: the objects are not present there", keys, tracks),
      "they are kept; switch Present on where the objects should be shown"};
}

}  // namespace sweepbox
