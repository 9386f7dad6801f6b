#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "app/panel/icons.hpp"
#include "app/panel/widgets.hpp"
#include "core/base/printable.hpp"

namespace sweepbox {

namespace {

ImVec2 top_left(const Area& area) {
  return {area.x, area.y};
}

ImVec2 bottom_right(const Area& area) {
  return {area.x + area.width, area.y + area.height};
}

// Glyphs are rasterised for whole pixels; halves blur them.
float whole(float value) {
  return std::floor(value + 0.5F);
}

const char* end_of(std::string_view words) {
  return words.data() + words.size();
}

/// How the parts of a chord stand on key caps.
std::string cap_of(std::string_view key) {
  if (key == "Left") return "\u2190";
  if (key == "Right") return "\u2192";
  if (key == "Up") return "\u2191";
  if (key == "Down") return "\u2193";
  if (key == "Delete") return "Del";
  if (key == "Escape") return "Esc";
  if (key == "PageUp") return "PgUp";
  if (key == "PageDown") return "PgDn";
  return std::string(key);
}

std::vector<std::string> caps_of(std::string_view chord) {
  std::vector<std::string> caps;
  if (chord.empty()) return caps;
  std::string_view rest = chord;
  // The key itself may be "+".
  while (true) {
    const auto plus = rest.find('+');
    if (plus == std::string_view::npos || plus == 0 || plus + 1 == rest.size()) break;
    caps.push_back(cap_of(rest.substr(0, plus)));
    rest.remove_prefix(plus + 1);
  }
  caps.push_back(cap_of(rest));
  return caps;
}

float cap_width(Ui& ui, const std::string& cap) {
  return std::max(ui.px(16), whole(text_width(ui.fonts.mono, cap)) + ui.px(8));
}

}  // namespace

std::uint32_t ink(std::uint32_t rgb, float alpha) {
  return IM_COL32(
      (rgb >> 16) & 255U, (rgb >> 8) & 255U, rgb & 255U, static_cast<int>(alpha * 255.0F + 0.5F));
}

Area Cutter::left(float width, float gap) {
  const Area cut = {rest.x, rest.y, width, rest.height};
  rest.x += width + gap;
  rest.width = std::max(0.0F, rest.width - width - gap);
  return cut;
}

Area Cutter::right(float width, float gap) {
  const Area cut = {rest.x + rest.width - width, rest.y, width, rest.height};
  rest.width = std::max(0.0F, rest.width - width - gap);
  return cut;
}

Area Cutter::top(float height, float gap) {
  const Area cut = {rest.x, rest.y, rest.width, height};
  rest.y += height + gap;
  rest.height = std::max(0.0F, rest.height - height - gap);
  return cut;
}

Area Cutter::bottom(float height, float gap) {
  const Area cut = {rest.x, rest.y + rest.height - height, rest.width, height};
  rest.height = std::max(0.0F, rest.height - height - gap);
  return cut;
}

Area inset(const Area& area, float dx, float dy) {
  return {area.x + dx,
          area.y + dy,
          std::max(0.0F, area.width - 2 * dx),
          std::max(0.0F, area.height - 2 * dy)};
}

Area centred(const Area& area, float height) {
  return {area.x, whole(area.y + (area.height - height) / 2), area.width, height};
}

float text_width(const ImFont* font, std::string_view given) {
  std::string made;
  const std::string_view words = one_line(given, made);
  if (words.empty()) return 0;
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, words.data(), end_of(words)).x;
}

float put_text(Ui& ui,
               const Area& area,
               ImFont* font,
               std::uint32_t rgb,
               std::string_view given,
               Align align) {
  if (given.empty() || area.width <= 0) return 0;
  (void)ui;
  // A line's end in a name of a file breaks no row.
  std::string made, shortened;
  std::string_view words = one_line(given, made);
  float width = text_width(font, words);
  if (width > area.width + 0.5F) {
    const float room = area.width - text_width(font, "…");
    if (room <= 0) return 0;
    const char* cut = nullptr;
    font->CalcTextSizeA(font->FontSize, room, 0, words.data(), end_of(words), &cut);
    shortened.assign(words.data(), static_cast<std::size_t>(cut - words.data()));
    while (!shortened.empty() && shortened.back() == ' ') shortened.pop_back();
    shortened += "…";
    words = shortened;
    width = text_width(font, words);
  }
  float x = area.x;
  if (align == Align::centre) x += (area.width - width) / 2;
  if (align == Align::right) x += area.width - width;
  const float y = area.y + (area.height - font->FontSize) / 2;
  ImGui::GetWindowDrawList()->AddText(
      font, font->FontSize, {whole(x), whole(y)}, ink(rgb), words.data(), end_of(words));
  return width;
}

namespace {

/// With the blank before each "%" as one that no line ends at.
std::string with_held_percents(std::string_view words) {
  std::string held;
  held.reserve(words.size() + 8);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == ' ' && i + 1 < words.size() && words[i + 1] == '%')
      held += "\u00A0";
    else
      held += words[i];
  return held;
}

}  // namespace

float paragraph_height(const ImFont* font, std::string_view unheld, float width) {
  if (unheld.empty()) return 0;
  const std::string held = with_held_percents(unheld);
  const std::string_view words = held;
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, width, words.data(), end_of(words)).y;
}

float put_paragraph(
    Ui& ui, const Area& area, ImFont* font, std::uint32_t rgb, std::string_view words) {
  if (words.empty()) return 0;
  (void)ui;
  const std::string held = with_held_percents(words);
  ImGui::GetWindowDrawList()->AddText(font,
                                      font->FontSize,
                                      {whole(area.x), whole(area.y)},
                                      ink(rgb),
                                      held.data(),
                                      end_of(held),
                                      area.width);
  return paragraph_height(font, words, area.width);
}

void put_icon(Ui& ui, const Area& area, std::string_view name, std::uint32_t rgb, float share) {
  const std::string_view glyph = icon(name);
  if (glyph.size() != 3) return;
  ImFont* font = ui.fonts.icons;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(glyph[i]); };
  const auto code =
      static_cast<ImWchar>(((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F));
  const ImFontGlyph* shape = font->FindGlyph(code);
  if (shape == nullptr) return;
  // By the glyph's own box: Font Awesome's advances leave them off centre.
  const float size = font->FontSize * share;
  const float x = area.x + area.width / 2 - (shape->X0 + shape->X1) / 2 * share;
  const float y = area.y + area.height / 2 - (shape->Y0 + shape->Y1) / 2 * share;
  ImGui::GetWindowDrawList()->AddText(
      font, size, {whole(x), whole(y)}, ink(rgb), glyph.data(), end_of(glyph));
}

void fill(const Area& area, std::uint32_t rgb, float rounding, float alpha) {
  ImGui::GetWindowDrawList()->AddRectFilled(
      top_left(area), bottom_right(area), ink(rgb, alpha), rounding);
}

void frame(const Area& area, std::uint32_t rgb, float rounding, float thickness) {
  ImGui::GetWindowDrawList()->AddRect(
      top_left(area), bottom_right(area), ink(rgb), rounding, 0, thickness);
}

void line(float x0, float y0, float x1, float y1, std::uint32_t rgb, float thickness) {
  ImGui::GetWindowDrawList()->AddLine({x0, y0}, {x1, y1}, ink(rgb), thickness);
}

float keys_width(Ui& ui, std::string_view chord) {
  float width = 0;
  for (const std::string& cap : caps_of(chord)) width += cap_width(ui, cap) + ui.px(3);
  return std::max(0.0F, width - ui.px(3));
}

float put_keys(
    Ui& ui, float x, float middle_y, std::string_view chord, Align align, std::uint32_t rgb) {
  const float width = keys_width(ui, chord);
  float left = align == Align::right ? x - width : x;
  const std::uint32_t color = rgb != 0 ? rgb : ui.theme.dim;
  for (const std::string& cap : caps_of(chord)) {
    const Area area = {whole(left), whole(middle_y - ui.px(9)), cap_width(ui, cap), ui.px(18)};
    frame(area, rgb != 0 ? rgb : ui.theme.edge, ui.px(3));
    put_text(ui, area, ui.fonts.mono, color, cap, Align::centre);
    left += area.width + ui.px(3);
  }
  return width;
}

std::uint32_t class_rgb(Ui& ui, std::string_view class_name) {
  const ClassColor color = ui.session.document().taxonomy().find_or_other(class_name).color;
  return ui.theme.dark ? color.dark : color.light;
}

float put_class_tag(Ui& ui, float x, float middle_y, std::string_view class_name) {
  const ObjectClass& found = ui.session.document().taxonomy().find_or_other(class_name);
  const std::uint32_t rgb = class_rgb(ui, class_name);
  const Area area = {whole(x), whole(middle_y - ui.px(8)), ui.px(24), ui.px(16)};
  fill(area, rgb, ui.px(3));
  put_text(ui, area, ui.fonts.tag, text_on(rgb), found.code, Align::centre);
  return area.width;
}

void put_diamond(float x, float y, float radius, std::uint32_t rgb, bool filled) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 up = {x, y - radius};
  const ImVec2 right = {x + radius, y};
  const ImVec2 down = {x, y + radius};
  const ImVec2 left = {x - radius, y};
  if (filled) {
    list->AddQuadFilled(up, right, down, left, ink(rgb));
  } else {
    list->AddQuad(up, right, down, left, ink(rgb), 1.25F);
  }
}

bool contains_words(std::string_view words, std::string_view wanted) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end(), same) != words.end();
}

std::string class_title(Ui& ui, std::string_view class_name) {
  // "Pedestrian" of a file is our "pedestrian"; "Motor" stays the file's own word until it is
  // changed.
  const ObjectClass* found = ui.session.document().taxonomy().find(class_name);
  const bool same =
      found != nullptr && found->name.size() == class_name.size() &&
      std::equal(class_name.begin(), class_name.end(), found->name.begin(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
      });
  // Taxonomies write words in small letters; people read names.
  return capitalised(std::string(ui.tr(same ? std::string_view(found->name) : class_name)));
}

std::string track_title(Ui& ui, const Track& track) {
  return fmt::format("{} {}", class_title(ui, track.class_name), track.name);
}

std::uint32_t severity_rgb(Ui& ui, Severity severity) {
  switch (severity) {
    case Severity::error:
      return ui.theme.error;
    case Severity::warning:
      return ui.theme.warning;
    case Severity::note:
      break;
  }
  return ui.theme.note;
}

std::string_view severity_icon(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "times-circle";
    case Severity::warning:
      return "exclamation-triangle";
    case Severity::note:
      break;
  }
  return "info-circle";
}

std::string number_text(double value, int decimals) {
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "\u2212" + digits : digits;
}

}  // namespace sweepbox
