#pragma once
#include <span>
#include <string_view>

#include "app/panel/ui.hpp"

namespace sweepbox {

/// One panel. To add one: one file, one line in the table of panels.cpp.
struct Panel {
  std::string_view id;     ///< "tracks"
  std::string_view title;  ///< shown in its head; empty: no head
  /// Draws into the area. Reads the session and asks for actions; never changes a document itself.
  void (*draw)(Ui& ui, const Area& area);
};

std::span<const Panel> panels();
const Panel* find_panel(std::string_view id);

}  // namespace sweepbox
