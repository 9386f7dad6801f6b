#pragma once
#include <functional>
#include <utility>

#include "app/session/session.hpp"

// Long work that a person started: a bar in the window while a job in the person's lane does it.

namespace sweepbox {

/// Shows a bar; its share and step are what the job says of them (Cancel). It goes with end_task,
/// or by itself where it was stopped. The task's id is given here.
Cancel begin_task(Session& session, Task task);
void end_task(Session& session, const Cancel& cancel);

/// Ends the bars of what was stopped, and says so; whether there were any.
bool end_stopped_tasks(Session& session);

/// Stops what works on the open drive, and says so.
void stop_tasks(Session& session);

/// Runs `work(cancel)`, which answers a Result, behind a bar. Then the bar ends and `done(value)`
/// runs in the frame loop; what failed goes to `failed`, or is said. Neither runs where it was
/// stopped.
template <class Work, class Done>
Cancel start_task(Session& session,
                  Task task,
                  Work work,
                  Done done,
                  std::function<void(const Error&)> failed = {}) {
  const Cancel cancel = begin_task(session, std::move(task));
  using Answer = decltype(work(cancel));
  return session.jobs.submit(std::move(work),
                             [&session, cancel, done = std::move(done), failed = std::move(failed)](
                                 Answer answer) mutable {
                               end_task(session, cancel);
                               if (answer) {
                                 if constexpr (std::is_void_v<typename Answer::value_type>)
                                   done();
                                 else
                                   done(std::move(*answer));
                               } else if (failed) {
                                 failed(answer.error());
                               } else {
                                 say(session, answer.error());
                               }
                             },
                             {.lane = Lane::person, .cancel = cancel});
}

}  // namespace sweepbox
