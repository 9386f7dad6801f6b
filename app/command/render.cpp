#include <algorithm>
#include <cctype>
#include <cmath>

#include "app/action/action.hpp"
#include "app/command/display.hpp"
#include "app/command/inputs.hpp"
#include "app/command/output.hpp"
#include "app/command/session_options.hpp"
#include "app/layout/layout.hpp"
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

constexpr std::string_view kCameraPrefix = "camera:";

bool is_side_view(std::string_view view) {
  return view == "top" || view == "side" || view == "front";
}

/// The camera of "camera:NAME"; empty for another view or none of that name.
std::optional<int> camera_of(const Drive& drive, std::string_view view) {
  if (!view.starts_with(kCameraPrefix)) return std::nullopt;
  const auto& cameras = drive.info().cameras;
  for (std::size_t camera = 0; camera < cameras.size(); ++camera)
    if (cameras[camera].name == view.substr(kCameraPrefix.size())) return static_cast<int>(camera);
  return std::nullopt;
}

/// What a side view shows without a track: 25 m around ego, more where boxes stand farther away.
void frame_everything(Session& session) {
  const SceneCamera usual;
  SceneCamera& camera = session.scene_camera;
  if (camera.target != usual.target || camera.distance != usual.distance) return;  // a first view
  double reach = 25;
  for (const FrameBox& box : frame_boxes(session))
    reach = std::max(reach, box.distance + box.cuboid_in_ego.size.norm() / 2);
  camera.target = Vec3::Zero();
  camera.distance = reach / std::tan(kSceneViewAngle / 2);
  ++session.versions.camera;
}

/// An error where nothing of the drive is in the picture; what is missing in it is said.
Result<void> check_shown(const Invocation& invocation, Session& session, const std::string& view) {
  const int frame = session.time.frame;
  const std::string at = "frame " + session.frame().name;
  if (const auto camera = camera_of(*session.drive, view)) {
    if (!session.frame().image(*camera))
      return fail(session.drive->info().root.string(),
                  at,
                  text("an image of the camera {}", view.substr(kCameraPrefix.size())),
                  "none",
                  "choose another frame or camera");
    const auto image = session.cache->image(frame, *camera);
    return image.error ? Result<void>(tl::unexpected(*image.error)) : Result<void>();
  }
  bool any = !frame_boxes(session).empty() && session.layers.boxes;
  std::optional<Error> failed;
  for (std::size_t lidar = 0; lidar < session.frame().sweeps.size(); ++lidar) {
    const auto sweep = session.cache->sweep(frame, static_cast<int>(lidar));
    any = any || sweep.value;
    if (!sweep.error) continue;
    print_problem(invocation, *sweep.error);
    failed = sweep.error;
  }
  if (any || view.empty()) return {};  // the whole window says itself what is missing
  if (failed) return tl::unexpected(*failed);
  return fail(session.drive->info().root.string(),
              at,
              "a sweep or boxes to show",
              "none",
              "choose another frame, or --view camera:NAME");
}

int run(const Invocation& invocation) {
  const auto size = size_of(invocation, {1600, 900});
  auto only = view_named(invocation.text("view", "3d"));
  if (!size) return kWrongUsage;
  if (!only)
    return wrong_usage("--view " + invocation.text("view") +
                       ": expected 3d, top, side, front, camera:NAME or window");
  std::string ending = fs::path(invocation.text("output")).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  for (const char* other : {".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm"})
    if (ending == other)
      return wrong_usage("--output " + invocation.text("output") +
                         ": pictures are PNG files; name it FILE.png");
  const std::string layout = invocation.text("layout", "annotate");
  if (!find_layout(layout))
    return wrong_usage("--layout " + layout + ": expected annotate or calibrate");
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
  session.layout = layout;
  // A side view is one of a track; without one the frame is seen from that side.
  const std::string track = invocation.text("track");
  const std::string whole_from = track.empty() && is_side_view(*only) ? *only : std::string();
  if (!whole_from.empty()) *only = "scene";
  WindowOptions options;
  options.width = size->first;
  options.height = size->second;
  options.visible = false;
  options.only = *only;
  auto window = Window::open(session, options);
  if (!window) return fail_with(window.error());
  if (const auto opened = open_in_session(session, *request); !opened)
    return fail_with(opened.error());
  if (const auto error = lacking_edits(session)) return fail_with(*error);
  if (!has_frame(*session.drive, request->frame)) return kWrongUsage;
  if (only->starts_with(kCameraPrefix) && !camera_of(*session.drive, *only))
    return wrong_usage("--view " + *only + ": this drive has no such camera");
  if (!track.empty()) {
    const auto found = session.document().track_named(track);
    if (!found) return wrong_usage("--track " + track + ": there is no such track");
    select(session, found->uid);
    if (is_side_view(*only) && !frame_box(session, found->uid))
      return wrong_usage(
          fmt::format("--track {}: the track is not in frame {}", track, request->frame));
  }
  if (!whole_from.empty()) do_action(session, "view." + whole_from);
  (*window)->settle();
  if (!whole_from.empty()) {
    frame_everything(session);
    (*window)->settle();
  }
  if (const auto shown = check_shown(invocation, session, *only); !shown)
    return fail_with(shown.error());
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
            "3d (default), camera:NAME, window: the whole program, or top, side, front: of "
            "--track, else "
            "of the whole frame"},
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
