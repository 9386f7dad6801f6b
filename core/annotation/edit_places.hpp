#pragma once
#include <vector>

#include "core/annotation/edit.hpp"

namespace sweepbox {

// Where a person has to look to see what a change does to a track. The same for undo and redo:
// before and after may be swapped. A change of anything else shows nowhere in particular.

/// The track of the change, 0 for a change of anything else.
TrackId track_of(const Change& change);

/// Whether it shows at that moment: a box that is there before or after and is another box, or has
/// another class, name, state, attribute or mark, or is a key on one side only.
bool shows_at(const Change& change, Stamp stamp);

/// Whether it is of no particular moment: the whole track comes or goes, or what holds in all of
/// its frames changes (class, name, state, attributes, the box of a static object).
bool is_of_whole_track(const Change& change);

/// The moments that it is of, ascending: of keys, marks and attributes from a frame on that differ,
/// and of the ends of the life. Empty where the whole track comes or goes.
std::vector<Stamp> moments_of(const Change& change);

}  // namespace sweepbox
