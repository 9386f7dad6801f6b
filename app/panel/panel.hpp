#pragma once
#include <span>
#include <string_view>

#include "app/panel/ui.hpp"

namespace sweepbox {

/// One panel. To add one: one file, one line in the table of panels.cpp.
struct Panel {
  std::string_view id;     ///< "tracks"
  std::string_view title;  ///< English, for lists of panels
  /// Draws into the area, the ImGui window of which is current. Reads the session and asks for
  /// actions; never changes a document itself.
  void (*draw)(Ui& ui, const Area& area);
};

std::span<const Panel> panels();
const Panel* find_panel(std::string_view id);

/// Something that stands in front of the layout while session.popup is its id. To add one: one
/// file, one line in the table of panels.cpp.
struct Popup {
  std::string_view id;  ///< "palette"
  /// Places and draws itself (begin_popup … end_popup).
  void (*draw)(Ui& ui, const Area& whole);
};

std::span<const Popup> popups();

/// The popup of the session and the bars of running tasks.
void draw_popups(Ui& ui, const Area& whole);

}  // namespace sweepbox
