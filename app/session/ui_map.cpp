#include "app/session/ui_map.hpp"

#include <fstream>
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
  const std::string text = whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // Renamed over, so that a reader sees a whole map; without the fsync of write_file, which would
  // make every frame wait for the disk (some 20 to 300 ms beside a build).
  fs::path beside = path;
  beside += ".new";
  std::error_code trouble;
  if (std::ofstream file(beside, std::ios::binary);
      !file.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) {
    return fail(path.string(), {}, "a file that can be written", "none", "choose another place");
  }
  fs::rename(beside, path, trouble);
  if (trouble) return fail(path.string(), {}, "a file that can be replaced", trouble.message());
  return {};
}

}  // namespace sweepbox
