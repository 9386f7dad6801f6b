#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"
#include "app/session/undoing.hpp"

namespace sweepbox {

/// One key too many would take every box away that came with the drive.
void draw_undo_import(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  if (!own_labels_are_next(session)) {
    session.popup.clear();
    return;
  }
  const float width = ui.px(500);
  const Area area = {
      std::floor((whole.width - width) / 2), std::floor(whole.height / 3), width, ui.px(152)};
  begin_popup(ui, "undo_import", area);
  Cutter cut{inset(area, ui.px(16), ui.px(12))};
  Cutter head{cut.top(ui.px(24), ui.px(8))};
  put_icon(ui, head.left(ui.px(18), ui.px(8)), "exclamation-triangle", ui.theme.warning);
  put_text(ui,
           head.rest,
           ui.fonts.bold,
           ui.theme.text,
           ui.tr("Undo the import of the drive's own labels?"));
  put_paragraph(ui,
                cut.rest,
                ui.fonts.small,
                ui.theme.text,
                ui.words(text("{}. All of it goes. Redo brings it back.",
                              ui.words(*session.history->undo_title()))));
  Cutter row{cut.bottom(ui.px(30))};
  Arguments once;
  once.values.emplace("times", "1");
  if (action_button(ui,
                    "undo_import/undo",
                    row.left(ui.px(160)),
                    "edit.undo",
                    {.label = std::string(ui.tr("Undo the import"))},
                    once))
    session.popup.clear();
  if (button(ui,
             "undo_import/keep",
             row.right(ui.px(120)),
             {.label = std::string(ui.tr("Keep the labels")), .primary = true}))
    session.popup.clear();
  end_popup();
}

}  // namespace sweepbox
