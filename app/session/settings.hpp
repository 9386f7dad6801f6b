#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/session/theme.hpp"
#include "core/base/error.hpp"

namespace sweepbox {

/// What a person chose for this machine; kept in the user's config folder as settings.toml.
struct Settings {
  ThemeName theme = ThemeName::dark;
  double ui_scale = 0;  ///< 0: of the display
  std::string language = "en";
  std::string painter = "automatic";  ///< "automatic", "compute", "points"
  double point_size = 0;              ///< px; 0: 2, or 3 from scale 1.5
  bool eye_dome = true;
  std::string color_by = "height";
  std::string color_map = "slate";
  std::uint64_t cache_megabytes = 1024;
  std::string who;  ///< name beside edits; empty: the login name
  bool confirm_quit = false;
  bool undo_shows_first = true;         ///< a change of another frame, before undo or redo makes it
  std::map<std::string, double> sizes;  ///< splitters by id, share or px as the layout says
  std::vector<std::string> recent;      ///< projects and drives, newest first
};

/// Defaults where there is no file; a damaged one is an error and the defaults hold.
[[nodiscard]] Result<Settings> load_settings(const std::filesystem::path& config_folder);
/// Where they are kept, and how.
std::filesystem::path settings_file(const std::filesystem::path& config_folder);
std::string to_toml(const Settings& settings);

}  // namespace sweepbox
