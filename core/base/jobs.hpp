#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/thrown.hpp"

namespace sweepbox {

/// Asks a running job to stop, and hears how far it is. Copies share one state; every function may
/// be called from any thread.
class Cancel {
 public:
  void request() { state_->requested.store(true, std::memory_order_relaxed); }

  bool requested() const { return state_->requested.load(std::memory_order_relaxed); }

  /// How far the work is: 0 … 1; < 0: unknown.
  void set_share(double share) const { state_->share.store(share, std::memory_order_relaxed); }

  double share() const { return state_->share.load(std::memory_order_relaxed); }

  /// What it is at: English words that live for ever, key of their translation.
  void set_step(const char* words) const { state_->step.store(words, std::memory_order_relaxed); }

  const char* step() const { return state_->step.load(std::memory_order_relaxed); }

  bool operator==(const Cancel& other) const { return state_ == other.state_; }

 private:
  struct State {
    std::atomic<bool> requested = false;
    std::atomic<double> share = -1;
    std::atomic<const char*> step = "";
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Who waits for a job. Each lane has workers of its own, so that a long work in one holds up no
/// other; those that the eye does not wait for run niced.
enum class Lane {
  eye,         ///< what is looked at: a sweep, a picture, a number beside it
  person,      ///< what a person started and sees a bar of: an import, an export
  background,  ///< what nobody waits for: an examination, facts worked out ahead
};

/// Worker threads in lanes, whose results come back to one thread.
///
/// Jobs take values and return values; `done` runs on the thread that calls deliver() (the frame
/// loop's), in the order of completion, and not at all for a job that was cancelled.
///
/// A job that somebody waits for answers a Result: what it throws (no memory, a bug) arrives in
/// `done` as that Result's error, so that its bar ends and its reason is said. Of a job with
/// another answer an exception is logged and `done` is not called. It never ends the program.
class Jobs {
 public:
  /// `threads` ≥ 1: workers of the eye's lane and of the background's; a person's has one. `wake`
  /// is called from a worker each time a result is ready (may be empty). Workers begin with their
  /// lane's first job. Where the system gives fewer threads, those work; a lane without any is
  /// served by the eye's workers. Where it gives none at all, std::system_error is thrown.
  explicit Jobs(int threads, std::function<void()> wake = {});
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  /// Cancels what waits, waits for what runs.
  ~Jobs();

  /// Sets or replaces the wake function.
  void set_wake(std::function<void()> wake);
  /// Calls it, for what comes to the frame loop by another way. From any thread.
  void wake() const;

  enum class Order { first_come, newest_first };

  struct Options {
    Lane lane = Lane::eye;
    Order order = Order::first_come;
    Cancel cancel = {};  ///< of the bar that shows it
  };

  /// Runs `work(cancel)` on a worker of the lane, then `done(result)` in deliver().
  template <class Work, class Done>
  Cancel submit(Work work, Done done, Options options) {
    using Answer = decltype(work(std::declval<const Cancel&>()));
    Cancel cancel = options.cancel;
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
        std::move(options));
    return cancel;
  }

  template <class Work, class Done>
  Cancel submit(Work work, Done done) {
    return submit(std::move(work), std::move(done), Options{});
  }

  /// Runs the `done` functions of what has finished; answers how many. Call from one thread only.
  int deliver();

  /// Jobs waiting or running, and results not yet delivered: of all lanes, or of one.
  int pending() const;
  int pending(Lane lane) const;

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

  void submit_erased(std::function<std::function<void()>()> work, Options options);

  struct State;
  std::unique_ptr<State> state_;
};

/// Workers that leave the picture its core: one less than the machine has, at least one.
int sensible_worker_count();

}  // namespace sweepbox
