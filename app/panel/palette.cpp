#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"

namespace sweepbox {

namespace {

/// Where the letters of the query were found in a title; none: no match.
struct Match {
  int score = 0;
  std::vector<std::size_t> at;  ///< bytes of the title
};

/// Something that Enter runs.
struct Entry {
  std::string title;
  std::string category;
  std::string icon;
  std::string key;
  std::string reason;
  std::string_view action = {};
  int frame = -1;
  TrackId track = 0;
  Match match;
};

struct PaletteState {
  std::string query;
  std::string asked;  ///< the query that `chosen` belongs to
  int chosen = 0;
  int last_frame = -2;
};

char small(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

bool starts_word(std::string_view title, std::size_t i) {
  return i == 0 || title[i - 1] == ' ' || title[i - 1] == '.' || title[i - 1] == '_';
}

/// The words as they stand (best at the start of a word), else their letters in order.
std::optional<Match> match(std::string_view title, std::string_view query) {
  Match found;
  if (query.empty()) return found;
  const auto same = [](char a, char b) { return small(a) == small(b); };
  for (auto from = title.begin(); from != title.end();) {
    const auto at = std::search(from, title.end(), query.begin(), query.end(), same);
    if (at == title.end()) break;
    const auto i = static_cast<std::size_t>(at - title.begin());
    const int score =
        (starts_word(title, i) ? 300 : 200) - static_cast<int>(std::min<std::size_t>(i, 90));
    if (score > found.score) {
      found.score = score;
      found.at.clear();
      for (std::size_t k = 0; k < query.size(); ++k) found.at.push_back(i + k);
    }
    from = at + 1;
  }
  if (found.score > 0) return found;
  std::size_t next = 0;
  int score = 100;
  for (const char letter : query) {
    if (letter == ' ') continue;
    std::size_t i = next;
    while (i < title.size() && !same(title[i], letter)) ++i;
    if (i == title.size()) return std::nullopt;
    if (i != next) score -= starts_word(title, i) ? 2 : 8;
    found.at.push_back(i);
    next = i + 1;
  }
  if (score <= 20) return std::nullopt;
  found.score = score;
  return found;
}

bool runs_without_arguments(const Action& action) {
  return std::none_of(action.parameters.begin(),
                      action.parameters.end(),
                      [](const Parameter& parameter) { return parameter.required; });
}

void add_actions(Ui& ui, std::string_view query, std::vector<Entry>& entries) {
  for (const Action& action : actions()) {
    if (!runs_without_arguments(action)) continue;
    if (!action.scope.empty() && action.scope != ui.session.layout) continue;
    const std::string title(ui.tr(action.title));
    auto found = match(title, query);
    if (!found) {
      // Also by its word in scripts, and by its English name under another language.
      for (const std::string_view other : {action.id, action.title}) {
        if (const auto elsewhere = match(other, query); elsewhere && elsewhere->score >= 200) {
          found = Match{elsewhere->score - 150, {}};
          break;
        }
      }
    }
    if (!found) continue;
    const Hint hint = action_hint(ui, action.id);
    Entry entry;
    entry.title = title;
    entry.category = ui.tr(action.category);
    entry.icon = action.icon;
    entry.key = hint.key;
    entry.reason = hint.reason;
    entry.action = action.id;
    entry.match = *found;
    if (!hint.reason.empty()) entry.match.score -= 100;
    entries.push_back(std::move(entry));
  }
}

void add_frames(Ui& ui, std::string_view query, std::vector<Entry>& entries) {
  if (!ui.session.has_drive() || query.empty() ||
      std::isdigit(static_cast<unsigned char>(query[0])) == 0)
    return;
  int count = 0;
  const std::span<const FrameInfo> frames = ui.session.drive->frames();
  for (std::size_t i = 0; i < frames.size() && count < 4; ++i) {
    const auto at = frames[i].name.find(query);
    if (at == std::string::npos) continue;
    Entry entry;
    entry.title = fill(ui.tr("Frame {}"), {frames[i].name});
    entry.category =
        fill(ui.tr("{} of {}"), {fmt::format("{}", i + 1), fmt::format("{}", frames.size())});
    entry.icon = "clock-o";
    entry.frame = static_cast<int>(i);
    // "965" means frame 000965 before 009650.
    entry.match.score = at + query.size() == frames[i].name.size() ? 250 : 90;
    entries.push_back(std::move(entry));
    ++count;
  }
}

/// Tracks that were found last: there may be tens of thousands to look through.
struct FoundTracks {
  std::string query;
  std::uint64_t document = 0, look = 0;
  std::vector<Entry> entries;
};

const std::vector<Entry>& found_tracks(Ui& ui, std::string_view query) {
  FoundTracks& known = ui.memory.get<FoundTracks>("palette/tracks");
  const Versions& now = ui.session.versions;
  if (known.query == query && known.document == now.document && known.look == now.look)
    return known.entries;
  known = {std::string(query), now.document, now.look, {}};
  std::vector<Entry>& entries = known.entries;
  if (!ui.session.has_drive() || query.empty()) return entries;
  for (const auto& track : ui.session.document().tracks()) {
    const std::string title = track_title(ui, *track);
    const auto found = match(title, query);
    if (!found || found->score < 200) continue;
    Entry entry;
    entry.title = title;
    entry.category = ui.tr("Track");
    entry.icon = "cube";
    entry.track = track->uid;
    entry.match = *found;
    entries.push_back(std::move(entry));
    if (entries.size() == 12) break;
  }
  return entries;
}

void run(Session& session, const Entry& entry) {
  session.popup.clear();
  if (entry.frame >= 0) {
    go_to_frame(session, entry.frame);
  } else if (entry.track != 0) {
    const auto track = session.document().track(entry.track);
    if (track && frame_box(session, entry.track) == nullptr) {
      go_to_frame(session, session.drive->frame_table().nearest(first_shown(*track)));
    }
    select(session, entry.track);
    do_action(session, "view.frame_selection");
  } else {
    do_action(session, entry.action);
  }
}

/// The title with its found letters in the accent.
float put_found(Ui& ui, const Area& area, const Entry& entry, std::uint32_t rgb) {
  float x = area.x;
  std::size_t i = 0;
  std::size_t k = 0;
  const std::string& title = entry.title;
  const auto found_at = [&](std::size_t byte) {
    return k < entry.match.at.size() && entry.match.at[k] == byte;
  };
  while (i < title.size()) {
    const bool hit = found_at(i);
    std::size_t end = i;
    while (end < title.size() && found_at(end) == hit) {
      if (hit) ++k;
      ++end;
    }
    const std::string_view part(title.data() + i, end - i);
    put_text(ui,
             {x, area.y, area.x + area.width - x, area.height},
             hit ? ui.fonts.bold : ui.fonts.body,
             hit && entry.reason.empty() ? ui.theme.accent : rgb,
             part);
    x += text_width(hit ? ui.fonts.bold : ui.fonts.body, part);
    i = end;
  }
  return x - area.x;
}

void draw_entry(
    Ui& ui, const Area& area, const Entry& entry, bool chosen, bool& clicked, bool& hovered) {
  const std::string id = entry.frame >= 0   ? fmt::format("palette/frame/{}", entry.frame)
                         : entry.track != 0 ? fmt::format("palette/track/{}", entry.title)
                                            : fmt::format("palette/{}", entry.action);
  const Touch mouse = touch(ui, id, area, {}, entry.reason.empty());
  clicked = mouse.clicked;
  hovered = mouse.hovered;
  if (chosen) {
    fill(area, ui.theme.selected_row);
    fill({area.x, area.y, ui.px(3), area.height}, ui.theme.accent);
  }
  const std::uint32_t rgb = entry.reason.empty() ? ui.theme.text
                            : chosen             ? ui.theme.dim
                                                 : ui.theme.off;
  Cutter cut{inset(area, ui.px(12), 0)};
  put_icon(ui,
           cut.left(ui.px(20), ui.px(8)),
           entry.icon,
           entry.reason.empty() ? ui.theme.dim : ui.theme.off);
  if (const float keys = keys_width(ui, entry.key); keys > 0) {
    const Area place = cut.right(keys, ui.px(10));
    put_keys(ui, place.x + place.width, area.y + area.height / 2, entry.key, Align::right);
  }
  if (!entry.reason.empty()) {
    const float width =
        std::min(cut.rest.width * 0.6F, text_width(ui.fonts.small, entry.reason) + 1);
    put_text(
        ui, cut.right(width, ui.px(10)), ui.fonts.small, ui.theme.dim, entry.reason, Align::right);
  }
  const float title = put_found(ui, cut.rest, entry, rgb);
  cut.left(title, ui.px(10));
  put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, entry.category);
}

}  // namespace

void draw_palette(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  PaletteState& state = ui.memory.get<PaletteState>("palette");
  if (state.last_frame < ImGui::GetFrameCount() - 1) {
    state.query.clear();
    state.chosen = 0;
    focus_field(ui, "palette/query");
  }
  state.last_frame = ImGui::GetFrameCount();

  std::vector<Entry> entries;
  add_actions(ui, state.query, entries);
  const std::size_t matching = entries.size();
  add_frames(ui, state.query, entries);
  const std::vector<Entry>& tracks = found_tracks(ui, state.query);
  entries.insert(entries.end(), tracks.begin(), tracks.end());
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.match.score > b.match.score;
  });
  if (state.query != state.asked) {
    state.asked = state.query;
    state.chosen = 0;
  }
  const int count = static_cast<int>(entries.size());
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) ++state.chosen;
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) --state.chosen;
  state.chosen = count == 0 ? 0 : (state.chosen + count) % count;

  const float row = ui.px(32);
  const float rows_height = row * static_cast<float>(std::clamp(count, 1, 12));
  const float width = std::min(ui.px(680), whole.width - ui.px(40));
  const Area area = {
      std::floor((whole.width - width) / 2), ui.px(56), width, ui.px(44) + rows_height + ui.px(36)};
  begin_popup(ui, "palette", area);
  Cutter cut{area};
  Cutter top{inset(cut.top(ui.px(44)), ui.px(8), ui.px(6))};
  put_keys(ui,
           top.rest.x + top.rest.width - ui.px(4),
           top.rest.y + top.rest.height / 2,
           "Escape",
           Align::right);
  top.right(ui.px(44));
  const std::string found =
      fill(ui.tr("{} of {} actions"),
           {fmt::format("{}", matching), fmt::format("{}", actions().size())});
  put_text(ui,
           top.right(text_width(ui.fonts.small, found) + 1, ui.px(8)),
           ui.fonts.small,
           ui.theme.dim,
           found);
  text_field(
      ui, "palette/query", top.rest, ui.tr("Action, frame or track"), state.query, {}, "search");
  const bool enter = entered(ui, "palette/query");
  line(area.x, cut.rest.y, area.x + width, cut.rest.y, ui.theme.line);

  const Area list = cut.top(rows_height);
  int ran = enter && count > 0 ? state.chosen : -1;
  begin_scroll(ui, "palette/scroll", list);
  if (enter || ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow)) ||
      ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) {
    scroll_to(row * static_cast<float>(state.chosen), row, list.height);
  }
  const bool mouse_moved = ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0;
  for (int i = 0; i < count; ++i) {
    const float y = std::floor(list.y + row * static_cast<float>(i) - scroll_y());
    if (y + row < list.y || y > list.y + list.height) continue;
    bool clicked = false;
    bool hovered = false;
    draw_entry(ui,
               {list.x, y, list.width, row},
               entries[static_cast<std::size_t>(i)],
               i == state.chosen,
               clicked,
               hovered);
    if (hovered && mouse_moved) state.chosen = i;
    if (clicked) ran = i;
  }
  if (count == 0) {
    put_text(ui,
             inset(list, ui.px(14), 0),
             ui.fonts.small,
             ui.theme.dim,
             fill(ui.tr("Nothing matches '{}'. Clear · Esc"), {state.query}));
  }
  end_scroll(row * static_cast<float>(count));

  line(area.x, cut.rest.y, area.x + width, cut.rest.y, ui.theme.line);
  Cutter foot{inset(cut.rest, ui.px(12), 0)};
  const float middle = foot.rest.y + foot.rest.height / 2;
  const auto help = [&](std::string_view keys, std::string_view words) {
    foot.left(put_keys(ui, foot.rest.x, middle, keys, Align::left), ui.px(6));
    foot.left(put_text(ui, foot.rest, ui.fonts.small, ui.theme.dim, ui.tr(words)), ui.px(16));
  };
  foot.left(put_keys(ui, foot.rest.x, middle, "Up", Align::left), ui.px(3));
  help("Down", "choose");
  help("Enter", "run");
  put_text(ui,
           foot.rest,
           ui.fonts.small,
           ui.theme.dim,
           ui.tr("Also finds frames and tracks: \"965\", \"bus 3\""),
           Align::right);
  end_popup();
  if (ran < 0) return;
  const Entry& entry = entries[static_cast<std::size_t>(ran)];
  if (entry.reason.empty()) {
    run(session, entry);
  } else {
    focus_field(ui, "palette/query");
  }
}

}  // namespace sweepbox
