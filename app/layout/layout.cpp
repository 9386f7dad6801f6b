#include "app/layout/layout.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

constexpr float kSplitter = 3;   // px at scale 1, as LOOK.md draws it
constexpr float kGrab = 2;       // px beside it that grab it too
constexpr float kFolded = 28;    // px of a part that has nothing to show
constexpr float kSmallest = 56;  // px that a splitter leaves on both sides

/// A splitter and the areas on both sides of it, as one pass over the tree found them.
struct Placed {
  const Split* split;
  Area bar;  ///< empty where the split is fixed
  Area whole;
  float first;  ///< px of the first part
};

struct Leaf {
  const Split* split;
  Area area;
};

struct Placement {
  std::vector<Placed> splits;
  std::vector<Leaf> leaves;
};

bool is_small(Ui& ui) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  return size.x < ui.px(1400) || size.y < ui.px(800);
}

/// Where the person put it, else the table's size.
double size_of(Ui& ui, const Split& split) {
  if (!split.id.empty()) {
    const auto found = ui.session.settings.sizes.find(std::string(split.id));
    if (found != ui.session.settings.sizes.end()) return found->second;
  }
  return split.small != 0 && is_small(ui) ? split.small : split.size;
}

float first_pixels(Ui& ui, const Split& split, float room) {
  const double size = size_of(ui, split);
  float first = 0;
  if (size >= 1) {
    first = ui.px(static_cast<float>(size));
  } else if (size <= -1) {
    first = room - ui.px(static_cast<float>(-size));
  } else {
    first = room * static_cast<float>(size);
  }
  // A large interface on a small screen: the table's pixels leave the second part something to
  // show.
  if (!split.id.empty() && size >= 1) first = std::min(first, room * 0.7F);
  const float least = split.id.empty() ? 0 : std::min(ui.px(kSmallest), room / 3);
  return std::floor(std::clamp(first, least, std::max(least, room - least)));
}

void place(Ui& ui, const Split& split, const Area& area, Placement& out) {
  if (split.kind == Split::Kind::leaf) {
    out.leaves.push_back({&split, area});
    return;
  }
  const bool rows = split.kind == Split::Kind::rows;
  const bool folded = split.first_is_empty != nullptr && split.first_is_empty(ui.session);
  const float gap = split.id.empty() ? 0 : std::round(ui.px(kSplitter));
  const float room = std::max(0.0F, (rows ? area.height : area.width) - gap);
  const float first =
      folded ? std::floor(std::min(ui.px(kFolded), room / 3)) : first_pixels(ui, split, room);
  Area a = area;
  Area b = area;
  Area bar = area;
  if (rows) {
    a.height = first;
    bar.y += first;
    bar.height = gap;
    b.y += first + gap;
    b.height = room - first;
  } else {
    a.width = first;
    bar.x += first;
    bar.width = gap;
    b.x += first + gap;
    b.width = room - first;
  }
  if (!folded) out.splits.push_back({&split, bar, area, first});
  place(ui, split.parts[0], a, out);
  place(ui, split.parts[1], b, out);
}

/// The size in the words of the table: px of the first, px of the second, or a share.
double size_as_kept(Ui& ui, const Split& split, float first, float room) {
  if (split.size >= 1) return std::max(1.0, static_cast<double>(first / ui.scale));
  if (split.size <= -1) return std::min(-1.0, static_cast<double>(-(room - first) / ui.scale));
  return std::clamp(static_cast<double>(first / std::max(1.0F, room)), 0.05, 0.95);
}

void drag_splitter(Ui& ui, const Layout& layout, const Placed& placed) {
  const Split& split = *placed.split;
  if (split.id.empty()) return;
  const bool rows = split.kind == Split::Kind::rows;
  const float grab = ui.px(kGrab);
  const Area hit = rows ? inset(placed.bar, 0, -grab) : inset(placed.bar, -grab, 0);
  const Area grown = {rows ? hit.x : hit.x,
                      hit.y,
                      rows ? hit.width : placed.bar.width + 2 * grab,
                      rows ? placed.bar.height + 2 * grab : hit.height};
  begin_surface(fmt::format("{}/{}", layout.name, split.id), grown);
  const Touch mouse = touch(ui, std::string(split.id), grown);
  if (mouse.hovered || mouse.held) {
    ImGui::SetMouseCursor(rows ? ImGuiMouseCursor_ResizeNS : ImGuiMouseCursor_ResizeEW);
    fill(placed.bar, mouse.held ? ui.theme.accent : ui.theme.edge);
  }
  const float room =
      (rows ? placed.whole.height - placed.bar.height : placed.whole.width - placed.bar.width);
  if (mouse.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) {
    const ImVec2 at = ImGui::GetIO().MousePos;
    const float first = rows ? at.y - placed.whole.y : at.x - placed.whole.x;
    const float least = std::min(ui.px(kSmallest), room / 3);
    ui.session.settings.sizes[std::string(split.id)] =
        size_as_kept(ui, split, std::clamp(first, least, room - least), room);
    ++ui.session.versions.look;
  }
  if (mouse.double_clicked) {
    ui.session.settings.sizes.erase(std::string(split.id));
    ++ui.session.versions.look;
  }
  end_surface();
}

}  // namespace

void draw_layout(Ui& ui, const Layout& layout, const Area& area) {
  Placement placement;
  place(ui, layout.root, area, placement);
  // Splitters first: of surfaces that meet, the one made first lies in front.
  for (const Placed& placed : placement.splits) drag_splitter(ui, layout, placed);
  for (const Leaf& leaf : placement.leaves) {
    const Panel* panel = find_panel(leaf.split->panel);
    if (panel == nullptr || leaf.area.width < 1 || leaf.area.height < 1) continue;
    begin_surface(fmt::format("{}/{}", layout.name, panel->id), leaf.area);
    mark_item(ui, fmt::format("panel/{}", panel->id), leaf.area);
    panel->draw(ui, leaf.area);
    end_surface();
  }
}

}  // namespace sweepbox
