#include "app/panel/view_input.hpp"

#include <imgui.h>

#include <cmath>

#include "core/base/printable.hpp"

namespace sweepbox {

namespace {

ImGuiMouseCursor shape_of(Cursor cursor) {
  switch (cursor) {
    case Cursor::move:
      return ImGuiMouseCursor_ResizeAll;
    case Cursor::horizontal:
      return ImGuiMouseCursor_ResizeEW;
    case Cursor::vertical:
      return ImGuiMouseCursor_ResizeNS;
    case Cursor::diagonal_down:
      return ImGuiMouseCursor_ResizeNWSE;
    case Cursor::diagonal_up:
      return ImGuiMouseCursor_ResizeNESW;
    case Cursor::rotate:
      return ImGuiMouseCursor_Hand;
    case Cursor::arrow:
    case Cursor::cross:
      break;
  }
  return ImGuiMouseCursor_Arrow;
}

}  // namespace

ViewInput view_input(Ui& ui, const std::string& id, const Area& area) {
  mark_item(ui, id, area);
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetCursorScreenPos({area.x, area.y});
  ImGui::InvisibleButton(id.c_str(),
                         {std::max(1.0F, area.width), std::max(1.0F, area.height)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                             ImGuiButtonFlags_MouseButtonMiddle);
  const bool active = ImGui::IsItemActive();
  ViewInput input;
  input.hovered = ImGui::IsItemHovered() || active;
  input.mouse_x = io.MousePos.x;
  input.mouse_y = io.MousePos.y;
  input.left_pressed = ImGui::IsItemActivated() && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  input.left_down = active && ImGui::IsMouseDown(ImGuiMouseButton_Left);
  input.left_released = ImGui::IsItemDeactivated() && ImGui::IsMouseReleased(ImGuiMouseButton_Left);
  input.right_down = active && ImGui::IsMouseDown(ImGuiMouseButton_Right);
  input.middle_down = active && ImGui::IsMouseDown(ImGuiMouseButton_Middle);
  if (active || input.hovered) {
    input.delta_x = io.MouseDelta.x;
    input.delta_y = io.MouseDelta.y;
  }
  if (ImGui::IsItemHovered()) input.wheel = io.MouseWheel;
  input.clicks = ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ? 2 : 1;
  input.modifiers = {io.KeyCtrl, io.KeyShift, io.KeyAlt};
  return input;
}

void show_view_hint(Ui& ui, const ViewInput& input) {
  if (!input.hovered) return;
  ImGui::SetMouseCursor(shape_of(ui.views.cursor()));
  const Text& hint = ui.views.hint();
  if (hint.empty() || input.right_down || input.middle_down) return;
  const std::string words = printable(ui.words(hint));
  ImDrawList* list = ImGui::GetForegroundDrawList();
  ImFont* font = ui.fonts.small;
  const float width = text_width(font, words) + ui.px(16);
  const float height = ui.px(24);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  float x = std::floor(input.mouse_x + ui.px(18));
  float y = std::floor(input.mouse_y - ui.px(28));
  if (x + width > screen.x) x = std::floor(input.mouse_x - width - ui.px(10));
  if (y < 0) y = std::floor(input.mouse_y + ui.px(20));
  list->AddRectFilled({x, y}, {x + width, y + height}, ink(ui.theme.active), ui.px(3));
  list->AddRect({x, y}, {x + width, y + height}, ink(ui.theme.edge), ui.px(3));
  list->AddText(font,
                font->FontSize,
                {x + ui.px(8), std::floor(y + (height - font->FontSize) / 2)},
                ink(ui.theme.text),
                words.data(),
                words.data() + words.size());
}

float put_plate(
    Ui& ui, float x, float bottom, float room, std::string_view bright, std::string_view dim) {
  const float gap = bright.empty() || dim.empty() ? 0 : ui.px(5);
  const float first = std::max(0.0F, std::min(text_width(ui.fonts.tag, bright), room - ui.px(13)));
  const float second =
      std::max(0.0F, std::min(text_width(ui.fonts.tag, dim), room - first - gap - ui.px(13)));
  const Area plate = {x, bottom - ui.px(20), first + gap + second + ui.px(12), ui.px(20)};
  // On a photograph, whatever the theme: always light on dark.
  fill(plate, 0x131416, ui.px(3), 0.82F);
  put_text(
      ui, {plate.x + ui.px(6), plate.y, first + 1, plate.height}, ui.fonts.tag, 0xE6E8EB, bright);
  put_text(ui,
           {plate.x + ui.px(6) + first + gap, plate.y, second + 1, plate.height},
           ui.fonts.tag,
           0xC3C8CF,
           dim);
  return plate.width;
}

}  // namespace sweepbox
