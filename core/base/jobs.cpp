#include "core/base/jobs.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "core/base/log.hpp"

namespace sweepbox {

struct Jobs::State {
  struct Waiting {
    std::function<std::function<void()>()> work;
    Cancel cancel;
  };

  struct Finished {
    std::function<void()> done;  // empty where the job failed
    Cancel cancel;
  };

  std::mutex mutex;
  std::condition_variable work_or_end;
  std::condition_variable something_finished;
  std::deque<Waiting> waiting;
  std::vector<Finished> finished;
  std::function<void()> wake;
  int running = 0;
  bool ending = false;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work_or_end.wait(lock, [this] { return ending || !waiting.empty(); });
      if (ending) return;
      Waiting job = std::move(waiting.front());
      waiting.pop_front();
      ++running;
      lock.unlock();
      Finished result{{}, job.cancel};
      if (!job.cancel.requested()) {
        try {
          result.done = job.work();
        } catch (...) {
          log_error("a background job failed: {}", to_line(thrown_error(std::current_exception())));
        }
      }
      job.work = {};  // what the job held is released before anybody waits for it
      lock.lock();
      --running;
      finished.push_back(std::move(result));
      const std::function<void()> wake_now = wake;
      something_finished.notify_all();
      lock.unlock();
      if (wake_now) wake_now();
      lock.lock();
    }
  }
};

Jobs::Jobs(int threads, std::function<void()> wake) : state_(std::make_unique<State>()) {
  state_->wake = std::move(wake);
  const int wanted = std::max(1, threads);
  state_->threads.reserve(static_cast<std::size_t>(wanted));
  for (int i = 0; i < wanted; ++i) {
    try {
      state_->threads.emplace_back([state = state_.get()] { state->run(); });
    } catch (const std::system_error&) {  // ulimit -u
      if (state_->threads.empty()) throw;
      log_warning("the system gave {} of {} threads: work takes longer", i, wanted);
      break;
    }
  }
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    for (State::Waiting& job : state_->waiting) job.cancel.request();
    state_->wake = {};
  }
  state_->work_or_end.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

void Jobs::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(state_->mutex);
  state_->wake = std::move(wake);
}

void Jobs::submit_erased(std::function<std::function<void()>()> work, Cancel cancel, Order order) {
  {
    const std::lock_guard lock(state_->mutex);
    State::Waiting job{std::move(work), std::move(cancel)};
    if (order == Order::newest_first)
      state_->waiting.push_front(std::move(job));
    else
      state_->waiting.push_back(std::move(job));
  }
  state_->work_or_end.notify_one();
}

int Jobs::deliver() {
  std::vector<State::Finished> ready;
  {
    const std::lock_guard lock(state_->mutex);
    ready.swap(state_->finished);
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
  return static_cast<int>(state_->waiting.size() + state_->finished.size()) + state_->running;
}

void Jobs::finish() {
  while (true) {
    deliver();
    std::unique_lock lock(state_->mutex);
    if (state_->waiting.empty() && state_->finished.empty() && state_->running == 0) return;
    state_->something_finished.wait(lock, [this] { return !state_->finished.empty(); });
  }
}

int sensible_worker_count() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

}  // namespace sweepbox
