#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "app/panel/entries.hpp"
#include "app/panel/widgets.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {

namespace {

constexpr double kRates[] = {0.1, 0.25, 0.5, 1, 2, 4, 8};

/// Frames side by side: frame i fills [x(i), x(i + 1)).
struct Ruler {
  float left = 0;
  float width = 0;
  int count = 0;

  bool operator==(const Ruler&) const = default;

  float step() const { return width / static_cast<float>(std::max(1, count)); }

  float x(double frame) const { return left + static_cast<float>(frame) * step(); }

  float middle(double frame) const { return std::floor(x(frame + 0.5)) + 0.5F; }

  int frame_at(float px) const {
    return std::clamp(
        static_cast<int>(std::floor((px - left) / step())), 0, std::max(0, count - 1));
  }
};

/// Where a stamp lies among the frames, as a frame number with its fraction.
double place_of(const Drive& drive, Stamp stamp) {
  const std::span<const FrameInfo> frames = drive.frames();
  const auto after = std::lower_bound(
      frames.begin(), frames.end(), stamp, [](const FrameInfo& frame, Stamp wanted) {
        return frame.stamp < wanted;
      });
  const auto index = static_cast<double>(after - frames.begin());
  if (after == frames.end()) return index - 1;
  if (after->stamp == stamp || after == frames.begin()) return index;
  const auto before = after - 1;
  const double gap = seconds_between(before->stamp, after->stamp);
  return gap > 0 ? index - 1 + seconds_between(before->stamp, stamp) / gap : index;
}

/// "000965" → "965": the ruler has no room for zeros.
std::string short_frame_name(const std::string& name) {
  const auto first = name.find_first_not_of('0');
  if (first == std::string::npos) return name.empty() ? name : "0";
  const bool digits =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits ? name.substr(first) : name;
}

void draw_transport(Ui& ui, Cutter cut) {
  cut.left(ui.px(6));
  const auto transport =
      [&](std::string_view id, std::string_view action, std::string_view icon_name) {
        action_button(ui,
                      std::string(id),
                      centred(cut.left(ui.px(26)), ui.px(26)),
                      action,
                      {.icon = std::string(icon_name), .flat = true});
      };
  transport("time/first", "time.first", "fast-backward");
  transport("time/previous", "time.previous", "step-backward");
  transport("time/play", "time.play", ui.session.time.playing ? "pause" : "play");
  transport("time/next", "time.next", "step-forward");
  transport("time/last", "time.last", "fast-forward");
  cut.left(ui.px(10));
  std::vector<std::string> rates;
  int chosen = -1;
  for (const double rate : kRates) {
    if (std::abs(rate - ui.session.time.rate) < 1e-6) chosen = static_cast<int>(rates.size());
    rates.push_back(fmt::format("{} ×", rate));
  }
  const std::string shown = fmt::format("{:.3g} ×", ui.session.time.rate);
  const Hint hint = {.title = std::string(ui.tr("Speed of playing"))};
  if (const auto picked = combo(
          ui, "time/rate", centred(cut.left(ui.px(64)), ui.px(24)), shown, rates, chosen, hint)) {
    ui.session.time.rate = kRates[*picked];
  }
}

/// Runs of frames that are loaded, asked again only when something came or went.
struct Loaded {
  std::uint64_t version = 0;
  int frame = -1;
  const FrameCache* cache = nullptr;
  std::vector<std::pair<int, int>> runs;
};

const std::vector<std::pair<int, int>>& loaded_frames(Ui& ui) {
  const Session& session = ui.session;
  Loaded& loaded = ui.memory.get<Loaded>("timeline/loaded");
  const std::uint64_t version = session.cache->version();
  if (loaded.version == version && loaded.frame == session.time.frame &&
      loaded.cache == session.cache.get()) {
    return loaded.runs;
  }
  loaded = {version, session.time.frame, session.cache.get(), session.cache->complete_runs()};
  return loaded.runs;
}

/// Frames whose number is round, looked for once a drive and distance.
struct Named {
  std::weak_ptr<const Drive> drive;
  int every = 0;
  std::vector<int> frames;
};

const std::vector<int>& named_frames(Ui& ui, int every) {
  Named& named = ui.memory.get<Named>("timeline/named");
  const auto& drive = ui.session.drive;
  if (named.every == every && named.drive.lock() == drive) return named.frames;
  named = {drive, every, {}};
  const std::span<const FrameInfo> frames = drive->frames();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    // Names carry the numbers, as long as they are numbers.
    const std::int64_t number = to_integer(frames[i].name).value_or(static_cast<std::int64_t>(i));
    if (number % every == 0) named.frames.push_back(static_cast<int>(i));
  }
  return named.frames;
}

/// Ticks and names as dense as they stay readable, and which frames are loaded.
void draw_ruler(Ui& ui, const Area& area, const Ruler& ruler) {
  const Session& session = ui.session;
  const std::span<const FrameInfo> frames = session.drive->frames();
  const float widest = text_width(ui.fonts.tag, short_frame_name(frames.back().name)) + ui.px(24);
  constexpr int kSteps[] = {
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000};
  int every = kSteps[0];
  for (const int step : kSteps) {
    every = step;
    if (ruler.step() * static_cast<float>(step) >= widest) break;
  }
  const float base = std::floor(area.y + area.height) - ui.px(4);
  if (ruler.step() >= ui.px(5))
    for (int i = 0; i < ruler.count; ++i)
      line(ruler.middle(i), base - ui.px(3), ruler.middle(i), base, ui.theme.edge);
  for (const int i : named_frames(ui, every)) {
    const float x = ruler.middle(i);
    if (x + widest / 2 < area.x + area.width + ui.px(8)) {
      put_text(ui,
               {x - widest / 2, area.y, widest, area.height - ui.px(8)},
               ui.fonts.tag,
               ui.theme.dim,
               short_frame_name(frames[static_cast<std::size_t>(i)].name),
               Align::centre);
    }
    line(x, base - ui.px(5), x, base, ui.theme.dim);
  }
  fill({ruler.left, base, ruler.width, ui.px(2)}, ui.theme.line);
  for (const auto& [begin, end] : loaded_frames(ui)) {
    fill({ruler.x(begin), base, ruler.x(end) - ruler.x(begin), ui.px(2)}, ui.theme.dim);
  }
}

struct KeyPlace {
  float x = 0;  ///< px
  bool shown = true;
};

/// Where a track's keys stand on the ruler; of those on one pixel one.
struct KeyPlaces {
  std::weak_ptr<const Track> track;
  Ruler ruler;
  std::vector<KeyPlace> places;
};

const std::vector<KeyPlace>& key_places(Ui& ui,
                                        const Ruler& ruler,
                                        const std::shared_ptr<const Track>& track) {
  KeyPlaces& known = ui.memory.get<KeyPlaces>("timeline/keys");
  if (known.ruler == ruler && known.track.lock() == track) return known.places;
  known = {track, ruler, {}};
  const Presence presence(*track);
  for (const Keyframe& key : track->keys) {
    const KeyPlace place = {ruler.middle(place_of(*ui.session.drive, key.stamp)),
                            presence.at(key.stamp)};
    if (known.places.empty() || place.x != known.places.back().x ||
        place.shown != known.places.back().shown)
      known.places.push_back(place);
  }
  return known.places;
}

void draw_life(Ui& ui,
               const Area& area,
               const Ruler& ruler,
               const std::shared_ptr<const Track>& shown) {
  const Drive& drive = *ui.session.drive;
  const Track& track = *shown;
  const auto x_of = [&](Stamp stamp) { return ruler.middle(place_of(drive, stamp)); };
  const float y = std::floor(area.y + area.height / 2);
  const float half = ui.px(5);
  // The bar where it is present, dashes where it is not; what lies behind the end is not life.
  const std::vector<Absence> gone = absences(track);
  float from = x_of(track.first);
  const auto bar = [&](float to) {
    fill({from, y - half, std::max(1.0F, to - from), 2 * half}, ui.theme.selected_row);
  };
  for (const Absence& absence : gone) {
    const float begin = x_of(absence.from), end = x_of(absence.until.value_or(track.last));
    if (begin > from) bar(begin);
    for (float x = begin + ui.px(2); x < end - ui.px(2); x += ui.px(7))
      fill({x, y, std::min(ui.px(4), end - x), 1}, ui.theme.off);
    from = end;
  }
  if (gone.empty() || gone.back().until) bar(x_of(track.last));
  if (const auto life = shown_life(track))
    for (const Stamp end : {life->first, life->second})
      fill({x_of(end) - ui.px(2), y - half - ui.px(1), ui.px(4), 2 * half + ui.px(2)},
           ui.theme.accent);
  // Where the box was followed from key to key: dots on the bar.
  for (std::size_t i = 1; i < track.keys.size(); ++i) {
    if (track.keys[i].source != KeySource::follow) continue;
    const float a = ruler.middle(place_of(drive, track.keys[i - 1].stamp));
    const float b = ruler.middle(place_of(drive, track.keys[i].stamp));
    for (float x = a + ui.px(8); x < b - ui.px(6); x += ui.px(6))
      fill({x, y - 1, ui.px(3), 2}, ui.theme.text);
  }
  for (const KeyPlace& key : key_places(ui, ruler, shown))
    put_diamond(
        key.x, y + 0.5F, ui.px(4.5F), key.shown ? ui.theme.accent : ui.theme.off, key.shown);
  for (const auto& [stamp, mark] : track.marks) {
    const float x = ruler.middle(place_of(drive, stamp));
    if (mark.kind == Mark::Kind::unsure) {
      ImGui::GetWindowDrawList()->AddCircle(
          {x, y + 0.5F}, ui.px(4.5F), ink(ui.theme.warning), 0, ui.px(1.75F));
    }
  }
}

/// Points in the box, for the frames that were looked at while the document was the same.
struct Counted {
  TrackId track = 0;
  std::uint64_t document = 0;
  std::map<int, int> points;
};

void draw_points(Ui& ui, const Area& area, const Ruler& ruler) {
  Session& session = ui.session;
  Counted& counted = ui.memory.get<Counted>("timeline/points");
  const TrackId track = primary(session);
  if (counted.track != track || counted.document != session.versions.document) {
    counted = {track, session.versions.document, {}};
  }
  if (const FrameBox* box = frame_box(session, track); box != nullptr && box->points >= 0) {
    counted.points[session.time.frame] = box->points;
  }
  int most = 1;
  for (const auto& [frame_index, points] : counted.points) most = std::max(most, points);
  for (const auto& [frame_index, points] : counted.points) {
    const float share = std::sqrt(static_cast<float>(points) / static_cast<float>(most));
    const float height = std::max(1.0F, std::round((area.height - ui.px(3)) * share));
    const float inner = std::clamp(ruler.step() * 0.64F, 1.0F, ui.px(22));
    fill({ruler.middle(frame_index) - inner / 2, area.y + area.height - height, inner, height},
         frame_index == session.time.frame ? ui.theme.accent : ui.theme.off);
  }
}

void draw_marks(Ui& ui, const Area& area, const Ruler& ruler) {
  Session& session = ui.session;
  const auto track = primary_track(session);
  if (track) {
    for (const auto& [stamp, mark] : track->marks) {
      const float x = ruler.middle(place_of(*session.drive, stamp));
      const bool unsure = mark.kind == Mark::Kind::unsure;
      put_icon(ui,
               {x - ui.px(8), area.y, ui.px(16), area.height},
               unsure ? "exclamation-triangle" : "check",
               unsure ? ui.theme.warning : ui.theme.ok,
               0.8F);
    }
  }
  // A frame without its sweep: a dashed box, so that a gap is seen before it is reached.
  for (const int i : session.drive->frame_table().without_sweep()) {
    const Area box = inset({ruler.x(i), area.y, ruler.step(), area.height}, 1, ui.px(3));
    for (float x = box.x; x < box.x + box.width; x += ui.px(4)) {
      line(x, box.y, x + ui.px(2), box.y, ui.theme.off);
      line(x, box.y + box.height, x + ui.px(2), box.y + box.height, ui.theme.off);
    }
  }
}

void draw_playhead(Ui& ui, const Area& area, const Ruler& ruler) {
  const Session& session = ui.session;
  const float x = ruler.middle(session.time.frame);
  fill({x - 1, area.y + ui.px(20), ui.px(2), area.height - ui.px(20)}, ui.theme.accent);
  const std::string name = short_frame_name(session.frame().name);
  const float width = text_width(ui.fonts.tag, name) + ui.px(10);
  const float left = std::clamp(x - width / 2, area.x, area.x + area.width - width);
  const Area tab = {std::floor(left), area.y + ui.px(3), width, ui.px(17)};
  fill(tab, ui.theme.accent, ui.px(2));
  put_text(ui, tab, ui.fonts.tag, ui.theme.on_accent, name, Align::centre);
}

}  // namespace

void draw_timeline(Ui& ui, const Area& area) {
  ui.backdrops.push_back({area, ui.theme.panel});
  Session& session = ui.session;
  const std::span<const FrameInfo> frames = session.drive->frames();
  Cutter cut{area};
  const Area labels = cut.left(ui.px(228));
  cut.right(ui.px(16));
  const Area head_row = {labels.x, area.y, labels.width, ui.px(32)};
  draw_transport(ui, Cutter{head_row});
  if (frames.size() < 2) {
    put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, ui.tr("One frame: nothing to play."));
    return;
  }
  const Ruler ruler = {cut.rest.x, cut.rest.width, static_cast<int>(frames.size())};
  const Area ruler_area = cut.rest;
  const Touch seek =
      touch(ui, "timeline/frames", ruler_area, {}, true, fmt::format("{}", ruler.count));
  if (seek.held) {
    const int wanted = ruler.frame_at(ImGui::GetIO().MousePos.x);
    if (wanted != session.time.frame) go_to_frame(session, wanted);
  }
  // With few frames a column would be a wall of colour.
  const float column = std::min(ruler.step(), ui.px(32));
  fill({ruler.middle(session.time.frame) - column / 2, area.y, column, area.height},
       ui.theme.selected_row,
       0,
       0.6F);
  draw_ruler(ui, cut.top(ui.px(32)), ruler);

  const auto row_label = [&](const Area& row, std::string_view words) {
    put_text(ui,
             {labels.x + ui.px(12), row.y, labels.width - ui.px(20), row.height},
             ui.fonts.small,
             ui.theme.dim,
             words);
  };
  if (const auto track = primary_track(session); track && cut.rest.height >= ui.px(20)) {
    const Area row = cut.top(ui.px(24));
    put_class_tag(ui, labels.x + ui.px(12), row.y + row.height / 2, track->class_name);
    put_text(ui,
             {labels.x + ui.px(44), row.y, ui.px(96), row.height},
             ui.fonts.small,
             ui.theme.text,
             track_title(ui, *track));
    const std::size_t keys = shown_keys(*track);
    put_text(ui,
             {labels.x + ui.px(132), row.y, ui.px(84), row.height},
             ui.fonts.small,
             ui.theme.dim,
             fill(ui.tr(keys == 1 ? "{} key" : "{} keys"), {fmt::format("{}", keys)}),
             Align::right);
    draw_life(ui, row, ruler, track);
    mark_item(ui,
              "timeline/life",
              row,
              fmt::format("{} keys, {} hidden, {} absences",
                          keys,
                          track->keys.size() - keys,
                          absences(*track).size()));
    if (cut.rest.height >= ui.px(40)) {
      const Area points = cut.top(ui.px(24));
      row_label(points, ui.tr("Points in box"));
      draw_points(ui, points, ruler);
    }
  } else if (!track) {
    row_label(cut.top(ui.px(24)), ui.tr("Nothing selected."));
  }
  if (cut.rest.height >= ui.px(16)) {
    const Area marks = cut.top(std::min(cut.rest.height, ui.px(20)));
    row_label(marks, ui.tr("Marks"));
    draw_marks(ui, marks, ruler);
  }
  draw_playhead(ui, {ruler_area.x, area.y, ruler_area.width, area.height}, ruler);
}

}  // namespace sweepbox
