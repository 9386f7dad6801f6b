#pragma once
#include "app/view/painter/painter.hpp"

namespace sweepbox {

// What the files of this folder offer to the table in painters.cpp.
PainterEntry points_painter();
PainterEntry grid_painter();
PainterEntry ego_painter();
PainterEntry cuboids_painter();
PainterEntry ghosts_painter();
PainterEntry frustum_painter();

}  // namespace sweepbox
