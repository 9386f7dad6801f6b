#include <fmt/format.h>
#include <imgui.h>

#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

using std::chrono::steady_clock;

/// A pair "label value" of the line; answers where the next one begins.
void put_pair(
    Ui& ui, Cutter& cut, std::string_view label, std::string_view value, bool label_first = true) {
  const std::string_view first = label_first ? label : value;
  const std::string_view second = label_first ? value : label;
  const float first_width = text_width(ui.fonts.small, first) + 1;
  const float second_width = text_width(ui.fonts.small, second) + 1;
  if (first_width + second_width + ui.px(24) > cut.rest.width) return;
  put_text(ui,
           cut.left(first_width, ui.px(4)),
           ui.fonts.small,
           label_first ? ui.theme.dim : ui.theme.text,
           first);
  put_text(ui,
           cut.left(second_width, ui.px(20)),
           ui.fonts.small,
           label_first ? ui.theme.text : ui.theme.dim,
           second);
}

std::string offsets(Ui& ui) {
  const Session& session = ui.session;
  std::string words;
  const auto& cameras = session.drive->info().cameras;
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    const auto offset = time_offset_s(session.frame(), static_cast<int>(i));
    if (!offset) continue;
    if (!words.empty()) words += " · ";
    const double ms = *offset * 1000;
    words += fmt::format("{} {}{}", cameras[i].name, ms >= 0.5 ? "+" : "", number_text(ms, 0));
  }
  return words.empty() ? words : words + " " + std::string(ui.tr("ms"));
}

void draw_saved(Ui& ui, Cutter& cut) {
  Session& session = ui.session;
  if (!session.project) {
    const std::string_view words = ui.tr("not kept");
    put_text(ui,
             cut.right(text_width(ui.fonts.small, words) + 1, ui.px(16)),
             ui.fonts.small,
             ui.theme.dim,
             words);
    return;
  }
  const SaveState state = session.project->state();
  std::string words;
  std::string_view mark = "check";
  std::uint32_t rgb = ui.theme.ok;
  if (state.refused) {
    words = fill(ui.tr("Not saved: {}. Retry"), {ui.words(state.refused->found)});
    mark = "times-circle";
    rgb = ui.theme.error;
  } else if (state.read_only) {
    words = ui.tr("Read only");
    mark = "lock";
    rgb = ui.theme.warning;
  } else if (state.waiting > 0) {
    words = fill(ui.tr(state.waiting == 1 ? "{} edit waiting" : "{} edits waiting"),
                 {fmt::format("{}", state.waiting)});
    mark = "hourglass-half";
    rgb = ui.theme.warning;
  } else {
    words = ui.tr("Saved");
  }
  const float width = std::min(ui.px(420), text_width(ui.fonts.small, words) + ui.px(24));
  const Area place = cut.right(width, ui.px(16));
  const Touch mouse =
      touch(ui, "status/saved", place, {.title = session.project->path().string()}, true, words);
  put_icon(ui, {place.x, place.y, ui.px(16), place.height}, mark, rgb, 0.85F);
  put_text(ui,
           {place.x + ui.px(19), place.y, place.width - ui.px(19), place.height},
           ui.fonts.small,
           state.refused ? ui.theme.error : ui.theme.text,
           words);
  if (mouse.clicked && state.refused) do_action(session, "project.retry");
}

/// The newest message while it is fresh; errors stand until the next one.
void draw_message(Ui& ui, Cutter& cut) {
  Session& session = ui.session;
  if (session.messages.empty()) return;
  const Message& message = session.messages.back();
  const double age = std::chrono::duration<double>(steady_clock::now() - message.at).count();
  if (message.severity == Severity::note && age > kMessageSeconds) return;
  if (message.severity == Severity::note) ui.wake_in(kMessageSeconds - age + 0.05);
  const std::string words = ui.words(message.text);
  const float icon_width = message.severity == Severity::note ? 0 : ui.px(20);
  const float width =
      std::min(cut.rest.width, text_width(ui.fonts.small, words) + icon_width + ui.px(2));
  const Area place = cut.right(width, ui.px(20));
  const Touch mouse = touch(
      ui, "status/message", place, {.title = std::string(ui.tr("Show all messages"))}, true, words);
  if (icon_width > 0) {
    put_icon(ui,
             {place.x, place.y, ui.px(16), place.height},
             severity_icon(message.severity),
             severity_rgb(ui, message.severity),
             0.85F);
  }
  put_text(ui,
           {place.x + icon_width, place.y, place.width - icon_width, place.height},
           ui.fonts.small,
           message.severity == Severity::note && !mouse.hovered ? ui.theme.dim : ui.theme.text,
           words);
  if (mouse.clicked) session.popup = "log";
}

/// Results of jobs whose tracks changed meanwhile: a person decides.
void draw_offers(Ui& ui, Cutter& cut) {
  const Session& session = ui.session;
  if (session.offers.empty()) return;
  const std::size_t count = session.offers.size();
  const std::string words =
      fill(ui.tr(count == 1 ? "{} offer" : "{} offers"), {fmt::format("{}", count)});
  const Area drop = cut.right(ui.px(22), ui.px(12));
  action_button(ui,
                "status/offer_drop",
                centred(drop, ui.px(22)),
                "offer.drop",
                {.icon = "times", .flat = true});
  const Area place = cut.right(text_width(ui.fonts.small, words) + ui.px(34), ui.px(2));
  const std::string title = fill(ui.tr("Take it: {}"), {ui.words(session.offers.front().title)});
  if (button(ui,
             "status/offer",
             centred(place, ui.px(22)),
             {.label = words, .icon = "check"},
             {.title = title})) {
    do_action(ui.session, "offer.take");
  }
}

void draw_problems(Ui& ui, Cutter& cut) {
  const Session& session = ui.session;
  std::size_t serious = 0;
  for (const Problem& problem : session.problems) {
    if (problem.severity != Severity::note) ++serious;
  }
  if (serious == 0) return;
  const std::string words =
      fill(ui.tr(serious == 1 ? "{} problem" : "{} problems"), {fmt::format("{}", serious)});
  const Area place = cut.right(text_width(ui.fonts.small, words) + ui.px(22), ui.px(16));
  const Touch mouse = touch(ui,
                            "status/problems",
                            place,
                            {.title = std::string(ui.tr("What is wrong with this drive"))},
                            true,
                            words);
  put_icon(ui,
           {place.x, place.y, ui.px(16), place.height},
           "exclamation-triangle",
           ui.theme.warning,
           0.85F);
  put_text(ui,
           {place.x + ui.px(19), place.y, place.width - ui.px(19), place.height},
           ui.fonts.small,
           mouse.hovered ? ui.theme.text : ui.theme.dim,
           words);
  if (mouse.clicked) ui.session.popup = "log";
}

}  // namespace

void draw_status(Ui& ui, const Area& area) {
  Session& session = ui.session;
  Cutter cut{inset(area, ui.px(12), 0)};
  if (!session.has_drive()) {
    put_text(ui, cut.left(ui.px(160)), ui.fonts.small, ui.theme.dim, ui.tr("No drive open"));
    put_text(ui,
             cut.right(ui.px(90), ui.px(16)),
             ui.fonts.small,
             ui.theme.dim,
             "Sweepbox",
             Align::right);
    draw_message(ui, cut);
    return;
  }
  const std::string rate = fmt::format("{} {}", number_text(ui.frames_per_second, 0), ui.tr("fps"));
  put_text(ui, cut.right(ui.px(44), ui.px(8)), ui.fonts.small, ui.theme.dim, rate, Align::right);
  draw_saved(ui, cut);
  draw_problems(ui, cut);
  draw_offers(ui, cut);

  const std::span<const FrameInfo> frames = session.drive->frames();
  const FrameInfo& now = session.frame();
  Cutter left{cut.rest};
  // The message has at least a third of the line; facts that do not fit are left out from the
  // right.
  left.rest.width = cut.rest.width * 0.64F;
  const float name = std::min(ui.px(260), text_width(ui.fonts.bold, now.name) + 1);
  mark_item(ui,
            "status/frame",
            {left.rest.x, left.rest.y, name, left.rest.height},
            fmt::format("{}", session.time.frame));
  put_text(ui, left.left(name, ui.px(5)), ui.fonts.bold, ui.theme.text, now.name);
  const std::string count =
      fill(ui.tr("{} of {}"),
           {fmt::format("{}", session.time.frame + 1), fmt::format("{}", frames.size())});
  put_text(ui,
           left.left(text_width(ui.fonts.small, count) + 1, ui.px(20)),
           ui.fonts.small,
           ui.theme.dim,
           count);
  put_pair(ui, left, ui.tr("stamp"), to_text(now.stamp, frames.front().stamp));
  if (const std::string words = offsets(ui); !words.empty()) put_pair(ui, left, "Δt", words);
  if (const FrameBox* box = frame_box(session, primary(session));
      box != nullptr && box->points >= 0) {
    put_pair(
        ui,
        left,
        ui.tr("in box"),
        fill(ui.tr(box->points == 1 ? "{} point" : "{} points"), {fmt::format("{}", box->points)}));
  }
  if (session.time.playing && session.time.stride > 1) {
    put_pair(ui,
             left,
             ui.tr("plays"),
             fill(ui.tr("1 of {} frames, {} passed over"),
                  {fmt::format("{}", session.time.stride),
                   fmt::format("{}", session.time.passed_over)}));
  }
  if (!session.drive->info().poses && session.drive->info().sequence) {
    put_pair(ui, left, ui.tr("no poses:"), ui.tr("relative to ego"));
  }
  Cutter rest{{left.rest.x, area.y, cut.rest.x + cut.rest.width - left.rest.x, area.height}};
  draw_message(ui, rest);
}

}  // namespace sweepbox
