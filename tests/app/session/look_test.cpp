#include <catch2/catch.hpp>

#include "app/session/settings.hpp"
#include "app/session/theme.hpp"
#include "core/base/files.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT: a test reads better so
using test::TempFolder;

TEST_CASE("contrasts against the panel are those that LOOK.md states") {
  const Theme& dark = theme(ThemeName::dark);
  CHECK(contrast(dark.text, dark.panel) == Approx(13.7).margin(0.05));
  CHECK(contrast(dark.dim, dark.panel) == Approx(7.3).margin(0.05));
  CHECK(contrast(dark.accent, dark.panel) == Approx(6.4).margin(0.05));
  CHECK(contrast(dark.warning, dark.panel) == Approx(9.2).margin(0.05));
  const Theme& light = theme(ThemeName::light);
  CHECK(contrast(light.text, light.panel) == Approx(16.2).margin(0.05));
  CHECK(contrast(light.dim, light.panel) == Approx(6.6).margin(0.05));
  CHECK(contrast(light.accent, light.panel) == Approx(5.9).margin(0.05));
  CHECK(contrast(light.error, light.panel) == Approx(6.3).margin(0.05));
}

TEST_CASE("dim text keeps 4.5 to 1 on every fill of both themes") {
  for (const ThemeName name : {ThemeName::dark, ThemeName::light}) {
    const Theme& t = theme(name);
    for (const std::uint32_t fill : {t.window, t.panel, t.raised, t.hover, t.active})
      CHECK(contrast(t.dim, fill) >= 4.5);
    CHECK(contrast(t.text, t.selected_row) >= 4.5);
    CHECK(contrast(t.on_accent, t.accent) >= 4.5);
  }
}

TEST_CASE("black on white has contrast 21, a colour on itself 1") {
  CHECK(contrast(0x000000, 0xFFFFFF) == Approx(21));
  CHECK(contrast(0x4DA3FF, 0x4DA3FF) == 1);
  CHECK(text_on(0xF4E858) == 0x0E1012);
  CHECK(text_on(0x005131) == 0xFFFFFF);
}

TEST_CASE("a colour map is linear between its stops and clamped beyond them") {
  const ColorMap gray = color_map("gray", true);
  CHECK(color_at(gray, 0) == 0x44474C);
  CHECK(color_at(gray, 1) == 0xEDEFF1);
  CHECK(color_at(gray, -3) == 0x44474C);
  CHECK(color_at(gray, 7) == 0xEDEFF1);
  CHECK(color_at(gray, 0.0 / 0.0) == 0x44474C);
  // Halfway from 44474C to 6A6E74, by hand: 57, 5A.8, 60.
  CHECK(color_at(gray, 0.125) == 0x575B60);
  CHECK(color_map("slate", true).stops.front() == 0x465876);
  CHECK(color_map("slate", false).stops.front() == 0xAEB9C9);
}

TEST_CASE("settings come back as they were saved") {
  const TempFolder folder;
  Settings settings;
  settings.theme = ThemeName::light;
  settings.ui_scale = 1.25;
  settings.language = "zh";
  settings.point_size = 3;
  settings.eye_dome = false;
  settings.cache_megabytes = 2048;
  settings.who = "anna \"of\" hall 3";
  settings.sizes = {{"annotate/strip", 0.24}, {"annotate/right", 320}};
  settings.recent = {"/data/a b", "/data/ü.sbx"};
  REQUIRE(make_folder(folder / "new" / "config"));
  REQUIRE(write_file(settings_file(folder / "new" / "config"), to_toml(settings)));
  const auto loaded = load_settings(folder / "new" / "config");
  REQUIRE(loaded);
  CHECK(loaded->theme == ThemeName::light);
  CHECK(loaded->ui_scale == 1.25);
  CHECK(loaded->language == "zh");
  CHECK(loaded->point_size == 3);
  CHECK_FALSE(loaded->eye_dome);
  CHECK(loaded->cache_megabytes == 2048);
  CHECK(loaded->who == settings.who);
  CHECK(loaded->sizes == settings.sizes);
  CHECK(loaded->recent == settings.recent);
}

TEST_CASE("without a settings file the defaults hold, and unknown keys are passed over") {
  const TempFolder folder;
  CHECK(load_settings(folder.path())->language == "en");
  REQUIRE(
      write_file(folder / "settings.toml", std::string_view("of_tomorrow = 7\nui_scale = 2.0\n")));
  CHECK(load_settings(folder.path())->ui_scale == 2);
}

TEST_CASE("a damaged settings file is an error that names the line") {
  const TempFolder folder;
  REQUIRE(
      write_file(folder / "settings.toml", std::string_view("theme = \"dark\"\nui_scale = = 2\n")));
  const auto broken = load_settings(folder.path());
  REQUIRE_FALSE(broken);
  CHECK(broken.error().where == "line 2");
  REQUIRE(write_file(folder / "settings.toml", std::string_view("\ntheme = \"pink\"\n")));
  const auto wrong = load_settings(folder.path());
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().where == "line 2, theme");
  CHECK(english(wrong.error().found) == "'pink'");
  REQUIRE(write_file(folder / "settings.toml", std::string_view("ui_scale = \"big\"\n")));
  CHECK_FALSE(load_settings(folder.path()));
}
