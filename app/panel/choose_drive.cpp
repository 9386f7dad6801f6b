#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"

namespace sweepbox {

/// Which of several drives at one place: a list that a few letters make short.
void draw_choose_drive(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  if (!session.choice) {
    session.popup.clear();
    return;
  }
  const DriveChoice& choice = *session.choice;
  const float width = std::min(ui.px(640), whole.width - ui.px(48));
  const float height = std::min(ui.px(520), whole.height - ui.px(64));
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, "choose_drive", area);
  Cutter cut{area};
  const Area head = cut.top(ui.px(40), ui.px(8));
  panel_head(
      ui,
      head,
      ui.tr("Which drive?"),
      fill(ui.tr("{} drives in {}"),
           {fmt::format("{}", choice.drives.size()), choice.request.path.filename().string()}));
  put_keys(ui, head.x + head.width - ui.px(12), head.y + head.height / 2, "Escape", Align::right);
  std::string& filter = ui.memory.get<std::string>("choose/filter");
  const std::string place = choice.request.path.string();
  if (std::string& asked = ui.memory.get<std::string>("choose/of"); asked != place) {
    asked = place;
    filter.clear();
    focus_field(ui, "choose/filter");
  }
  const Area field = inset(cut.top(ui.px(30), ui.px(8)), ui.px(12), 0);
  text_field(ui, "choose/filter", field, ui.tr("Name"), filter, {}, "filter");
  const bool enter = entered(ui, "choose/filter");

  const float row = ui.px(30);
  begin_scroll(ui, "choose/scroll", cut.rest);
  const float top = cut.rest.y - scroll_y();
  float y = top;
  const DriveRef* chosen = nullptr;
  const DriveRef* first = nullptr;
  for (const DriveRef& ref : choice.drives) {
    if (!filter.empty() && !contains_words(ref.name, filter) && !contains_words(ref.format, filter))
      continue;
    if (!first) first = &ref;
    const Area line_area = {cut.rest.x, std::floor(y), cut.rest.width, row};
    y += row;
    if (line_area.y + row < cut.rest.y || line_area.y > cut.rest.y + cut.rest.height) continue;
    const Touch mouse = touch(ui, "choose/" + ref.name, line_area, {.title = ui.words(ref.why)});
    if (&ref == first) {  // what Enter takes
      fill(line_area, ui.theme.selected_row);
      fill({line_area.x, line_area.y, ui.px(3), row}, ui.theme.accent);
    } else if (mouse.hovered) {
      fill(line_area, ui.theme.hover);
    }
    Cutter inside{inset(line_area, ui.px(16), 0)};
    put_text(ui, inside.right(ui.px(140)), ui.fonts.small, ui.theme.dim, ref.format, Align::right);
    put_text(ui, inside.rest, ui.fonts.body, ui.theme.text, ref.name);
    if (mouse.clicked) chosen = &ref;
  }
  if (!first)
    put_text(ui,
             inset({cut.rest.x, y, cut.rest.width, row}, ui.px(16), 0),
             ui.fonts.small,
             ui.theme.dim,
             fill(ui.tr("Nothing matches '{}'. Clear · Esc"), {filter}));
  end_scroll(y - top + row);
  end_popup();

  if (enter && first) chosen = first;
  if (!chosen) return;
  Arguments arguments;
  arguments.values["drive"] = chosen->name;
  arguments.values["format"] = chosen->format;
  do_action(session, "drive.choose", arguments);
}

}  // namespace sweepbox
