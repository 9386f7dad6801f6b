#include "app/view/brush.hpp"

#include <GL/glew.h>

#include <algorithm>
#include <cmath>

#include "core/base/printable.hpp"

namespace sweepbox::brush {

namespace {

constexpr std::uint32_t kChip = 0x16181B;

Font font_or_current(ImFont* face, float size) {
  // A face of its own is drawn at the size that it was rasterised for: scaled glyphs blur.
  return face ? Font{face, face->FontSize} : Font{ImGui::GetFont(), size};
}

}  // namespace

void picture(ImDrawList* list,
             unsigned texture,
             const ImVec2& from,
             const ImVec2& to,
             const ImVec2& uv_from,
             const ImVec2& uv_to,
             bool opaque,
             ImU32 tint) {
  const auto id = reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture));
  if (opaque)
    list->AddCallback([](const ImDrawList*, const ImDrawCmd*) { glDisable(GL_BLEND); }, nullptr);
  list->AddImage(id, from, to, uv_from, uv_to, tint);
  if (opaque)
    list->AddCallback([](const ImDrawList*, const ImDrawCmd*) { glEnable(GL_BLEND); }, nullptr);
}

ImU32 color(std::uint32_t rgb, float alpha) {
  return IM_COL32((rgb >> 16) & 255u, (rgb >> 8) & 255u, rgb & 255u, std::lround(alpha * 255));
}

ImVec2 Font::extent(std::string_view given) const {
  std::string made;
  const std::string_view text = one_line(given, made);
  return face->CalcTextSizeA(size, 1e9f, 0, text.data(), text.data() + text.size());
}

Font label_font(const Device& device) {
  return font_or_current(device.label_font, 12 * device.ui_scale);
}

Font tag_font(const Device& device) {
  return font_or_current(device.tag_font, 11 * device.ui_scale);
}

void words(
    ImDrawList* list, const Font& font, float x, float y, ImU32 ink, std::string_view given) {
  std::string made;
  const std::string_view text = one_line(given, made);
  list->AddText(font.face,
                font.size,
                {std::floor(x), std::floor(y)},
                ink,
                text.data(),
                text.data() + text.size());
}

float chip(ImDrawList* list,
           const Device& device,
           const Area& area,
           int x,
           int y,
           std::string_view text,
           bool dim,
           float lift) {
  const Font font = tag_font(device);
  const float s = device.ui_scale;
  const ImVec2 size = font.extent(text);
  const float width = size.x + 12 * s, height = size.y + 6 * s;
  const float left = x < 0 ? area.x + 6 * s : area.x + area.width - 6 * s - width;
  const float top = y < 0 ? area.y + 6 * s + lift : area.y + area.height - 6 * s - height - lift;
  list->AddRectFilled({left, top}, {left + width, top + height}, color(kChip, 0.78f), 3 * s);
  words(list, font, left + 6 * s, top + 3 * s, color(dim ? 0xA6ABB3 : 0xE6E8EB), text);
  return width;
}

void message(
    ImDrawList* list, const Device& device, const Area& area, ImU32 ink, std::string_view text) {
  const Font font = label_font(device);
  const float wrap = std::max(60.f, area.width - 24 * device.ui_scale);
  // Broken by hand, so that each line stands in the middle.
  std::vector<std::string_view> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    const char* end = font.face->CalcWordWrapPositionA(
        font.size / font.face->FontSize, rest.data(), rest.data() + rest.size(), wrap);
    auto n = static_cast<std::size_t>(end - rest.data());
    if (n == 0) n = rest.size();
    const auto newline = rest.substr(0, n).find('\n');
    if (newline != std::string_view::npos) n = newline;
    lines.push_back(rest.substr(0, n));
    rest.remove_prefix(n);
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n')) rest.remove_prefix(1);
  }
  const float step = font.size * 1.35f;
  float y = area.y + (area.height - step * static_cast<float>(lines.size())) / 2;
  for (const std::string_view line : lines) {
    words(list, font, area.x + (area.width - font.extent(line).x) / 2, y, ink, line);
    y += step;
  }
}

void tags(ImDrawList* list, const Device& device, const Area& area, std::vector<Tag> wanted) {
  std::stable_sort(wanted.begin(), wanted.end(), [](const Tag& a, const Tag& b) {
    return a.strong != b.strong ? a.strong : a.depth < b.depth;
  });
  const Font font = tag_font(device);
  const float s = device.ui_scale;

  struct Place {
    float x0, y0, x1, y1;
  };

  std::vector<Place> taken;
  for (const Tag& tag : wanted) {
    const ImVec2 size = font.extent(tag.text);
    const float width = size.x + 8 * s, height = size.y + 3 * s;
    if (tag.foot.x < area.x - width / 2 || tag.foot.x > area.x + area.width + width / 2) continue;
    // What is named may reach beyond the upper edge: its tag then stands at the edge.
    if (tag.foot.y < area.y - 120 * s || tag.foot.y > area.y + area.height + height) continue;
    float x = std::clamp(tag.foot.x - width / 2,
                         area.x + 2 * s,
                         std::max(area.x + 2 * s, area.x + area.width - width - 2 * s));
    float y = std::clamp(tag.foot.y - height - 2 * s,
                         area.y + 2 * s,
                         std::max(area.y + 2 * s, area.y + area.height - height - 2 * s));
    const auto free = [&](float top) {
      return std::none_of(taken.begin(), taken.end(), [&](const Place& p) {
        return x < p.x1 + 1 && x + width > p.x0 - 1 && top < p.y1 + 1 && top + height > p.y0 - 1;
      });
    };
    bool found = false;
    for (int step = 0; step < 3 && !found; ++step) {
      const float top = y - static_cast<float>(step) * (height + 1);
      if (top < area.y || !free(top)) continue;
      y = top;
      found = true;
    }
    if (!found) continue;
    x = std::floor(x);
    y = std::floor(y);
    taken.push_back({x, y, x + width, y + height});
    // Square: a rounded one has eight times the corners, and there are hundreds of tags.
    list->AddRectFilled({x, y}, {x + width, y + height}, color(tag.fill));
    words(list, font, x + 4 * s, y + 1 * s, color(text_on(tag.fill)), tag.text);
  }
}

void dashed(
    ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 ink, float width, float dash, float gap) {
  const float dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
  if (length < 0.5f || length > 20000.f) return;
  for (float s = 0; s < length; s += dash + gap) {
    const float a = s / length, b = std::min(s + dash, length) / length;
    list->AddLine(
        {from.x + a * dx, from.y + a * dy}, {from.x + b * dx, from.y + b * dy}, ink, width);
  }
}

std::string whole_number(double value) {
  const long rounded = std::lround(value);
  return rounded < 0 ? fmt::format("−{}", -rounded) : fmt::format("{}", rounded);
}

std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  return value < 0 && text.find_first_not_of("0.") != std::string::npos ? "−" + text : text;
}

}  // namespace sweepbox::brush
