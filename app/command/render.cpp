#include <algorithm>

#include "app/command/display.hpp"
#include "app/command/session_options.hpp"
#include "app/window/window.hpp"
#include "core/base/files.hpp"
#include "core/picture/picture.hpp"

namespace sweepbox {
namespace {

/// What the window calls a view of the command line; empty for an unknown one.
std::optional<std::string> view_named(const std::string& view) {
  if (view == "window") return std::string();
  if (view == "3d") return std::string("scene");
  if (view == "top" || view == "side" || view == "front" || view.starts_with("camera:"))
    return view;
  return std::nullopt;
}

int run(const Invocation& invocation) {
  const auto size = size_of(invocation, {1600, 900});
  const auto only = view_named(invocation.text("view", "3d"));
  if (!size) return kWrongUsage;
  if (!only)
    return wrong_usage("--view " + invocation.text("view") +
                       ": expected 3d, top, side, front, camera:NAME or window");
  auto request = open_request(invocation);
  if (!request) return kWrongUsage;
  if (request->project.empty() && request->path.extension() != ".sbx") request->project = "memory";
  request->read_only = true;

  const auto display =
      VirtualDisplay::where_needed(std::max(size->first, 640), std::max(size->second, 480));
  if (!display) return fail_with(display.error());
  const fs::path config = config_folder_of(invocation);
  Jobs jobs(sensible_worker_count());
  Session session(jobs, settings_of(config), config);
  session.recent_kept = false;
  if (const std::string color = invocation.text("color"); !color.empty()) {
    if (!coloring_named(color))
      return wrong_usage("--color " + color + ": expected one of " + coloring_names());
    session.layers.color_by = color;
  }
  if (invocation.has("no-boxes"))
    session.layers.boxes = session.layers.boxes_on_images = session.layers.tags = false;
  session.layout = invocation.text("layout", "annotate");
  WindowOptions options;
  options.width = size->first;
  options.height = size->second;
  options.visible = false;
  options.only = *only;
  auto window = Window::open(session, options);
  if (!window) return fail_with(window.error());
  if (const auto opened = open_in_session(session, *request); !opened)
    return fail_with(opened.error());
  const int frames = static_cast<int>(session.drive->frames().size());
  if (request->frame < 0 || request->frame >= frames)
    return wrong_usage(
        fmt::format("--frame {}: the drive has frames 0 to {}", request->frame, frames - 1));
  if (only->starts_with("camera:")) {
    const auto& cameras = session.drive->info().cameras;
    const std::string name = only->substr(7);
    if (std::none_of(cameras.begin(), cameras.end(), [&](const CameraInfo& camera) {
          return camera.name == name;
        }))
      return wrong_usage("--view " + *only + ": this drive has no such camera");
  }
  if (const std::string track = invocation.text("track"); !track.empty()) {
    const auto found = session.document().track_named(track);
    if (!found) return wrong_usage("--track " + track + ": there is no such track");
    select(session, found->uid);
  }
  (*window)->settle();
  const auto png = encode_png((*window)->picture());
  if (!png) return fail_with(png.error());
  if (const auto written = write_file(invocation.text("output"), *png); !written)
    return fail_with(written.error());
  return kDone;
}

}  // namespace

Command render_command() {
  static const std::string kColor = "CHANNEL: one of " + coloring_names();
  return {"render",
          "paints a picture without a visible window",
          "sweepbox render drive -o out.png --view 3d --frame 3 --size 1600x900",
          {"PATH"},
          {{"-o,--output", Option::Kind::text, "FILE.png: where to", true},
           {"--view",
            Option::Kind::text,
            "3d (default), top, side, front, camera:NAME, or window: the whole program"},
           {"--size", Option::Kind::text, "WxH of the picture"},
           {"--frame", Option::Kind::integer, "N: this frame, by index"},
           {"--track", Option::Kind::text, "ID: select this track"},
           {"--color", Option::Kind::text, kColor},
           {"--no-boxes", Option::Kind::flag, "points alone"},
           {"--layout", Option::Kind::text, "annotate (default) or calibrate, for --view window"},
           option::kProject,
           option::kLabels,
           option::kConfig},
          run};
}

}  // namespace sweepbox
