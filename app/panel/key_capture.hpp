#pragma once
#include <string>

#include "app/panel/ui.hpp"

namespace sweepbox {

/// The action that waits for its new key in the keys popup; empty: none.
struct KeyCapture {
  std::string action;
};

constexpr const char* kKeyCapture = "keys/capture";  ///< its place in Ui::memory

/// A key while the popup listens: it becomes the action's (and is kept in keys.toml), or the status
/// line says whose it is. False where nothing listens.
bool take_key(Ui& ui, const Chord& chord);

}  // namespace sweepbox
