#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"
#include "app/session/importing.hpp"

namespace sweepbox {

namespace {

struct Way {
  ImportMode mode;
  std::string_view title;
  std::string_view what;
};

constexpr Way kWays[] = {
    {ImportMode::merge,
     "Merge",
     "Boxes that the project holds already are not brought twice. What was changed by hand stays."},
    {ImportMode::replace, "Replace", "All boxes of the project go, those of the labels come."},
    {ImportMode::add, "Add", "All boxes of the labels come beside those of the project."},
};

void draw_way(Ui& ui, const Area& area, const Way& way, ImportChoice& choice) {
  const bool chosen = choice.mode == way.mode;
  const ImportOutcome& counts = choice.plans[static_cast<std::size_t>(way.mode)].counts;
  const Touch mouse =
      touch(ui,
            fmt::format("import/{}", name_of(way.mode)),
            area,
            {},
            true,
            fmt::format("{} {} {} {}", counts.fresh, counts.merged, counts.kept, counts.removed));
  if (chosen) {
    fill(area, ui.theme.selected_row);
    fill({area.x, area.y, ui.px(3), area.height}, ui.theme.accent);
  } else if (mouse.hovered) {
    fill(area, ui.theme.hover);
  }
  Cutter cut{inset(area, ui.px(16), ui.px(8))};
  Cutter head{cut.top(ui.px(22), ui.px(2))};
  put_icon(ui,
           head.left(ui.px(18), ui.px(8)),
           chosen ? "dot-circle-o" : "circle-o",
           chosen ? ui.theme.accent : ui.theme.dim);
  put_text(ui, head.left(ui.px(110)), ui.fonts.bold, ui.theme.text, ui.tr(way.title));
  const bool by_hand = counts.removed_by_hand > 0;
  put_text(ui,
           head.rest,
           ui.fonts.small,
           by_hand ? ui.theme.warning : ui.theme.text,
           ui.words(words_of(counts)),
           Align::right);
  cut.left(ui.px(26));
  put_text(ui, cut.top(ui.px(20)), ui.fonts.small, ui.theme.dim, ui.tr(way.what));
  if (mouse.clicked) choice.mode = way.mode;
}

bool pressed(ImGuiKey key) {
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
}

void step(ImportChoice& choice, int by) {
  const int count = static_cast<int>(std::size(kWays));
  choice.mode = static_cast<ImportMode>((static_cast<int>(choice.mode) + by + count) % count);
}

}  // namespace

/// How labels come in where the project holds boxes already, with what each way would do.
void draw_import_mode(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  if (!session.import_choice) {
    session.popup.clear();
    return;
  }
  ImportChoice& choice = *session.import_choice;
  if (pressed(ImGuiKey_DownArrow)) step(choice, 1);
  if (pressed(ImGuiKey_UpArrow)) step(choice, -1);
  const float row = ui.px(62);
  const float width = std::min(ui.px(680), whole.width - ui.px(48));
  const float height = ui.px(48) + row * static_cast<float>(std::size(kWays)) + ui.px(60);
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, "import_mode", area);
  Cutter cut{area};
  const Area head = cut.top(ui.px(40), ui.px(8));
  panel_head(
      ui,
      head,
      ui.tr("Import labels"),
      fill(ui.tr("{}: the project holds boxes already"), {choice.place.filename().string()}));
  put_keys(ui, head.x + head.width - ui.px(12), head.y + head.height / 2, "Escape", Align::right);
  for (const Way& way : kWays) draw_way(ui, cut.top(row), way, choice);
  Cutter foot{inset(cut.bottom(ui.px(52)), ui.px(12), ui.px(11))};
  action_button(ui,
                "import/ok",
                foot.right(ui.px(130), ui.px(8)),
                "file.import_chosen",
                {.label = std::string(ui.tr("Import")), .key = "Enter", .primary = true});
  if (button(ui, "import/cancel", foot.right(ui.px(100)), {.label = std::string(ui.tr("Cancel"))}))
    session.popup.clear();
  end_popup();
  if (pressed(ImGuiKey_Enter) || pressed(ImGuiKey_KeyPadEnter))
    do_action(session, "file.import_chosen");
}

}  // namespace sweepbox
