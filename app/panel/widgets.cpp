#include "app/panel/widgets.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "core/base/printable.hpp"

namespace sweepbox {

namespace {

/// The tooltip that stands, or waits to.
struct Tip {
  std::string id;
  double since_s = 0;   ///< when the mouse came to rest on it
  double shown_s = -1;  ///< when a tooltip was last on the screen
  int frame = -1;
};

constexpr double kTipDelay = 0.4;

void show_tip(Ui& ui, const Area& item, const Hint& hint) {
  ImDrawList* list = ImGui::GetForegroundDrawList();
  const std::string first =
      printable(hint.key.empty() ? hint.title : fmt::format("{}  ·  {}", hint.title, hint.key));
  ImFont* font = ui.fonts.small;
  const float room = ui.px(8);
  const float line_height = ui.px(18);
  const float width = std::max(text_width(font, first), text_width(font, hint.reason)) + 2 * room;
  const float height = (hint.reason.empty() ? 1.0F : 2.0F) * line_height + ui.px(6);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  float x = std::clamp(item.x, ui.px(4), std::max(ui.px(4), screen.x - width - ui.px(4)));
  float y = item.y + item.height + ui.px(6);
  if (y + height > screen.y - ui.px(4)) y = item.y - height - ui.px(6);
  x = std::floor(x);
  y = std::floor(y);
  list->AddRectFilled({x, y}, {x + width, y + height}, ink(ui.theme.active), ui.px(3));
  list->AddRect({x, y}, {x + width, y + height}, ink(ui.theme.edge), ui.px(3));
  const float text_y = std::floor(y + ui.px(3) + (line_height - font->FontSize) / 2);
  list->AddText(font,
                font->FontSize,
                {x + room, text_y},
                ink(ui.theme.text),
                first.data(),
                first.data() + first.size());
  if (hint.reason.empty()) return;
  list->AddText(font,
                font->FontSize,
                {x + room, text_y + line_height},
                ink(ui.theme.dim),
                hint.reason.data(),
                hint.reason.data() + hint.reason.size());
}

/// Waits 400 ms on the first thing, then answers at once while the mouse goes from thing to thing.
void tip_for(Ui& ui, const std::string& id, const Area& item, const Hint& hint) {
  if (hint.title.empty() && hint.reason.empty()) return;
  Tip& tip = ui.memory.get<Tip>("tip");
  if (tip.id != id || tip.frame < ImGui::GetFrameCount() - 1) {
    const bool moving_on = ui.now_s - tip.shown_s < 0.3;
    tip.id = id;
    tip.since_s = moving_on ? ui.now_s - kTipDelay : ui.now_s;
  }
  tip.frame = ImGui::GetFrameCount();
  const double waited = ui.now_s - tip.since_s;
  if (waited + 1e-6 < kTipDelay) {
    ui.wake_in(kTipDelay - waited + 0.005);
    return;
  }
  tip.shown_s = ui.now_s;
  show_tip(ui, item, hint);
}

std::uint32_t fill_of(Ui& ui, const Touch& state, const Face& face, bool& filled) {
  filled = true;
  if (face.primary && state.enabled) return ui.theme.accent;
  if (face.on) return ui.theme.selected_row;
  if (state.held) return ui.theme.active;
  if (state.hovered && state.enabled) return ui.theme.hover;
  filled = !face.flat;
  return ui.theme.raised;
}

void draw_face(Ui& ui, const Area& area, const Face& face, std::uint32_t ink_rgb) {
  ImFont* font = face.primary ? ui.fonts.bold : ui.fonts.body;
  const float icon_width = face.icon.empty() ? 0 : ui.px(18);
  const float gap = face.icon.empty() || face.label.empty() ? 0 : ui.px(4);
  const float cap = face.key.empty() ? 0 : keys_width(ui, face.key) + ui.px(8);
  const float label = text_width(font, face.label);
  const float wanted = icon_width + gap + label + cap;
  float x = area.x + ui.px(8);
  if (face.align == Align::centre) x = area.x + std::max(ui.px(2), (area.width - wanted) / 2);
  const float end = area.x + area.width - ui.px(2);
  if (icon_width > 0) put_icon(ui, {x, area.y, icon_width, area.height}, face.icon, ink_rgb);
  x += icon_width + gap;
  const float shown = std::min(label, end - x - cap);
  put_text(ui, {x, area.y, shown + 1, area.height}, font, ink_rgb, face.label);
  if (cap <= 0) return;
  const std::uint32_t cap_rgb = face.primary ? ink_rgb : 0;
  if (face.align == Align::left) {
    put_keys(ui,
             area.x + area.width - ui.px(8),
             area.y + area.height / 2,
             face.key,
             Align::right,
             cap_rgb);
  } else {
    put_keys(ui, x + shown + ui.px(8), area.y + area.height / 2, face.key, Align::left, cap_rgb);
  }
}

}  // namespace

void mark_item(Ui& ui, const std::string& id, const Area& area, std::string value, bool enabled) {
  if (!ui.session.ui_map.wanted) return;
  const ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 low = list->GetClipRectMin();
  const ImVec2 high = list->GetClipRectMax();
  UiMap::Item item;
  // What stands outside cannot be clicked: a test aims at the middle of what is seen.
  item.x0 = std::clamp(area.x, low.x, high.x);
  item.y0 = std::clamp(area.y, low.y, high.y);
  item.x1 = std::clamp(area.x + area.width, low.x, high.x);
  item.y1 = std::clamp(area.y + area.height, low.y, high.y);
  item.enabled = enabled;
  item.visible = item.x1 - item.x0 >= 1 && item.y1 - item.y0 >= 1;
  item.value = std::move(value);
  ui.session.ui_map.add(id, std::move(item));
}

Touch touch(Ui& ui,
            const std::string& id,
            const Area& area,
            const Hint& hint,
            bool enabled,
            std::string value) {
  mark_item(ui, id, area, std::move(value), enabled);
  ImGui::SetCursorScreenPos({area.x, area.y});
  const bool pressed =
      ImGui::InvisibleButton(id.c_str(), {std::max(1.0F, area.width), std::max(1.0F, area.height)});
  Touch result;
  result.enabled = enabled;
  result.hovered = ImGui::IsItemHovered();
  result.held = enabled && ImGui::IsItemActive();
  result.clicked = enabled && pressed;
  result.double_clicked =
      enabled && result.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  result.right_clicked =
      enabled && result.hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right);
  if (result.hovered && !result.held) tip_for(ui, id, area, hint);
  return result;
}

bool button(Ui& ui,
            const std::string& id,
            const Area& area,
            const Face& face,
            const Hint& hint,
            bool enabled) {
  const Touch state = touch(ui, id, area, hint, enabled, face.on ? "on" : std::string());
  bool filled = false;
  const std::uint32_t ground = fill_of(ui, state, face, filled);
  if (filled) fill(area, ground, ui.px(3));
  if (face.on && !face.primary) {
    fill({area.x, area.y + area.height - ui.px(2), area.width, ui.px(2)}, ui.theme.accent);
  }
  std::uint32_t words = face.primary ? ui.theme.on_accent : ui.theme.text;
  if (!enabled) words = ui.theme.off;
  draw_face(ui, area, face, words);
  return state.clicked;
}

Hint action_hint(Ui& ui, std::string_view id) {
  const Action* action = find_action(id);
  if (action == nullptr) return {std::string(id), {}, {}};
  Hint hint = {std::string(ui.tr(action->title)), ui.keymap.shown_key(id), {}};
  if (action->why_not != nullptr) {
    if (const std::optional<Text> why = action->why_not(ui.session)) hint.reason = ui.words(*why);
  }
  return hint;
}

bool action_button(Ui& ui,
                   const std::string& id,
                   const Area& area,
                   std::string_view action_id,
                   Face face,
                   const Arguments& arguments) {
  const Action* action = find_action(action_id);
  const Hint hint = action_hint(ui, action_id);
  if (face.label.empty() && face.icon.empty() && action != nullptr) {
    face.icon = action->icon;
    if (face.icon.empty()) face.label = ui.tr(action->title);
  }
  const bool enabled = action != nullptr && hint.reason.empty();
  if (!button(ui, id, area, face, hint, enabled)) return false;
  do_action(ui.session, action_id, arguments);
  return true;
}

bool checkbox(Ui& ui,
              const std::string& id,
              const Area& area,
              std::string_view label,
              bool& value,
              const Hint& hint,
              bool enabled) {
  const Touch state = touch(ui, id, area, hint, enabled, value ? "on" : "off");
  const Area box = centred({area.x, area.y, ui.px(14), area.height}, ui.px(14));
  if (value) {
    fill(box, enabled ? ui.theme.accent : ui.theme.off, ui.px(3));
    put_icon(ui, box, "check", ui.theme.on_accent, 0.7F);
  } else {
    if (state.hovered && enabled) fill(box, ui.theme.hover, ui.px(3));
    frame(box, ui.theme.off, ui.px(3));
  }
  const float x = box.x + box.width + ui.px(7);
  put_text(ui,
           {x, area.y, area.x + area.width - x, area.height},
           ui.fonts.small,
           enabled ? ui.theme.text : ui.theme.off,
           label);
  if (state.clicked) value = !value;
  return state.clicked;
}

bool segmented(Ui& ui,
               const std::string& id,
               const Area& area,
               std::span<const std::string> labels,
               int& chosen,
               bool enabled) {
  const int before = chosen;
  const auto count = static_cast<float>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float x0 = std::floor(area.x + area.width * static_cast<float>(i) / count);
    const float x1 = std::floor(area.x + area.width * static_cast<float>(i + 1) / count);
    const Area part = {x0, area.y, x1 - x0 - 1, area.height};
    const bool on = static_cast<int>(i) == before;
    const Touch state =
        touch(ui, fmt::format("{}/{}", id, i), part, {labels[i], {}, {}}, enabled, on ? "on" : "");
    bool filled = false;
    const std::uint32_t ground = fill_of(ui, state, {.on = on}, filled);
    fill(part, ground, ui.px(3));
    if (on) fill({part.x, part.y + part.height - ui.px(2), part.width, ui.px(2)}, ui.theme.accent);
    put_text(ui,
             inset(part, ui.px(3), 0),
             ui.fonts.small,
             enabled ? ui.theme.text : ui.theme.off,
             labels[i],
             Align::centre);
    if (state.clicked) chosen = static_cast<int>(i);
  }
  return chosen != before;
}

std::optional<int> combo(Ui& ui,
                         const std::string& id,
                         const Area& area,
                         std::string_view shown,
                         std::span<const std::string> choices,
                         int chosen,
                         const Hint& hint,
                         bool enabled) {
  const Touch state = touch(ui, id, area, hint, enabled, std::string(shown));
  fill(area,
       state.held                 ? ui.theme.active
       : state.hovered && enabled ? ui.theme.hover
                                  : ui.theme.raised,
       ui.px(3));
  Cutter cut{inset(area, ui.px(8), 0)};
  put_icon(ui, cut.right(ui.px(10), ui.px(4)), "caret-down", ui.theme.dim);
  put_text(ui, cut.rest, ui.fonts.body, enabled ? ui.theme.text : ui.theme.off, shown);
  const std::string list_id = id + "/list";
  if (state.clicked) open_dropdown(list_id);
  const float row = ui.px(26);
  float width = area.width;
  for (const std::string& choice : choices) {
    width = std::max(width, text_width(ui.fonts.body, choice) + ui.px(40));
  }
  std::optional<int> answer;
  if (begin_dropdown(
          ui, list_id, area, width, row * static_cast<float>(choices.size()) + ui.px(8))) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const Area line_area = {at.x, at.y + ui.px(4) + row * static_cast<float>(i), width, row};
      const Face face = {.label = choices[i],
                         .on = static_cast<int>(i) == chosen,
                         .flat = true,
                         .align = Align::left};
      if (button(ui, fmt::format("{}/{}", id, i), line_area, face)) {
        answer = static_cast<int>(i);
        close_dropdown();
      }
    }
    end_dropdown();
  }
  return answer;
}

bool slider(Ui& ui, const std::string& id, const Area& area, double& share, const Hint& hint) {
  const Touch state = touch(ui, id, area, hint, true, fmt::format("{:.2f}", share));
  const float knob = ui.px(10);
  bool changed = false;
  if (state.held && area.width > knob) {
    const double wanted = std::clamp(
        static_cast<double>((ImGui::GetIO().MousePos.x - area.x - knob / 2) / (area.width - knob)),
        0.0,
        1.0);
    changed = wanted != share;
    share = wanted;
  }
  const float y = std::floor(area.y + area.height / 2);
  const float x = std::floor(area.x + static_cast<float>(share) * (area.width - knob));
  fill({area.x, y - ui.px(1), area.width, ui.px(3)}, ui.theme.edge, ui.px(1));
  fill({area.x, y - ui.px(1), x - area.x, ui.px(3)}, ui.theme.accent, ui.px(1));
  fill({x, y - ui.px(6), knob, ui.px(13)}, ui.theme.text, ui.px(3));
  return changed;
}

}  // namespace sweepbox
