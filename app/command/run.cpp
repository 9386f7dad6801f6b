#include <algorithm>

#include "app/action/script.hpp"
#include "app/command/display.hpp"
#include "app/command/inputs.hpp"
#include "app/command/output.hpp"
#include "app/command/session_options.hpp"
#include "app/window/end_signals.hpp"
#include "app/window/window.hpp"
#include "core/base/files.hpp"
#include "core/picture/picture.hpp"

namespace sweepbox {
namespace {

Result<void> save_picture(const Window& window, const fs::path& folder, const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.'))
    return refuse(text("\"{}\" is no name for a picture", name), "use letters and digits");
  if (auto made = make_folder(folder); !made) return made;
  const auto png = encode_png(window.picture());
  if (!png) return tl::unexpected<Error>(png.error());
  return write_file(folder / (name + ".png"), *png);
}

int run(const Invocation& invocation) {
  const auto size = size_of(invocation, {1600, 900});
  if (!size) return kWrongUsage;
  const std::string speed = invocation.text("speed", "fast");
  if (speed != "fast" && speed != "real")
    return wrong_usage("--speed " + speed + ": expected real or fast");
  Invocation of_drive = invocation;
  of_drive.paths = {invocation.paths[1]};
  auto request = open_request(of_drive);
  if (!request) return kWrongUsage;
  if (request->project.empty() && request->path.extension() != ".sbx") request->project = "memory";
  const fs::path script_path = invocation.paths[0];
  const auto script = read_text(script_path);
  if (!script) return fail_with(script.error());

  const auto display =
      VirtualDisplay::where_needed(std::max(size->first, 1280), std::max(size->second, 1024));
  if (!display) return fail_with(display.error());
  const EndSignals closing;
  const fs::path config = config_folder_of(invocation);
  Jobs jobs(sensible_worker_count());
  Session session(jobs, settings_of(config), config);
  session.recent_kept = false;
  WindowOptions options;
  options.width = size->first;
  options.height = size->second;
  options.visible = false;
  options.ui_map = invocation.text("ui-map");
  auto window = Window::open(session, options);
  if (!window) return fail_with(window.error());
  if (const auto opened = open_in_session(session, *request); !opened)
    return fail_with(opened.error());
  // A script may look at such a project, or save it elsewhere: only its edits are refused.
  if (const auto error = lacking_edits(session)) print_problem(invocation, *error);
  if (!has_frame(*session.drive, request->frame)) return kWrongUsage;

  const fs::path pictures = invocation.text("pictures", ".");
  ScriptHooks hooks;
  hooks.settle = [&window] { (*window)->settle(); };
  hooks.picture = [&](const std::string& name) { return save_picture(**window, pictures, name); };
  hooks.stopped = [] { return EndSignals::came(); };
  hooks.real_time = speed == "real";
  const auto replayed = run_script(session, *script, script_path.string(), hooks);
  const auto closed = close_drive(session);
  if (!replayed) return fail_with(replayed.error());
  if (!closed) return fail_with(closed.error());
  return kDone;
}

}  // namespace

Command run_command() {
  static const std::string example =
      "sweepbox run samples/scripts/sample.sweepscript drive --pictures out\n\n" + script_help();
  return {"run",
          "replays a script of actions in a hidden window",
          example,
          {"SCRIPT", "PATH"},
          {{"--project",
            Option::Kind::text,
            "FILE: keep the work here (new unless it exists); without it the work on PATH is not "
            "kept. What the script opens or sets itself is kept as in the window (see --config)"},
           option::kLabels,
           {"--pictures", Option::Kind::text, "DIR: where `picture NAME` saves (default: here)"},
           {"--speed", Option::Kind::text, "fast (default), or real: plays take their time"},
           option::kFirstFrame,
           option::kSize,
           option::kConfig,
           option::kUiMap},
          run};
}

}  // namespace sweepbox
