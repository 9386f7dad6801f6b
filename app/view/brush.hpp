#pragma once
#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/session/session.hpp"
#include "app/view/views.hpp"

// What views draw over their pictures with ImGui's draw list: tags, chips, words.
namespace sweepbox::brush {

ImU32 color(std::uint32_t rgb, float alpha = 1);

inline ImVec2 at(const Vec2& pixel) {
  return {static_cast<float>(pixel.x()), static_cast<float>(pixel.y())};
}

/// A texture over a rectangle. `opaque` ones are copied, not blended: on software OpenGL that
/// spares reading every pixel below them.
void picture(ImDrawList* list,
             unsigned texture,
             const ImVec2& from,
             const ImVec2& to,
             const ImVec2& uv_from,
             const ImVec2& uv_to,
             bool opaque,
             ImU32 tint = IM_COL32_WHITE);

/// A face and the height that it is drawn at.
struct Font {
  ImFont* face = nullptr;
  float size = 12;

  ImVec2 extent(std::string_view words) const;
};

/// 12 px times the UI scale; 11 px. The window's own cut of it where it gave one.
Font label_font(const Device& device);
Font tag_font(const Device& device);

void words(ImDrawList* list, const Font& font, float x, float y, ImU32 ink, std::string_view text);

/// Words on a dark, slightly transparent ground that lies at a corner of the area: x and y are −1
/// (left, top) or 1, `lift` moves it away from the edge. Answers its width.
float chip(ImDrawList* list,
           const Device& device,
           const Area& area,
           int x,
           int y,
           std::string_view text,
           bool dim = false,
           float lift = 0);
/// Words in the middle of an area, several lines.
void message(
    ImDrawList* list, const Device& device, const Area& area, ImU32 ink, std::string_view text);

/// A box's tag: "Ca 1" on its class's colour, above a point.
struct Tag {
  ImVec2 foot;  ///< middle of the tag's lower edge wants to be here
  std::string text;
  std::uint32_t fill = 0;
  bool strong = false;  ///< selected: placed first, in the accent
  double depth = 0;     ///< nearer ones are placed first
};

/// Draws tags inside the area, nearer ones first; one that would cover another moves up, and is
/// left away where there is no room.
void tags(ImDrawList* list, const Device& device, const Area& area, std::vector<Tag> wanted);

/// A straight dashed line.
void dashed(
    ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 ink, float width, float dash, float gap);

/// "−14" with a true minus.
std::string whole_number(double value);
std::string fixed(double value, int decimals);

}  // namespace sweepbox::brush
