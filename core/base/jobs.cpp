#include "core/base/jobs.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <system_error>
#include <thread>
#include <vector>

#include "core/base/log.hpp"

namespace sweepbox {

namespace {

constexpr std::size_t kLanes = 3;
/// Of the system's scheduling, by lane: what the eye waits for goes first.
constexpr int kNice[kLanes] = {0, 5, 10};

/// This thread alone: Linux keeps niceness by thread. Refused, it works as fast as the others.
void be_nice(int nice) {
  if (nice > 0) (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), nice);
}

}  // namespace

struct Jobs::State {
  struct Waiting {
    std::function<std::function<void()>()> work;
    Cancel cancel;
    std::size_t lane = 0;  ///< that was asked for
  };

  struct Finished {
    std::function<void()> done;  // empty where the job failed
    Cancel cancel;
    std::size_t lane = 0;
  };

  struct OfLane {
    int wanted = 1;  ///< workers
    std::deque<Waiting> waiting;
    std::condition_variable work_or_end;
    std::vector<std::thread> threads;
  };

  std::mutex mutex;
  std::condition_variable something_finished;
  std::array<OfLane, kLanes> lanes;
  std::vector<Finished> finished;
  std::function<void()> wake;
  std::array<int, kLanes> pending = {};  ///< submitted and not yet delivered
  bool ending = false;

  void run(OfLane& lane) {
    std::unique_lock lock(mutex);
    while (true) {
      lane.work_or_end.wait(lock, [&] { return ending || !lane.waiting.empty(); });
      if (ending) return;
      Waiting job = std::move(lane.waiting.front());
      lane.waiting.pop_front();
      lock.unlock();
      Finished result{{}, job.cancel, job.lane};
      if (!job.cancel.requested()) {
        try {
          result.done = job.work();
        } catch (...) {
          log_error("a background job failed: {}", to_line(thrown_error(std::current_exception())));
        }
      }
      job.work = {};  // what the job held is released before anybody waits for it
      lock.lock();
      finished.push_back(std::move(result));
      const std::function<void()> wake_now = wake;
      something_finished.notify_all();
      lock.unlock();
      if (wake_now) wake_now();
      lock.lock();
    }
  }

  /// Starts the workers of a lane where they do not run yet; false where the system gives none.
  bool start(std::size_t number) {
    OfLane& lane = lanes[number];
    if (!lane.threads.empty()) return true;
    for (int i = 0; i < lane.wanted; ++i) {
      try {
        lane.threads.emplace_back([this, &lane, nice = kNice[number]] {
          be_nice(nice);
          run(lane);
        });
      } catch (const std::system_error&) {  // ulimit -u
        if (i > 0)
          log_warning("the system gave {} of {} threads: work takes longer", i, lane.wanted);
        return i > 0;
      }
    }
    return true;
  }
};

Jobs::Jobs(int threads, std::function<void()> wake) : state_(std::make_unique<State>()) {
  state_->wake = std::move(wake);
  const int wanted = std::max(1, threads);
  state_->lanes[static_cast<std::size_t>(Lane::eye)].wanted = wanted;
  state_->lanes[static_cast<std::size_t>(Lane::background)].wanted = wanted;
  if (!state_->start(static_cast<std::size_t>(Lane::eye)))
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    for (State::OfLane& lane : state_->lanes)
      for (State::Waiting& job : lane.waiting) job.cancel.request();
    state_->wake = {};
  }
  for (State::OfLane& lane : state_->lanes) {
    lane.work_or_end.notify_all();
    for (std::thread& thread : lane.threads) thread.join();
  }
}

void Jobs::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(state_->mutex);
  state_->wake = std::move(wake);
}

void Jobs::wake() const {
  std::function<void()> wake_now;
  {
    const std::lock_guard lock(state_->mutex);
    wake_now = state_->wake;
  }
  if (wake_now) wake_now();
}

void Jobs::submit_erased(std::function<std::function<void()>()> work, Options options) {
  const std::lock_guard lock(state_->mutex);
  const auto asked = static_cast<std::size_t>(options.lane);
  State::OfLane& lane =
      state_->lanes[state_->start(asked) ? asked : static_cast<std::size_t>(Lane::eye)];
  State::Waiting job{std::move(work), std::move(options.cancel), asked};
  if (options.order == Order::newest_first)
    lane.waiting.push_front(std::move(job));
  else
    lane.waiting.push_back(std::move(job));
  ++state_->pending[asked];
  lane.work_or_end.notify_one();
}

int Jobs::deliver() {
  std::vector<State::Finished> ready;
  {
    const std::lock_guard lock(state_->mutex);
    ready.swap(state_->finished);
    for (const State::Finished& result : ready) --state_->pending[result.lane];
  }
  int ran = 0;
  for (State::Finished& result : ready) {
    if (!result.done || result.cancel.requested()) continue;
    result.done();
    ++ran;
  }
  return ran;
}

int Jobs::pending() const {
  const std::lock_guard lock(state_->mutex);
  return std::accumulate(state_->pending.begin(), state_->pending.end(), 0);
}

int Jobs::pending(Lane lane) const {
  const std::lock_guard lock(state_->mutex);
  return state_->pending[static_cast<std::size_t>(lane)];
}

void Jobs::finish() {
  while (true) {
    deliver();
    std::unique_lock lock(state_->mutex);
    if (std::accumulate(state_->pending.begin(), state_->pending.end(), 0) == 0) return;
    state_->something_finished.wait(lock, [this] { return !state_->finished.empty(); });
  }
}

int sensible_worker_count() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

}  // namespace sweepbox
