#include "app/panel/panel.hpp"

#include "app/panel/entries.hpp"

namespace sweepbox {

std::span<const Panel> panels() {
  static const Panel table[] = {
      {"topbar", "Menu and layouts", draw_topbar},
      {"cameras", "Cameras", draw_cameras},
      {"scene", "3D", draw_scene_panel},
      {"sides", "Top, side, front", draw_sides},
      {"properties", "Properties", draw_properties},
      {"tracks", "Tracks", draw_tracks},
      {"timeline", "Timeline", draw_timeline},
      {"status", "Status", draw_status},
      {"start", "Start", draw_start},
      {"calibrate_view", "Camera", draw_calibrate_view},
      {"calibrate", "Calibrate", draw_calibrate},
  };
  return table;
}

const Panel* find_panel(std::string_view id) {
  for (const Panel& panel : panels()) {
    if (panel.id == id) return &panel;
  }
  return nullptr;
}

std::span<const Popup> popups() {
  static const Popup table[] = {
      {"palette", draw_palette},
      {"keys", draw_keys},
      {"settings", draw_settings},
      {"class", draw_classes},
      {"log", draw_log},
      {"open", draw_file_dialog},
      {"open_project", draw_file_dialog},
      {"save_elsewhere", draw_file_dialog},
      {"export", draw_file_dialog},
      {"export_correction", draw_file_dialog},
      {"import_labels", draw_file_dialog},
      {"import_mode", draw_import_mode},
      {"unsaved", draw_unsaved},
      {"undo_import", draw_undo_import},
      {"doctor", draw_doctor},
      {"choose_drive", draw_choose_drive},
  };
  return table;
}

void draw_popups(Ui& ui, const Area& whole) {
  for (const Popup& popup : popups()) {
    if (popup.id == ui.session.popup) {
      popup.draw(ui, whole);
      break;
    }
  }
  // The track list and the top bar take theirs; a layout without them has nothing to show.
  if (ui.session.popup == "filter" || ui.session.popup == "menu") ui.session.popup.clear();
  draw_repair_banner(ui, whole);
  draw_tasks(ui, whole);
}

}  // namespace sweepbox
