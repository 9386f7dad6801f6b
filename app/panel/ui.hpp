#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "app/action/keymap.hpp"
#include "app/session/session.hpp"
#include "app/view/views.hpp"

struct ImFont;

namespace sweepbox {

/// What panels draw with: every control has a stable id (for the ui-map), a tooltip with its key, and
/// words through tr(). Built by the window once a frame.
struct Fonts {
  ImFont* body = nullptr;    ///< Inter 14
  ImFont* small = nullptr;   ///< 12: labels
  ImFont* tag = nullptr;     ///< 11: tags and rulers
  ImFont* title = nullptr;   ///< 22: start page
  ImFont* bold = nullptr;    ///< body, bold
  ImFont* icons = nullptr;   ///< Font Awesome 4.7
  ImFont* mono = nullptr;    ///< JetBrains Mono 12: key caps
};

struct Ui {
  Session& session;
  Views& views;
  Keymap& keymap;
  const Fonts& fonts;
  const Theme& theme;
  float scale = 1;      ///< UI scale; measures of LOOK.md times this
  double now_s = 0;     ///< seconds since start
  double frames_per_second = 0;

  std::string_view tr(std::string_view english) const { return session.tr(english); }
  float px(float at_scale_1) const { return at_scale_1 * scale; }
};

}  // namespace sweepbox
