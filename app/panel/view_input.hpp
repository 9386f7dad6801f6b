#pragma once
#include <string>

#include "app/panel/widgets.hpp"

namespace sweepbox {

/// The mouse over a view's area: an item of the current ImGui window that holds the gesture while a
/// button is down. What is drawn after it in child windows covers it.
ViewInput view_input(Ui& ui, const std::string& id, const Area& area);

/// After the view was drawn: its cursor, and what a click would do, beside the mouse.
void show_view_hint(Ui& ui, const ViewInput& input);

/// Words on a dark plate in a corner of a picture, at most `room` wide; answers the plate's width.
float put_plate(
    Ui& ui, float x, float bottom, float room, std::string_view bright, std::string_view dim);

}  // namespace sweepbox
