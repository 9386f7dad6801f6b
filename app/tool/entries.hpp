#pragma once
#include "app/tool/tool.hpp"

namespace sweepbox {

// One for each file of this folder that is a tool; the table stands in tools.cpp.
ToolEntry select_tool();
ToolEntry place_tool();
ToolEntry rectangle_tool();
ToolEntry move_tool();
ToolEntry rotate_tool();
ToolEntry resize_tool();

}  // namespace sweepbox
