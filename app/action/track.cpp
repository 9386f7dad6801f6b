#include <algorithm>
#include <cmath>

#include "app/action/tables.hpp"
#include "app/tool/box_edits.hpp"

namespace sweepbox {
namespace {

bool is_hidden(const Session& session, TrackId id) {
  return std::find(session.hidden.begin(), session.hidden.end(), id) != session.hidden.end();
}

/// Through the boxes of the frame, near ones first, in a ring.
template <int kStep>
Result<void> neighbour(Session& session, const Arguments&) {
  std::vector<const FrameBox*> boxes;
  for (const FrameBox& box : frame_boxes(session))
    if (!is_hidden(session, box.track->uid)) boxes.push_back(&box);
  if (boxes.empty()) return refuse("No boxes in this frame. Press N and click an object");
  std::sort(boxes.begin(), boxes.end(), [](const FrameBox* a, const FrameBox* b) {
    return std::pair(a->distance, a->track->uid) < std::pair(b->distance, b->track->uid);
  });
  const int count = static_cast<int>(boxes.size());
  int at = kStep > 0 ? -1 : count;
  for (int i = 0; i < count; ++i)
    if (boxes[static_cast<std::size_t>(i)]->track->uid == primary(session)) at = i;
  const int to = (at + kStep + count) % count;
  select(session, boxes[static_cast<std::size_t>(to)]->track->uid);
  return {};
}

Result<void> select_named(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  if (arguments.flag("add", false))
    toggle_selected(session, *track);
  else
    select(session, *track);
  return {};
}

Result<void> select_all(Session& session, const Arguments&) {
  session.selected.clear();
  for (const FrameBox& box : frame_boxes(session))
    if (!is_hidden(session, box.track->uid)) session.selected.push_back(box.track->uid);
  ++session.versions.selection;
  return {};
}

Result<void> deselect(Session& session, const Arguments&) {
  select(session, 0);
  return {};
}

/// Commits what make(document, track, moment of the shown frame) answers.
template <class Make>
Result<void> edit_track(Session& session, const Arguments& arguments, Make make) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  return commit(session, make(session.history->document(), *track, session.moment()));
}

template <class Make>
Result<void> edit_tracks(Session& session, const Arguments& arguments, Make make) {
  const auto tracks = tracks_of(session, arguments);
  if (!tracks) return tl::unexpected(tracks.error());
  return commit(session, make(session.history->document(), std::span<const TrackId>(*tracks)));
}

/// In a frame that the track has not reached yet, the key begins where it would be by now.
Result<void> set_key_here(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  if (committed_box(session, *track))
    return commit(session, add_key(session.history->document(), *track, session.moment()));
  const auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  return commit(session, box_edit(session, *track, *box));
}

Result<void> remove_key_here(Session& session, const Arguments& arguments) {
  return edit_track(
      session,
      arguments,
      [](const Document& document, TrackId track, const Moment& moment) -> Result<Edit> {
        const auto found = document.track(track);
        if (found && !shown_key_at(*found, moment.stamp))
          return refuse("There is no key in this frame");
        return remove_key(document, track, moment.stamp);
      });
}

Result<void> delete_selected(Session& session, const Arguments& arguments) {
  return edit_tracks(
      session, arguments, [](const Document& document, std::span<const TrackId> tracks) {
        return delete_tracks(document, tracks);
      });
}

Result<void> split_here(Session& session, const Arguments& arguments) {
  const TrackId uid = new_track_id();
  const auto done = edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment& moment) {
        return split(document, track, moment, uid);
      });
  if (done) select(session, uid);
  return done;
}

Result<void> merge_tracks(Session& session, const Arguments& arguments) {
  TrackId first = 0, second = 0;
  if (arguments.has("with")) {
    const auto track = track_of(session, arguments);
    if (!track) return tl::unexpected(track.error());
    const auto other = session.document().track_named(arguments.text("with"));
    if (!other) return refuse(text("There is no track named {}", arguments.text("with")));
    first = *track;
    second = other->uid;
  } else if (session.selected.size() == 2) {
    first = session.selected[0];
    second = session.selected[1];
  } else {
    return refuse("Select two tracks: click one, then the other with Ctrl");
  }
  const auto done = commit(session, merge(session.history->document(), first, second));
  if (done) select(session, first);
  return done;
}

Result<void> end_before(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [](const Document& document, TrackId track, const Moment& moment) {
        return delete_before(document, track, moment);
      });
}

Result<void> end_after(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [](const Document& document, TrackId track, const Moment& moment) {
        return delete_after(document, track, moment);
      });
}

Result<void> set_class_of(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("class");
  if (!session.document().taxonomy().find(name)) return no_class(session, name);
  return edit_tracks(
      session, arguments, [&](const Document& document, std::span<const TrackId> tracks) {
        return set_class(document, tracks, name);
      });
}

Result<void> set_attribute_of(Session& session, const Arguments& arguments) {
  return edit_tracks(session, arguments, [&](const Document&, std::span<const TrackId> tracks) {
    return attribute_edit(session, tracks, arguments.text("name"), arguments.text("value"));
  });
}

Result<void> rename_track(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment&) {
        return rename(document, track, arguments.text("name"));
      });
}

Result<void> renumber_all(Session& session, const Arguments&) {
  return commit(session, renumber(session.history->document()));
}

std::optional<Text> needs_poses(const Session& session) {
  if (auto reason = needs_selection_to_edit(session)) return reason;
  if (!session.drive->info().poses) return Text("Needs poses: this drive has none");
  return std::nullopt;
}

Result<void> toggle_still(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment& moment) {
        const auto found = document.track(track);
        if (found && !switched(arguments, found->still)) return unset_still(document, track);
        const auto frames = session.drive->frames();
        return set_still(document,
                         track,
                         moment,
                         {frames.front().name, frames.front().stamp},
                         {frames.back().name, frames.back().stamp},
                         session.drive->info().poses);
      });
}

Result<void> toggle_rigid(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment& moment) {
        const auto found = document.track(track);
        return set_rigid(document, track, switched(arguments, found && found->rigid), moment);
      });
}

Result<void> set_size_of(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment& moment) {
        return set_size(document, track, moment, *arguments.vector("size"));
      });
}

Result<void> mark_unsure(Session& session, const Arguments& arguments) {
  return edit_track(
      session, arguments, [&](const Document& document, TrackId track, const Moment& moment) {
        const auto found = document.track(track);
        const auto mark = found ? found->marks.find(moment.stamp) : decltype(found->marks.end()){};
        const bool unsure =
            found && mark != found->marks.end() && mark->second.kind == Mark::Kind::unsure;
        if (!switched(arguments, unsure))
          return set_mark(document, track, moment.stamp, std::nullopt);
        return set_mark(document,
                        track,
                        moment.stamp,
                        Mark{Mark::Kind::unsure, arguments.text("why"), session.settings.who});
      });
}

/// The next frame (around the end, too) that has an unsure mark; selects its track.
Result<void> next_unsure(Session& session, const Arguments&) {
  const auto frames = session.drive->frames();
  const int count = static_cast<int>(frames.size());
  int best = count + 1;  // steps from here; the whole way round is the last choice
  TrackId found = 0;
  for (const auto& track : session.document().tracks())
    for (const auto& [stamp, mark] : track->marks) {
      if (mark.kind != Mark::Kind::unsure) continue;
      const int frame = session.drive->frame_table().nearest(stamp);
      if (frame < 0 || frames[static_cast<std::size_t>(frame)].stamp != stamp) continue;
      const int steps = (frame - session.time.frame - 1 + count) % count + 1;
      if (steps >= best) continue;
      best = steps;
      found = track->uid;
    }
  if (!found) return refuse("Nothing is marked unsure");
  session.time.playing = false;
  go_to_frame(session, (session.time.frame + best) % count);
  select(session, found);
  return {};
}

Result<void> toggle_accepted(Session& session, const Arguments& arguments) {
  const auto tracks = tracks_of(session, arguments);
  if (!tracks) return tl::unexpected(tracks.error());
  const auto first = session.document().track(tracks->front());
  const bool accepted = first && first->state == TrackState::accepted;
  return commit(session,
                set_state(session.history->document(),
                          *tracks,
                          switched(arguments, accepted) ? TrackState::accepted : TrackState::open));
}

Result<void> toggle_eye(Session& session, const Arguments& arguments) {
  const auto tracks = tracks_of(session, arguments);
  if (!tracks) return tl::unexpected(tracks.error());
  // `on` speaks of the box: shown or not.
  const bool show = switched(arguments, !is_hidden(session, tracks->front()));
  for (const TrackId id : *tracks) {
    std::erase(session.hidden, id);
    if (!show) session.hidden.push_back(id);
  }
  ++session.versions.layers;
  return {};
}

Result<void> show_all(Session& session, const Arguments&) {
  session.hidden.clear();
  session.layers.others = true;
  ++session.versions.layers;
  return {};
}

Result<void> filter(Session& session, const Arguments& arguments) {
  if (!arguments.has("text")) {
    session.popup = "filter";  // the list takes the keyboard
    return {};
  }
  session.filter = arguments.text("text");
  return {};
}

}  // namespace

std::span<const Action> track_actions() {
  using enum ParameterType;
  static const Action table[] = {
      {"track.next",
       "Next box",
       "Track",
       "Tab",
       "",
       neighbour<1>,
       needs_drive,
       {},
       "chevron-right"},
      {"track.previous",
       "Previous box",
       "Track",
       "Shift+Tab",
       "",
       neighbour<-1>,
       needs_drive,
       {},
       "chevron-left"},
      {"track.select",
       "Select track",
       "Track",
       "",
       "",
       select_named,
       needs_drive,
       {{"track", text, true, "the track's name"},
        {"add", flag, false, "add to the selection, or take out"}},
       "mouse-pointer"},
      {"track.select_all",
       "Select every box of the frame",
       "Track",
       "Ctrl+A",
       "",
       select_all,
       needs_drive,
       {},
       "object-group"},
      {"track.deselect", "Select nothing", "Track", "", "", deselect, nullptr, {}, "times"},
      {"track.set_key",
       "Set a key",
       "Track",
       "K",
       "",
       set_key_here,
       needs_selection_to_edit,
       {kTrackParameter},
       "diamond"},
      {"track.remove_key",
       "Remove key",
       "Track",
       "Alt+K",
       "",
       remove_key_here,
       needs_selection_to_edit,
       {kTrackParameter},
       "eraser"},
      {"track.delete",
       "Delete track",
       "Track",
       "Delete",
       "",
       delete_selected,
       needs_selection_to_edit,
       {kTrackParameter},
       "trash"},
      {"track.split",
       "Split track here",
       "Track",
       "Ctrl+Shift+X",
       "",
       split_here,
       needs_selection_to_edit,
       {kTrackParameter},
       "scissors"},
      {"track.merge",
       "Merge two tracks",
       "Track",
       "M",
       "",
       merge_tracks,
       needs_selection_to_edit,
       {kTrackParameter, {"with", text, false, "name of the second; without it the two selected"}},
       "link"},
      {"track.delete_before",
       "Begin track here",
       "Track",
       "Shift+Home",
       "",
       end_before,
       needs_selection_to_edit,
       {kTrackParameter},
       "step-backward"},
      {"track.delete_after",
       "End track here",
       "Track",
       "Shift+End",
       "",
       end_after,
       needs_selection_to_edit,
       {kTrackParameter},
       "step-forward"},
      {"track.set_class",
       "Set class of track",
       "Track",
       "",
       "",
       set_class_of,
       needs_writing,
       {kTrackParameter, {"class", text, true, "a class of the taxonomy"}},
       "tag"},
      {"track.set_attribute",
       "Set attribute",
       "Track",
       "",
       "",
       set_attribute_of,
       needs_writing,
       {kTrackParameter,
        {"name", text, true, "attribute of the taxonomy"},
        {"value", text, true, "empty: cleared"}},
       "list"},
      {"track.set_size",
       "Set size of track",
       "Track",
       "",
       "",
       set_size_of,
       needs_writing,
       {kTrackParameter, {"size", vector, true, "length, width, height, m"}},
       "expand"},
      {"track.rename",
       "Rename track",
       "Track",
       "",
       "",
       rename_track,
       needs_writing,
       {kTrackParameter, {"name", text, true, "the new name"}},
       "pencil"},
      {"track.renumber",
       "Renumber all tracks",
       "Track",
       "",
       "",
       renumber_all,
       needs_writing,
       {},
       "sort-numeric-asc"},
      {"track.still",
       "One place in the world for the whole drive",
       "Track",
       "P",
       "",
       toggle_still,
       needs_poses,
       {kTrackParameter, kOnParameter},
       "anchor"},
      {"track.rigid",
       "One size for the track",
       "Track",
       "",
       "",
       toggle_rigid,
       needs_selection_to_edit,
       {kTrackParameter, kOnParameter},
       "cube"},
      {"track.unsure",
       "Mark unsure",
       "Track",
       "U",
       "",
       mark_unsure,
       needs_selection_to_edit,
       {kTrackParameter, kOnParameter, {"why", text, false, "a reason"}},
       "question"},
      {"track.next_unsure",
       "Next unsure",
       "Time",
       "G",
       "",
       next_unsure,
       needs_drive,
       {},
       "question-circle"},
      {"track.accept",
       "Accept track",
       "Track",
       "Enter",
       "",
       toggle_accepted,
       needs_selection_to_edit,
       {kTrackParameter, kOnParameter},
       "check"},
      {"track.show",
       "Show or hide box",
       "Track",
       "V",
       "",
       toggle_eye,
       needs_selection,
       {kTrackParameter, kOnParameter},
       "eye"},
      {"track.show_all",
       "Show every box",
       "Track",
       "Shift+V",
       "",
       show_all,
       needs_drive,
       {},
       "eye"},
      {"track.filter",
       "Filter the tracks",
       "Track",
       "/",
       "",
       filter,
       needs_drive,
       {{"text", text, false, "class, name or attribute"}},
       "filter"},
  };
  return table;
}

}  // namespace sweepbox
