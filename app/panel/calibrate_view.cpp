#include <fmt/format.h>
#include <imgui.h>

#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/view_input.hpp"

namespace sweepbox {

namespace {

void changed(Session& session) {
  ++session.versions.layers;
}

void draw_bar(Ui& ui, const Area& area) {
  CalibrateState& state = ui.session.calibrate;
  const float width = std::min(ui.px(620), area.width - ui.px(12));
  const Area bar = {area.x + ui.px(6), area.y + ui.px(6), width, ui.px(32)};
  ImGui::SetCursorScreenPos({bar.x, bar.y});
  ImGui::BeginChild("bar",
                    {bar.width, bar.height},
                    false,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollbar);
  fill(bar, ui.theme.window, ui.px(3));
  Cutter cut{inset(bar, ui.px(10), ui.px(3))};
  const auto words = [&](std::string_view english) {
    const std::string_view shown = ui.tr(english);
    put_text(ui,
             cut.left(text_width(ui.fonts.small, shown) + 1, ui.px(8)),
             ui.fonts.small,
             ui.theme.dim,
             shown);
  };
  words("Picture");
  double blend = state.blend;
  if (slider(ui,
             "calibrate/blend",
             cut.left(ui.px(110), ui.px(8)),
             blend,
             action_hint(ui, "calibrate.blend"))) {
    state.blend = blend;
    changed(ui.session);
  }
  words("Points");
  cut.left(ui.px(6));
  const auto flag = [&](std::string_view id,
                        std::string_view action,
                        std::string_view label,
                        bool& value) {
    const std::string_view shown = ui.tr(label);
    const float wide = text_width(ui.fonts.small, shown) + ui.px(30);
    if (wide > cut.rest.width) return;
    bool on = value;
    if (checkbox(
            ui, std::string(id), cut.left(wide, ui.px(4)), shown, on, action_hint(ui, action))) {
      value = on;
      changed(ui.session);
    }
  };
  flag("calibrate/hide_behind", "calibrate.hide_behind", "Hide what is behind", state.hide_behind);
  flag("calibrate/magnifier", "calibrate.magnifier", "Magnifier", state.magnifier);
  if (cut.rest.width > ui.px(110)) {
    words("Size");
    action_button(ui,
                  "calibrate/smaller",
                  cut.left(ui.px(24), ui.px(2)),
                  "calibrate.smaller_points",
                  {.icon = "minus", .flat = true});
    put_text(ui,
             cut.left(ui.px(32), ui.px(2)),
             ui.fonts.small,
             ui.theme.text,
             fmt::format("{:.0f} px", state.point_size),
             Align::centre);
    action_button(ui,
                  "calibrate/larger",
                  cut.left(ui.px(24)),
                  "calibrate.larger_points",
                  {.icon = "plus", .flat = true});
  }
  ImGui::EndChild();
}

}  // namespace

void draw_calibrate_view(Ui& ui, const Area& area) {
  if (ui.session.drive->info().cameras.empty()) {
    ui.backdrops.push_back({area, ui.theme.panel});
    put_text(
        ui, area, ui.fonts.small, ui.theme.dim, ui.tr("This drive has no images."), Align::centre);
    return;
  }
  const ViewInput input = view_input(ui, "view/calibrate", area);
  ui.views.draw_calibrate(ui.session, ImGui::GetWindowDrawList(), area, input);
  show_view_hint(ui, input);
  draw_bar(ui, area);
}

}  // namespace sweepbox
