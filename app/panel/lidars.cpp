#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

/// One row of the list.
struct Entry {
  std::string name;
  std::string action;
  std::string label;
  bool on = true;
  bool inner = false;  ///< a part of the lidar above it
};

std::vector<Entry> entries(Ui& ui) {
  const Session& session = ui.session;
  std::vector<Entry> list;
  const auto& lidars = session.drive->info().lidars;
  for (std::size_t i = 0; i < lidars.size(); ++i) {
    const LidarInfo& lidar = lidars[i];
    list.push_back({lidar.name,
                    "view.lidar",
                    lidar.name,
                    i >= session.layers.lidars.size() || session.layers.lidars[i]});
    for (std::size_t p = 0; p < lidar.parts.size(); ++p)
      list.push_back({lidar.parts[p],
                      "view.lidar",
                      lidar.parts[p],
                      i >= session.layers.parts.size() || p >= session.layers.parts[i].size() ||
                          session.layers.parts[i][p],
                      true});
    const bool left_out =
        session.drive->info().repairs.value("motion." + lidar.name) == std::string("stored");
    if (lidar.compensated_here || left_out)
      list.push_back({lidar.name,
                      "view.motion",
                      std::string(ui.tr("Motion compensated")),
                      lidar.compensated_here,
                      true});
  }
  return list;
}

}  // namespace

bool has_lidars_to_switch(const Session& session) {
  if (!session.has_drive()) return false;
  const DriveInfo& info = session.drive->info();
  return info.lidars.size() > 1 ||
         std::any_of(info.lidars.begin(), info.lidars.end(), [&](const LidarInfo& lidar) {
           return !lidar.parts.empty() || lidar.compensated_here ||
                  info.repairs.value("motion." + lidar.name);
         });
}

void draw_lidars_button(Ui& ui, const Area& area) {
  if (button(ui,
             "scene/lidars",
             area,
             {.icon = "bullseye", .flat = true},
             {.title = std::string(ui.tr("Lidars"))}))
    open_dropdown("lidars");
  const std::vector<Entry> list = entries(ui);
  const float row = ui.px(28);
  const float height = row * static_cast<float>(list.size()) + ui.px(12);
  const float width = ui.px(220);
  const Area below = {area.x + area.width - width, area.y, width, area.height};
  if (!begin_dropdown(ui, "lidars", below, width, height)) return;
  const ImVec2 at = ImGui::GetWindowPos();
  float y = at.y + ui.px(6);
  for (const Entry& entry : list) {
    const float indent = ui.px(entry.inner ? 26 : 8);
    const Area place = {at.x + indent, y, width - indent - ui.px(8), row};
    y += row;
    bool on = entry.on;
    if (checkbox(ui,
                 fmt::format("lidars/{}/{}", entry.action, entry.name),
                 place,
                 entry.label,
                 on,
                 action_hint(ui, entry.action))) {
      Arguments arguments;
      arguments.values["lidar"] = entry.name;
      arguments.values["on"] = on ? "true" : "false";
      do_action(ui.session, entry.action, arguments);
    }
  }
  end_dropdown();
}

}  // namespace sweepbox
