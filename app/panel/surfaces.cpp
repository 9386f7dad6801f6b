#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/fields.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

constexpr ImGuiWindowFlags kPlain =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse;

void begin_plain(const std::string& id, const Area& area, ImGuiWindowFlags flags) {
  ImGui::SetNextWindowPos({area.x, area.y});
  ImGui::SetNextWindowSize({std::max(1.0F, area.width), std::max(1.0F, area.height)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::Begin(id.c_str(), nullptr, flags);
  ImGui::PopStyleVar(3);
}

}  // namespace

void begin_surface(const std::string& id, const Area& area) {
  begin_plain(
      id,
      area,
      kPlain | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoFocusOnAppearing);
}

void end_surface() {
  ImGui::End();
}

void begin_scroll(Ui& ui, const std::string& id, const Area& area) {
  ImGui::SetCursorScreenPos({area.x, area.y});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, ui.px(8));
  // The wheel belongs to the number under it, not to the list that it stands in.
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav;
  if (number_under_mouse(ui)) flags |= ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::BeginChild(
      id.c_str(), {std::max(1.0F, area.width), std::max(1.0F, area.height)}, false, flags);
  ImGui::PopStyleVar();
}

void end_scroll(float content_height) {
  ImGui::SetCursorPos({0, std::max(0.0F, content_height - 1)});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

float scroll_y() {
  return ImGui::GetScrollY();
}

void scroll_to(float top, float height, float view_height) {
  const float now = ImGui::GetScrollY();
  if (top < now) ImGui::SetScrollY(top);
  if (top + height > now + view_height) ImGui::SetScrollY(top + height - view_height);
}

Area panel_head(Ui& ui, const Area& area, std::string_view title, std::string_view more) {
  Cutter cut{inset(area, ui.px(12), 0)};
  const float width = std::min(cut.rest.width, text_width(ui.fonts.small, title) + ui.px(2));
  put_text(ui, cut.left(width, ui.px(8)), ui.fonts.small, ui.theme.text, title);
  const float more_width = std::min(cut.rest.width, text_width(ui.fonts.small, more) + ui.px(2));
  put_text(ui, cut.left(more_width), ui.fonts.small, ui.theme.dim, more);
  const float y = std::floor(area.y + area.height) - 0.5F;
  line(area.x, y, area.x + area.width, y, ui.theme.line);
  return cut.rest;
}

Area popup_area(const Area& whole, float width, float height) {
  return {std::floor((whole.width - width) / 2),
          std::floor((whole.height - height) / 2),
          width,
          height};
}

void begin_popup(Ui& ui, const std::string& id, const Area& area, float veil) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const std::string veil_id = "veil/" + id;
  const bool appears = ui.memory.get<int>("popup/frame/" + id) < ImGui::GetFrameCount() - 1;
  ui.memory.get<int>("popup/frame/" + id) = ImGui::GetFrameCount();
  if (appears) ImGui::SetNextWindowFocus();
  begin_plain(veil_id, {0, 0, screen.x, screen.y}, kPlain);
  fill({0, 0, screen.x, screen.y}, 0x000000, 0, veil);
  ImGui::SetCursorScreenPos({0, 0});
  ImGui::InvisibleButton("veil", screen);
  // On release only where it was pressed on the veil too: the click that opened the popup is no
  // such.
  if (ImGui::IsItemDeactivated() && !appears &&
      !area.contains(ImGui::GetIO().MousePos.x, ImGui::GetIO().MousePos.y)) {
    ui.session.popup.clear();
  }
  ImGui::End();
  if (appears) ImGui::SetNextWindowFocus();
  begin_plain("popup/" + id, area, kPlain);
  fill(area, ui.theme.panel);
  frame(area, ui.theme.edge);
  mark_item(ui, "popup/" + id, area);
}

void end_popup() {
  ImGui::End();
}

void open_dropdown(const std::string& id) {
  ImGui::OpenPopup(id.c_str());
}

bool begin_dropdown(Ui& ui, const std::string& id, const Area& below, float width, float height) {
  if (!ImGui::IsPopupOpen(id.c_str())) return false;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  float y = below.y + below.height + ui.px(2);
  float x = below.x;
  const float below_room = screen.y - y - ui.px(4);
  const float above_room = below.y - ui.px(6);
  if (height > below_room && above_room > below_room) {
    height = std::min(height, above_room);
    y = below.y - height - ui.px(2);
  } else {
    height = std::min(height, below_room);
  }
  x = std::max(ui.px(4), std::min(x, screen.x - width - ui.px(4)));
  ImGui::SetNextWindowPos({std::floor(x), std::floor(y)});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, ui.px(8));
  const bool open = ImGui::BeginPopup(
      id.c_str(),
      ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar(2);
  if (open && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape))) ImGui::CloseCurrentPopup();
  return open;
}

void end_dropdown() {
  ImGui::EndPopup();
}

void close_dropdown() {
  ImGui::CloseCurrentPopup();
}

}  // namespace sweepbox
