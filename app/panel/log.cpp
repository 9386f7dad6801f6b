#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

std::string age(Ui& ui, std::chrono::steady_clock::time_point at) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - at)
          .count();
  if (seconds < 60) return fill(ui.tr("{} s ago"), {fmt::format("{}", seconds)});
  if (seconds < 3600) return fill(ui.tr("{} min ago"), {fmt::format("{}", seconds / 60)});
  return fill(ui.tr("{} h ago"), {fmt::format("{}", seconds / 3600)});
}

/// One entry, as tall as its words; answers the height.
float put_entry(
    Ui& ui, const Area& area, Severity severity, std::string_view words, std::string_view more) {
  const float left = ui.px(36);
  const float right = more.empty() ? ui.px(12) : ui.px(90);
  const float wrapped = area.width - left - right;
  const float height =
      std::max(ui.px(16), paragraph_height(ui.fonts.small, words, wrapped)) + ui.px(8);
  put_icon(ui,
           {area.x + ui.px(12), area.y + ui.px(4), ui.px(16), ui.px(16)},
           severity_icon(severity),
           severity_rgb(ui, severity),
           0.85F);
  put_paragraph(ui,
                {area.x + left, area.y + ui.px(4), wrapped, height},
                ui.fonts.small,
                severity == Severity::note ? ui.theme.dim : ui.theme.text,
                words);
  put_text(ui,
           {area.x + area.width - ui.px(100), area.y + ui.px(4), ui.px(88), ui.px(16)},
           ui.fonts.tag,
           ui.theme.dim,
           more,
           Align::right);
  return height;
}

}  // namespace

void draw_log(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  const float width = std::min(ui.px(760), whole.width - ui.px(48));
  const float height = std::min(ui.px(520), whole.height - ui.px(96));
  const Area area = {
      whole.width - width - ui.px(24), whole.height - height - ui.px(32), width, height};
  begin_popup(ui, "log", area, 0.35F);
  Cutter cut{area};
  const auto serious =
      std::count_if(session.problems.begin(), session.problems.end(), [](const Problem& problem) {
        return problem.severity != Severity::note;
      });
  panel_head(
      ui,
      cut.top(ui.px(36)),
      ui.tr("Messages"),
      fill(ui.tr(serious == 1 ? "{} problem" : "{} problems"), {fmt::format("{}", serious)}));
  put_keys(ui, area.x + width - ui.px(12), area.y + ui.px(18), "Escape", Align::right);
  begin_scroll(ui, "log/scroll", cut.rest);
  const float top = cut.rest.y - scroll_y();
  float y = top + ui.px(6);
  const auto heading = [&](std::string_view words) {
    put_text(ui, {area.x + ui.px(12), y, width, ui.px(22)}, ui.fonts.small, ui.theme.dim, words);
    y += ui.px(22);
  };
  if (!session.problems.empty()) {
    heading(ui.tr("This drive"));
    for (const Problem& problem : session.problems) {
      y += put_entry(ui, {area.x, y, width, 0}, problem.severity, to_line(session, problem), {});
    }
    y += ui.px(8);
  }
  if (!session.messages.empty()) heading(ui.tr("Since the start"));
  for (auto message = session.messages.rbegin(); message != session.messages.rend(); ++message) {
    y += put_entry(ui,
                   {area.x, y, width, 0},
                   message->severity,
                   ui.words(message->text),
                   age(ui, message->at));
  }
  if (session.problems.empty() && session.messages.empty()) heading(ui.tr("Nothing yet."));
  end_scroll(y - top + ui.px(8));
  end_popup();
}

void draw_unsaved(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  if (!session.project) {
    session.popup.clear();
    return;
  }
  const SaveState state = session.project->state();
  if (!state.refused) {
    session.popup.clear();
    return;
  }
  const float width = ui.px(520);
  const Area area = {
      std::floor((whole.width - width) / 2), std::floor(whole.height / 3), width, ui.px(164)};
  begin_popup(ui, "unsaved", area);
  Cutter cut{inset(area, ui.px(16), ui.px(12))};
  Cutter head{cut.top(ui.px(24), ui.px(8))};
  put_icon(ui, head.left(ui.px(18), ui.px(8)), "times-circle", ui.theme.error);
  put_text(ui,
           head.rest,
           ui.fonts.bold,
           ui.theme.text,
           fill(ui.tr(state.waiting == 1 ? "{} edit is not saved" : "{} edits are not saved"),
                {fmt::format("{}", state.waiting)}));
  put_paragraph(
      ui, cut.top(ui.px(52)), ui.fonts.small, ui.theme.text, to_line(session, *state.refused));
  Cutter row{cut.bottom(ui.px(30))};
  if (button(ui,
             "unsaved/quit",
             row.left(ui.px(150)),
             {.label = std::string(ui.tr("Quit without them"))})) {
    ui.memory.get<bool>("unsaved/give_up") = true;
    session.quit = true;
  }
  action_button(ui,
                "unsaved/retry",
                row.right(ui.px(100), ui.px(8)),
                "project.retry",
                {.label = std::string(ui.tr("Retry")), .primary = true});
  action_button(ui,
                "unsaved/elsewhere",
                row.right(ui.px(140), ui.px(8)),
                "project.save_elsewhere",
                {.label = std::string(ui.tr("Save elsewhere"))});
  end_popup();
}

}  // namespace sweepbox
