#include "app/window/style.hpp"

#include <imgui.h>

#include "app/panel/widgets.hpp"

namespace sweepbox {

void apply_style(const Theme& theme, float scale) {
  ImGuiStyle style;
  style.WindowMinSize = ImVec2(1, 1);
  style.WindowPadding = ImVec2(0, 0);
  style.WindowRounding = 0;
  style.WindowBorderSize = 0;
  style.ChildRounding = 0;
  style.ChildBorderSize = 0;
  style.PopupRounding = 3 * scale;
  style.PopupBorderSize = 1;
  style.FrameRounding = 3 * scale;
  style.ItemSpacing = ImVec2(0, 0);
  style.ItemInnerSpacing = ImVec2(0, 0);
  style.ScrollbarSize = 8 * scale;
  style.ScrollbarRounding = 3 * scale;
  style.GrabMinSize = 24 * scale;
  style.AntiAliasedLinesUseTex = true;
  const auto set = [&](ImGuiCol which, std::uint32_t rgb, float alpha = 1) {
    style.Colors[which] = ImGui::ColorConvertU32ToFloat4(ink(rgb, alpha));
  };
  set(ImGuiCol_Text, theme.text);
  set(ImGuiCol_TextDisabled, theme.dim);
  set(ImGuiCol_WindowBg, theme.panel);
  set(ImGuiCol_ChildBg, theme.panel, 0);
  set(ImGuiCol_PopupBg, theme.panel);
  set(ImGuiCol_Border, theme.edge);
  set(ImGuiCol_FrameBg, theme.raised);
  set(ImGuiCol_FrameBgHovered, theme.hover);
  set(ImGuiCol_FrameBgActive, theme.raised);
  set(ImGuiCol_ScrollbarBg, theme.panel, 0);
  set(ImGuiCol_ScrollbarGrab, theme.active);
  set(ImGuiCol_ScrollbarGrabHovered, theme.edge);
  set(ImGuiCol_ScrollbarGrabActive, theme.dim);
  set(ImGuiCol_TextSelectedBg, theme.accent, 0.35F);
  set(ImGuiCol_NavHighlight, theme.accent);
  ImGui::GetStyle() = style;
}

}  // namespace sweepbox
