#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {

namespace {

enum class Order { name, points, distance };

struct ListState {
  Order order = Order::distance;
  bool ascending = true;
  bool everywhere = false;  ///< also tracks without a box in this frame
  TrackId shown = 0;        ///< the selection that was scrolled to
};

struct Row {
  std::shared_ptr<const Track> track;
  const FrameBox* box = nullptr;
  std::string title;
};

std::string lower(std::string_view words) {
  std::string result(words);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return result;
}

/// Every word of the filter must be found in class, code, name or an attribute.
bool fits(Ui& ui, const Row& row, const std::string& filter) {
  if (filter.empty()) return true;
  std::string haystack =
      lower(row.title) + ' ' + lower(row.track->class_name) + ' ' +
      lower(ui.session.document().taxonomy().find_or_other(row.track->class_name).code);
  const Attributes attributes = attributes_at(*row.track, ui.session.frame().stamp);
  for (const auto& [name, value] : attributes) haystack += ' ' + lower(name) + '=' + lower(value);
  const std::string wanted = lower(filter);
  const std::vector<std::string_view> words = split_blanks(wanted);
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    return haystack.find(word) != std::string::npos;
  });
}

/// "Car 9" before "Car 12".
bool before_by_name(const Row& a, const Row& b) {
  if (a.track->class_name != b.track->class_name) return a.track->class_name < b.track->class_name;
  const auto left = to_integer(a.track->name);
  const auto right = to_integer(b.track->name);
  if (left && right) return *left < *right;
  return a.track->name < b.track->name;
}

/// Of rows of this frame.
bool before(const Row& a, const Row& b, Order order) {
  if (order == Order::name) return before_by_name(a, b);
  if (order == Order::points) return a.box->points < b.box->points;
  return a.box->distance < b.box->distance;
}

/// Rows of the tracks that have a box in this frame.
std::vector<Row> rows_here(Ui& ui, const ListState& state) {
  std::vector<Row> rows;
  for (const FrameBox& box : frame_boxes(ui.session)) {
    Row row{box.track, &box, track_title(ui, *box.track)};
    if (fits(ui, row, ui.session.filter)) rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return state.ascending ? before(a, b, state.order) : before(b, a, state.order);
  });
  return rows;
}

/// All tracks that fit the filter, sorted again only when something of that changed: there may be
/// tens of thousands. A gesture changes no name.
struct Everywhere {
  std::uint64_t document = 0, look = 0;
  int frame = -1;  ///< whose attributes the filter looked at; −1 without a filter
  std::string filter;
  Order order = Order::distance;
  bool ascending = true;
  std::vector<Row> rows;
  std::unordered_map<TrackId, std::size_t> place_of;  ///< in rows
};

const Everywhere& rows_everywhere(Ui& ui, const ListState& state) {
  Session& session = ui.session;
  Everywhere& known = ui.memory.get<Everywhere>("tracks/all");
  const int frame = session.filter.empty() ? -1 : session.time.frame;
  const bool same = known.look == session.versions.look && known.frame == frame &&
                    known.filter == session.filter && known.order == state.order &&
                    known.ascending == state.ascending;
  if (same && (session.preview || known.document == session.versions.document)) return known;
  known = {session.versions.document,
           session.versions.look,
           frame,
           session.filter,
           state.order,
           state.ascending,
           {},
           {}};
  for (const auto& track : session.document().tracks()) {
    Row row{track, nullptr, track_title(ui, *track)};
    if (fits(ui, row, session.filter)) known.rows.push_back(std::move(row));
  }
  std::stable_sort(known.rows.begin(), known.rows.end(), [&](const Row& a, const Row& b) {
    return state.ascending ? before_by_name(a, b) : before_by_name(b, a);
  });
  for (std::size_t i = 0; i < known.rows.size(); ++i) known.place_of[known.rows[i].track->uid] = i;
  return known;
}

/// The rows of the list: those of this frame, and below, whatever the order, the others.
class Rows {
 public:
  Rows(std::vector<Row> here, const Everywhere* all) : here_(std::move(here)), all_(all) {
    if (!all_) return;
    for (const Row& row : here_)
      if (const auto place = all_->place_of.find(row.track->uid); place != all_->place_of.end())
        skipped_.push_back(place->second);
    std::sort(skipped_.begin(), skipped_.end());
  }

  std::size_t size() const {
    return here_.size() + (all_ ? all_->rows.size() - skipped_.size() : 0);
  }

  const Row& operator[](std::size_t i) const {
    if (i < here_.size()) return here_[i];
    std::size_t at = i - here_.size();
    for (const std::size_t skipped : skipped_) at += skipped <= at;
    return all_->rows[at];
  }

  std::optional<std::size_t> place_of(TrackId uid) const {
    for (std::size_t i = 0; i < size(); ++i)
      if ((*this)[i].track->uid == uid) return i;
    return std::nullopt;
  }

 private:
  std::vector<Row> here_;
  const Everywhere* all_;             ///< nullptr: only this frame's
  std::vector<std::size_t> skipped_;  ///< places in all_ of those that are above; ascending
};

struct Columns {
  Area tag, name, points, distance, key, eye;
};

Columns columns_of(Ui& ui, const Area& row) {
  Cutter cut{row};
  Columns columns;
  cut.left(ui.px(12));
  cut.right(ui.px(8));
  columns.tag = cut.left(ui.px(24), ui.px(8));
  columns.eye = cut.right(ui.px(22), ui.px(4));
  columns.key = cut.right(ui.px(12), ui.px(8));
  columns.distance = cut.right(ui.px(44));
  columns.points = cut.right(ui.px(50));
  columns.name = cut.rest;
  return columns;
}

void draw_header(Ui& ui, const Area& area, ListState& state) {
  const Columns columns = columns_of(ui, area);
  const auto column = [&](std::string_view id,
                          const Area& place,
                          std::string_view title,
                          Order order,
                          Align align) {
    const Touch mouse =
        touch(ui, std::string(id), place, {.title = std::string(ui.tr("Sort by this"))});
    const bool on = state.order == order;
    Area words = place;
    if (on) words.width -= ui.px(10);
    const std::uint32_t rgb = on || mouse.hovered ? ui.theme.text : ui.theme.dim;
    const float width = put_text(ui, words, ui.fonts.tag, rgb, ui.tr(title), align);
    if (on) {
      const float x =
          align == Align::right ? place.x + place.width - ui.px(10) : place.x + width + ui.px(2);
      put_icon(ui,
               {x, place.y, ui.px(10), place.height},
               state.ascending ? "caret-up" : "caret-down",
               ui.theme.dim,
               0.75F);
    }
    if (mouse.clicked) {
      state.ascending = on ? !state.ascending : order != Order::points;
      state.order = order;
    }
  };
  column("tracks/by_name", columns.name, "Track", Order::name, Align::left);
  column("tracks/by_points", columns.points, "Points", Order::points, Align::right);
  column("tracks/by_distance", columns.distance, "m", Order::distance, Align::right);
}

void toggle_eye(Session& session, TrackId uid) {
  const auto found = std::find(session.hidden.begin(), session.hidden.end(), uid);
  if (found == session.hidden.end()) {
    session.hidden.push_back(uid);
  } else {
    session.hidden.erase(found);
  }
  ++session.versions.layers;
}

/// "Car 12". Where both are too long the class is cut short, its code stands beside it anyway: rows
/// are told apart by the name.
void put_title(Ui& ui, const Area& area, std::uint32_t rgb, const Track& track) {
  const std::string name = short_name(track);
  const std::string title = class_title(ui, track.class_name);
  const std::string whole = fmt::format("{} {}", title, name);
  const float space = text_width(ui.fonts.body, " ");
  const float room = area.width - text_width(ui.fonts.body, name) - space;
  if (text_width(ui.fonts.body, whole) <= area.width || room < ui.px(40)) {
    put_text(ui,
             area,
             ui.fonts.body,
             rgb,
             text_width(ui.fonts.body, whole) <= area.width ? whole : name);
    return;
  }
  Cutter cut{area};
  Area words = area;
  words.width = room;
  cut.left(put_text(ui, words, ui.fonts.body, rgb, title), space);
  put_text(ui, cut.rest, ui.fonts.body, rgb, name);
}

void draw_row(Ui& ui, const Area& area, const Row& row) {
  Session& session = ui.session;
  const TrackId uid = row.track->uid;
  const bool selected =
      std::find(session.selected.begin(), session.selected.end(), uid) != session.selected.end();
  const bool hidden =
      std::find(session.hidden.begin(), session.hidden.end(), uid) != session.hidden.end();
  const Columns columns = columns_of(ui, area);
  Area body = area;
  body.width = columns.eye.x - area.x;
  const std::string id = fmt::format("tracks/{}", row.track->name);
  const Touch mouse = touch(ui, id, body, {}, true, row.title);
  if (selected) {
    fill(area, ui.theme.selected_row);
    fill({area.x, area.y, ui.px(3), area.height}, ui.theme.accent);
  } else if (mouse.hovered || session.hovered == uid) {
    fill(area, ui.theme.hover);
  }
  const std::uint32_t words = row.box == nullptr || hidden ? ui.theme.dim : ui.theme.text;
  put_class_tag(ui, columns.tag.x, area.y + area.height / 2, row.track->class_name);
  put_title(ui, columns.name, words, *row.track);
  if (row.box != nullptr) {
    const int points = row.box->points;
    const std::uint32_t few = points >= 0 && points < 20 ? ui.theme.warning : words;
    put_text(ui,
             columns.points,
             ui.fonts.small,
             few,
             points < 0 ? std::string("–") : fmt::format("{}", points),
             Align::right);
    put_text(ui,
             columns.distance,
             ui.fonts.small,
             selected ? ui.theme.text : ui.theme.dim,
             number_text(row.box->distance, 1),
             Align::right);
    put_diamond(std::floor(columns.key.x + columns.key.width - ui.px(4)) + 0.5F,
                std::floor(area.y + area.height / 2) + 0.5F,
                ui.px(4),
                row.box->key && selected ? ui.theme.accent : ui.theme.dim,
                row.box->key);
  }
  const Touch eye =
      touch(ui,
            fmt::format("tracks/{}/eye", row.track->name),
            columns.eye,
            {.title = std::string(ui.tr(hidden ? "Show this track" : "Hide this track"))});
  put_icon(ui,
           columns.eye,
           hidden ? "eye-slash" : "eye",
           hidden        ? ui.theme.off
           : eye.hovered ? ui.theme.text
                         : ui.theme.dim,
           0.85F);
  if (eye.clicked) toggle_eye(session, uid);
  if (mouse.hovered && session.hovered != uid) {
    session.hovered = uid;
    ++session.versions.selection;
  }
  if (!mouse.hovered && session.hovered == uid && ui.memory.get<TrackId>("tracks/hovered") == uid) {
    session.hovered = 0;
    ++session.versions.selection;
  }
  if (mouse.hovered) ui.memory.get<TrackId>("tracks/hovered") = uid;
  if (mouse.double_clicked) {
    if (row.box == nullptr)
      go_to_frame(session, session.drive->frame_table().nearest(first_shown(*row.track)));
    select(session, uid);
    do_action(session, "view.frame_selection");
  } else if (mouse.clicked) {
    if (ImGui::GetIO().KeyCtrl) {
      toggle_selected(session, uid);
    } else {
      select(session, uid);
    }
  }
}

/// What to do where the list is empty.
void draw_empty(Ui& ui, const Area& area) {
  Session& session = ui.session;
  const Area place = inset(area, ui.px(12), ui.px(8));
  if (!session.filter.empty()) {
    put_paragraph(ui,
                  place,
                  ui.fonts.small,
                  ui.theme.dim,
                  fill(ui.tr("Nothing matches '{}'. Clear · Esc"), {session.filter}));
    return;
  }
  const bool none = session.document().tracks().empty();
  put_paragraph(ui,
                place,
                ui.fonts.small,
                ui.theme.dim,
                ui.tr(none ? "No boxes yet. Press N and click an object."
                           : "No boxes in this frame. Press N and click an object."));
}

}  // namespace

void draw_tracks(Ui& ui, const Area& area) {
  ui.backdrops.push_back({area, ui.theme.panel});
  Session& session = ui.session;
  ListState& state = ui.memory.get<ListState>("tracks");
  Cutter cut{area};
  const std::size_t here = frame_boxes(session).size();
  const std::size_t all = session.document().tracks().size();
  Cutter head{panel_head(
      ui,
      cut.top(ui.px(32), ui.px(6)),
      ui.tr("Tracks"),
      fill(ui.tr("{} of {} in this frame"), {fmt::format("{}", here), fmt::format("{}", all)}))};
  action_button(ui,
                "tracks/new",
                centred(head.right(ui.px(26)), ui.px(26)),
                "tool.place",
                {.icon = "plus", .flat = true});

  Cutter filter{inset(cut.top(ui.px(28), ui.px(4)), ui.px(12), 0)};
  const Area eye = filter.right(ui.px(28), ui.px(4));
  if (button(ui,
             "tracks/everywhere",
             eye,
             {.icon = "globe", .on = state.everywhere, .flat = true},
             {.title = std::string(ui.tr("Also tracks without a box in this frame"))})) {
    state.everywhere = !state.everywhere;
  }
  if (session.popup == "filter") {
    session.popup.clear();
    focus_field(ui, "tracks/filter");
  }
  if (text_field(ui,
                 "tracks/filter",
                 filter.rest,
                 ui.tr("Class, id, attribute"),
                 session.filter,
                 "/",
                 "filter")) {
    ++session.versions.look;
  }
  draw_header(ui, cut.top(ui.px(22)), state);

  const Rows rows(rows_here(ui, state), state.everywhere ? &rows_everywhere(ui, state) : nullptr);
  if (rows.size() == 0) {
    draw_empty(ui, cut.rest);
    return;
  }
  const float height = ui.px(24);
  begin_scroll(ui, "tracks/scroll", cut.rest);
  const TrackId selected = primary(session);
  if (selected != state.shown) {
    state.shown = selected;
    if (const auto place = rows.place_of(selected))
      scroll_to(height * static_cast<float>(*place), height, cut.rest.height);
  }
  const float scrolled = scroll_y();
  const auto first = static_cast<std::size_t>(std::max(0.0F, scrolled / height));
  for (std::size_t i = first; i < rows.size(); ++i) {
    const float y = std::floor(cut.rest.y + height * static_cast<float>(i) - scrolled);
    if (y > cut.rest.y + cut.rest.height) break;
    draw_row(ui, {cut.rest.x, y, cut.rest.width, height}, rows[i]);
  }
  end_scroll(height * static_cast<float>(rows.size()) + ui.px(8));
}

}  // namespace sweepbox
