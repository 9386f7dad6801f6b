#include "app/session/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/base/files.hpp"

namespace sweepbox {
namespace {

/// Reads keys of one table and remembers the first that does not fit.
class Reader {
 public:
  Reader(const toml::table& table, std::string file) : table_(table), file_(std::move(file)) {}

  void text(std::string_view key, std::string& value) {
    read<std::string>(key, "text", [&](const std::string& found) { value = found; });
  }

  void flag(std::string_view key, bool& value) {
    read<bool>(key, "true or false", [&](bool found) { value = found; });
  }

  void number(std::string_view key, double low, double high, double& value) {
    read<double>(key, fmt::format("a number from {} to {}", low, high), [&](double found) {
      if (!(found >= low && found <= high))
        return problem(key, fmt::format("a number from {} to {}", low, high));
      value = found;
    });
  }

  void choice(std::string_view key,
              std::initializer_list<std::string_view> names,
              std::string& value) {
    const std::string expected = fmt::format("one of {}", fmt::join(names, ", "));
    read<std::string>(key, expected, [&](const std::string& found) {
      if (std::find(names.begin(), names.end(), found) == names.end())
        return problem(key, expected);
      value = found;
    });
  }

  void problem(std::string_view key, std::string expected) {
    if (error_) return;
    const toml::node* node = table_.get(key);
    std::ostringstream found;
    if (node) found << toml::node_view<const toml::node>(node);
    error_ =
        Error{Severity::error,
              file_,
              node ? fmt::format("line {}, {}", node->source().begin.line, key) : std::string(key),
              Text(std::move(expected)),
              Text(found.str()),
              "Mend or remove the file; until then the defaults hold."};
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  template <class T, class Use>
  void read(std::string_view key, std::string expected, Use use) {
    const toml::node* node = table_.get(key);
    if (!node) return;
    if (const auto found = node->value<T>())
      use(*found);
    else
      problem(key, std::move(expected));
  }

  const toml::table& table_;
  std::string file_;
  std::optional<Error> error_;
};

}  // namespace

Result<Settings> load_settings(const std::filesystem::path& config_folder) {
  Settings settings;
  const std::filesystem::path path = settings_file(config_folder);
  std::error_code ignored;
  if (config_folder.empty() || !std::filesystem::exists(path, ignored)) return settings;
  const auto text = read_text(path, std::uint64_t{1} << 20);
  if (!text) return tl::unexpected(text.error());
  toml::table table;
  try {
    table = toml::parse(*text);
  } catch (const toml::parse_error& error) {
    return fail(path.string(),
                fmt::format("line {}", error.source().begin.line),
                "TOML",
                Text(std::string(error.description())),
                "Mend or remove the file; until then the defaults hold.");
  }
  Reader read(table, path.string());
  std::string theme = "dark";
  double cache = static_cast<double>(settings.cache_megabytes);
  read.choice("theme", {"dark", "light"}, theme);
  read.number("ui_scale", 0, 4, settings.ui_scale);
  read.text("language", settings.language);
  read.choice("painter", {"automatic", "compute", "points"}, settings.painter);
  read.number("point_size", 0, 32, settings.point_size);
  read.flag("eye_dome", settings.eye_dome);
  read.text("color_by", settings.color_by);
  read.choice("color_map", {"slate", "dusk", "gray", "spectrum"}, settings.color_map);
  read.number("cache_megabytes", 64, 1 << 20, cache);
  read.text("who", settings.who);
  read.flag("confirm_quit", settings.confirm_quit);
  read.flag("undo_shows_first", settings.undo_shows_first);
  if (read.error()) return tl::unexpected(*read.error());
  settings.theme = theme == "light" ? ThemeName::light : ThemeName::dark;
  settings.cache_megabytes = static_cast<std::uint64_t>(cache);
  if (const toml::table* sizes = table["sizes"].as_table())
    for (const auto& [key, value] : *sizes)
      if (const auto size = value.value<double>(); size && std::isfinite(*size))
        settings.sizes[std::string(key.str())] = *size;
  if (const toml::array* recent = table["recent"].as_array())
    for (const toml::node& entry : *recent)
      if (const auto line = entry.value<std::string>()) settings.recent.push_back(*line);
  return settings;
}

std::filesystem::path settings_file(const std::filesystem::path& config_folder) {
  return config_folder / "settings.toml";
}

std::string to_toml(const Settings& settings) {
  toml::table sizes;
  for (const auto& [key, value] : settings.sizes) sizes.insert_or_assign(key, value);
  toml::array recent;
  for (const std::string& path : settings.recent) recent.push_back(path);
  const toml::table table{
      {"theme", settings.theme == ThemeName::light ? "light" : "dark"},
      {"ui_scale", settings.ui_scale},
      {"language", settings.language},
      {"painter", settings.painter},
      {"point_size", settings.point_size},
      {"eye_dome", settings.eye_dome},
      {"color_by", settings.color_by},
      {"color_map", settings.color_map},
      {"cache_megabytes", static_cast<std::int64_t>(settings.cache_megabytes)},
      {"who", settings.who},
      {"confirm_quit", settings.confirm_quit},
      {"undo_shows_first", settings.undo_shows_first},
      {"sizes", std::move(sizes)},
      {"recent", std::move(recent)},
  };
  std::ostringstream out;
  out << table << '\n';
  return out.str();
}

}  // namespace sweepbox
