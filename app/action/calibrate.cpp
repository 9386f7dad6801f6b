#include <algorithm>
#include <array>

#include "app/action/tables.hpp"
#include "app/session/tasks.hpp"
#include "core/base/files.hpp"
#include "core/calibration/correction.hpp"

namespace sweepbox {
namespace {

constexpr double kDegree = kPi / 180;

std::optional<Text> needs_camera(const Session& session) {
  if (auto reason = needs_drive(session)) return reason;
  if (session.drive->info().cameras.empty()) return Text("This drive has no images");
  return std::nullopt;
}

std::optional<Text> needs_camera_to_edit(const Session& session) {
  if (auto reason = needs_camera(session)) return reason;
  return needs_writing(session);
}

std::string camera_name(const Session& session) {
  const auto& cameras = session.drive->info().cameras;
  const int last = static_cast<int>(cameras.size()) - 1;
  return cameras[static_cast<std::size_t>(std::clamp(session.calibrate.camera, 0, last))].name;
}

double& part_of(Nudge& nudge, std::size_t axis) {
  double* const parts[] = {&nudge.x, &nudge.y, &nudge.z, &nudge.roll, &nudge.pitch, &nudge.yaw};
  return *parts[axis];
}

constexpr std::array<std::string_view, 6> kAxes = {"x", "y", "z", "roll", "pitch", "yaw"};
constexpr std::array<const char*, 6> kAxisWords = {"X", "Y", "Z", "Roll", "Pitch", "Yaw"};

Result<void> put(Session& session, const Nudge& nudge, Text title) {
  return commit(session,
                set_correction(session.history->document(),
                               camera_name(session),
                               correction_of(nudge, CorrectedSensor::camera),
                               std::move(title)));
}

/// "Yaw of image_02 moved to −0.55°"
Text title_of(const Session& session, std::size_t axis, double value) {
  const std::string shown =
      axis < 3 ? fmt::format("{:.3f} m", value) : fmt::format("{:.2f}°", value / kDegree);
  return text("{} of {} moved to {}", kAxisWords[axis], camera_name(session), shown);
}

template <std::size_t kAxis, int kSign>
Result<void> nudge(Session& session, const Arguments& arguments) {
  Nudge now = nudge_of(session.history->document().correction(camera_name(session)),
                       CorrectedSensor::camera);
  double step = session.calibrate.steps[kAxis];
  if (const auto by = arguments.number("by")) step = *by * (kAxis < 3 ? 1 : kDegree);
  part_of(now, kAxis) += kSign * step;
  return put(session, now, title_of(session, kAxis, part_of(now, kAxis)));
}

Result<void> set(Session& session, const Arguments& arguments) {
  Nudge now = nudge_of(session.history->document().correction(camera_name(session)),
                       CorrectedSensor::camera);
  std::size_t changed = kAxes.size();
  for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
    const std::string name = std::string(kAxes[axis]) + (axis < 3 ? "" : "_deg");
    const auto value = arguments.number(name);
    if (!value) continue;
    part_of(now, axis) = *value * (axis < 3 ? 1 : kDegree);
    changed = axis;
  }
  if (changed == kAxes.size()) return refuse("x, y, z, roll_deg, pitch_deg or yaw_deg is wanted");
  return put(session, now, title_of(session, changed, part_of(now, changed)));
}

Result<void> set_step(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("axis");
  const auto axis = std::find(kAxes.begin(), kAxes.end(), name);
  if (axis == kAxes.end())
    return refuse(text("The axes are x, y, z, roll, pitch and yaw, not {}", name));
  const auto index = static_cast<std::size_t>(axis - kAxes.begin());
  const double value = *arguments.number("value");
  const double smallest = index < 3 ? 0.001 : 0.01;
  if (value < smallest - 1e-12 || value > (index < 3 ? 10 : 90))
    return refuse("A step is at least 1 mm or 0.01°, at most 10 m or 90°");
  session.calibrate.steps[index] = value * (index < 3 ? 1 : kDegree);
  return {};
}

Result<void> before(Session& session, const Arguments& arguments) {
  session.calibrate.show_before = switched(arguments, session.calibrate.show_before);
  ++session.versions.layers;
  return {};
}

Result<void> reset(Session& session, const Arguments&) {
  return commit(session,
                set_correction(session.history->document(),
                               camera_name(session),
                               Pose{},
                               text("{} as loaded again", camera_name(session))));
}

Result<void> export_json(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "export_correction";
    return {};
  }
  const fs::path path = arguments.text("path");
  const bool replace = arguments.flag("force", false);
  std::vector<Correction> corrections;
  const Document& document = session.history->document();
  const auto frames = session.drive->frames();
  for (const Key& key : document.keys(Kind::correction)) {
    Correction entry{.sensor = key.id,
                     .kind = CorrectedSensor::camera,
                     .correction = document.correction(key.id),
                     .loaded = Pose{}};
    const auto& cameras = session.drive->info().cameras;
    const auto camera = std::find_if(cameras.begin(), cameras.end(), [&](const CameraInfo& info) {
      return info.name == key.id;
    });
    if (camera == cameras.end()) {
      entry.kind = CorrectedSensor::lidar;
      entry.loaded = session.drive->ego_from(key.id, session.time.frame).value_or(Pose{});
    } else {
      // A camera hangs on its images: the first one's calibration, unless the shown frame has its
      // own.
      const int index = static_cast<int>(camera - cameras.begin());
      const ImageFile* image = shown_image_file(session, index);
      for (std::size_t i = 0; !image && i < frames.size(); ++i) image = frames[i].image(index);
      if (image) entry.loaded = image->calibration->camera_from_ego;
    }
    corrections.push_back(std::move(entry));
  }
  if (corrections.empty()) return refuse("Nothing is corrected yet");
  start_task(
      session,
      {.title = "Writing the corrections", .stopped = "Writing the corrections was stopped"},
      [path, replace, words = correction_to_json(session.drive->info().name, corrections)](
          const Cancel&) -> Result<void> {
        std::error_code ignored;
        if (!replace && fs::exists(path, ignored))
          return fail(path.string(), {}, "a new file", "one that is there", "Choose another name.");
        return write_file(path, words);
      },
      [&session, path] {
        say(session, Severity::note, text("Corrections written to {}", path.string()));
      });
  return {};
}

template <int kStep>
Result<void> next_camera(Session& session, const Arguments&) {
  const int count = static_cast<int>(session.drive->info().cameras.size());
  session.calibrate.camera = (session.calibrate.camera + kStep + count) % count;
  ++session.versions.layers;
  return {};
}

Result<void> choose_camera(Session& session, const Arguments& arguments) {
  const auto& cameras = session.drive->info().cameras;
  const std::string name = arguments.text("name");
  for (std::size_t i = 0; i < cameras.size(); ++i)
    if (cameras[i].name == name) {
      session.calibrate.camera = static_cast<int>(i);
      ++session.versions.layers;
      return {};
    }
  return refuse(text("This drive has no camera named {}", name));
}

Result<void> blend(Session& session, const Arguments& arguments) {
  session.calibrate.blend = std::clamp(*arguments.number("share"), 0.0, 1.0);
  ++session.versions.layers;
  return {};
}

template <bool CalibrateState::*kSwitch>
Result<void> toggle(Session& session, const Arguments& arguments) {
  session.calibrate.*kSwitch = switched(arguments, session.calibrate.*kSwitch);
  ++session.versions.layers;
  return {};
}

template <int kStep>
Result<void> points(Session& session, const Arguments&) {
  session.calibrate.point_size = std::clamp(session.calibrate.point_size + kStep, 1.0, 12.0);
  ++session.versions.layers;
  return {};
}

}  // namespace

std::span<const Action> calibrate_actions() {
  using enum ParameterType;
  constexpr std::string_view kScope = "calibrate";
  const std::vector<Parameter> by = {{"by", number, false, "m or degrees; the step without it"}};
  static const Action table[] = {
      {"calibrate.x_more",
       "X more",
       "Calibrate",
       "Y",
       kScope,
       nudge<0, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.x_less",
       "X less",
       "Calibrate",
       "H",
       kScope,
       nudge<0, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.y_more",
       "Y more",
       "Calibrate",
       "U",
       kScope,
       nudge<1, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.y_less",
       "Y less",
       "Calibrate",
       "J",
       kScope,
       nudge<1, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.z_more",
       "Z more",
       "Calibrate",
       "I",
       kScope,
       nudge<2, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.z_less",
       "Z less",
       "Calibrate",
       "K",
       kScope,
       nudge<2, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.roll_more",
       "Roll more",
       "Calibrate",
       "R",
       kScope,
       nudge<3, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.roll_less",
       "Roll less",
       "Calibrate",
       "F",
       kScope,
       nudge<3, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.pitch_more",
       "Pitch more",
       "Calibrate",
       "T",
       kScope,
       nudge<4, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.pitch_less",
       "Pitch less",
       "Calibrate",
       "G",
       kScope,
       nudge<4, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.yaw_more",
       "Yaw more",
       "Calibrate",
       "E",
       kScope,
       nudge<5, 1>,
       needs_camera_to_edit,
       by,
       "plus"},
      {"calibrate.yaw_less",
       "Yaw less",
       "Calibrate",
       "Q",
       kScope,
       nudge<5, -1>,
       needs_camera_to_edit,
       by,
       "minus"},
      {"calibrate.set",
       "Set the correction",
       "Calibrate",
       "",
       kScope,
       set,
       needs_camera_to_edit,
       {{"x", number, false, "m"},
        {"y", number, false, "m"},
        {"z", number, false, "m"},
        {"roll_deg", number, false, "degrees"},
        {"pitch_deg", number, false, "degrees"},
        {"yaw_deg", number, false, "degrees"}},
       "sliders"},
      {"calibrate.step",
       "Set a step",
       "Calibrate",
       "",
       kScope,
       set_step,
       nullptr,
       {{"axis", text, true, "x, y, z, roll, pitch or yaw"},
        {"value", number, true, "m or degrees"}},
       "arrows-h"},
      {"calibrate.before",
       "Hold to see before",
       "Calibrate",
       "B",
       kScope,
       before,
       needs_camera,
       {kOnParameter},
       "history"},
      {"calibrate.reset",
       "Reset the correction",
       "Calibrate",
       "Shift+R",
       kScope,
       reset,
       needs_camera_to_edit,
       {},
       "undo"},
      {"calibrate.export",
       "Export corrections",
       "Calibrate",
       "Ctrl+E",
       kScope,
       export_json,
       needs_camera,
       {{"path", text, false, "a JSON file"}, {"force", flag, false, "overwrite"}},
       "download"},
      {"calibrate.camera",
       "Choose camera",
       "Calibrate",
       "",
       kScope,
       choose_camera,
       needs_camera,
       {{"name", text, true, "its name"}},
       "camera"},
      {"calibrate.next_camera",
       "Next camera",
       "Calibrate",
       "C",
       kScope,
       next_camera<1>,
       needs_camera,
       {},
       "camera"},
      {"calibrate.previous_camera",
       "Previous camera",
       "Calibrate",
       "Shift+C",
       kScope,
       next_camera<-1>,
       needs_camera,
       {},
       "camera"},
      {"calibrate.blend",
       "Blend picture and points",
       "Calibrate",
       "",
       kScope,
       blend,
       nullptr,
       {{"share", number, true, "0 picture … 1 points"}},
       "adjust"},
      {"calibrate.hide_behind",
       "Hide what is behind",
       "Calibrate",
       "O",
       kScope,
       toggle<&CalibrateState::hide_behind>,
       nullptr,
       {kOnParameter},
       "eye-slash"},
      {"calibrate.magnifier",
       "Magnifier",
       "Calibrate",
       "Z",
       kScope,
       toggle<&CalibrateState::magnifier>,
       nullptr,
       {kOnParameter},
       "search-plus"},
      {"calibrate.smaller_points",
       "Smaller points on the image",
       "Calibrate",
       "-",
       kScope,
       points<-1>,
       nullptr,
       {},
       "minus"},
      {"calibrate.larger_points",
       "Larger points on the image",
       "Calibrate",
       "+, =",
       kScope,
       points<1>,
       nullptr,
       {},
       "plus"},
  };
  return table;
}

}  // namespace sweepbox
