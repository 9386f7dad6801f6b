#include "core/drive/frame_cache.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "core/base/thrown.hpp"

namespace sweepbox {
namespace {

/// One thing that can be loaded.
struct Key {
  int frame = 0;
  bool image = false;
  int sensor = 0;

  auto operator<=>(const Key&) const = default;
};

using Loaded =
    std::variant<std::monostate, std::shared_ptr<const Sweep>, std::shared_ptr<const Image>, Error>;

struct Slot {
  Loaded loaded;
  std::uint64_t bytes = 0;
  std::optional<Cancel> loading;  ///< also while a ready image is decoded again, larger
};

std::uint64_t bytes_of(const Loaded& loaded) {
  if (const auto* sweep = std::get_if<std::shared_ptr<const Sweep>>(&loaded))
    return (*sweep)->byte_size();
  if (const auto* image = std::get_if<std::shared_ptr<const Image>>(&loaded))
    return (*image)->byte_size();
  return 0;
}

Loaded read(const Drive& drive, const Key& key, int width, const WantedChannels& channels) {
  if (key.image) {
    auto image = drive.read_image(key.frame, key.sensor, width);
    if (!image) return std::move(image.error());
    return std::make_shared<const Image>(std::move(*image));
  }
  auto sweep = drive.read_sweep(key.frame, key.sensor, channels);
  if (!sweep) return std::move(sweep.error());
  return std::make_shared<const Sweep>(std::move(*sweep));
}

/// A file that no memory is left for fails like any other; its slot must not load for ever.
Loaded load(const Drive& drive, const Key& key, int width, const WantedChannels& channels) {
  try {
    return read(drive, key, width, channels);
  } catch (...) {
    Error error = thrown_error(std::current_exception());
    error.where = "frame " + drive.frames()[static_cast<std::size_t>(key.frame)].name;
    return error;
  }
}

}  // namespace

/// Wishes are kept here in their order and only a few are handed to the pool: what waits there
/// could no longer be overtaken by what is looked at next.
struct FrameCache::State : std::enable_shared_from_this<FrameCache::State> {
  State(std::shared_ptr<const Drive> from, Jobs& pool, Options with)
      : drive(std::move(from)),
        jobs(pool),
        options(with),
        in_flight_most(std::max(4, 2 * sensible_worker_count())),
        widths(drive->info().cameras.size(), 0) {}

  std::shared_ptr<const Drive> drive;
  Jobs& jobs;
  Options options;
  int in_flight_most;
  std::vector<int> widths;  ///< wanted, by camera; 0 is full
  std::map<Key, Slot> slots;
  std::vector<Key> wanted;  ///< most urgent first
  std::map<Key, std::size_t> rank;
  std::set<Key> refused;  ///< loaded once at this place and thrown out again: no room
  std::map<std::pair<bool, int>, std::uint64_t> usual_bytes;  ///< last seen, by sensor
  int frame = 0;
  int in_flight = 0;
  std::uint64_t bytes = 0;
  std::uint64_t version = 0;
  std::uint64_t shown_version = 0;
  std::uint64_t arrivals = 0;

  int frame_count() const { return static_cast<int>(drive->frames().size()); }

  std::vector<Key> keys_of(int of_frame) const {
    std::vector<Key> keys;
    if (of_frame < 0 || of_frame >= frame_count()) return keys;
    const FrameInfo& info = drive->frames()[static_cast<std::size_t>(of_frame)];
    for (std::size_t lidar = 0; lidar < info.sweeps.size(); ++lidar)
      if (info.sweeps[lidar]) keys.push_back({of_frame, false, static_cast<int>(lidar)});
    for (const ImageFile& image : info.images) keys.push_back({of_frame, true, image.camera});
    return keys;
  }

  /// The frame, then those ahead; standing still, both ways. One behind is kept for a step back.
  std::vector<int> frames_wanted(int step) const {
    std::vector<int> order = {frame};
    for (int i = 1; i <= options.prefetch; ++i) {
      if (step != 0) {
        order.push_back(frame + i * step);
      } else if (2 * i <= options.prefetch + 1) {
        order.push_back(frame + i);
        order.push_back(frame - i);
      }
      if (i == 1 && step != 0) order.push_back(frame - (step > 0 ? 1 : -1));
    }
    return order;
  }

  std::uint64_t expected_bytes(const Key& key) const {
    if (const auto slot = slots.find(key); slot != slots.end() && slot->second.bytes > 0)
      return slot->second.bytes;
    const auto usual = usual_bytes.find({key.image, key.sensor});
    return usual == usual_bytes.end() ? 0 : usual->second;
  }

  void want(int new_frame, int step) {
    if (new_frame != frame) refused.clear();
    frame = new_frame;
    wanted.clear();
    rank.clear();
    std::uint64_t expected = 0;
    for (const int one : frames_wanted(step))
      for (const Key& key : keys_of(one)) {
        expected += expected_bytes(key);
        if (one != frame && expected > options.byte_cap) break;
        if (rank.emplace(key, wanted.size()).second) wanted.push_back(key);
      }
    cancel_unwanted();
    make_room();
    schedule();
  }

  void cancel_unwanted() {
    for (auto slot = slots.begin(); slot != slots.end();) {
      if (slot->second.loading && !rank.contains(slot->first)) {
        slot->second.loading->request();
        slot->second.loading.reset();
        --in_flight;
        if (std::holds_alternative<std::monostate>(slot->second.loaded)) {
          slot = slots.erase(slot);
          continue;
        }
      }
      ++slot;
    }
  }

  /// Only a picture that was scaled down and is shown larger now.
  bool is_too_small(const Key& key, const Slot& slot) const {
    const auto* image = std::get_if<std::shared_ptr<const Image>>(&slot.loaded);
    if (!image) return false;
    const int width = widths[static_cast<std::size_t>(key.sensor)];
    return (*image)->width < (*image)->full_width && (width == 0 || (*image)->width < width);
  }

  void schedule() {
    for (const Key& key : wanted) {
      if (in_flight >= in_flight_most) return;
      if (refused.contains(key)) continue;
      Slot& slot = slots[key];
      if (slot.loading) continue;
      if (!std::holds_alternative<std::monostate>(slot.loaded) && !is_too_small(key, slot))
        continue;
      start(key, slot);
    }
  }

  void start(const Key& key, Slot& slot) {
    const int width = key.image ? widths[static_cast<std::size_t>(key.sensor)] : 0;
    ++in_flight;
    slot.loading = jobs.submit(
        [from = drive, key, width, channels = options.channels](const Cancel& cancel) {
          return cancel.requested() ? Loaded() : load(*from, key, width, channels);
        },
        [weak = weak_from_this(), key](Loaded loaded) {
          const auto state = weak.lock();
          if (!state) return;
          ++state->arrivals;
          state->arrived(key, std::move(loaded));
        });  // first come: every later wish would overtake the frame that is looked at
  }

  void arrived(const Key& key, Loaded loaded) {
    const auto found = slots.find(key);
    if (found == slots.end() || !found->second.loading) return;
    Slot& slot = found->second;
    slot.loading.reset();
    --in_flight;
    bytes -= slot.bytes;
    slot.loaded = std::move(loaded);
    slot.bytes = bytes_of(slot.loaded);
    bytes += slot.bytes;
    if (slot.bytes > 0) usual_bytes[{key.image, key.sensor}] = slot.bytes;
    ++version;
    if (key.frame == frame) ++shown_version;
    make_room();
    schedule();
  }

  /// Throws out what is farthest from being looked at until the cap holds; never the frame itself.
  void make_room() {
    while (bytes > options.byte_cap) {
      auto victim = slots.end();
      std::size_t farthest = 0;
      for (auto slot = slots.begin(); slot != slots.end(); ++slot) {
        if (slot->second.bytes == 0 || slot->first.frame == frame) continue;
        const auto known = rank.find(slot->first);
        const std::size_t distance =
            known != rank.end()
                ? known->second
                : wanted.size() + static_cast<std::size_t>(std::abs(slot->first.frame - frame));
        if (victim == slots.end() || distance > farthest) {
          victim = slot;
          farthest = distance;
        }
      }
      if (victim == slots.end()) return;
      bytes -= victim->second.bytes;
      if (rank.contains(victim->first)) refused.insert(victim->first);
      if (victim->second.loading) {
        victim->second.loading->request();
        --in_flight;
      }
      slots.erase(victim);
    }
  }

  template <class T>
  Entry<T> entry(const Key& key) const {
    using Is = typename Entry<T>::State;
    const auto found = slots.find(key);
    if (found == slots.end()) return {};
    if (const auto* value = std::get_if<std::shared_ptr<const T>>(&found->second.loaded))
      return {Is::ready, *value, std::nullopt};
    if (const auto* error = std::get_if<Error>(&found->second.loaded))
      return {Is::failed, nullptr, *error};
    return {found->second.loading ? Is::loading : Is::absent, nullptr, std::nullopt};
  }
};

FrameCache::FrameCache(std::shared_ptr<const Drive> drive, Jobs& jobs, Options options)
    : state_(std::make_shared<State>(std::move(drive), jobs, options)) {}

FrameCache::~FrameCache() {
  for (auto& [key, slot] : state_->slots)
    if (slot.loading) slot.loading->request();
}

void FrameCache::want(int frame, int step) {
  state_->want(frame, step);
}

void FrameCache::set_image_width(int camera, int width) {
  if (camera < 0 || camera >= static_cast<int>(state_->widths.size())) return;
  int& wanted = state_->widths[static_cast<std::size_t>(camera)];
  if (wanted == width) return;
  wanted = width;
  state_->schedule();
}

FrameCache::Entry<Sweep> FrameCache::sweep(int frame, int lidar) const {
  return state_->entry<Sweep>({frame, false, lidar});
}

FrameCache::Entry<Image> FrameCache::image(int frame, int camera) const {
  return state_->entry<Image>({frame, true, camera});
}

bool FrameCache::complete(int frame) const {
  const std::vector<Key> keys = state_->keys_of(frame);
  return std::all_of(keys.begin(), keys.end(), [&](const Key& key) {
    const auto slot = state_->slots.find(key);
    return slot != state_->slots.end() &&
           !std::holds_alternative<std::monostate>(slot->second.loaded);
  });
}

std::vector<std::pair<int, int>> FrameCache::complete_runs() const {
  std::vector<std::pair<int, int>> runs;
  const auto& slots = state_->slots;
  for (auto slot = slots.begin(); slot != slots.end();
       slot = slots.lower_bound({slot->first.frame + 1, false, 0})) {
    const int frame = slot->first.frame;
    if (!complete(frame)) continue;
    if (!runs.empty() && runs.back().second == frame)
      ++runs.back().second;
    else
      runs.emplace_back(frame, frame + 1);
  }
  return runs;
}

std::uint64_t FrameCache::bytes() const {
  return state_->bytes;
}

std::uint64_t FrameCache::version() const {
  return state_->version;
}

std::uint64_t FrameCache::shown_version() const {
  return state_->shown_version;
}

std::uint64_t FrameCache::arrivals() const {
  return state_->arrivals;
}

}  // namespace sweepbox
