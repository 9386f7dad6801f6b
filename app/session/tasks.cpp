#include "app/session/tasks.hpp"

#include "app/session/inside.hpp"

namespace sweepbox {

TaskHandle begin_task(Session& session, Text title, double share) {
  TaskHandle handle;
  for (const Task& task : session.tasks) handle.id = std::max(handle.id, task.id);
  ++handle.id;
  handle.share = std::make_shared<std::atomic<double>>(share);
  handle.step = std::make_shared<std::atomic<const char*>>("");
  session.tasks.push_back({handle.id, std::move(title), {}, 0, handle.cancel});
  session.inside->shares[handle.id] = {handle.share, handle.step};
  return handle;
}

void end_task(Session& session, std::uint64_t id) {
  std::erase_if(session.tasks, [&](const Task& task) { return task.id == id; });
  session.inside->shares.erase(id);
}

}  // namespace sweepbox
