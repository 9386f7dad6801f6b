#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/error.hpp"

namespace sweepbox {

/// Rectangles of all controls of one frame by stable id ("props/length", "side/top/handle/+x"), so
/// that tests and helpers find them. Filled only where somebody asked for it.
struct UiMap {
  struct Item {
    float x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< window pixels, from the top left
    bool enabled = true;
    bool visible = true;
    std::string value;  ///< what it shows, where that helps ("4.18")
  };

  bool wanted = false;
  std::uint64_t frame = 0;
  std::map<std::string, Item> items;

  void begin_frame() {
    ++frame;
    items.clear();
  }

  void add(const std::string& id, Item item) {
    if (wanted) items[id] = std::move(item);
  }
};

/// JSON {"frame": n, "idle": …, "items": {id: {"rect": [x0,y0,x1,y1], "enabled", "visible",
/// "value"}}}, written beside and renamed.
[[nodiscard]] Result<void> write_ui_map(const UiMap& map,
                                        bool idle,
                                        const std::filesystem::path& path);

}  // namespace sweepbox
