#include <fmt/format.h>
#include <imgui.h>

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

constexpr std::string_view kMenuOrder[] = {"File", "Edit", "Box", "Track", "Time", "View", "Calibrate"};

/// Everything a person can do, by category: what the palette finds, for those who look first.
void draw_menu(Ui& ui, const Area& below) {
  const float row = ui.px(24);
  const float column = ui.px(280);
  std::size_t longest = 0;
  std::size_t columns = 0;
  for (const std::string_view category : kMenuOrder) {
    std::size_t count = 0;
    for (const Action& action : actions()) {
      if (action.category == category) ++count;
    }
    if (count > 0) ++columns;
    longest = std::max(longest, count);
  }
  const float room = ImGui::GetIO().DisplaySize.x - ui.px(16);
  const float wide = std::min(column, room / static_cast<float>(std::max<std::size_t>(1, columns)));
  const float height = row * static_cast<float>(longest + 1) + ui.px(20);
  if (!begin_dropdown(ui, "menu", below, wide * static_cast<float>(columns), height)) return;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  float x = at.x;
  for (const std::string_view category : kMenuOrder) {
    float y = at.y + ui.px(8);
    bool any = false;
    for (const Action& action : actions()) {
      if (action.category != category) continue;
      if (!any) {
        put_text(ui,
                 {x + ui.px(10), y, wide - ui.px(20), row},
                 ui.fonts.bold,
                 ui.theme.dim,
                 ui.tr(category));
        y += row;
        any = true;
      }
      const Hint hint = action_hint(ui, action.id);
      const Area line_area = {x + ui.px(2), y, wide - ui.px(4), row};
      const Touch mouse = touch(ui,
                                fmt::format("menu/{}", action.id),
                                line_area,
                                {{}, {}, hint.reason},
                                hint.reason.empty());
      if (mouse.hovered && mouse.enabled) fill(line_area, ui.theme.hover, ui.px(3));
      const float keys = keys_width(ui, hint.key);
      put_text(ui,
               {line_area.x + ui.px(8), y, line_area.width - keys - ui.px(22), row},
               ui.fonts.small,
               mouse.enabled ? ui.theme.text : ui.theme.off,
               hint.title);
      put_keys(ui, line_area.x + line_area.width - ui.px(6), y + row / 2, hint.key, Align::right);
      if (mouse.clicked) {
        close_dropdown();
        do_action(ui.session, action.id);
      }
      y += row;
    }
    if (any) x += wide;
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
  put_keys(ui, search.x + search.width - ui.px(5), search.y + search.height / 2, search_hint.key, Align::right);
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
    const Touch state =
        touch(ui, fmt::format("layout/{}", tab.layout), place, action_hint(ui, tab.action), true, on ? "on" : "");
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
