#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/thrown.hpp"

namespace sweepbox {

/// Asks a running job to stop. Copies share one flag.
class Cancel {
 public:
  void request() { flag_->store(true, std::memory_order_relaxed); }

  bool requested() const { return flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_ = std::make_shared<std::atomic<bool>>(false);
};

/// A pool of worker threads whose results come back to one thread.
///
/// Jobs take values and return values; `done` runs on the thread that calls deliver() (the frame
/// loop's), in the order of completion, and not at all for a job that was cancelled.
///
/// A job that somebody waits for answers a Result: what it throws (no memory, a bug) arrives in
/// `done` as that Result's error, so that its bar ends and its reason is said. Of a job with
/// another answer an exception is logged and `done` is not called. It never ends the program.
class Jobs {
 public:
  /// `threads` ≥ 1. `wake` is called from a worker each time a result is ready (may be empty).
  /// Where the system gives fewer threads, those work; where it gives none, std::system_error is
  /// thrown.
  explicit Jobs(int threads, std::function<void()> wake = {});
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  /// Cancels what waits, waits for what runs.
  ~Jobs();

  /// Sets or replaces the wake function.
  void set_wake(std::function<void()> wake);

  enum class Order { first_come, newest_first };

  /// Runs `work(cancel)` on a worker, then `done(result)` in deliver().
  template <class Work, class Done>
  Cancel submit(Work work, Done done, Order order = Order::first_come) {
    using Answer = decltype(work(std::declval<const Cancel&>()));
    Cancel cancel;
    submit_erased(
        [work = std::move(work),
         done = std::move(done),
         cancel]() mutable -> std::function<void()> {
          if constexpr (std::is_void_v<Answer>) {
            work(std::as_const(cancel));
            return [done = std::move(done)]() mutable { done(); };
          } else {
            auto value = std::make_shared<Answer>(answer_of<Answer>(work, cancel));
            return [done = std::move(done), value]() mutable { done(std::move(*value)); };
          }
        },
        cancel,
        order);
    return cancel;
  }

  /// Runs the `done` functions of what has finished; answers how many. Call from one thread only.
  int deliver();

  /// Jobs waiting or running, and results not yet delivered.
  int pending() const;

  /// Blocks until nothing is pending, delivering as it goes. For commands and tests, not for the
  /// window.
  void finish();

 private:
  template <class Answer, class Work>
  static Answer answer_of(Work& work, const Cancel& cancel) {
    if constexpr (std::is_constructible_v<Answer, tl::unexpect_t, Error>) {  // a Result
      try {
        return work(cancel);
      } catch (...) {
        return Answer(tl::unexpect, thrown_error(std::current_exception()));
      }
    } else {
      return work(cancel);
    }
  }

  void submit_erased(std::function<std::function<void()>()> work, Cancel cancel, Order order);

  struct State;
  std::unique_ptr<State> state_;
};

/// Workers that leave the picture its core: one less than the machine has, at least one.
int sensible_worker_count();

}  // namespace sweepbox
