#pragma once
#include <cstddef>
#include <vector>

#include "core/annotation/track.hpp"

namespace sweepbox {

/// Which of many lives contain a moment: an interval tree kept in an array (Cormen et al.,
/// Introduction to Algorithms, "Interval trees"), of lives sorted by their beginning, each subtree
/// with its latest end.
class LifeIndex {
 public:
  struct Life {
    Stamp first, last;
    TrackId uid = 0;
  };

  LifeIndex() = default;
  explicit LifeIndex(std::vector<Life> lives);

  /// Appends the uids of lives with a moment in [first, last], in no order. O(log n + found).
  void find(Stamp first, Stamp last, std::vector<TrackId>& found) const;

 private:
  Stamp measure(std::size_t begin, std::size_t end);
  void find(std::size_t begin,
            std::size_t end,
            Stamp first,
            Stamp last,
            std::vector<TrackId>& found) const;

  std::vector<Life> lives_;    ///< ascending first
  std::vector<Stamp> latest_;  ///< of the subtree whose root is lives_[i]
};

}  // namespace sweepbox
