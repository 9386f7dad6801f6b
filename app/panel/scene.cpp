#include <fmt/format.h>
#include <imgui.h>

#include <array>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/view_input.hpp"

namespace sweepbox {

namespace {

void draw_tools(Ui& ui, const Area& area) {
  const float side = ui.px(32);
  const auto count = static_cast<float>(tools().size());
  const Area bar = {area.x + ui.px(6), area.y + ui.px(6), side * count + ui.px(4), side + ui.px(4)};
  ImGui::SetCursorScreenPos({bar.x, bar.y});
  ImGui::BeginChild("tools",
                    {bar.width, bar.height},
                    false,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollbar);
  fill(bar, ui.theme.window, ui.px(3));
  float x = bar.x + ui.px(2);
  for (const ToolEntry& tool : tools()) {
    const bool on = ui.session.tool == tool.name;
    action_button(ui,
                  fmt::format("tool/{}", tool.name),
                  {x, bar.y + ui.px(2), side - ui.px(2), side},
                  tool.action,
                  {.icon = std::string(tool.icon), .on = on, .flat = true});
    x += side;
  }
  ImGui::EndChild();
}

void draw_ramp(Ui& ui, const Area& area) {
  const ColorMap map = color_map(ui.session.layers.color_map, ui.theme.dark);
  const std::size_t parts = map.stops.size() - 1;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < parts; ++i) {
    const auto share = [&](std::size_t k) {
      return std::floor(area.x + area.width * static_cast<float>(k) / static_cast<float>(parts));
    };
    list->AddRectFilledMultiColor({share(i), area.y},
                                  {share(i + 1), area.y + area.height},
                                  ink(map.stops[i]),
                                  ink(map.stops[i + 1]),
                                  ink(map.stops[i + 1]),
                                  ink(map.stops[i]));
  }
}

void draw_colors(Ui& ui, const Area& area) {
  const Layers& layers = ui.session.layers;
  std::vector<std::string> titles;
  int chosen = 0;
  for (const Coloring& coloring : kColorings) {
    if (coloring.name == layers.color_by) chosen = static_cast<int>(titles.size());
    titles.emplace_back(ui.tr(coloring.title));
  }
  const Legend& legend = ui.views.legend();
  const bool lidars = has_lidars_to_switch(ui.session);
  const float widest = area.width - ui.px(lidars ? 50 : 16);
  const bool ramp = legend.scale && widest > ui.px(220);
  const bool figures = ramp && widest > ui.px(310);
  const float width = std::min(ui.px(figures ? 300 : ramp ? 220 : 132), widest);
  const Area bar = {area.x + area.width - width - ui.px(6), area.y + ui.px(6), width, ui.px(30)};
  if (lidars) {
    const Area button_area = {bar.x - ui.px(34), bar.y, ui.px(30), bar.height};
    ImGui::SetCursorScreenPos({button_area.x, button_area.y});
    ImGui::BeginChild("lidars_button",
                      {button_area.width, button_area.height},
                      false,
                      ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollbar);
    fill(button_area, ui.theme.window, ui.px(3));
    draw_lidars_button(ui, button_area);
    ImGui::EndChild();
  }
  ImGui::SetCursorScreenPos({bar.x, bar.y});
  ImGui::BeginChild("colors",
                    {bar.width, bar.height},
                    false,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollbar);
  fill(bar, ui.theme.window, ui.px(3));
  Cutter cut{inset(bar, ui.px(4), ui.px(3))};
  put_icon(ui, cut.left(ui.px(20)), "tint", ui.theme.dim);
  const Area list = cut.left(ui.px(100), ui.px(8));
  if (const auto picked = combo(ui,
                                "scene/color",
                                list,
                                titles[static_cast<std::size_t>(chosen)],
                                titles,
                                chosen,
                                action_hint(ui, "view.color"))) {
    Arguments arguments;
    arguments.values["by"] = kColorings[*picked].name;
    do_action(ui.session, "view.color", arguments);
  }
  if (figures) {
    const int decimals = legend.high - legend.low < 1 ? 2 : legend.high - legend.low < 20 ? 1 : 0;
    const std::string unit = ui.words(legend.unit);
    const std::string high =
        number_text(legend.high, decimals) + (unit.empty() ? std::string() : " " + unit);
    const std::string low = number_text(legend.low, decimals);
    put_text(
        ui, cut.left(text_width(ui.fonts.tag, low) + 1, ui.px(6)), ui.fonts.tag, ui.theme.dim, low);
    cut.right(ui.px(4));
    put_text(ui,
             cut.right(text_width(ui.fonts.tag, high) + 1, ui.px(6)),
             ui.fonts.tag,
             ui.theme.dim,
             high);
  }
  if (ramp) draw_ramp(ui, centred(cut.rest, ui.px(8)));
  ImGui::EndChild();
}

}  // namespace

void draw_scene_panel(Ui& ui, const Area& area) {
  const ViewInput input = view_input(ui, "view/scene", area);
  ui.views.draw_scene(ui.session, ImGui::GetWindowDrawList(), area, input);
  show_view_hint(ui, input);
  const float tools_width = ui.px(32) * static_cast<float>(tools().size()) + ui.px(20);
  if (ui.session.layout != "calibrate") draw_tools(ui, area);
  if (area.width <= tools_width + ui.px(150)) return;
  draw_colors(ui, {area.x + tools_width, area.y, area.width - tools_width, area.height});
}

void draw_sides(Ui& ui, const Area& area) {
  struct Side {
    ViewKind kind;
    std::string_view id;
    std::string_view title;
    int across, upwards;  ///< of the box's size
  };

  constexpr std::array<Side, 3> kSides = {Side{ViewKind::top, "view/top", "Top", 0, 1},
                                          Side{ViewKind::side, "view/side", "Side", 0, 2},
                                          Side{ViewKind::front, "view/front", "Front", 1, 2}};
  const float gap = std::round(ui.px(2));
  const FrameBox* box = frame_box(ui.session, primary(ui.session));
  float y = area.y;
  for (std::size_t i = 0; i < kSides.size(); ++i) {
    const Side& side = kSides[i];
    const float bottom =
        i == 2 ? area.y + area.height
               : std::floor(area.y + area.height * static_cast<float>(i + 1) / 3) - gap;
    const Area place = {area.x, y, area.width, bottom - y};
    y = bottom + gap;
    const ViewInput input = view_input(ui, std::string(side.id), place);
    ui.views.draw_side(ui.session, side.kind, ImGui::GetWindowDrawList(), place, input);
    show_view_hint(ui, input);
    Cutter head{{place.x + ui.px(8), place.y + ui.px(4), place.width - ui.px(16), ui.px(20)}};
    const std::string_view title = ui.tr(side.title);
    const bool figures = box != nullptr && place.width > ui.px(250);
    if (box != nullptr) {
      // Points and other boxes may lie under the words.
      const float wide = figures ? ui.px(140) : text_width(ui.fonts.small, title) + ui.px(8);
      fill({head.rest.x - ui.px(4), head.rest.y, wide, head.rest.height},
           ui.theme.view,
           ui.px(3),
           0.75F);
    }
    put_text(ui,
             head.left(text_width(ui.fonts.small, title) + 1, ui.px(6)),
             ui.fonts.small,
             box != nullptr ? ui.theme.text : ui.theme.dim,
             title);
    if (box == nullptr) {
      ui.backdrops.push_back({place, ui.theme.view});
      if (i == 0)
        put_text(
            ui, place, ui.fonts.small, ui.theme.dim, ui.tr("Nothing selected."), Align::centre);
    } else if (figures) {
      const Vec3& size = box->cuboid_in_ego.size;
      put_text(
          ui,
          head.rest,
          ui.fonts.small,
          ui.theme.dim,
          fmt::format(
              "{} × {} m", number_text(size[side.across], 2), number_text(size[side.upwards], 2)));
    }
  }
}

}  // namespace sweepbox
