#pragma once
#include "app/panel/panel.hpp"

namespace sweepbox {

// Each in the file of its name; the tables are in panels.cpp.
void draw_topbar(Ui& ui, const Area& area);
void draw_cameras(Ui& ui, const Area& area);
void draw_scene_panel(Ui& ui, const Area& area);
void draw_sides(Ui& ui, const Area& area);
void draw_properties(Ui& ui, const Area& area);
void draw_tracks(Ui& ui, const Area& area);
void draw_timeline(Ui& ui, const Area& area);
void draw_status(Ui& ui, const Area& area);
void draw_start(Ui& ui, const Area& area);
void draw_calibrate_view(Ui& ui, const Area& area);
void draw_calibrate(Ui& ui, const Area& area);

void draw_palette(Ui& ui, const Area& whole);
void draw_keys(Ui& ui, const Area& whole);
void draw_settings(Ui& ui, const Area& whole);
void draw_classes(Ui& ui, const Area& whole);
void draw_log(Ui& ui, const Area& whole);
void draw_file_dialog(Ui& ui, const Area& whole);
void draw_unsaved(Ui& ui, const Area& whole);
void draw_undo_import(Ui& ui, const Area& whole);
void draw_doctor(Ui& ui, const Area& whole);
void draw_import_mode(Ui& ui, const Area& whole);
void draw_choose_drive(Ui& ui, const Area& whole);

void draw_tasks(Ui& ui, const Area& whole);
void draw_repair_banner(Ui& ui, const Area& whole);
/// The lidars of the drive with their switches, below a button of the 3D view.
void draw_lidars_button(Ui& ui, const Area& area);
/// The button has something to switch.
bool has_lidars_to_switch(const Session& session);

}  // namespace sweepbox
