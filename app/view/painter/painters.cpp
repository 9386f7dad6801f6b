#include <array>

#include "app/view/painter/entries.hpp"

namespace sweepbox {

std::span<const PainterEntry> scene_painters() {
  // In the order of painting: lines blend over what stands there already.
  static const std::array table = {
      points_painter(),
      grid_painter(),
      ego_painter(),
      frustum_painter(),
      cuboids_painter(),
      ghosts_painter(),
  };
  return table;
}

}  // namespace sweepbox
