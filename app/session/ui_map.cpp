#include "app/session/ui_map.hpp"

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"

namespace sweepbox {

Result<void> write_ui_map(const UiMap& map, bool idle, const std::filesystem::path& path) {
  nlohmann::json items = nlohmann::json::object();
  for (const auto& [id, item] : map.items)
    items[id] = {{"rect", {item.x0, item.y0, item.x1, item.y1}},
                 {"enabled", item.enabled},
                 {"visible", item.visible},
                 {"value", item.value}};
  const nlohmann::json whole = {{"frame", map.frame}, {"idle", idle}, {"items", std::move(items)}};
  // Values come from names in data sets, which need not be UTF-8.
  return write_file(path, whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace sweepbox
