#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/panel/attributes.hpp"
#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"

namespace sweepbox {

namespace {

constexpr double kDegrees = 180 / kPi;

/// The selected box with what its rows need.
struct Subject {
  std::shared_ptr<const Track> track;
  Cuboid in_ego;
  const FrameBox* box = nullptr;
  bool editable = true;
};

/// A number changed by hand: shown while it changes, committed once.
void take(Ui& ui, const NumberAnswer& answer, const std::function<Result<Edit>(double)>& edit_for) {
  Session& session = ui.session;
  if (answer.preview) {
    // Against the committed document: a preview of a preview would pile up.
    if (const auto edit = edit_for(*answer.preview); edit && !edit->empty()) {
      set_preview(session, applied(*edit, session.history->document(), session.history->version()));
    }
  }
  if (answer.cancelled) set_preview(session, std::nullopt);
  if (answer.commit) {
    set_preview(session, std::nullopt);
    (void)commit(session, edit_for(*answer.commit));
  }
}

Result<Edit> moved(Ui& ui, const Subject& subject, const Cuboid& in_ego) {
  Session& session = ui.session;
  const Pose world_from_ego = world_from_ego_or_identity(*session.drive, session.frame().stamp);
  return set_key(
      session.history->document(), subject.track->uid, session.moment(), world_from_ego * in_ego);
}

float label_column(Ui& ui) {
  return ui.px(60);
}

Area row_label(Ui& ui, Cutter& cut, std::string_view label, float height = 26) {
  Cutter row{cut.top(ui.px(height), ui.px(2))};
  put_text(ui, row.left(label_column(ui)), ui.fonts.small, ui.theme.dim, ui.tr(label));
  return row.rest;
}

void draw_head(Ui& ui, Cutter& cut, const Subject& subject) {
  Session& session = ui.session;
  Cutter row{cut.top(ui.px(32), ui.px(2))};
  const float middle = row.rest.y + row.rest.height / 2;
  action_button(ui,
                "props/delete",
                centred(row.right(ui.px(28)), ui.px(28)),
                "track.delete",
                {.icon = "trash-o", .flat = true});
  const auto hidden = std::find(session.hidden.begin(), session.hidden.end(), subject.track->uid);
  const bool shown = hidden == session.hidden.end();
  if (button(ui,
             "props/visible",
             centred(row.right(ui.px(28)), ui.px(28)),
             {.icon = shown ? "eye" : "eye-slash", .flat = true},
             {.title = std::string(ui.tr(shown ? "Hide this track" : "Show this track"))})) {
    if (shown) {
      session.hidden.push_back(subject.track->uid);
    } else {
      session.hidden.erase(hidden);
    }
    ++session.versions.layers;
  }
  row.left(put_class_tag(ui, row.rest.x, middle, subject.track->class_name), ui.px(8));
  const std::string title = track_title(ui, *subject.track);
  const Area words =
      row.left(std::min(row.rest.width, text_width(ui.fonts.bold, title) + 1), ui.px(10));
  mark_item(ui, "props/title", words, title);
  put_text(ui, words, ui.fonts.bold, ui.theme.text, title);
  const bool key = subject.box != nullptr && subject.box->key;
  put_diamond(row.rest.x + ui.px(4), middle, ui.px(4), key ? ui.theme.accent : ui.theme.dim, key);
  row.left(ui.px(12));
  put_text(ui,
           row.rest,
           ui.fonts.small,
           key ? ui.theme.accent : ui.theme.dim,
           ui.tr(subject.track->still ? "standing still"
                 : key                ? "key"
                                      : "no key here"));
}

void draw_class(Ui& ui, Cutter& cut, const Subject& subject) {
  const Area field = row_label(ui, cut, "Class", 28);
  const Touch mouse = touch(ui,
                            "props/class",
                            field,
                            action_hint(ui, "class.choose"),
                            subject.editable,
                            subject.track->class_name);
  fill(field, mouse.hovered && subject.editable ? ui.theme.hover : ui.theme.raised, ui.px(3));
  Cutter inside{inset(field, ui.px(6), 0)};
  const float middle = field.y + field.height / 2;
  inside.left(put_class_tag(ui, inside.rest.x, middle, subject.track->class_name), ui.px(8));
  put_icon(ui, inside.right(ui.px(12), ui.px(4)), "caret-down", ui.theme.dim);
  const ObjectClass* found = ui.session.document().taxonomy().find(subject.track->class_name);
  if (found != nullptr && !found->key.empty()) {
    inside.right(put_keys(ui, inside.rest.x + inside.rest.width, middle, found->key, Align::right),
                 ui.px(6));
  }
  put_text(
      ui, inside.rest, ui.fonts.body, ui.theme.text, class_title(ui, subject.track->class_name));
  if (mouse.clicked) ui.session.popup = "class";
}

/// Three numbers and their unit in one row.
struct Triple {
  std::string_view label;
  std::array<std::string_view, 3> ids;
  std::array<std::string_view, 3> prefixes;
  std::array<std::string_view, 3> titles;
  std::string_view unit;
  int decimals;
  double step;
  double low, high;
  std::array<bool, 3> enabled = {true, true, true};
  std::array<float, 3> shares = {0.333F, 0.333F, 0.333F};  ///< of the row's width
};

void draw_triple(Ui& ui,
                 Cutter& cut,
                 const Subject& subject,
                 const Triple& triple,
                 const Vec3& values,
                 const std::function<Result<Edit>(int, double)>& edit_for) {
  Cutter row{row_label(ui, cut, triple.label)};
  const Area unit = row.right(ui.px(13));
  const float gap = ui.px(3);
  const float room = row.rest.width - 2 * gap - ui.px(3);
  for (std::size_t i = 0; i < 3; ++i) {
    const Area field = row.left(std::floor(room * triple.shares[i]), gap);
    NumberSpec spec;
    spec.prefix = ui.tr(triple.prefixes[i]);
    spec.decimals = triple.decimals;
    spec.step = triple.step;
    spec.low = triple.low;
    spec.high = triple.high;
    spec.hint = {.title = std::string(ui.tr(triple.titles[i]))};
    spec.enabled = subject.editable && triple.enabled[i];
    if (subject.editable && !triple.enabled[i])
      spec.hint.reason = ui.tr("Upright keeps it. Clear Upright to turn it.");
    const auto axis = static_cast<Eigen::Index>(i);
    const NumberAnswer answer =
        number_field(ui, std::string(triple.ids[i]), field, values[axis], spec);
    take(ui, answer, [&](double value) { return edit_for(static_cast<int>(i), value); });
  }
  put_text(ui, unit, ui.fonts.small, ui.theme.dim, triple.unit);
}

void draw_still(Ui& ui, const Area& area, const Subject& subject) {
  Session& session = ui.session;
  bool still = subject.track->still;
  const bool possible = session.drive->info().poses;
  Hint hint = {.title = std::string(ui.tr("Still: one place in the world for the whole drive"))};
  if (!possible) hint.reason = ui.tr("Needs poses: this drive has none.");
  if (!checkbox(ui, "props/still", area, ui.tr("Still"), still, hint, subject.editable && possible))
    return;
  const std::span<const FrameInfo> frames = session.drive->frames();
  const Moment first = {frames.front().name, frames.front().stamp};
  const Moment last = {frames.back().name, frames.back().stamp};
  const Document& document = session.history->document();
  const TrackId uid = subject.track->uid;
  (void)commit(session,
               still ? set_still(document, uid, session.moment(), first, last, possible)
                     : unset_still(document, uid));
}

void draw_numbers(Ui& ui, Cutter& cut, const Subject& subject) {
  Session& session = ui.session;
  const Cuboid& box = subject.in_ego;
  const Document& document = session.history->document();
  draw_triple(
      ui,
      cut,
      subject,
      {.label = "Centre",
       .ids = {"props/x", "props/y", "props/z"},
       .prefixes = {"X", "Y", "Z"},
       .titles = {"Ahead of the vehicle", "Left of the vehicle", "Above the vehicle's origin"},
       .unit = "m",
       .decimals = 2,
       .step = 0.05,
       .low = -1e5,
       .high = 1e5},
      box.pose.translation,
      [&](int axis, double value) {
        Cuboid changed = box;
        changed.pose.translation[axis] = value;
        return moved(ui, subject, changed);
      });
  draw_triple(ui,
              cut,
              subject,
              {.label = "Size",
               .ids = {"props/length", "props/width", "props/height"},
               .prefixes = {"L", "W", "H"},
               .titles = {"Length", "Width", "Height"},
               .unit = "m",
               .decimals = 2,
               .step = 0.05,
               .low = 0.05,
               .high = 100},
              box.size,
              [&](int axis, double value) {
                Vec3 size = box.size;
                size[axis] = value;
                return set_size(document, subject.track->uid, session.moment(), size);
              });
  const Vec3 angles = roll_pitch_yaw_of(box.pose.rotation);
  const bool tilted = std::abs(angles.x()) > 1e-3 || std::abs(angles.y()) > 1e-3;
  bool& free_turn = ui.memory.get<bool>(fmt::format("props/free/{}", subject.track->uid));
  const bool upright = !tilted && !free_turn;
  draw_triple(ui,
              cut,
              subject,
              {.label = "Turn",
               .ids = {"props/yaw", "props/pitch", "props/roll"},
               .prefixes = {"Yaw", "P", "R"},
               .titles = {"Yaw: 0 looks ahead, positive turns left",
                          "Pitch: positive lowers the front",
                          "Roll: positive lowers the right"},
               .unit = "°",
               .decimals = 1,
               .step = 1,
               .low = -360,
               .high = 360,
               .enabled = {true, !upright, !upright},
               .shares = {0.40F, 0.30F, 0.30F}},
              Vec3(angles.z(), angles.y(), angles.x()) * kDegrees,
              [&](int which, double degrees) {
                Vec3 turned = angles;
                turned[2 - which] = degrees / kDegrees;
                Cuboid changed = box;
                changed.pose.rotation = from_roll_pitch_yaw(turned.x(), turned.y(), turned.z());
                return moved(ui, subject, changed);
              });

  Cutter row{cut.top(ui.px(26), ui.px(2))};
  bool wants_upright = upright;
  if (checkbox(ui,
               "props/upright",
               row.left(ui.px(92)),
               ui.tr("Upright"),
               wants_upright,
               {.title = std::string(ui.tr("Keep the box level with the vehicle"))},
               subject.editable)) {
    free_turn = !wants_upright;
    if (wants_upright && tilted) {
      Cuboid level = box;
      level.pose.rotation = from_roll_pitch_yaw(0, 0, angles.z());
      (void)commit(session, moved(ui, subject, level));
    }
  }
  bool rigid = subject.track->rigid;
  if (checkbox(
          ui,
          "props/rigid",
          row.left(ui.px(96)),
          ui.tr("One size"),
          rigid,
          {.title = std::string(ui.tr("One size for the track: a new one holds in every frame"))},
          subject.editable)) {
    (void)commit(session, set_rigid(document, subject.track->uid, rigid, session.moment()));
  }
  draw_still(ui, row.rest, subject);
}

void draw_actions(Ui& ui, Cutter& cut, const Subject& subject) {
  Cutter row{cut.top(ui.px(30), ui.px(6))};
  row.rest.y += ui.px(2);
  row.rest.height = ui.px(28);
  const float gap = ui.px(4);
  const float width = std::floor((row.rest.width - gap) * 0.46F);
  const bool key = subject.box != nullptr && subject.box->key;
  const auto face = [&](std::string_view label, std::string_view action) {
    return Face{.label = std::string(ui.tr(label)), .key = ui.keymap.shown_key(action)};
  };
  action_button(ui, "props/flip", row.left(width, gap), "box.flip", face("Turn 180°", "box.flip"));
  const std::string_view key_action = key ? "track.remove_key" : "track.set_key";
  action_button(
      ui, "props/key", row.rest, key_action, face(key ? "No key" : "Set key", key_action));
}

void fact(
    Ui& ui, const Area& area, std::string_view label, std::string_view value, std::uint32_t rgb) {
  Cutter cut{area};
  cut.left(put_text(ui, area, ui.fonts.small, ui.theme.dim, ui.tr(label)), ui.px(6));
  put_text(ui, cut.rest, ui.fonts.small, rgb, value, Align::right);
}

void draw_evidence(Ui& ui, Cutter& cut, const Subject& subject) {
  if (subject.box == nullptr) return;
  line(cut.rest.x - ui.px(12),
       cut.rest.y,
       cut.rest.x + cut.rest.width + ui.px(12),
       cut.rest.y,
       ui.theme.line);
  cut.top(ui.px(6));
  Cutter row{cut.top(ui.px(20))};
  const float width = std::floor((row.rest.width - ui.px(16)) * 0.54F);
  const int points = subject.box->points;
  fact(ui,
       row.left(width, ui.px(16)),
       "Points inside",
       points < 0 ? "–" : fmt::format("{}", points),
       points == 0 ? ui.theme.warning : ui.theme.text);
  fact(ui,
       row.rest,
       "Distance",
       fmt::format("{} m", number_text(subject.box->distance, 1)),
       ui.theme.text);
  Cutter second{cut.top(ui.px(20), ui.px(6))};
  const std::optional<double> above = above_ground(ui.session, *subject.box);
  fact(ui,
       second.left(width, ui.px(16)),
       "Above ground",
       above ? fmt::format("{}{} m", *above >= 0.005 ? "+" : "", number_text(*above, 2)) : "–",
       above && std::abs(*above) > 0.3 ? ui.theme.warning : ui.theme.text);
  const int camera = best_camera(ui.session, subject.track->uid);
  fact(ui,
       second.rest,
       "Seen in",
       camera < 0 ? "–" : ui.session.drive->info().cameras[static_cast<std::size_t>(camera)].name,
       ui.theme.text);
}

/// The track lives but has no box at this frame.
void draw_absent(Ui& ui, Cutter& cut, const Subject& subject) {
  const Track& track = *subject.track;
  const Stamp stamp = ui.session.frame().stamp;
  const bool ended = track.first <= stamp && stamp <= track.last && !present_at(track, stamp);
  const std::string_view words =
      ended ? ui.tr(
                  "Not present in this frame. Tick Present to bring it back from here on, or "
                  "press K to set a key here.")
            : ui.tr(
                  "This track has no box in this frame. Press K to set a key here, or step to "
                  "its frames.");
  const float height = put_paragraph(ui, cut.rest, ui.fonts.small, ui.theme.dim, words);
  cut.top(height + ui.px(8));
}

}  // namespace

void draw_properties(Ui& ui, const Area& area) {
  ui.backdrops.push_back({area, ui.theme.panel});
  Session& session = ui.session;
  Cutter panel{area};
  const auto track = primary_track(session);
  std::string more;
  if (session.selected.size() > 1)
    more = fill(ui.tr("{} selected"), {fmt::format("{}", session.selected.size())});
  panel_head(ui, panel.top(ui.px(28)), ui.tr("Properties"), more);
  if (!track) {
    Cutter cut{inset(panel.rest, ui.px(12), ui.px(10))};
    put_paragraph(ui,
                  cut.rest,
                  ui.fonts.small,
                  ui.theme.dim,
                  ui.tr("Nothing selected. Click a box, or press Tab for the next."));
    return;
  }
  Subject subject;
  subject.track = track;
  subject.box = frame_box(session, track->uid);
  subject.editable = !session.read_only();
  if (subject.box != nullptr) subject.in_ego = subject.box->cuboid_in_ego;

  begin_scroll(ui, "props/scroll", panel.rest);
  const float scrolled = scroll_y();
  Cutter cut{{panel.rest.x + ui.px(12),
              panel.rest.y + ui.px(4) - scrolled,
              panel.rest.width - ui.px(24),
              1e6F}};
  const float top = cut.rest.y;
  draw_head(ui, cut, subject);
  draw_class(ui, cut, subject);
  if (subject.box != nullptr) {
    draw_numbers(ui, cut, subject);
  } else {
    draw_absent(ui, cut, subject);
  }
  draw_attributes(ui, cut, *track, label_column(ui), subject.editable);
  draw_actions(ui, cut, subject);
  draw_evidence(ui, cut, subject);
  end_scroll(cut.rest.y - top + ui.px(4));
}

}  // namespace sweepbox
