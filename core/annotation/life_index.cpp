#include "core/annotation/life_index.hpp"

#include <algorithm>
#include <limits>

namespace sweepbox {

// The root of a range is its middle.

LifeIndex::LifeIndex(std::vector<Life> lives) : lives_(std::move(lives)), latest_(lives_.size()) {
  std::sort(
      lives_.begin(), lives_.end(), [](const Life& a, const Life& b) { return a.first < b.first; });
  measure(0, lives_.size());
}

Stamp LifeIndex::measure(std::size_t begin, std::size_t end) {
  if (begin == end) return {std::numeric_limits<std::int64_t>::min()};
  const std::size_t root = begin + (end - begin) / 2;
  return latest_[root] =
             std::max({lives_[root].last, measure(begin, root), measure(root + 1, end)});
}

void LifeIndex::find(Stamp first, Stamp last, std::vector<TrackId>& found) const {
  find(0, lives_.size(), first, last, found);
}

void LifeIndex::find(std::size_t begin,
                     std::size_t end,
                     Stamp first,
                     Stamp last,
                     std::vector<TrackId>& found) const {
  if (begin == end) return;
  const std::size_t root = begin + (end - begin) / 2;
  if (latest_[root] < first) return;
  find(begin, root, first, last, found);
  const Life& life = lives_[root];
  if (last < life.first) return;
  if (!(life.last < first)) found.push_back(life.uid);
  find(root + 1, end, first, last, found);
}

}  // namespace sweepbox
