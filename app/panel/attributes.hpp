#pragma once
#include "app/panel/widgets.hpp"

namespace sweepbox {

/// A row for each attribute that the taxonomy gives the track's class: few choices side by side,
/// many as a list, flags as a check box, numbers and words as fields. A change is an edit at the
/// shown moment (scope frame: from this frame on). Cuts its rows from the top.
void draw_attributes(Ui& ui, Cutter& cut, const Track& track, float label_width, bool editable);

}  // namespace sweepbox
