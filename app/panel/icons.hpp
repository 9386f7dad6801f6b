#pragma once
#include <string>
#include <string_view>

namespace sweepbox {

/// The glyph of an icon (UTF-8, in Fonts::icons) by its Font Awesome 4.7 name: "cube", "undo".
/// Empty for a name that the table does not have.
std::string_view icon(std::string_view name);

/// Every glyph of the table, one behind the other: what the atlas needs of the face.
std::string all_icons();

}  // namespace sweepbox
