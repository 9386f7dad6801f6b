#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"
#include "core/calibration/correction.hpp"

namespace sweepbox {

namespace {

constexpr double kDegrees = 180 / kPi;

/// One of the six rows.
struct Axis {
  std::string_view name;  ///< of the step action and the ids
  std::string_view title;
  std::string_view less, more;  ///< actions
  double Nudge::*part;
  std::string_view argument;  ///< of calibrate.set
  bool angle;
};

constexpr std::array<Axis, 6> kAxes = {
    Axis{"x", "X", "calibrate.x_less", "calibrate.x_more", &Nudge::x, "x", false},
    Axis{"y", "Y", "calibrate.y_less", "calibrate.y_more", &Nudge::y, "y", false},
    Axis{"z", "Z", "calibrate.z_less", "calibrate.z_more", &Nudge::z, "z", false},
    Axis{"roll",
         "Roll",
         "calibrate.roll_less",
         "calibrate.roll_more",
         &Nudge::roll,
         "roll_deg",
         true},
    Axis{"pitch",
         "Pitch",
         "calibrate.pitch_less",
         "calibrate.pitch_more",
         &Nudge::pitch,
         "pitch_deg",
         true},
    Axis{"yaw", "Yaw", "calibrate.yaw_less", "calibrate.yaw_more", &Nudge::yaw, "yaw_deg", true},
};

Area wide_head(Ui& ui, Cutter& cut, std::string_view title, std::string_view more = {}) {
  Area row = cut.top(ui.px(28), ui.px(4));
  row.x -= ui.px(12);
  row.width += ui.px(24);
  return panel_head(ui, row, title, more);
}

void draw_cameras_list(Ui& ui, Cutter& cut) {
  Session& session = ui.session;
  const auto& cameras = session.drive->info().cameras;
  const Document& document = session.document();
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    const bool on = session.calibrate.camera == static_cast<int>(i);
    Area row = cut.top(ui.px(40));
    row.x -= ui.px(12);
    row.width += ui.px(24);
    const Touch mouse = touch(ui, fmt::format("calibrate/camera/{}", cameras[i].name), row);
    if (on) {
      fill(row, ui.theme.selected_row);
      fill({row.x, row.y, ui.px(3), row.height}, ui.theme.accent);
    } else if (mouse.hovered) {
      fill(row, ui.theme.hover);
    }
    Cutter inside{inset(row, ui.px(12), ui.px(4))};
    put_icon(ui, inside.left(ui.px(20), ui.px(8)), "camera", ui.theme.dim);
    const bool corrected_here = !(document.correction(cameras[i].name) == Pose{});
    put_text(ui, inside.top(ui.px(16)), ui.fonts.body, ui.theme.text, cameras[i].name);
    const std::string state = fmt::format("{} × {} · {} · {}",
                                          cameras[i].width,
                                          cameras[i].height,
                                          cameras[i].lens,
                                          ui.tr(corrected_here ? "corrected" : "as loaded"));
    put_text(ui, inside.rest, ui.fonts.tag, corrected_here ? ui.theme.accent : ui.theme.dim, state);
    if (mouse.clicked) {
      session.calibrate.camera = static_cast<int>(i);
      ++session.versions.layers;
    }
  }
}

Result<Edit> corrected_to(
    Ui& ui, const std::string& camera, const Axis& axis, Nudge nudge, double value) {
  nudge.*axis.part = axis.angle ? value / kDegrees : value;
  const std::string shown =
      axis.angle ? fmt::format("{:.2f}°", value) : fmt::format("{:.3f} m", value);
  return set_correction(ui.session.history->document(),
                        camera,
                        correction_of(nudge, CorrectedSensor::camera),
                        text("{} of {} moved to {}", axis.title, camera, shown));
}

void draw_axis(Ui& ui,
               const Area& area,
               const std::string& camera,
               const Axis& axis,
               std::size_t index,
               bool editable) {
  Session& session = ui.session;
  const Nudge nudge = nudge_of(session.document().correction(camera), CorrectedSensor::camera);
  const double factor = axis.angle ? kDegrees : 1;
  const std::string unit = axis.angle ? "°" : "m";
  Cutter row{area};
  put_text(ui, row.left(ui.px(36)), ui.fonts.small, ui.theme.text, ui.tr(axis.title));
  // Keys at the right, where the eye looks for them.
  const float keys = ui.px(44);
  const Area caps = row.right(keys, ui.px(2));
  const float middle = caps.y + caps.height / 2;
  const float less_width =
      put_keys(ui, caps.x + caps.width, middle, ui.keymap.shown_key(axis.less), Align::right);
  put_keys(ui,
           caps.x + caps.width - less_width - ui.px(3),
           middle,
           ui.keymap.shown_key(axis.more),
           Align::right);
  Area step_field = row.right(ui.px(72), ui.px(6));
  put_text(
      ui,
      {step_field.x + step_field.width - ui.px(13), step_field.y, ui.px(12), step_field.height},
      ui.fonts.small,
      ui.theme.dim,
      unit);
  step_field.width -= ui.px(16);
  NumberSpec step_spec;
  step_spec.decimals = axis.angle ? 2 : 3;
  step_spec.low = axis.angle ? 0.01 : 0.001;
  step_spec.high = axis.angle ? 90 : 10;
  step_spec.step = step_spec.low;
  step_spec.hint = {.title = std::string(ui.tr("Step of the keys and buttons"))};
  const NumberAnswer step = number_field(ui,
                                         fmt::format("calibrate/{}/step", axis.name),
                                         step_field,
                                         session.calibrate.steps[index] * factor,
                                         step_spec);
  if (step.commit) session.calibrate.steps[index] = *step.commit / factor;

  action_button(ui,
                fmt::format("calibrate/{}/less", axis.name),
                row.left(ui.px(24), ui.px(2)),
                axis.less,
                {.icon = "minus"});
  action_button(ui,
                fmt::format("calibrate/{}/more", axis.name),
                row.right(ui.px(24), ui.px(2)),
                axis.more,
                {.icon = "plus"});
  const Area unit_area = row.right(ui.px(14));
  put_text(ui, unit_area, ui.fonts.small, ui.theme.dim, unit);
  NumberSpec spec;
  spec.decimals = axis.angle ? 2 : 3;
  spec.step = session.calibrate.steps[index] * factor;
  spec.enabled = editable;
  spec.low = axis.angle ? -180 : -100;
  spec.high = -spec.low;
  const NumberAnswer answer = number_field(
      ui, fmt::format("calibrate/{}", axis.name), row.rest, nudge.*axis.part * factor, spec);
  if (answer.preview) {
    const Nudge loaded =
        nudge_of(session.history->document().correction(camera), CorrectedSensor::camera);
    if (const auto edit = corrected_to(ui, camera, axis, loaded, *answer.preview);
        edit && !edit->empty()) {
      set_preview(session, applied(*edit, session.history->document(), session.history->version()));
    }
  }
  if (answer.cancelled) set_preview(session, std::nullopt);
  if (answer.commit) {
    set_preview(session, std::nullopt);
    const Nudge loaded =
        nudge_of(session.history->document().correction(camera), CorrectedSensor::camera);
    (void)commit(session, corrected_to(ui, camera, axis, loaded, *answer.commit));
  }
}

/// The shown camera's correction as the JSON that Export writes, for a chat or a ticket.
void copy_correction(Session& session) {
  const int last = static_cast<int>(session.drive->info().cameras.size()) - 1;
  const int camera = std::clamp(session.calibrate.camera, 0, last);
  const ImageFile* image = shown_image_file(session, camera);
  const std::string& name = session.drive->info().cameras[static_cast<std::size_t>(camera)].name;
  Correction correction;
  correction.sensor = name;
  correction.correction = session.document().correction(name);
  if (image != nullptr) correction.loaded = image->calibration->camera_from_ego;
  ImGui::SetClipboardText(correction_to_json(session.drive->info().name, {&correction, 1}).c_str());
  say(session, Severity::note, "Copied");
}

void draw_buttons(Ui& ui, Cutter& cut) {
  Session& session = ui.session;
  Cutter row{cut.top(ui.px(30), ui.px(4))};
  const Hint before = action_hint(ui, "calibrate.before");
  const Area place = row.rest;
  const Touch mouse = touch(ui, "calibrate/before", place, before, before.reason.empty());
  fill(place,
       session.calibrate.show_before ? ui.theme.selected_row
       : mouse.hovered               ? ui.theme.hover
                                     : ui.theme.raised,
       ui.px(3));
  const std::string_view words = ui.tr("Hold to see before");
  const float cap = keys_width(ui, before.key);
  put_text(ui,
           {place.x + ui.px(8), place.y, place.width - cap - ui.px(20), place.height},
           ui.fonts.small,
           ui.theme.text,
           words);
  put_keys(
      ui, place.x + place.width - ui.px(6), place.y + place.height / 2, before.key, Align::right);
  // A press is held by the mouse; the key has its own way through the window.
  bool& by_mouse = ui.memory.get<bool>("calibrate/before_by_mouse");
  if (mouse.held != by_mouse) {
    by_mouse = mouse.held;
    session.calibrate.show_before = mouse.held;
    ++session.versions.layers;
  }
  Cutter second{cut.top(ui.px(30), ui.px(4))};
  const float third = std::floor((second.rest.width - ui.px(8)) / 3);
  action_button(ui,
                "calibrate/reset",
                second.left(third, ui.px(4)),
                "calibrate.reset",
                {.label = std::string(ui.tr("Reset")), .icon = "undo"});
  if (button(ui,
             "calibrate/copy",
             second.left(third, ui.px(4)),
             {.label = std::string(ui.tr("Copy")), .icon = "copy"})) {
    copy_correction(session);
  }
  action_button(ui,
                "calibrate/export",
                second.rest,
                "calibrate.export",
                {.label = std::string(ui.tr("Export")), .icon = "download"});
}

bool touches_correction(const LogRecord& record, const std::string& camera) {
  if (!record.edit) return false;
  const Edit& edit = *record.edit;
  for (const Change& change : edit.changes) {
    if (change.key.kind == Kind::correction && change.key.id == camera) return true;
  }
  // Records of an earlier day have only their head until somebody undoes them.
  return edit.changes.empty() &&
         std::find(edit.title.arguments.begin(), edit.title.arguments.end(), camera) !=
             edit.title.arguments.end();
}

void draw_history(Ui& ui, Cutter& cut, const std::string& camera) {
  const std::span<const LogRecord> records = ui.session.history->records();
  int shown = 0;
  for (auto record = records.rbegin(); record != records.rend() && shown < 30; ++record) {
    if (!touches_correction(*record, camera)) continue;
    const std::string_view way = record->what == LogRecord::What::undo   ? ui.tr("undone")
                                 : record->what == LogRecord::What::redo ? ui.tr("done again")
                                                                         : std::string_view{};
    const Area row = cut.top(ui.px(22));
    put_text(ui, row, ui.fonts.small, ui.theme.dim, way, Align::right);
    put_text(ui,
             {row.x, row.y, row.width - text_width(ui.fonts.small, way) - ui.px(8), row.height},
             ui.fonts.small,
             shown == 0 ? ui.theme.text : ui.theme.dim,
             ui.words(record->edit->title));
    ++shown;
  }
  put_text(
      ui, cut.top(ui.px(22)), ui.fonts.small, ui.theme.dim, ui.tr("As loaded from the data set"));
}

}  // namespace

void draw_calibrate(Ui& ui, const Area& area) {
  ui.backdrops.push_back({area, ui.theme.panel});
  Session& session = ui.session;
  const auto& cameras = session.drive->info().cameras;
  if (cameras.empty()) {
    put_paragraph(ui,
                  inset(area, ui.px(12), ui.px(12)),
                  ui.fonts.small,
                  ui.theme.dim,
                  ui.tr("This drive has no images."));
    return;
  }
  const int last = static_cast<int>(cameras.size()) - 1;
  const std::string camera =
      cameras[static_cast<std::size_t>(std::clamp(session.calibrate.camera, 0, last))].name;
  begin_scroll(ui, "calibrate/scroll", area);
  Cutter cut{{area.x + ui.px(12), area.y - scroll_y(), area.width - ui.px(24), 1e6F}};
  const float top = cut.rest.y;
  wide_head(ui, cut, ui.tr("Cameras"));
  draw_cameras_list(ui, cut);
  cut.top(ui.px(4));
  wide_head(ui, cut, fill(ui.tr("Correction of {}"), {camera}), ui.tr("camera from lidar"));
  {
    Cutter row{cut.top(ui.px(20))};
    row.left(ui.px(36));
    put_text(ui,
             row.right(ui.px(44), ui.px(2)),
             ui.fonts.tag,
             ui.theme.dim,
             ui.tr("keys"),
             Align::right);
    put_text(ui,
             row.right(ui.px(72), ui.px(6)),
             ui.fonts.tag,
             ui.theme.dim,
             ui.tr("step"),
             Align::centre);
    put_text(ui, row.rest, ui.fonts.tag, ui.theme.dim, ui.tr("moved by"), Align::centre);
  }
  const bool editable = !session.read_only();
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    draw_axis(ui, cut.top(ui.px(26), ui.px(4)), camera, kAxes[i], i, editable);
  }
  cut.top(ui.px(4));
  draw_buttons(ui, cut);
  cut.top(ui.px(4));
  Cutter note{cut.top(ui.px(36), ui.px(4))};
  put_icon(
      ui, {note.rest.x, note.rest.y, ui.px(16), ui.px(18)}, "info-circle", ui.theme.note, 0.9F);
  note.left(ui.px(24));
  put_paragraph(
      ui,
      note.rest,
      ui.fonts.small,
      ui.theme.dim,
      ui.tr("Look at several frames before you trust a correction: it applies to all of them."));
  wide_head(ui, cut, ui.tr("History"));
  draw_history(ui, cut, camera);
  end_scroll(cut.rest.y - top + ui.px(12));
}

}  // namespace sweepbox
