#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/key_capture.hpp"
#include "app/panel/widgets.hpp"

namespace sweepbox {

namespace {

constexpr std::string_view kOrder[] = {"Time", "Box", "Track", "Edit", "View", "Calibrate", "File"};

struct Line {
  const Action* action = nullptr;  ///< null: a heading
  std::string words;
};

/// Actions with a key that hold in this layout; the class keys have a line of their own.
std::vector<Line> lines_of(Ui& ui, bool changing) {
  std::vector<Line> lines;
  for (const std::string_view category : kOrder) {
    bool any = false;
    for (const Action& action : actions()) {
      if (action.category != category) continue;
      if (!action.scope.empty() && action.scope != ui.session.layout) continue;
      const bool asks = std::any_of(action.parameters.begin(),
                                    action.parameters.end(),
                                    [](const Parameter& parameter) { return parameter.required; });
      // A key cannot say what such an action asks for.
      if (asks && ui.keymap.shown_key(action.id).empty()) continue;
      if (!changing && ui.keymap.shown_key(action.id).empty()) continue;
      if (!changing && action.id.starts_with("class.") && action.id.size() == 7) continue;
      if (!any) lines.push_back({nullptr, std::string(ui.tr(category))});
      any = true;
      lines.push_back({&action, std::string(ui.tr(action.title))});
    }
  }
  return lines;
}

/// The first two chords of an action, "Left / A".
float put_chords(Ui& ui, float right, float middle, std::string_view action) {
  const std::vector<Chord> chords = ui.keymap.chords_of(action);
  float x = right;
  for (std::size_t i = std::min<std::size_t>(2, chords.size()); i > 0; --i) {
    x -= put_keys(ui, x, middle, to_text(chords[i - 1]), Align::right) + ui.px(8);
  }
  return right - x;
}

void draw_line(Ui& ui, const Area& area, const Line& entry, bool changing) {
  if (entry.action == nullptr) {
    put_text(ui, area, ui.fonts.bold, ui.theme.dim, entry.words);
    return;
  }
  KeyCapture& capture = ui.memory.get<KeyCapture>(kKeyCapture);
  if (changing) {
    const bool listening = capture.action == entry.action->id;
    const Touch mouse = touch(ui,
                              fmt::format("keys/{}", entry.action->id),
                              area,
                              {.title = std::string(ui.tr("Click, then press the new key"))});
    if (mouse.hovered || listening)
      fill(area, listening ? ui.theme.selected_row : ui.theme.hover, ui.px(3));
    if (mouse.clicked) capture.action = listening ? std::string() : std::string(entry.action->id);
    if (listening) {
      put_text(ui,
               inset(area, ui.px(4), 0),
               ui.fonts.small,
               ui.theme.accent,
               ui.tr("press a key"),
               Align::right);
      put_text(ui, area, ui.fonts.small, ui.theme.text, entry.words);
      return;
    }
  }
  const float keys =
      put_chords(ui, area.x + area.width, area.y + area.height / 2, entry.action->id);
  put_text(ui,
           {area.x, area.y, area.width - keys, area.height},
           ui.fonts.small,
           ui.theme.text,
           entry.words);
}

void draw_class_keys(Ui& ui, Cutter cut) {
  const float middle = cut.rest.y + cut.rest.height / 2;
  cut.left(put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, ui.tr("Class")), ui.px(14));
  for (const ObjectClass& kind : ui.session.document().taxonomy().classes) {
    if (kind.key.empty()) continue;
    const std::string title = class_title(ui, kind.name);
    const float wanted = ui.px(54) + text_width(ui.fonts.small, title) + ui.px(16);
    if (wanted > cut.rest.width) break;
    cut.left(put_keys(ui, cut.rest.x, middle, kind.key, Align::left), ui.px(5));
    cut.left(put_class_tag(ui, cut.rest.x, middle, kind.name), ui.px(5));
    cut.left(put_text(ui, cut.rest, ui.fonts.small, ui.theme.text, title), ui.px(16));
  }
}

}  // namespace

void draw_keys(Ui& ui, const Area& whole) {
  bool& changing = ui.memory.get<bool>("keys/changing");
  const std::vector<Line> lines = lines_of(ui, changing);
  const float row = ui.px(22);
  const float column = ui.px(272);
  const float width = whole.width - ui.px(64);
  const int columns = std::max(1, static_cast<int>((width - ui.px(32)) / column));
  const int in_column = (static_cast<int>(lines.size()) + columns - 1) / columns + 1;
  const float body = row * static_cast<float>(in_column) + ui.px(16);
  const float height = std::min(body + ui.px(44 + 40), whole.height - ui.px(72));
  const Area area = {ui.px(32), std::floor(whole.height - height - ui.px(32)), width, height};
  begin_popup(ui, "keys", area, 0.35F);
  Cutter cut{area};
  Cutter head{inset(cut.top(ui.px(44)), ui.px(16), 0)};
  put_icon(ui, head.left(ui.px(20), ui.px(8)), "keyboard-o", ui.theme.dim);
  const std::string title =
      fill(ui.tr("Keys in {}"),
           {std::string(ui.tr(ui.session.layout == "calibrate" ? "Calibrate" : "Annotate"))});
  head.left(put_text(ui, head.rest, ui.fonts.bold, ui.theme.text, title), ui.px(12));
  put_keys(ui,
           head.rest.x + head.rest.width,
           head.rest.y + head.rest.height / 2,
           "Escape",
           Align::right);
  head.right(ui.px(48));
  if (button(ui,
             "keys/change",
             centred(head.right(ui.px(110), ui.px(8)), ui.px(26)),
             {.label = std::string(ui.tr("Change keys")), .on = changing})) {
    changing = !changing;
    ui.memory.get<KeyCapture>(kKeyCapture).action.clear();
  }
  put_text(ui,
           head.rest,
           ui.fonts.small,
           ui.theme.dim,
           ui.tr(changing ? "click an action, then press its new key; Delete takes it away"
                          : "? opens and closes this"));
  line(area.x, cut.rest.y, area.x + width, cut.rest.y, ui.theme.line);
  const Area foot = cut.bottom(ui.px(40));
  line(area.x, foot.y, area.x + width, foot.y, ui.theme.line);
  draw_class_keys(ui, Cutter{inset(foot, ui.px(16), 0)});

  begin_scroll(ui, "keys/scroll", cut.rest);
  const float wide = (width - ui.px(32)) / static_cast<float>(columns);
  int at_column = 0;
  int at_row = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // A heading never stands alone at the foot of a column.
    if (at_row >= in_column || (lines[i].action == nullptr && at_row >= in_column - 1)) {
      ++at_column;
      at_row = 0;
    }
    const Area place = {
        area.x + ui.px(16) + wide * static_cast<float>(at_column),
        std::floor(cut.rest.y + ui.px(8) + row * static_cast<float>(at_row) - scroll_y()),
        wide - ui.px(28),
        row};
    draw_line(ui, place, lines[i], changing);
    ++at_row;
  }
  end_scroll(body);
  end_popup();
}

bool take_key(Ui& ui, const Chord& chord) {
  KeyCapture& capture = ui.memory.get<KeyCapture>(kKeyCapture);
  if (capture.action.empty() || ui.session.popup != "keys") return false;
  const std::string action = std::exchange(capture.action, {});
  if (chord.key == "Escape") return true;
  const std::vector<Chord> before = ui.keymap.chords_of(action);
  ui.keymap.set(action, chord.key == "Delete" ? std::vector<Chord>{} : std::vector<Chord>{chord});
  for (const KeyConflict& conflict : ui.keymap.conflicts()) {
    if (conflict.first != action && conflict.second != action) continue;
    const std::string other = conflict.first == action ? conflict.second : conflict.first;
    const Action* taken = find_action(other);
    ui.keymap.set(action, before);
    say(ui.session,
        Severity::warning,
        text("{} is the key of \"{}\". Take it away there first.",
             to_text(chord),
             taken != nullptr ? ui.tr(taken->title) : std::string_view(other)));
    return true;
  }
  ui.session.kept_files.keep(ui.session.config_folder / "keys.toml", ui.keymap.to_toml());
  return true;
}

}  // namespace sweepbox
