#include "app/window/fonts.hpp"

#include <iconv.h>
#include <imgui.h>
#include <imgui_freetype.h>

#include <algorithm>
#include <cmath>

#include "app/panel/icons.hpp"
#include "app/session/embedded.hpp"
#include "app/window/embedded.hpp"
#include "core/base/files.hpp"

namespace sweepbox {

namespace {

// ImGui sizes a face by ascent − descent, type is sized by its em: the ratio of each face (its
// hhea).
constexpr float kInterLine = 1.21F;
constexpr float kMonoLine = 1.32F;
constexpr float kNotoLine = 1.448F;

// In NotoSansCJK-Regular.ttc the faces stand as JP, KR, SC, TC, HK.
constexpr int kSimplifiedChinese = 2;
constexpr const char* kNotoPath = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

constexpr ImWchar kLatin[] = {0x0020, 0x00FF, 0x0100, 0x017F, 0x0391, 0x03C9, 0x2010,
                              0x2027, 0x2030, 0x203A, 0x2070, 0x209F, 0x2190, 0x2193,
                              0x2212, 0x2212, 0x2248, 0x2248, 0x2264, 0x2265, 0};
/// Names of keys.
constexpr ImWchar kKeys[] = {0x0020, 0x00FF, 0x2190, 0x2193, 0};

ImFontConfig embedded_config() {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.PixelSnapH = true;
  return config;
}

ImFont* add(std::string_view file, float pixels, const ImWchar* ranges) {
  const std::string_view bytes = window_files::get(file);
  const ImFontConfig config = embedded_config();
  // ImGui only reads it: FontDataOwnedByAtlas is off.
  return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
      const_cast<char*>(bytes.data()), static_cast<int>(bytes.size()), pixels, &config, ranges);
}

/// The 3755 common characters of GB 2312 level 1 (rows 16 to 55).
std::string gb2312_level_1() {
  std::string gb;
  for (int row = 0xB0; row <= 0xD7; ++row) {
    const int last = row == 0xD7 ? 0xF9 : 0xFE;
    for (int cell = 0xA1; cell <= last; ++cell) {
      gb.push_back(static_cast<char>(row));
      gb.push_back(static_cast<char>(cell));
    }
  }
  iconv_t converter = iconv_open("UTF-8", "GB2312");
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::string utf8(gb.size() * 2, '\0');
  char* in = gb.data();
  char* out = utf8.data();
  std::size_t in_left = gb.size();
  std::size_t out_left = utf8.size();
  iconv(converter, &in, &in_left, &out, &out_left);
  iconv_close(converter);
  utf8.resize(utf8.size() - out_left);
  return utf8;
}

ImVector<ImWchar> ranges_of(std::string_view words, bool common) {
  ImFontGlyphRangesBuilder builder;
  builder.AddText(words.data(), words.data() + words.size());
  if (common) {
    const std::string level_1 = gb2312_level_1();
    builder.AddText(level_1.data(), level_1.data() + level_1.size());
    constexpr ImWchar kPunctuation[] = {0x3000, 0x301F, 0xFF00, 0xFF65, 0};
    builder.AddRanges(kPunctuation);
  }
  ImVector<ImWchar> ranges;
  builder.BuildRanges(&ranges);
  return ranges;
}

/// Inter's figures differ in width by default and ImGui cannot ask for its tabular ones.
void make_figures_tabular(ImFont* font) {
  float widest = 0;
  for (ImFontGlyph& glyph : font->Glyphs) {
    if (glyph.Codepoint >= '0' && glyph.Codepoint <= '9') widest = std::max(widest, glyph.AdvanceX);
  }
  for (ImFontGlyph& glyph : font->Glyphs) {
    if (glyph.Codepoint < '0' || glyph.Codepoint > '9') continue;
    const float shift = std::floor((widest - glyph.AdvanceX) / 2 + 0.5F);
    glyph.X0 += shift;
    glyph.X1 += shift;
    glyph.AdvanceX = widest;
  }
  font->BuildLookupTable();
}

}  // namespace

LoadedFonts load_fonts(float scale, std::string_view language) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  atlas->Clear();
  atlas->FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas->TexDesiredWidth = 2048;

  LoadedFonts loaded;
  Fonts& fonts = loaded.fonts;
  FileBytes noto;
  ImVector<ImWchar> all_ranges;
  ImVector<ImWchar> own_ranges;
  if (language == "zh") {
    if (auto bytes = read_bytes(kNotoPath)) {
      noto = std::move(*bytes);
      const std::string_view words = language_files::get(language);
      all_ranges = ranges_of(words, true);
      own_ranges = ranges_of(words, false);
    } else {
      loaded.missing = true;
    }
  }
  const auto text_face = [&](std::string_view file, float em, bool all_letters) {
    ImFont* font = add(file, std::round(em * scale * kInterLine), kLatin);
    if (noto.empty()) return font;
    ImFontConfig config = embedded_config();
    config.MergeMode = true;
    config.FontNo = kSimplifiedChinese;
    atlas->AddFontFromMemoryTTF(noto.data(),
                                static_cast<int>(noto.size()),
                                std::round(em * scale * kNotoLine),
                                &config,
                                all_letters ? all_ranges.Data : own_ranges.Data);
    return font;
  };
  // File names and notes may hold any common character; tags, heads and the start page only our
  // words.
  fonts.body = text_face("inter_regular", 14, true);
  fonts.small = text_face("inter_regular", 12, true);
  fonts.tag = text_face("inter_medium", 11, false);
  fonts.title = text_face("inter_bold", 22, false);
  fonts.bold = text_face("inter_semibold", 14, false);
  fonts.mono = add("mono_regular", std::round(11 * scale * kMonoLine), kKeys);
  // The face has 700, drawn each time that the program starts.
  const ImVector<ImWchar> icon_ranges = ranges_of(all_icons(), false);
  fonts.icons = add("icons", std::round(15 * scale), icon_ranges.Data);
  atlas->Build();
  for (ImFont* font : {fonts.body, fonts.small, fonts.tag, fonts.title, fonts.bold}) {
    make_figures_tabular(font);
  }
  return loaded;
}

}  // namespace sweepbox
