#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"
#include "core/base/files.hpp"

namespace sweepbox {

namespace {

struct Offer {
  std::string_view action;
  std::string_view title;
  std::string_view words;
  std::string_view icon;
};

constexpr Offer kOffers[] = {
    {"file.open",
     "Open a folder",
     "Reads it in place and says what it found. Nothing is written into it.",
     "folder-open"},
    {"file.open_project",
     "Open a project",
     "An .sbx file with your boxes and their whole history",
     "file"},
    {"file.sample",
     "Make the sample drive",
     "A street of 40 frames with exact boxes, ready in seconds",
     "road"},
};

void draw_offer(Ui& ui, const Area& area, const Offer& offer, bool first) {
  const Hint hint = action_hint(ui, offer.action);
  const Touch mouse = touch(
      ui, fmt::format("start/{}", offer.action), area, {{}, {}, hint.reason}, hint.reason.empty());
  const std::uint32_t ground = mouse.held      ? ui.theme.active
                               : first         ? ui.theme.selected_row
                               : mouse.hovered ? ui.theme.hover
                                               : ui.theme.panel;
  fill(area, ground, ui.px(3));
  if (first) fill({area.x, area.y, ui.px(3), area.height}, ui.theme.accent, ui.px(2));
  const std::uint32_t words = mouse.enabled ? ui.theme.text : ui.theme.off;
  Cutter cut{inset(area, ui.px(14), ui.px(8))};
  put_icon(
      ui, cut.left(ui.px(24), ui.px(14)), offer.icon, first ? ui.theme.accent : ui.theme.dim, 1.2F);
  const float keys = keys_width(ui, hint.key);
  put_keys(ui, cut.rest.x + cut.rest.width, area.y + area.height / 2, hint.key, Align::right);
  cut.rest.width -= keys + ui.px(12);
  put_text(ui, cut.top(ui.px(20)), ui.fonts.bold, words, ui.tr(offer.title));
  put_text(ui,
           cut.rest,
           ui.fonts.small,
           mouse.enabled ? ui.theme.dim : ui.theme.off,
           ui.tr(offer.words));
  if (mouse.clicked) do_action(ui.session, offer.action);
}

void draw_recent(Ui& ui, const Area& area) {
  Session& session = ui.session;
  std::string& filter = ui.memory.get<std::string>("start/filter");
  Cutter cut{area};
  Cutter head{cut.top(ui.px(30), ui.px(6))};
  const std::vector<std::string> recent = session.settings.recent;
  head.left(put_text(ui, head.rest, ui.fonts.bold, ui.theme.text, ui.tr("Recent")), ui.px(10));
  if (recent.empty()) {
    put_paragraph(ui,
                  cut.rest,
                  ui.fonts.small,
                  ui.theme.dim,
                  ui.tr("No projects yet. Open a folder or make the sample drive."));
    return;
  }
  text_field(ui,
             "start/filter",
             centred(head.right(ui.px(180)), ui.px(26)),
             ui.tr("Name"),
             filter,
             {},
             "filter");
  const float row = ui.px(44);
  begin_scroll(ui, "start/scroll", cut.rest);
  float y = cut.rest.y - scroll_y();
  const float top = y;
  int shown = 0;
  for (const std::string& entry : recent) {
    if (!filter.empty() && !contains_words(entry, filter)) continue;
    ++shown;
    const Area place = {cut.rest.x, std::floor(y), cut.rest.width, row - ui.px(4)};
    y += row;
    const fs::path path(entry);
    const Touch mouse =
        touch(ui, fmt::format("start/recent/{}", shown - 1), place, {}, true, entry);
    fill(place, mouse.hovered ? ui.theme.hover : ui.theme.panel, ui.px(3));
    Cutter inside{inset(place, ui.px(12), ui.px(4))};
    put_icon(ui,
             inside.left(ui.px(20), ui.px(10)),
             path.extension() == ".sbx" ? "file" : "folder",
             ui.theme.dim);
    const std::string name =
        path.extension() == ".sbx" ? path.stem().string() : path.filename().string();
    put_text(ui, inside.top(ui.px(17)), ui.fonts.body, ui.theme.text, name);
    put_text(ui, inside.rest, ui.fonts.tag, ui.theme.dim, path.parent_path().string());
    if (mouse.clicked) {
      Arguments arguments;
      arguments.values["path"] = entry;
      do_action(session, "file.open", arguments);
    }
  }
  if (shown == 0) {
    put_text(ui,
             {cut.rest.x, y, cut.rest.width, row},
             ui.fonts.small,
             ui.theme.dim,
             fill(ui.tr("Nothing matches '{}'. Clear · Esc"), {filter}));
  }
  end_scroll(y - top + row);
}

/// What could not be opened, and why: what the person came back to this page for.
void draw_report(Ui& ui, const Area& area) {
  Session& session = ui.session;
  fill(area, ui.theme.panel, ui.px(3));
  Cutter cut{inset(area, ui.px(16), ui.px(8))};
  const auto put_problem = [&](Severity severity, const std::string& words) {
    const float height = paragraph_height(ui.fonts.small, words, cut.rest.width - ui.px(26));
    if (height > cut.rest.height) return;
    const Area place = cut.top(std::max(ui.px(18), height), ui.px(10));
    put_icon(ui,
             {place.x, place.y, ui.px(16), ui.px(18)},
             severity_icon(severity),
             severity_rgb(ui, severity),
             0.9F);
    put_paragraph(ui,
                  {place.x + ui.px(26), place.y, place.width - ui.px(26), height},
                  ui.fonts.small,
                  ui.theme.text,
                  words);
  };
  const bool troubled =
      std::any_of(session.messages.begin(), session.messages.end(), [](const Message& message) {
        return message.severity != Severity::note;
      });
  if (troubled || !session.problems.empty()) {
    put_text(
        ui, cut.top(ui.px(28), ui.px(8)), ui.fonts.bold, ui.theme.text, ui.tr("What was found"));
    for (auto message = session.messages.rbegin(); message != session.messages.rend(); ++message) {
      if (message->severity != Severity::note)
        put_problem(message->severity, ui.words(message->text));
    }
    for (const Problem& problem : session.problems)
      put_problem(problem.severity, to_line(session, problem));
    return;
  }
  put_text(ui, cut.top(ui.px(28), ui.px(8)), ui.fonts.bold, ui.theme.text, ui.tr("What it opens"));
  float titles = ui.px(170);
  if (area.width > ui.px(900))
    for (const DriveFormat& format : drive_formats())
      titles = std::max(titles, text_width(ui.fonts.small, format.title) + ui.px(16));
  for (const DriveFormat& format : drive_formats()) {
    if (cut.rest.height < ui.px(24)) return;
    Cutter row{cut.top(ui.px(24))};
    put_text(ui, row.left(titles), ui.fonts.small, ui.theme.text, format.title);
    put_text(ui, row.rest, ui.fonts.small, ui.theme.dim, ui.tr(format.holds));
  }
}

}  // namespace

void draw_start(Ui& ui, const Area& area) {
  const float margin = ui.px(area.width < ui.px(1400) ? 32 : 48);
  Cutter cut{inset(area, margin, ui.px(area.height < ui.px(800) ? 20 : 40))};
  const float left_width = std::min(ui.px(560), std::floor(cut.rest.width * 0.44F));
  Cutter left{cut.left(left_width, ui.px(48))};
  Cutter title{left.top(ui.px(40), ui.px(16))};
  put_icon(ui, title.left(ui.px(28), ui.px(12)), "cube", ui.theme.accent, 1.6F);
  put_text(ui, title.rest, ui.fonts.title, ui.theme.text, "Sweepbox");
  bool first = true;
  for (const Offer& offer : kOffers) {
    draw_offer(ui, left.top(ui.px(56), ui.px(8)), offer, first);
    first = false;
  }
  left.top(ui.px(8));
  draw_recent(ui, left.rest);
  draw_report(ui, cut.rest);
}

}  // namespace sweepbox
