#include <fmt/format.h>
#include <imgui.h>

#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

/// Long work: what it does, how far it is, a cancel. Above the status line, in front of everything.
void draw_tasks(Ui& ui, const Area& whole) {
  const float width = ui.px(360);
  const float height = ui.px(46);
  float y = whole.height - ui.px(32) - height;
  for (Task& task : ui.session.tasks) {
    const double share = task.cancel.share();
    const std::string_view step = task.cancel.step();
    const Area area = {std::floor((whole.width - width) / 2), std::floor(y), width, height};
    const std::string id = fmt::format("task/{}", task.id);
    ImGui::SetNextWindowPos({area.x, area.y});
    ImGui::SetNextWindowSize({area.width, area.height});
    ImGui::Begin(id.c_str(),
                 nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoFocusOnAppearing);
    fill(area, ui.theme.panel, ui.px(3));
    frame(area, ui.theme.edge, ui.px(3));
    Cutter cut{inset(area, ui.px(12), ui.px(4))};
    const Area cancel = centred(cut.right(ui.px(28)), ui.px(28));
    const Area bar = cut.bottom(ui.px(10));
    const std::string percent = share >= 0 ? fmt::format("{:.0f} %", share * 100) : std::string();
    put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, percent, Align::right);
    cut.rest.width -= ui.px(48);
    std::string words = ui.words(task.title);
    if (!step.empty()) words += " · " + std::string(ui.tr(step));
    put_text(ui, cut.rest, ui.fonts.small, ui.theme.text, words);
    const Area track = {bar.x, bar.y + ui.px(2), bar.width - ui.px(8), ui.px(4)};
    fill(track, ui.theme.active, ui.px(2));
    if (share >= 0) {
      fill({track.x, track.y, track.width * static_cast<float>(std::min(1.0, share)), track.height},
           ui.theme.accent,
           ui.px(2));
    } else {
      // Unknown length: a piece that goes to and fro once in two seconds.
      const double phase = std::abs(std::fmod(ui.now_s, 2.0) - 1.0);
      fill({track.x + track.width * 0.75F * static_cast<float>(phase),
            track.y,
            track.width * 0.25F,
            track.height},
           ui.theme.accent,
           ui.px(2));
      ui.wake_in(0.05);
    }
    if (button(ui,
               id + "/cancel",
               cancel,
               {.icon = "times", .flat = true},
               {.title = std::string(ui.tr("Cancel"))})) {
      task.cancel.request();
    }
    ImGui::End();
    y -= height + ui.px(6);
  }
}

}  // namespace sweepbox
