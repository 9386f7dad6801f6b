#include "app/tool/entries.hpp"

namespace sweepbox {

// In the order of the tool bar.
std::span<const ToolEntry> tools() {
  static const ToolEntry table[] = {
      select_tool(),
      place_tool(),
      rectangle_tool(),
      move_tool(),
      rotate_tool(),
      resize_tool(),
  };
  return table;
}

}  // namespace sweepbox
