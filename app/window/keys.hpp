#pragma once
#include <vector>

#include "app/action/keymap.hpp"

namespace sweepbox {

/// What a key event of GLFW may mean, the likeliest first: "Shift+/" is also "?". Empty for a
/// modifier alone. Letters and signs follow the keyboard's layout.
std::vector<Chord> chords_of_key(int key, int scancode, int modifiers);

}  // namespace sweepbox
