#pragma once
#include <string_view>

#include "app/panel/ui.hpp"

namespace sweepbox {

/// Builds ImGui's atlas anew for a UI scale and a language and answers the faces in it. Digits get
/// one advance (tabular figures). Chinese needs Noto Sans CJK on the system: where it is absent the
/// words fall back to boxes and `missing` in the answer says so. Uploading the texture is the
/// caller's.
struct LoadedFonts {
  Fonts fonts;
  bool missing = false;  ///< the language's letters are not on this machine
};

LoadedFonts load_fonts(float scale, std::string_view language);

}  // namespace sweepbox
