#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"

namespace sweepbox {

namespace {

struct ClassesState {
  std::string query;
  int chosen = 0;
  int last_frame = -2;
};

bool begins_with(std::string_view words, std::string_view start) {
  if (start.size() > words.size()) return false;
  return std::equal(start.begin(), start.end(), words.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

void choose(Session& session, const std::string& name) {
  Arguments arguments;
  arguments.values["class"] = name;
  session.popup.clear();
  do_action(session, "class.set", arguments);
}

}  // namespace

void draw_classes(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  ClassesState& state = ui.memory.get<ClassesState>("classes");
  if (state.last_frame < ImGui::GetFrameCount() - 1) {
    state.query.clear();
    state.chosen = 0;
    focus_field(ui, "class/query");
  }
  state.last_frame = ImGui::GetFrameCount();

  std::vector<const ObjectClass*> found;
  const ObjectClass* by_code = nullptr;
  for (const ObjectClass& kind : session.document().taxonomy().classes) {
    const bool code = begins_with(kind.code, state.query);
    if (state.query.size() == 2 && code) by_code = &kind;
    if (code || begins_with(kind.name, state.query) || begins_with(ui.tr(kind.name), state.query) ||
        (!kind.key.empty() && kind.key == state.query)) {
      found.push_back(&kind);
      if (!kind.key.empty() && kind.key == state.query) by_code = &kind;
    }
  }
  const int count = static_cast<int>(found.size());
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) ++state.chosen;
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) --state.chosen;
  state.chosen = count == 0 ? 0 : (state.chosen + count) % count;

  const auto total = static_cast<float>(session.document().taxonomy().classes.size());
  const float row = ui.px(28);
  const float width = ui.px(320);
  const float height = std::min(ui.px(84) + row * total + ui.px(8), whole.height - ui.px(80));
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, "class", area, 0.35F);
  Cutter cut{area};
  const std::size_t selected = session.selected.size();
  panel_head(ui,
             cut.top(ui.px(36), ui.px(6)),
             ui.tr("Class"),
             selected == 0   ? std::string(ui.tr("of the next box"))
             : selected == 1 ? std::string(ui.tr("of the selection"))
                             : fill(ui.tr("of {} tracks"), {fmt::format("{}", selected)}));
  text_field(ui,
             "class/query",
             inset(cut.top(ui.px(30), ui.px(6)), ui.px(10), 0),
             ui.tr("Two letters, or a key"),
             state.query,
             "Enter",
             "tag");
  const ObjectClass* chosen = by_code;
  if (entered(ui, "class/query") && count > 0)
    chosen = found[static_cast<std::size_t>(state.chosen)];
  begin_scroll(ui, "class/scroll", cut.rest);
  for (int i = 0; i < count; ++i) {
    const ObjectClass& kind = *found[static_cast<std::size_t>(i)];
    const Area place = {
        cut.rest.x, std::floor(cut.rest.y + row * static_cast<float>(i) - scroll_y()), width, row};
    const Touch mouse = touch(ui, fmt::format("class/{}", kind.name), place);
    if (i == state.chosen) {
      fill(place, ui.theme.selected_row);
    } else if (mouse.hovered) {
      fill(place, ui.theme.hover);
    }
    const float middle = place.y + place.height / 2;
    put_class_tag(ui, place.x + ui.px(12), middle, kind.name);
    put_text(ui,
             {place.x + ui.px(46), place.y, width - ui.px(160), row},
             ui.fonts.body,
             ui.theme.text,
             class_title(ui, kind.name));
    const std::string size = fmt::format("{} × {} × {}",
                                         number_text(kind.size.x(), 1),
                                         number_text(kind.size.y(), 1),
                                         number_text(kind.size.z(), 1));
    put_text(ui,
             {place.x, place.y, width - ui.px(44), row},
             ui.fonts.tag,
             ui.theme.dim,
             size,
             Align::right);
    put_keys(ui, place.x + width - ui.px(12), middle, kind.key, Align::right);
    if (mouse.clicked) chosen = &kind;
  }
  if (count == 0) {
    put_text(ui,
             inset({cut.rest.x, cut.rest.y, width, row}, ui.px(14), 0),
             ui.fonts.small,
             ui.theme.dim,
             ui.tr("No such class"));
  }
  end_scroll(row * static_cast<float>(count));
  end_popup();
  if (chosen != nullptr) choose(session, chosen->name);
}

}  // namespace sweepbox
