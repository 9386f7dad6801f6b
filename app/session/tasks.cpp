#include "app/session/tasks.hpp"

#include <algorithm>

namespace sweepbox {

Cancel begin_task(Session& session, Task task) {
  for (const Task& other : session.tasks) task.id = std::max(task.id, other.id);
  ++task.id;
  Cancel cancel = task.cancel;
  session.tasks.push_back(std::move(task));
  return cancel;
}

void end_task(Session& session, const Cancel& cancel) {
  std::erase_if(session.tasks, [&](const Task& task) { return task.cancel == cancel; });
}

bool end_stopped_tasks(Session& session) {
  std::vector<Text> stopped;
  std::erase_if(session.tasks, [&](const Task& task) {
    if (task.cancel.requested()) stopped.push_back(task.stopped);
    return task.cancel.requested();
  });
  for (const Text& words : stopped) say(session, Severity::note, words);
  return !stopped.empty();
}

void stop_tasks(Session& session) {
  for (Task& task : session.tasks)
    if (task.of_drive) task.cancel.request();
  (void)end_stopped_tasks(session);
}

}  // namespace sweepbox
