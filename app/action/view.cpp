#include <algorithm>
#include <array>
#include <cmath>

#include "app/action/tables.hpp"
#include "app/session/first_view.hpp"
#include "app/session/reopening.hpp"
#include "app/tool/box_edits.hpp"

namespace sweepbox {
namespace {

void layers_changed(Session& session) {
  ++session.versions.layers;
}

Result<void> frame_selection(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  const auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  session.scene_camera.target = box->pose.translation;
  // The box takes about a third of the picture.
  session.scene_camera.distance = std::clamp(3 * box->size.norm(), 4.0, 60.0);
  session.side_cameras = {};
  ++session.versions.camera;
  return {};
}

Result<void> whole_scene(Session& session, const Arguments&) {
  session.scene_camera = first_view(session);
  ++session.versions.camera;
  return {};
}

/// Looks along a direction at the selected box, or at what is looked at now.
void look(Session& session, double yaw, double pitch, bool orthographic) {
  SceneCamera& camera = session.scene_camera;
  if (const auto box = committed_box(session, primary(session))) {
    camera.target = box->pose.translation;
    yaw += yaw_of(box->pose.rotation);
  }
  camera.yaw = wrapped_angle(yaw);
  camera.pitch = pitch;
  camera.orthographic = orthographic;
  ++session.versions.camera;
}

Result<void> from_above(Session& session, const Arguments&) {
  look(session, 0, -kPi / 2, true);
  return {};
}

Result<void> from_side(Session& session, const Arguments&) {
  look(session, kPi / 2, 0, true);
  return {};
}

Result<void> from_front(Session& session, const Arguments&) {
  look(session, kPi, 0, true);
  return {};
}

Result<void> from_behind(Session& session, const Arguments&) {
  look(session, 0, -0.35, false);
  return {};
}

Result<void> orthographic(Session& session, const Arguments& arguments) {
  session.scene_camera.orthographic = switched(arguments, session.scene_camera.orthographic);
  ++session.versions.camera;
  return {};
}

Result<void> set_camera(Session& session, const Arguments& arguments) {
  SceneCamera& camera = session.scene_camera;
  if (const auto target = arguments.vector("target")) camera.target = *target;
  if (const auto yaw = arguments.number("yaw_deg")) camera.yaw = wrapped_angle(*yaw * kPi / 180);
  if (const auto pitch = arguments.number("pitch_deg"))
    camera.pitch = std::clamp(*pitch * kPi / 180, -kPi / 2, kPi / 2);
  if (const auto distance = arguments.number("distance")) {
    if (*distance <= 0) return refuse("A distance is more than 0 m");
    camera.distance = *distance;
  }
  ++session.versions.camera;
  return {};
}

template <int kSide, bool kIn>
Result<void> zoom_sides(Session& session, const Arguments&) {
  for (double& scale : session.side_cameras.metres_per_pixel) {
    if (scale <= 0) scale = 0.03;  // from "fits the box" to a scale of its own
    scale = std::clamp(scale * (kIn ? 0.8 : 1.25), 1e-3, 1.0);
  }
  ++session.versions.camera;
  return {};
}

/// Whether the shown sweep can be coloured so; true where none is there to ask.
bool can_color(const Session& session, std::string_view by) {
  const auto sweep = session.has_drive() ? shown_sweep(session) : nullptr;
  if (!sweep || sweep->pieces.empty()) return true;
  if (by == "camera") return !session.drive->info().cameras.empty();
  if (by == "lidar" && session.drive->info().lidars.size() > 1) return true;
  const Coloring* coloring = coloring_named(by);
  return !(coloring && coloring->channel) || sweep->pieces.front()->channel(by) != nullptr;
}

Result<void> color(Session& session, const Arguments& arguments) {
  std::string by = arguments.text("by");
  if (by.empty()) {
    // The next one that this drive has.
    const Coloring* now = coloring_named(session.layers.color_by);
    const std::size_t index = now ? static_cast<std::size_t>(now - kColorings.data()) : 0;
    for (std::size_t i = 1; i <= kColorings.size(); ++i) {
      by = kColorings[(index + i) % kColorings.size()].name;
      if (can_color(session, by)) break;
    }
  } else if (!coloring_named(by)) {
    return refuse(text("Points are coloured by one of {}, not by {}", coloring_names(), by));
  } else if (!can_color(session, by)) {
    return refuse(text("The points of this drive have no {}", by));
  }
  session.layers.color_by = session.settings.color_by = by;
  layers_changed(session);
  say(session, Severity::note, text("Points coloured by {}", by));
  keep_settings(session);
  return {};
}

Result<void> color_map_named(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("map");
  if (color_map(name, true).name != name)
    return refuse(text("The colour maps are slate, dusk, gray and spectrum, not {}", name));
  session.layers.color_map = session.settings.color_map = name;
  layers_changed(session);
  keep_settings(session);
  return {};
}

Result<void> set_point_size(Session& session, double size) {
  session.layers.point_size = session.settings.point_size = std::clamp(size, 1.0, 16.0);
  layers_changed(session);
  keep_settings(session);
  return {};
}

Result<void> smaller_points(Session& session, const Arguments&) {
  return set_point_size(session, session.layers.point_size - 1);
}

Result<void> larger_points(Session& session, const Arguments&) {
  return set_point_size(session, session.layers.point_size + 1);
}

Result<void> point_size(Session& session, const Arguments& arguments) {
  return set_point_size(session, *arguments.number("size"));
}

template <bool Layers::*kLayer>
Result<void> layer(Session& session, const Arguments& arguments) {
  session.layers.*kLayer = switched(arguments, session.layers.*kLayer);
  layers_changed(session);
  return {};
}

Result<void> eye_dome(Session& session, const Arguments& arguments) {
  session.layers.eye_dome = session.settings.eye_dome =
      switched(arguments, session.layers.eye_dome);
  layers_changed(session);
  keep_settings(session);
  return {};
}

Result<void> lidar(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("lidar");
  const auto& lidars = session.drive->info().lidars;
  for (std::size_t i = 0; i < lidars.size() && i < session.layers.lidars.size(); ++i) {
    if (lidars[i].name != name) continue;
    session.layers.lidars[i] = switched(arguments, session.layers.lidars[i]);
    layers_changed(session);
    return {};
  }
  // A lidar that shares its sweeps with others is switched by its own name too.
  for (std::size_t i = 0; i < lidars.size() && i < session.layers.parts.size(); ++i) {
    const auto& parts = lidars[i].parts;
    const auto found = std::find(parts.begin(), parts.end(), name);
    if (found == parts.end()) continue;
    const auto part = static_cast<std::size_t>(found - parts.begin());
    session.layers.parts[i][part] = switched(arguments, session.layers.parts[i][part]);
    layers_changed(session);
    return {};
  }
  return refuse(text("This drive has no lidar named {}", name));
}

/// Points that the vehicle's motion bent: brought to one instant, or as they are stored.
Result<void> motion(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("lidar");
  for (const LidarInfo& lidar : session.drive->info().lidars)
    if (lidar.name == name)
      return set_repair_now(session,
                            "motion." + name,
                            switched(arguments, lidar.compensated_here) ? "raw" : "stored");
  return refuse(text("This drive has no lidar named {}", name));
}

template <const char* kName>
Result<void> popup(Session& session, const Arguments& arguments) {
  session.popup = switched(arguments, session.popup == kName) ? kName : "";
  return {};
}

constexpr char kPalette[] = "palette";
constexpr char kKeys[] = "keys";
constexpr char kSettings[] = "settings";
constexpr char kLog[] = "log";
constexpr char kMenu[] = "menu";

template <const char* kName>
Result<void> layout(Session& session, const Arguments&) {
  session.layout = kName;
  session.calibrate.show_before = false;
  ++session.versions.look;
  return {};
}

constexpr char kAnnotate[] = "annotate";
constexpr char kCalibrate[] = "calibrate";

Result<void> toggle_theme(Session& session, const Arguments& arguments) {
  const std::string name =
      arguments.text("name", session.settings.theme == ThemeName::dark ? "light" : "dark");
  if (name != "dark" && name != "light")
    return refuse(text("The themes are dark and light, not {}", name));
  session.settings.theme = name == "light" ? ThemeName::light : ThemeName::dark;
  ++session.versions.look;
  keep_settings(session);
  return {};
}

Result<void> next_language(Session& session, const Arguments& arguments) {
  const std::string code = arguments.text("code", session.language.code() == "en" ? "zh" : "en");
  Language language(code);
  if (language.code() != code) return refuse(text("There are no words for the language {}", code));
  session.language = std::move(language);
  session.settings.language = code;
  ++session.versions.look;
  keep_settings(session);
  return {};
}

Result<void> ui_scale(Session& session, const Arguments& arguments) {
  const double scale = *arguments.number("scale");
  if (scale != 0 && (scale < 0.75 || scale > 4))
    return refuse("The scale goes from 0.75 to 4; 0 is the display's own");
  session.settings.ui_scale = scale;
  ++session.versions.look;
  keep_settings(session);
  return {};
}

}  // namespace

std::span<const Action> view_actions() {
  using enum ParameterType;
  static const std::string kNames = coloring_names();
  static const Action table[] = {
      {"view.palette",
       "Search actions",
       "View",
       "Ctrl+P, Ctrl+K",
       "",
       popup<kPalette>,
       nullptr,
       {kOnParameter},
       "search"},
      {"view.keys",
       "Show keys",
       "View",
       "?",
       "",
       popup<kKeys>,
       nullptr,
       {kOnParameter},
       "keyboard-o"},
      {"view.settings",
       "Settings",
       "View",
       "Ctrl+,",
       "",
       popup<kSettings>,
       nullptr,
       {kOnParameter},
       "cog"},
      {"view.log", "Messages", "View", "F12", "", popup<kLog>, nullptr, {kOnParameter}, "list"},
      {"view.menu", "Menu", "View", "F10", "", popup<kMenu>, nullptr, {kOnParameter}, "bars"},
      {"layout.annotate", "Annotate", "View", "F1", "", layout<kAnnotate>, nullptr, {}, "cube"},
      {"layout.calibrate",
       "Calibrate",
       "View",
       "F2",
       "",
       layout<kCalibrate>,
       nullptr,
       {},
       "camera"},
      {"view.frame_selection",
       "Frame selection",
       "View",
       "F",
       "",
       frame_selection,
       needs_selection,
       {kTrackParameter},
       "crosshairs"},
      {"view.home", "Whole scene", "View", "Shift+F", "", whole_scene, needs_drive, {}, "home"},
      {"view.top", "From above", "View", "Num7", "", from_above, needs_drive, {}, "arrow-down"},
      {"view.side", "From the side", "View", "Num3", "", from_side, needs_drive, {}, "arrow-left"},
      {"view.front", "From the front", "View", "Num1", "", from_front, needs_drive, {}, "arrow-up"},
      {"view.behind", "From behind", "View", "Num0", "", from_behind, needs_drive, {}, "arrow-up"},
      {"view.orthographic",
       "Without perspective",
       "View",
       "Num5",
       "",
       orthographic,
       needs_drive,
       {kOnParameter},
       "square-o"},
      {"view.camera",
       "Set the 3D view",
       "View",
       "",
       "",
       set_camera,
       needs_drive,
       {{"target", vector, false, "in ego, m"},
        {"yaw_deg", number, false, "degrees"},
        {"pitch_deg", number, false, "degrees, −90 looks down"},
        {"distance", number, false, "m"}},
       "video-camera"},
      {"view.zoom_in",
       "Nearer in the side views",
       "View",
       "Ctrl++, Ctrl+=",
       "",
       zoom_sides<0, true>,
       needs_drive,
       {},
       "search-plus"},
      {"view.zoom_out",
       "Farther in the side views",
       "View",
       "Ctrl+-",
       "",
       zoom_sides<0, false>,
       needs_drive,
       {},
       "search-minus"},
      {"view.color",
       "Colour points by the next channel",
       "View",
       "H",
       "",
       color,
       nullptr,
       {{"by", text, false, kNames}},
       "tint"},
      {"view.color_map",
       "Choose colour map",
       "View",
       "",
       "",
       color_map_named,
       nullptr,
       {{"map", text, true, "slate, dusk, gray or spectrum"}},
       "adjust"},
      {"view.smaller_points",
       "Smaller points",
       "View",
       "-",
       "",
       smaller_points,
       nullptr,
       {},
       "minus"},
      {"view.larger_points",
       "Larger points",
       "View",
       "+, =",
       "",
       larger_points,
       nullptr,
       {},
       "plus"},
      {"view.point_size",
       "Set size of points",
       "View",
       "",
       "",
       point_size,
       nullptr,
       {{"size", number, true, "px"}},
       "circle"},
      {"view.eye_dome",
       "Shade points by depth",
       "View",
       "Shift+H",
       "",
       eye_dome,
       nullptr,
       {kOnParameter},
       "adjust"},
      {"view.grid",
       "Ground grid",
       "View",
       "Shift+G",
       "",
       layer<&Layers::grid>,
       nullptr,
       {kOnParameter},
       "th"},
      {"view.ego",
       "Own vehicle",
       "View",
       "",
       "",
       layer<&Layers::ego>,
       nullptr,
       {kOnParameter},
       "car"},
      {"view.boxes",
       "Boxes",
       "View",
       "Shift+B",
       "",
       layer<&Layers::boxes>,
       nullptr,
       {kOnParameter},
       "cubes"},
      {"view.tags",
       "Names at boxes",
       "View",
       "Shift+T",
       "",
       layer<&Layers::tags>,
       nullptr,
       {kOnParameter},
       "tag"},
      {"view.others",
       "Hide others",
       "View",
       "O",
       "",
       layer<&Layers::others>,
       nullptr,
       {kOnParameter},
       "eye-slash"},
      {"view.points_on_images",
       "Points on images",
       "View",
       "I",
       "",
       layer<&Layers::points_on_images>,
       nullptr,
       {kOnParameter},
       "picture-o"},
      {"view.boxes_on_images",
       "Boxes on images",
       "View",
       "Shift+I",
       "",
       layer<&Layers::boxes_on_images>,
       nullptr,
       {kOnParameter},
       "picture-o"},
      {"view.lidar",
       "Switch a lidar",
       "View",
       "",
       "",
       lidar,
       needs_drive,
       {{"lidar", text, true, "its name"}, kOnParameter},
       "bullseye"},
      {"view.motion",
       "Compensate the motion of a lidar",
       "View",
       "",
       "",
       motion,
       needs_writing,
       {{"lidar", text, true, "its name"}, kOnParameter},
       "road"},
      {"theme.toggle",
       "Dark or light",
       "View",
       "Ctrl+Shift+L",
       "",
       toggle_theme,
       nullptr,
       {{"name", text, false, "dark or light"}},
       "adjust"},
      {"language.next",
       "English or Chinese",
       "View",
       "Ctrl+L",
       "",
       next_language,
       nullptr,
       {{"code", text, false, "en or zh"}},
       "language"},
      {"view.ui_scale",
       "Set scale of the window",
       "View",
       "",
       "",
       ui_scale,
       nullptr,
       {{"scale", number, true, "0.75 to 4, 0 for the display's own"}},
       "expand"},
  };
  return table;
}

}  // namespace sweepbox
