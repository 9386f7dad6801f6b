#include <fmt/format.h>
#include <imgui.h>

#include <array>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"

namespace sweepbox {

namespace {

void keep(Ui& ui) {
  ++ui.session.versions.look;
  ++ui.session.versions.layers;
  keep_settings(ui.session);
}

void act(Ui& ui, std::string_view action, std::string_view name, std::string value) {
  Arguments arguments;
  arguments.values[std::string(name)] = std::move(value);
  do_action(ui.session, action, arguments);
}

Area labelled(Ui& ui, Cutter& cut, std::string_view label) {
  Cutter row{cut.top(ui.px(26), ui.px(8))};
  put_text(ui, row.left(ui.px(130)), ui.fonts.small, ui.theme.dim, ui.tr(label));
  return row.rest;
}

template <std::size_t kCount>
int index_of(const std::array<double, kCount>& values, double value) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (std::abs(values[i] - value) < 1e-6) return static_cast<int>(i);
  }
  return -1;
}

void draw_look(Ui& ui, Cutter& cut) {
  const Settings& settings = ui.session.settings;
  const std::array<std::string, 2> themes = {std::string(ui.tr("Dark")),
                                             std::string(ui.tr("Light"))};
  int chosen = settings.theme == ThemeName::dark ? 0 : 1;
  if (segmented(ui, "settings/theme", labelled(ui, cut, "Theme"), themes, chosen)) {
    act(ui, "theme.toggle", "name", chosen == 0 ? "dark" : "light");
  }
  constexpr std::array<double, 5> kScales = {0, 1, 1.25, 1.5, 2};
  const std::array<std::string, 5> scales = {
      std::string(ui.tr("Display's")), "1", "1.25", "1.5", "2"};
  chosen = index_of(kScales, settings.ui_scale);
  if (segmented(ui, "settings/scale", labelled(ui, cut, "Size of the interface"), scales, chosen)) {
    act(ui, "view.ui_scale", "scale", fmt::format("{}", kScales[static_cast<std::size_t>(chosen)]));
  }
  const std::array<std::string, 2> languages = {"English", std::string(ui.tr("Chinese"))};
  chosen = ui.session.language.code() == "zh" ? 1 : 0;
  if (segmented(ui, "settings/language", labelled(ui, cut, "Language"), languages, chosen)) {
    act(ui, "language.next", "code", chosen == 0 ? "en" : "zh");
  }
}

void draw_points(Ui& ui, Cutter& cut) {
  Session& session = ui.session;
  constexpr std::array<double, 5> kSizes = {1, 2, 3, 4, 6};
  const std::array<std::string, 5> sizes = {"1", "2", "3", "4", "6"};
  int chosen = index_of(kSizes, session.layers.point_size);
  if (segmented(ui, "settings/point_size", labelled(ui, cut, "Point size, px"), sizes, chosen)) {
    act(ui, "view.point_size", "size", fmt::format("{}", kSizes[static_cast<std::size_t>(chosen)]));
  }
  constexpr std::array<std::string_view, 4> kMaps = {"slate", "dusk", "gray", "spectrum"};
  const std::array<std::string, 4> maps = {std::string(ui.tr("Slate")),
                                           std::string(ui.tr("Dusk")),
                                           std::string(ui.tr("Gray")),
                                           std::string(ui.tr("Spectrum"))};
  chosen = -1;
  for (std::size_t i = 0; i < kMaps.size(); ++i) {
    if (session.layers.color_map == kMaps[i]) chosen = static_cast<int>(i);
  }
  if (segmented(ui, "settings/color_map", labelled(ui, cut, "Colours"), maps, chosen)) {
    act(ui, "view.color_map", "map", std::string(kMaps[static_cast<std::size_t>(chosen)]));
  }
  constexpr std::array<std::string_view, 3> kPainters = {"automatic", "compute", "points"};
  const std::array<std::string, 3> painters = {std::string(ui.tr("Automatic")),
                                               std::string(ui.tr("Compute")),
                                               std::string(ui.tr("GL points"))};
  chosen = -1;
  for (std::size_t i = 0; i < kPainters.size(); ++i) {
    if (session.settings.painter == kPainters[i]) chosen = static_cast<int>(i);
  }
  if (segmented(ui, "settings/painter", labelled(ui, cut, "Points painted by"), painters, chosen)) {
    session.settings.painter = kPainters[static_cast<std::size_t>(chosen)];
    keep(ui);
  }
}

struct Switch {
  std::string_view action;
  std::string_view label;
  bool Layers::*layer;
};

constexpr Switch kSwitches[] = {
    {"view.eye_dome", "Depth edges", &Layers::eye_dome},
    {"view.grid", "Ground grid", &Layers::grid},
    {"view.ego", "Own vehicle", &Layers::ego},
    {"view.tags", "Names at boxes", &Layers::tags},
    {"view.boxes_on_images", "Boxes on images", &Layers::boxes_on_images},
    {"view.points_on_images", "Points on images", &Layers::points_on_images},
};

void draw_switches(Ui& ui, Cutter& cut) {
  const Area first = labelled(ui, cut, "Shown");
  Cutter row{first};
  int column = 0;
  for (const Switch& entry : kSwitches) {
    if (column == 2) {
      row = Cutter{labelled(ui, cut, "")};
      column = 0;
    }
    bool on = ui.session.layers.*entry.layer;
    if (checkbox(ui,
                 fmt::format("settings/{}", entry.action),
                 row.left(std::floor(first.width / 2)),
                 ui.tr(entry.label),
                 on,
                 action_hint(ui, entry.action))) {
      act(ui, entry.action, "on", on ? "true" : "false");
    }
    ++column;
  }
}

void draw_machine(Ui& ui, Cutter& cut) {
  Settings& settings = ui.session.settings;
  Cutter cache{labelled(ui, cut, "Memory for frames")};
  NumberSpec spec;
  spec.decimals = 0;
  spec.step = 256;
  spec.low = 256;
  spec.high = 65536;
  spec.hint = {.title = std::string(ui.tr("Holds from the next drive on"))};
  const NumberAnswer answer = number_field(ui,
                                           "settings/cache",
                                           cache.left(ui.px(90), ui.px(8)),
                                           static_cast<double>(settings.cache_megabytes),
                                           spec);
  put_text(ui, cache.rest, ui.fonts.small, ui.theme.dim, "MB");
  if (answer.commit) {
    settings.cache_megabytes = static_cast<std::uint64_t>(*answer.commit);
    keep(ui);
  }
  if (checkbox(ui,
               "settings/undo_shows_first",
               labelled(ui, cut, "Undo and redo"),
               ui.tr("Show a change of another frame first"),
               settings.undo_shows_first,
               {.title = std::string(ui.tr("The first press goes to its frame and selects its "
                                           "tracks, the second one makes it"))})) {
    keep(ui);
  }
  std::string who = settings.who;
  if (text_field(ui,
                 "settings/who",
                 labelled(ui, cut, "Name beside edits"),
                 ui.tr("the login name"),
                 who)) {
    settings.who = who;
    keep(ui);
  }
}

}  // namespace

void draw_settings(Ui& ui, const Area& whole) {
  const float width = ui.px(560);
  const float height = std::min(ui.px(460), whole.height - ui.px(80));
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, "settings", area, 0.35F);
  Cutter cut{area};
  const Area head = cut.top(ui.px(40), ui.px(4));
  panel_head(ui, head, ui.tr("Settings"));
  put_keys(ui, head.x + head.width - ui.px(12), head.y + head.height / 2, "Escape", Align::right);
  begin_scroll(ui, "settings/scroll", cut.rest);
  Cutter body{
      {cut.rest.x + ui.px(16), cut.rest.y + ui.px(8) - scroll_y(), width - ui.px(32), 1e5F}};
  const float top = body.rest.y;
  draw_look(ui, body);
  draw_points(ui, body);
  draw_switches(ui, body);
  draw_machine(ui, body);
  put_text(ui, body.top(ui.px(20)), ui.fonts.tag, ui.theme.dim, ui.session.config_folder.string());
  end_scroll(body.rest.y - top + ui.px(16));
  end_popup();
}

}  // namespace sweepbox
