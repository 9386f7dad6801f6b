#include "app/session/theme.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox {
namespace {

// LOOK.md, "Colours": token by token in its order.
constexpr Theme kDark = {.view = 0x0D0E10,
                         .window = 0x131416,
                         .panel = 0x1C1D20,
                         .raised = 0x27292D,
                         .hover = 0x32353A,
                         .active = 0x3A3E44,
                         .line = 0x303338,
                         .edge = 0x4A4E55,
                         .text = 0xE6E8EB,
                         .dim = 0xA6ABB3,
                         .off = 0x70757D,
                         .accent = 0x4DA3FF,
                         .selected_row = 0x1D3E63,
                         .on_accent = 0x07121F,
                         .ok = 0x63C08A,
                         .warning = 0xF2B53C,
                         .error = 0xFF7369,
                         .note = 0x8FB8E8,
                         .dark = true};

constexpr Theme kLight = {.view = 0xEDEFF1,
                          .window = 0xD4D7DA,
                          .panel = 0xFAFAFB,
                          .raised = 0xE9EBED,
                          .hover = 0xDDE0E4,
                          .active = 0xD0D5DB,
                          .line = 0xD3D6DA,
                          .edge = 0x83888F,
                          .text = 0x1B1D20,
                          .dim = 0x565B63,
                          .off = 0x8C9199,
                          .accent = 0x0A5FC2,
                          .selected_row = 0xCFE2F8,
                          .on_accent = 0xFFFFFF,
                          .ok = 0x1E7A48,
                          .warning = 0x8F5B00,
                          .error = 0xB3261E,
                          .note = 0x2B5C99,
                          .dark = false};

constexpr std::uint32_t kSlateDark[] = {
    0x465876, 0x5B6B86, 0x778294, 0x94979C, 0xB4AE94, 0xD6C788, 0xF6E48F};
constexpr std::uint32_t kSlateLight[] = {
    0xAEB9C9, 0x929EB0, 0x7C8594, 0x6B6B6B, 0x6E5F3F, 0x6B4E0E, 0x4F3600};
constexpr std::uint32_t kDusk[] = {
    0x4B3F8F, 0x3F5FA8, 0x2F82A8, 0x2FA39A, 0x5CC077, 0xA6D658, 0xF4E858};
constexpr std::uint32_t kGray[] = {0x44474C, 0x6A6E74, 0x94989E, 0xC0C3C8, 0xEDEFF1};
constexpr std::uint32_t kSpectrum[] = {
    0x5566F0, 0x2F9BFA, 0x22CFCB, 0x62EE83, 0xB8EE45, 0xF2C13A, 0xFA7F2E, 0xDC4A2A};

int part(std::uint32_t color, int shift) {
  return static_cast<int>((color >> shift) & 0xFF);
}

double linear(int value) {
  const double v = value / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

// WCAG 2.2, "relative luminance".
double luminance(std::uint32_t color) {
  return 0.2126 * linear(part(color, 16)) + 0.7152 * linear(part(color, 8)) +
         0.0722 * linear(part(color, 0));
}

}  // namespace

const Theme& theme(ThemeName name) {
  return name == ThemeName::light ? kLight : kDark;
}

ColorMap color_map(std::string_view name, bool dark) {
  if (name == "dusk") return {"dusk", kDusk};
  if (name == "gray") return {"gray", kGray};
  if (name == "spectrum") return {"spectrum", kSpectrum};
  if (dark) return {"slate", kSlateDark};
  return {"slate", kSlateLight};
}

std::uint32_t color_at(const ColorMap& map, double share) {
  if (map.stops.empty()) return 0;
  // A NaN share (a channel may hold one) compares false and takes the first stop.
  const double at =
      (share > 0 ? std::min(share, 1.0) : 0.0) * static_cast<double>(map.stops.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, map.stops.size() - 1);
  const double t = at - static_cast<double>(low);
  std::uint32_t color = 0;
  for (const int shift : {16, 8, 0}) {
    const double mixed = part(map.stops[low], shift) * (1 - t) + part(map.stops[high], shift) * t;
    color |= static_cast<std::uint32_t>(std::lround(mixed)) << shift;
  }
  return color;
}

double contrast(std::uint32_t a, std::uint32_t b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

std::uint32_t text_on(std::uint32_t background) {
  constexpr std::uint32_t kInk = 0x0E1012, kWhite = 0xFFFFFF;
  return contrast(kInk, background) >= contrast(kWhite, background) ? kInk : kWhite;
}

}  // namespace sweepbox
