#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/jobs.hpp"
#include "core/drive/drive.hpp"

namespace sweepbox {

/// Sweeps and images of a drive, loaded by jobs, kept below a byte cap. Belongs to the thread that
/// calls Jobs::deliver(); never blocks it.
class FrameCache {
 public:
  struct Options {
    std::uint64_t byte_cap = std::uint64_t{1} << 30;
    int prefetch = 8;  ///< steps ahead in the direction of travel
    /// Of sweeps.
    WantedChannels channels = {};
  };

  /// One thing of one frame.
  template <class T>
  struct Entry {
    enum class State { absent, loading, ready, failed };
    State state = State::absent;
    std::shared_ptr<const T> value;  ///< where ready
    std::optional<Error> error;      ///< where failed
  };

  FrameCache(std::shared_ptr<const Drive> drive, Jobs& jobs, Options options);
  FrameCache(const FrameCache&) = delete;
  FrameCache& operator=(const FrameCache&) = delete;
  ~FrameCache();  ///< cancels what is loading

  /// The frame that is looked at, and where travel goes from it, in frames a step (forward > 0;
  /// 0: standing still): loads it first, then prefetches; jobs that are no longer wanted are
  /// cancelled, far frames make room.
  void want(int frame, int step);

  /// Width in pixels at which images are shown (0: full); a larger one is decoded again.
  void set_image_width(int camera, int width);

  Entry<Sweep> sweep(int frame, int lidar) const;
  Entry<Image> image(int frame, int camera) const;

  /// Everything of the frame that the drive has is ready or failed.
  bool complete(int frame) const;

  /// Of the frames that anything was loaded of, those that are complete, as runs [begin, end),
  /// ascending. Costs what is loaded.
  std::vector<std::pair<int, int>> complete_runs() const;

  std::uint64_t bytes() const;
  std::uint64_t version() const;  ///< grows whenever something arrives
  /// Grows whenever something of the frame that is looked at arrives.
  std::uint64_t shown_version() const;
  std::uint64_t arrivals() const;  ///< results of its jobs that came, wanted or not

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sweepbox
