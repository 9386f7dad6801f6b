#pragma once
#include <atomic>
#include <memory>

#include "app/session/session.hpp"

namespace sweepbox {

/// Long work that a job does, as the job sees it: it writes its share (0 … 1) from its own thread
/// and asks whether it is still wanted. update() brings the share to Session::tasks.
struct TaskHandle {
  std::uint64_t id = 0;
  Cancel cancel;
  std::shared_ptr<std::atomic<double>> share;      ///< < 0: unknown
  std::shared_ptr<std::atomic<const char*>> step;  ///< English words that live for ever
};

/// Shows it in the window with a first share (< 0: unknown); end it in the job's `done`, also where
/// it was cancelled or failed.
TaskHandle begin_task(Session& session, Text title, double share = 0);
void end_task(Session& session, std::uint64_t id);

}  // namespace sweepbox
