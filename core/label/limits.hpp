#pragma once
#include "core/label/label.hpp"

namespace sweepbox {

/// Leaves out boxes whose track, class or attribute has a name longer than a project keeps
/// (core/annotation/names.hpp); their records stay in the source. Keeps the first 10,000 problems.
/// Both are counted in a problem of their own.
void apply_limits(LabelSet& labels);

}  // namespace sweepbox
