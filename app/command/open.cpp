#include "app/command/sample.hpp"
#include "app/command/session_options.hpp"
#include "app/layout/layout.hpp"
#include "app/session/opening.hpp"
#include "app/window/end_signals.hpp"
#include "app/window/window.hpp"

namespace sweepbox {
namespace {

int run(const Invocation& invocation) {
  const auto size = size_of(invocation, {1600, 900});
  if (!size) return kWrongUsage;
  const std::string layout = invocation.text("layout", "annotate");
  if (!find_layout(layout))
    return wrong_usage("--layout " + layout + ": expected annotate or calibrate");
  std::optional<OpenRequest> request;
  if (!invocation.paths.empty()) {
    request = open_request(invocation);
    if (!request) return kWrongUsage;
  }
  const EndSignals closing;
  const std::filesystem::path config = config_folder_of(invocation);
  Jobs jobs(sensible_worker_count());
  Session session(jobs, settings_of(config), config);
  session.layout = layout;
  offer_sample(session);
  WindowOptions options;
  options.width = size->first;
  options.height = size->second;
  options.ui_map = invocation.text("ui-map");
  auto window = Window::open(session, options);
  if (!window) return fail_with(window.error());
  std::optional<Error> failed;
  if (request)
    if (const auto started = start_opening(session,
                                           *request,
                                           [&](const Error& error) {
                                             failed = error;
                                             session.quit = true;
                                           });
        !started)
      return fail_with(started.error());
  const auto ran = (*window)->run();
  if (failed) return fail_with(*failed);
  if (!ran) return fail_with(ran.error());
  if (const auto closed = close_drive(session); !closed) return fail_with(closed.error());
  return kDone;
}

}  // namespace

Command open_command() {
  return {"open",
          "opens the window (the default)",
          "sweepbox open drives/2011_09_26 --frame 3",
          {"[PATH]"},
          {option::kFirstFrame,
           {"--layout", Option::Kind::text, "annotate (default) or calibrate"},
           {"--read-only", Option::Kind::flag, "change nothing"},
           {"--project",
            Option::Kind::text,
            "FILE: keep the work here instead of the user's data folder"},
           option::kLabels,
           option::kSize,
           option::kConfig,
           option::kUiMap},
          run};
}

}  // namespace sweepbox
