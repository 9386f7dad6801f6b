#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

struct Tab {
  std::string_view layout;
  std::string_view title;
  std::string_view action;
};

// Layouts stand in a room that panels do not know; a tab is an action like any other.
constexpr Tab kTabs[] = {
    {"annotate", "Annotate", "layout.annotate"},
    {"calibrate", "Calibrate", "layout.calibrate"},
};

constexpr std::string_view kMenuOrder[] = {
    "File", "Edit", "Box", "Track", "Time", "View", "Calibrate"};

/// What the menu offers of a category: what runs by itself in this layout. The class keys and the
/// small steps of the keyboard stay with the palette and the list of keys.
std::vector<const Action*> offered(Ui& ui, std::string_view category) {
  std::vector<const Action*> result;
  for (const Action& action : actions()) {
    if (action.category != category) continue;
    if (!action.scope.empty() && action.scope != ui.session.layout) continue;
    const bool asks = std::any_of(action.parameters.begin(),
                                  action.parameters.end(),
                                  [](const Parameter& parameter) { return parameter.required; });
    const bool class_key = action.id.starts_with("class.") && action.id.size() == 7;
    const bool small_step = action.title.ends_with("cm") || action.title.ends_with("1°") ||
                            action.title.ends_with("10°");
    if (!asks && !class_key && !small_step) result.push_back(&action);
  }
  return result;
}

void draw_menu_row(Ui& ui, const Area& row, const Action& action) {
  const Hint hint = action_hint(ui, action.id);
  const Touch mouse =
      touch(ui, fmt::format("menu/{}", action.id), row, {{}, {}, hint.reason}, hint.reason.empty());
  if (mouse.hovered && mouse.enabled) fill(row, ui.theme.hover, ui.px(3));
  const float keys = keys_width(ui, hint.key);
  put_icon(ui,
           {row.x + ui.px(4), row.y, ui.px(20), row.height},
           action.icon,
           mouse.enabled ? ui.theme.dim : ui.theme.off,
           0.85F);
  put_text(ui,
           {row.x + ui.px(30), row.y, row.width - keys - ui.px(44), row.height},
           ui.fonts.small,
           mouse.enabled ? ui.theme.text : ui.theme.off,
           hint.title);
  put_keys(ui, row.x + row.width - ui.px(6), row.y + row.height / 2, hint.key, Align::right);
  if (!mouse.clicked) return;
  close_dropdown();
  do_action(ui.session, action.id);
}

/// Categories at the left, the actions of the one under the mouse beside them.
void draw_menu(Ui& ui, const Area& below) {
  const float row = ui.px(25);
  const float left_width = ui.px(130);
  float right_width = ui.px(310);
  int& open = ui.memory.get<int>("menu/open");
  std::vector<std::vector<const Action*>> columns;
  for (const std::string_view category : kMenuOrder) {
    columns.push_back(offered(ui, category));
    for (const Action* action : columns.back()) {
      const Hint hint = action_hint(ui, action->id);
      right_width =
          std::max(right_width,
                   text_width(ui.fonts.small, hint.title) + keys_width(ui, hint.key) + ui.px(60));
    }
  }
  const std::size_t shown = columns[static_cast<std::size_t>(open) % columns.size()].size();
  const std::size_t longest = std::max(std::size(kMenuOrder), shown);
  const float height = row * static_cast<float>(longest) + ui.px(12);
  if (!begin_dropdown(ui, "menu", below, left_width + right_width, height)) return;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  float y = at.y + ui.px(6);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty()) continue;
    const Area place = {at.x + ui.px(4), y, left_width - ui.px(8), row};
    y += row;
    const Touch mouse = touch(ui, fmt::format("menu/{}", kMenuOrder[i]), place);
    if (mouse.hovered) open = static_cast<int>(i);
    if (open == static_cast<int>(i)) fill(place, ui.theme.selected_row, ui.px(3));
    put_text(ui, inset(place, ui.px(8), 0), ui.fonts.body, ui.theme.text, ui.tr(kMenuOrder[i]));
    put_icon(ui,
             {place.x + place.width - ui.px(18), place.y, ui.px(14), row},
             "caret-right",
             ui.theme.dim,
             0.8F);
  }
  line(at.x + left_width, at.y, at.x + left_width, at.y + height, ui.theme.line);
  y = at.y + ui.px(6);
  for (const Action* action : columns[static_cast<std::size_t>(open) % columns.size()]) {
    draw_menu_row(ui, {at.x + left_width + ui.px(4), y, right_width - ui.px(12), row}, *action);
    y += row;
  }
  end_dropdown();
}

std::string counted(Ui& ui, std::size_t count, std::string_view one, std::string_view many) {
  return fill(ui.tr(count == 1 ? one : many), {fmt::format("{}", count)});
}

}  // namespace

void draw_topbar(Ui& ui, const Area& area) {
  Session& session = ui.session;
  Cutter cut{area};
  cut.left(ui.px(4));
  const Area menu = cut.left(ui.px(32), ui.px(4));
  if (button(ui,
             "topbar/menu",
             centred(menu, ui.px(28)),
             {.icon = "bars", .flat = true},
             {.title = std::string(ui.tr("Menu"))})) {
    open_dropdown("menu");
  }
  if (session.popup == "menu") {
    session.popup.clear();
    open_dropdown("menu");
  }
  draw_menu(ui, menu);

  Cutter right{cut.rest};
  right.right(ui.px(6));
  const auto icon_at_right = [&](std::string_view id, std::string_view action) {
    action_button(ui,
                  std::string(id),
                  centred(right.right(ui.px(28), ui.px(2)), ui.px(28)),
                  action,
                  {.flat = true});
  };
  icon_at_right("topbar/settings", "view.settings");
  icon_at_right("topbar/keys", "view.keys");
  right.right(ui.px(4));
  const Area search = centred(right.right(ui.px(224), ui.px(10)), ui.px(24));
  const Hint search_hint = action_hint(ui, "view.palette");
  const Touch mouse = touch(ui, "topbar/search", search, search_hint);
  fill(search, mouse.hovered ? ui.theme.hover : ui.theme.raised, ui.px(3));
  put_icon(ui, {search.x + ui.px(4), search.y, ui.px(20), search.height}, "search", ui.theme.dim);
  put_text(ui,
           {search.x + ui.px(26), search.y, search.width - ui.px(90), search.height},
           ui.fonts.body,
           ui.theme.dim,
           ui.tr("Search actions"));
  put_keys(ui,
           search.x + search.width - ui.px(5),
           search.y + search.height / 2,
           search_hint.key,
           Align::right);
  if (mouse.clicked) do_action(session, "view.palette");
  icon_at_right("topbar/redo", "edit.redo");
  icon_at_right("topbar/undo", "edit.undo");

  if (!session.has_drive()) return;
  cut.rest.width = right.rest.width;
  const DriveInfo& info = session.drive->info();
  float tabs = 0;
  for (const Tab& tab : kTabs) tabs += text_width(ui.fonts.body, ui.tr(tab.title)) + ui.px(34);
  const std::string sensors = counted(ui, info.cameras.size(), "{} camera", "{} cameras") + " · " +
                              counted(ui, info.lidars.size(), "{} lidar", "{} lidars");
  const float room = std::max(0.0F, cut.rest.width - tabs - ui.px(40));
  const float name = std::min(text_width(ui.fonts.bold, info.name) + 1, room);
  put_text(ui, cut.left(name, ui.px(9)), ui.fonts.bold, ui.theme.text, info.name);
  const float more = text_width(ui.fonts.small, sensors) + 1;
  if (more + ui.px(9) < room - name) {
    put_text(ui, cut.left(more, ui.px(22)), ui.fonts.small, ui.theme.dim, sensors);
  }
  for (const Tab& tab : kTabs) {
    const std::string title(ui.tr(tab.title));
    const Area place = cut.left(text_width(ui.fonts.body, title) + ui.px(34));
    const bool on = session.layout == tab.layout;
    const Touch state = touch(ui,
                              fmt::format("layout/{}", tab.layout),
                              place,
                              action_hint(ui, tab.action),
                              true,
                              on ? "on" : "");
    if (on) {
      fill(place, ui.theme.panel);
      fill({place.x, place.y + place.height - ui.px(2), place.width, ui.px(2)}, ui.theme.accent);
    } else if (state.hovered) {
      fill(place, ui.theme.hover);
    }
    put_text(ui, place, ui.fonts.body, ui.theme.text, title, Align::centre);
    if (state.clicked) do_action(session, tab.action);
  }
}

}  // namespace sweepbox
