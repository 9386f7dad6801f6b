#pragma once
#include "app/session/theme.hpp"

namespace sweepbox {

/// ImGui's own colours and measures from the theme: what widgets.hpp does not draw itself (scroll
/// bars, the caret, popups).
void apply_style(const Theme& theme, float scale);

}  // namespace sweepbox
