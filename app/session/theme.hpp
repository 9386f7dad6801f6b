#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sweepbox {

enum class ThemeName { dark, light };

/// Colour tokens, 0xRRGGBB (LOOK.md: the roles and their contrasts).
struct Theme {
  std::uint32_t view, window, panel, raised, hover, active, line, edge;
  std::uint32_t text, dim, off, accent, selected_row, on_accent, ok, warning, error, note;
  bool dark;
};

const Theme& theme(ThemeName name);

/// A perceptual colour map: stops, linear between.
struct ColorMap {
  std::string_view name;
  std::span<const std::uint32_t> stops;
};

/// "slate", "dusk", "gray", "spectrum"; slate has another set of stops on the light theme.
ColorMap color_map(std::string_view name, bool dark);

/// 0xRRGGBB at 0 … 1 (clamped).
std::uint32_t color_at(const ColorMap& map, double share);

/// Black-ish or white, whichever contrasts more on the colour (WCAG 2 contrast).
std::uint32_t text_on(std::uint32_t background);
double contrast(std::uint32_t a, std::uint32_t b);

}  // namespace sweepbox
