#pragma once
#include <vector>

#include "app/session/session.hpp"

namespace sweepbox {

/// Boxes of the frame that views show: not hidden, and the selected ones alone where others are
/// off.
std::vector<const FrameBox*> shown_boxes(Session& session);
bool is_shown(const Session& session, TrackId track);
bool is_selected(const Session& session, TrackId track);

/// "Ca 1": the class's code and the track's name.
std::string tag_of(const Session& session, const Track& track);
/// 0xRRGGBB of the theme, or of the dark one (for images in both themes).
std::uint32_t color_of(const Session& session, const Track& track);
std::uint32_t image_color_of(const Session& session, const Track& track);

}  // namespace sweepbox
