#include "core/annotation/track_list.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>

#include "core/annotation/life_index.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {

/// At least one entry. A change copies one chunk and the list of chunks.
struct TrackList::Chunk {
  struct Entry {
    TrackId uid = 0;
    Pointer track;
    std::uint64_t edit = 0;  ///< that made it
  };

  static constexpr std::size_t kMost = 128;
  std::vector<Entry> entries;  ///< ascending uid
};

/// Of the list as it was when somebody asked first; what changed since is looked at by itself.
struct TrackList::Index {
  /// After so many changes the next question makes a new one.
  static constexpr std::size_t kMostChanges = 64;

  TrackList whole;  ///< without an index of its own
  LifeIndex lives;
  std::unordered_multimap<std::string, TrackId> names;
  std::int64_t free_number = 1;  ///< the smallest that no name is

  explicit Index(const TrackList& list) : whole(list.without_index()) {
    std::vector<LifeIndex::Life> all;
    all.reserve(list.size());
    names.reserve(list.size());
    for (const Pointer& track : list) {
      all.push_back({track->first, track->last, track->uid});
      names.emplace(track->name, track->uid);
    }
    lives = LifeIndex(std::move(all));
    while (names.contains(std::to_string(free_number))) ++free_number;
  }
};

struct TrackList::Inside {
  std::vector<std::shared_ptr<const Chunk>> chunks;
  std::vector<std::size_t> begins;  ///< index of each chunk's first track
  std::size_t size = 0;

  mutable std::mutex mutex;
  mutable std::shared_ptr<const Index> index;
  std::vector<TrackId> changed;  ///< since the index; ascending

  void add(std::shared_ptr<const Chunk> chunk) {
    begins.push_back(size);
    size += chunk->entries.size();
    chunks.push_back(std::move(chunk));
  }

  void add(std::vector<Chunk::Entry> entries) {
    const std::size_t parts = (entries.size() + Chunk::kMost - 1) / Chunk::kMost;
    for (std::size_t i = 0; i < parts; ++i) {
      const auto at = [&](std::size_t part) {
        return entries.begin() + static_cast<std::ptrdiff_t>(part * entries.size() / parts);
      };
      auto chunk = std::make_shared<Chunk>();
      chunk->entries.assign(std::make_move_iterator(at(i)), std::make_move_iterator(at(i + 1)));
      add(std::shared_ptr<const Chunk>(std::move(chunk)));
    }
  }

  const Chunk::Entry* find(TrackId uid) const {
    auto chunk = std::upper_bound(
        chunks.begin(), chunks.end(), uid, [](TrackId id, const std::shared_ptr<const Chunk>& c) {
          return id < c->entries.front().uid;
        });
    if (chunk == chunks.begin()) return nullptr;
    const auto& entries = (*--chunk)->entries;
    const auto found = std::lower_bound(
        entries.begin(), entries.end(), uid, [](const Chunk::Entry& entry, TrackId id) {
          return entry.uid < id;
        });
    return found != entries.end() && found->uid == uid ? &*found : nullptr;
  }

  bool has_changed(TrackId uid) const {
    return std::binary_search(changed.begin(), changed.end(), uid);
  }
};

TrackList::Iterator::reference TrackList::Iterator::operator*() const {
  return (*chunk_)->entries[at_].track;
}

TrackList::Iterator& TrackList::Iterator::operator++() {
  if (++at_ == (*chunk_)->entries.size()) {
    ++chunk_;
    at_ = 0;
  }
  return *this;
}

TrackList::TrackList() {
  static const auto none = std::make_shared<const Inside>();
  inside_ = none;
}

TrackList::Iterator TrackList::begin() const {
  Iterator result;
  result.chunk_ = inside_->chunks.data();
  return result;
}

TrackList::Iterator TrackList::end() const {
  Iterator result;
  result.chunk_ = inside_->chunks.data() + inside_->chunks.size();
  return result;
}

std::size_t TrackList::size() const {
  return inside_->size;
}

const TrackList::Pointer& TrackList::operator[](std::size_t index) const {
  const auto& begins = inside_->begins;
  const auto chunk = static_cast<std::size_t>(
                         std::upper_bound(begins.begin(), begins.end(), index) - begins.begin()) -
                     1;
  return inside_->chunks[chunk]->entries[index - begins[chunk]].track;
}

TrackList::Pointer TrackList::find(TrackId uid) const {
  const Chunk::Entry* entry = inside_->find(uid);
  return entry ? entry->track : nullptr;
}

std::uint64_t TrackList::edit_of(TrackId uid) const {
  const Chunk::Entry* entry = inside_->find(uid);
  return entry ? entry->edit : 0;
}

TrackList TrackList::without_index() const {
  auto same = std::make_shared<Inside>();
  same->chunks = inside_->chunks;
  same->begins = inside_->begins;
  same->size = inside_->size;
  return TrackList(std::move(same));
}

std::shared_ptr<const TrackList::Index> TrackList::index() const {
  const std::lock_guard lock(inside_->mutex);
  if (!inside_->index) inside_->index = std::make_shared<const Index>(*this);
  return inside_->index;
}

std::vector<TrackList::Pointer> TrackList::living(Stamp first, Stamp last) const {
  std::vector<TrackId> uids;
  index()->lives.find(first, last, uids);
  std::erase_if(uids, [&](TrackId uid) { return inside_->has_changed(uid); });
  uids.insert(uids.end(), inside_->changed.begin(), inside_->changed.end());
  std::sort(uids.begin(), uids.end());
  std::vector<Pointer> result;
  for (const TrackId uid : uids)
    if (auto track = find(uid); track && track->first <= last && first <= track->last)
      result.push_back(std::move(track));
  return result;
}

TrackList::Pointer TrackList::named(std::string_view name) const {
  const auto known = index();
  Pointer result;
  const auto consider = [&](TrackId uid) {
    if (result && result->uid < uid) return;
    if (auto track = find(uid); track && track->name == name) result = std::move(track);
  };
  const auto [begin, end] = known->names.equal_range(std::string(name));
  for (auto at = begin; at != end; ++at) consider(at->second);
  for (const TrackId uid : inside_->changed) consider(uid);
  return result;
}

std::string TrackList::free_name() const {
  const auto known = index();
  // Numbers below may have come free by what changed.
  std::set<std::int64_t> freed;
  for (const TrackId uid : inside_->changed)
    if (const auto before = known->whole.find(uid))
      if (const auto number = to_integer(before->name); number && *number > 0)
        freed.insert(*number);
  for (const std::int64_t number : freed) {
    if (number >= known->free_number) break;
    if (std::string name = std::to_string(number); !named(name)) return name;
  }
  for (std::int64_t number = known->free_number;; ++number)
    if (std::string name = std::to_string(number); !named(name)) return name;
}

TrackList TrackList::with(std::vector<Replacement> by, std::uint64_t edit) const {
  std::stable_sort(
      by.begin(), by.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
  auto after = std::make_shared<Inside>();
  const auto& chunks = inside_->chunks;
  after->chunks.reserve(chunks.size() + 1);
  after->begins.reserve(chunks.size() + 1);
  auto next = by.begin();
  for (std::size_t c = 0; c < std::max<std::size_t>(chunks.size(), 1); ++c) {
    // What belongs before the next chunk's first, the last chunk's rest included.
    const auto begin = next;
    next = c + 1 < chunks.size()
               ? std::lower_bound(begin,
                                  by.end(),
                                  chunks[c + 1]->entries.front().uid,
                                  [](const Replacement& r, TrackId uid) { return r.uid < uid; })
               : by.end();
    if (begin == next) {
      if (c < chunks.size()) after->add(chunks[c]);
      continue;
    }
    static const std::vector<Chunk::Entry> none;
    const auto& before = c < chunks.size() ? chunks[c]->entries : none;
    std::vector<Chunk::Entry> entries;
    entries.reserve(before.size() + static_cast<std::size_t>(next - begin));
    auto at = before.begin();
    for (auto r = begin; r != next; ++r) {
      if (r + 1 != next && (r + 1)->uid == r->uid) continue;
      for (; at != before.end() && at->uid < r->uid; ++at) entries.push_back(*at);
      if (at != before.end() && at->uid == r->uid) ++at;
      if (r->track) entries.push_back({r->uid, r->track, edit});
    }
    entries.insert(entries.end(), at, before.end());
    after->add(std::move(entries));
  }
  {
    const std::lock_guard lock(inside_->mutex);
    after->index = inside_->index;
  }
  if (after->index) {
    after->changed = inside_->changed;
    for (const Replacement& r : by) after->changed.push_back(r.uid);
    std::sort(after->changed.begin(), after->changed.end());
    after->changed.erase(std::unique(after->changed.begin(), after->changed.end()),
                         after->changed.end());
    if (after->changed.size() > Index::kMostChanges) {
      after->index = nullptr;
      after->changed.clear();
    }
  }
  return TrackList(std::move(after));
}

bool TrackList::operator==(const TrackList& other) const {
  return inside_ == other.inside_ ||
         std::equal(begin(), end(), other.begin(), other.end(), [](const auto& a, const auto& b) {
           return a == b || *a == *b;
         });
}

}  // namespace sweepbox
