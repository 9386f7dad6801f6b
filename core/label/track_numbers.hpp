#pragma once
#include <cstdint>
#include <map>

#include "core/annotation/document.hpp"
#include "core/label/label.hpp"

namespace sweepbox {

/// Whole numbers for tracks, where a format has no other ids: a track whose name is a number that
/// no other has keeps it, the others take the free ones after the largest.
class TrackNumbers {
 public:
  explicit TrackNumbers(const Document& document);

  std::int64_t of(const Track& track) const { return numbers_.at(track.uid); }

  /// The name is its number.
  static bool is_number(const Track& track);

 private:
  std::map<TrackId, std::int64_t> numbers_;
};

/// Names of tracks that are no numbers, for formats whose ids are.
LossKind names_that_are_no_numbers();

}  // namespace sweepbox
