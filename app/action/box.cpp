#include <algorithm>
#include <cmath>

#include "app/action/tables.hpp"
#include "app/tool/box_edits.hpp"
#include "app/tool/handles.hpp"
#include "app/tool/rectangle.hpp"

namespace sweepbox {
namespace {

constexpr double kDegree = kPi / 180;

template <const char* kName>
Result<void> choose_tool(Session& session, const Arguments&) {
  session.tool = kName;
  ++session.versions.layers;
  return {};
}

constexpr char kSelect[] = "select";
constexpr char kPlace[] = "place";
constexpr char kRectangle[] = "rectangle";
constexpr char kMove[] = "move";
constexpr char kRotate[] = "rotate";
constexpr char kResize[] = "resize";

Result<const ObjectClass*> class_of(const Session& session, const Arguments& arguments) {
  const std::string word = arguments.text("class", session.current_class);
  const ObjectClass* found = session.document().taxonomy().find(word);
  if (!found) return no_class(session, word);
  return found;
}

/// Commits a new box, selects it and remembers how it heads.
Result<void> add_box(Session& session, const ObjectClass& kind, const Cuboid& cuboid_in_ego) {
  const TrackId uid = new_track_id();
  if (const auto done = commit(session, new_box_edit(session, kind.name, cuboid_in_ego, uid));
      !done)
    return done;
  select(session, uid);
  session.last_yaw = yaw_of(cuboid_in_ego.pose.rotation);
  return {};
}

Result<void> place(Session& session, const Arguments& arguments) {
  const auto kind = class_of(session, arguments);
  if (!kind) return tl::unexpected(kind.error());
  const Vec3 at = *arguments.vector("at");
  const double yaw =
      arguments.has("yaw_deg") ? *arguments.number("yaw_deg") * kDegree : usual_yaw(session);
  session.current_class = (*kind)->name;
  return add_box(session, **kind, placed_box(session, at, **kind, yaw, ground_at(session, at)));
}

Result<void> rectangle(Session& session, const Arguments& arguments) {
  const auto kind = class_of(session, arguments);
  if (!kind) return tl::unexpected(kind.error());
  const Vec3 a = *arguments.vector("a"), b = *arguments.vector("b");
  const GroundRectangle r = arguments.has("width")
                                ? rectangle_along(a, b, *arguments.number("width"))
                                : rectangle_between(a, b, usual_yaw(session));
  session.current_class = (*kind)->name;
  return add_box(
      session, **kind, box_over_rectangle(session, r.centre, r.length, r.width, r.yaw, **kind));
}

/// Runs change(cuboid in ego) on the box that the arguments name and puts the result.
template <class Change>
Result<void> change_box(Session& session, const Arguments& arguments, Change change) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  if (const Result<void> done = change(*box); !done) return done;
  return put_box(session, *track, *box);
}

Result<void> move(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    box.pose.translation += Vec3(arguments.number("x").value_or(0),
                                 arguments.number("y").value_or(0),
                                 arguments.number("z").value_or(0));
    return {};
  });
}

Result<void> rotate(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    const Quat turn = from_roll_pitch_yaw(arguments.number("roll_deg").value_or(0) * kDegree,
                                          arguments.number("pitch_deg").value_or(0) * kDegree,
                                          arguments.number("yaw_deg").value_or(0) * kDegree);
    box.pose.rotation = (box.pose.rotation * turn).normalized();
    return {};
  });
}

Result<void> resize(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    const Vec3 before = box.size;
    box.size = Vec3(arguments.number("length").value_or(before.x()),
                    arguments.number("width").value_or(before.y()),
                    arguments.number("height").value_or(before.z()));
    // What stands on the ground goes on standing there.
    box.pose.translation += box.pose.rotation * Vec3(0, 0, (box.size.z() - before.z()) / 2);
    return {};
  });
}

Result<void> set(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    if (const auto center = arguments.vector("center")) box.pose.translation = *center;
    if (const auto size = arguments.vector("size")) box.size = *size;
    if (arguments.has("yaw_deg") || arguments.has("pitch_deg") || arguments.has("roll_deg")) {
      Vec3 angles = roll_pitch_yaw_of(box.pose.rotation);
      if (const auto roll = arguments.number("roll_deg")) angles.x() = *roll * kDegree;
      if (const auto pitch = arguments.number("pitch_deg")) angles.y() = *pitch * kDegree;
      if (const auto yaw = arguments.number("yaw_deg")) angles.z() = *yaw * kDegree;
      box.pose.rotation = from_roll_pitch_yaw(angles.x(), angles.y(), angles.z());
    }
    return {};
  });
}

Result<void> drag_handle(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    const std::string view = arguments.text("view");
    const std::string name = arguments.text("handle");
    const ViewKind kind = view == "side"    ? ViewKind::side
                          : view == "front" ? ViewKind::front
                                            : ViewKind::top;
    if (view != "top" && view != "side" && view != "front")
      return refuse(text("view is top, side or front, not {}", view));
    const std::vector<Handle> handles = handles_of(box, kind, 0.01);
    const auto handle =
        std::find_if(handles.begin(), handles.end(), [&](const Handle& h) { return h.id == name; });
    std::string known;
    for (const Handle& h : handles) known += (known.empty() ? "" : ", ") + h.id;
    if (handle == handles.end()) return refuse(text("The handles of this view are {}", known));
    Vec3 way = box.pose.rotation * (handle->sign * arguments.number("by").value_or(0));
    if (const auto to = arguments.vector("way")) way = *to;
    const Vec3 from = handle->place_in_ego;
    box = dragged(box, *handle, kind, from, from + way, arguments.flag("symmetric", false));
    return {};
  });
}

Result<void> to_ground(Session& session, const Arguments& arguments) {
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    const Plane ground = ground_at(session, box.pose.translation);
    const Cuboid standing = standing_on(ground, box.pose.translation, box.size, 0);
    box.pose.translation.z() = standing.pose.translation.z();
    return {};
  });
}

Result<void> class_size(Session& session, const Arguments& arguments) {
  const auto id = track_of(session, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto track = session.document().track(*id);
  const ObjectClass& kind = session.document().taxonomy().find_or_other(track->class_name);
  return change_box(session, arguments, [&](Cuboid& box) -> Result<void> {
    box.pose.translation += box.pose.rotation * Vec3(0, 0, (kind.size.z() - box.size.z()) / 2);
    box.size = kind.size;
    return {};
  });
}

Result<void> turn_round(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  return commit(session, flip(session.history->document(), *track));
}

Result<void> copy(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  const auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  const auto found = session.document().track(*track);
  session.clipboard = *box;
  session.clipboard_class = found->class_name;
  say(session, Severity::note, text("{} copied", shown_name(session, *found)));
  return {};
}

std::optional<Text> nothing_copied(const Session& session) {
  if (auto reason = needs_writing(session)) return reason;
  if (!session.clipboard) return Text("Nothing is copied yet");
  return std::nullopt;
}

Result<void> paste(Session& session, const Arguments& arguments) {
  Cuboid box = *session.clipboard;
  if (const auto at = arguments.vector("at")) {
    const Plane ground = ground_at(session, *at);
    box.pose.translation = standing_on(ground, *at, box.size, 0).pose.translation;
  }
  const ObjectClass& kind = session.document().taxonomy().find_or_other(session.clipboard_class);
  return add_box(session, kind, box);
}

Result<void> duplicate_box(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  // Beside the first, so that both can be seen and grasped.
  box->pose.translation += box->pose.rotation * Vec3(0, -1.2 * box->size.y(), 0);
  const Moment moment = session.moment();
  const Pose world_from_ego = world_from_ego_or_identity(*session.drive, moment.stamp);
  const TrackId uid = new_track_id();
  const auto done = commit(
      session, duplicate(session.history->document(), *track, moment, world_from_ego * *box, uid));
  if (done) select(session, uid);
  return done;
}

/// The box as it stands here becomes a key of the next frame, which is shown then.
Result<void> copy_to_next(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  const auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  if (session.time.frame + 1 >= static_cast<int>(session.drive->frames().size()))
    return refuse("This is the last frame");
  const Pose world_from_ego = world_from_ego_or_identity(*session.drive, session.frame().stamp);
  const Cuboid in_world = world_from_ego * *box;
  session.time.playing = false;
  go_to_frame(session, session.time.frame + 1);
  return commit(session, set_key(session.history->document(), *track, session.moment(), in_world));
}

template <char kAxis>
Result<void> lock(Session& session, const Arguments&) {
  const std::string axis(1, kAxis);
  session.locked_axis = session.locked_axis == axis ? "" : axis;
  ++session.versions.layers;
  if (session.locked_axis.empty())
    say(session, Severity::note, "All axes free");
  else
    say(session, Severity::note, text("Only along {}", axis));
  return {};
}

/// Gives the selection a class, or the next new box where nothing is selected.
Result<void> use_class(Session& session, const std::string& name) {
  const ObjectClass* found = session.document().taxonomy().find(name);
  if (!found) return no_class(session, name);
  session.current_class = found->name;
  ++session.versions.layers;
  if (session.popup == "class") session.popup.clear();
  // While a new box is being placed the key chooses its class, not that of the box made before.
  const bool placing = session.tool == "place" || session.tool == "rectangle";
  if (session.selected.empty() || placing) {
    say(session, Severity::note, text("The next box is a {}", found->name));
    return {};
  }
  return commit(session, set_class(session.history->document(), session.selected, found->name));
}

Result<void> set_class_named(Session& session, const Arguments& arguments) {
  return use_class(session, arguments.text("class"));
}

template <char kKey>
Result<void> class_of_key(Session& session, const Arguments&) {
  for (const ObjectClass& kind : session.document().taxonomy().classes)
    if (kind.key == std::string(1, kKey)) return use_class(session, kind.name);
  return refuse(text("No class has the key {}", kKey));
}

Result<void> choose_class(Session& session, const Arguments&) {
  session.popup = session.popup == "class" ? "" : "class";
  return {};
}

}  // namespace

tl::unexpected<Error> no_class(const Session& session, const std::string& word) {
  std::string names;
  for (const ObjectClass& one : session.document().taxonomy().classes)
    names += (names.empty() ? "" : ", ") + one.name;
  return refuse(text("{} is no class of the taxonomy", word), text("choose one of {}", names));
}

std::span<const Action> box_actions() {
  using enum ParameterType;
  constexpr Parameter kClass = {
      "class", text, false, "a class of the taxonomy; the current one without it"};
  constexpr Parameter kYaw = {"yaw_deg", number, false, "degrees"};
  constexpr Parameter kPitch = {"pitch_deg", number, false, "degrees"};
  constexpr Parameter kRoll = {"roll_deg", number, false, "degrees"};
  static const Action table[] = {
      {"tool.select",
       "Select",
       "Box",
       "Q",
       "",
       choose_tool<kSelect>,
       needs_drive,
       {},
       "mouse-pointer"},
      {"tool.place", "New box", "Box", "N", "", choose_tool<kPlace>, needs_writing, {}, "cube"},
      {"tool.rectangle",
       "Draw box on the ground",
       "Box",
       "Shift+N",
       "",
       choose_tool<kRectangle>,
       needs_writing,
       {},
       "square-o"},
      {"tool.move", "Move", "Box", "W", "", choose_tool<kMove>, needs_writing, {}, "arrows"},
      {"tool.rotate", "Rotate", "Box", "E", "", choose_tool<kRotate>, needs_writing, {}, "refresh"},
      {"tool.resize", "Resize", "Box", "R", "", choose_tool<kResize>, needs_writing, {}, "expand"},
      {"box.place",
       "Place a box at a point",
       "Box",
       "",
       "",
       place,
       needs_writing,
       {{"at", vector, true, "place in ego, m: what a click points at"}, kClass, kYaw},
       "cube"},
      {"box.rectangle",
       "Place a box over a rectangle",
       "Box",
       "",
       "",
       rectangle,
       needs_writing,
       {{"a", vector, true, "first corner, or back end with width=, in ego, m"},
        {"b", vector, true, "opposite corner, or front end with width="},
        {"width", number, false, "m"},
        kClass},
       "square-o"},
      {"box.move",
       "Move box by",
       "Box",
       "",
       "",
       move,
       needs_writing,
       {kTrackParameter,
        {"x", number, false, "m, ego's axes"},
        {"y", number, false, "m"},
        {"z", number, false, "m"}},
       "arrows"},
      {"box.rotate",
       "Rotate box by",
       "Box",
       "",
       "",
       rotate,
       needs_writing,
       {kTrackParameter, kYaw, kPitch, kRoll},
       "refresh"},
      {"box.resize",
       "Set size of box",
       "Box",
       "",
       "",
       resize,
       needs_writing,
       {kTrackParameter,
        {"length", number, false, "m"},
        {"width", number, false, "m"},
        {"height", number, false, "m, the bottom stays"}},
       "expand"},
      {"box.set",
       "Set centre, size and turn of box",
       "Box",
       "",
       "",
       set,
       needs_writing,
       {kTrackParameter,
        {"center", vector, false, "in ego, m"},
        {"size", vector, false, "length, width, height, m"},
        kYaw,
        kPitch,
        kRoll},
       "sliders"},
      {"box.drag_handle",
       "Drag a handle of the box",
       "Box",
       "",
       "",
       drag_handle,
       needs_writing,
       {kTrackParameter,
        {"view", text, true, "top, side or front"},
        {"handle", text, true, "+x, -y, +x+y, centre, rotate …"},
        {"by", number, false, "m outwards"},
        {"way", vector, false, "in ego, m"},
        {"symmetric", flag, false, "the centre stays"}},
       "expand"},
      {"box.to_ground",
       "Fit bottom to ground",
       "Box",
       "Shift+Z",
       "",
       to_ground,
       needs_box,
       {kTrackParameter},
       "download"},
      {"box.class_size",
       "Fit size of the class",
       "Box",
       "",
       "",
       class_size,
       needs_box,
       {kTrackParameter},
       "cube"},
      {"box.flip",
       "Turn 180°",
       "Box",
       "T",
       "",
       turn_round,
       needs_selection_to_edit,
       {kTrackParameter},
       "exchange"},
      {"box.lock_x", "Only along its length", "Box", "X", "", lock<'x'>, nullptr, {}, "lock"},
      {"box.lock_y", "Only along its width", "Box", "Y", "", lock<'y'>, nullptr, {}, "lock"},
      {"box.lock_z", "Only up and down", "Box", "Z", "", lock<'z'>, nullptr, {}, "lock"},
      {"box.copy",
       "Copy box",
       "Edit",
       "Ctrl+C",
       "",
       copy,
       needs_selection,
       {kTrackParameter},
       "copy"},
      {"box.paste",
       "Paste box",
       "Edit",
       "Ctrl+V",
       "",
       paste,
       nothing_copied,
       {{"at", vector, false, "in ego, m; where it was copied without it"}},
       "clipboard"},
      {"box.duplicate",
       "Duplicate box",
       "Edit",
       "Ctrl+Shift+D",
       "",
       duplicate_box,
       needs_box,
       {kTrackParameter},
       "clone"},
      {"box.copy_next",
       "Copy box to next frame",
       "Track",
       "Ctrl+D",
       "",
       copy_to_next,
       needs_box,
       {kTrackParameter},
       "share"},
      {"class.choose",
       "Choose a class by its letters",
       "Box",
       "C, 0",
       "",
       choose_class,
       needs_drive,
       {},
       "tags"},
      {"class.set",
       "Set class",
       "Box",
       "",
       "",
       set_class_named,
       needs_drive,
       {{"class", text, true, "a class of the taxonomy"}},
       "tag"},
      {"class.1", "Class of key 1", "Box", "1", "", class_of_key<'1'>, needs_drive, {}, "tag"},
      {"class.2", "Class of key 2", "Box", "2", "", class_of_key<'2'>, needs_drive, {}, "tag"},
      {"class.3", "Class of key 3", "Box", "3", "", class_of_key<'3'>, needs_drive, {}, "tag"},
      {"class.4", "Class of key 4", "Box", "4", "", class_of_key<'4'>, needs_drive, {}, "tag"},
      {"class.5", "Class of key 5", "Box", "5", "", class_of_key<'5'>, needs_drive, {}, "tag"},
      {"class.6", "Class of key 6", "Box", "6", "", class_of_key<'6'>, needs_drive, {}, "tag"},
      {"class.7", "Class of key 7", "Box", "7", "", class_of_key<'7'>, needs_drive, {}, "tag"},
      {"class.8", "Class of key 8", "Box", "8", "", class_of_key<'8'>, needs_drive, {}, "tag"},
      {"class.9", "Class of key 9", "Box", "9", "", class_of_key<'9'>, needs_drive, {}, "tag"},
  };
  return table;
}

}  // namespace sweepbox
