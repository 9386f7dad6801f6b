#include "app/action/expect.hpp"

#include <algorithm>
#include <cmath>

#include "app/action/tables.hpp"
#include "core/base/files.hpp"
#include "core/calibration/correction.hpp"
#include "core/geometry/iou.hpp"
#include "core/label/points.hpp"
#include "core/scene/boxes.hpp"

namespace sweepbox {
namespace {

Result<void> equal(const std::string& what, const std::string& expected, const std::string& found) {
  if (expected == found) return {};
  return fail({}, what, Text(expected), Text(found));
}

Result<void> equal(const std::string& what, const std::string& expected, long found) {
  return equal(what, expected, std::to_string(found));
}

Result<std::shared_ptr<const Track>> named(const Session& session,
                                           const Arguments& arguments,
                                           std::string_view parameter) {
  const std::string name = arguments.text(parameter);
  if (name.empty()) {
    if (auto track = primary_track(session)) return track;
    return refuse(text("{}= is wanted where nothing is selected", parameter));
  }
  auto track = session.document().track_named(name);
  if (!track) return refuse(text("There is no track named {}", name));
  return track;
}

Result<int> frame_of(const Session& session, const Arguments& arguments) {
  if (!session.has_drive()) return refuse("No drive is open");
  const int frame = arguments.integer("frame").value_or(session.time.frame);
  const int count = static_cast<int>(session.drive->frames().size());
  if (frame < 0 || frame >= count)
    return refuse(text("There is no frame {}: this drive has {}, counted from 0", frame, count));
  return frame;
}

struct BoxThere {
  std::shared_ptr<const Track> track;
  int frame = 0;
  std::optional<Cuboid> cuboid;  ///< in ego at the frame's stamp
};

Result<BoxThere> find_box(const Session& session,
                          const Arguments& arguments,
                          std::string_view parameter) {
  const auto frame = frame_of(session, arguments);
  if (!frame) return tl::unexpected(frame.error());
  auto track = named(session, arguments, parameter);
  if (!track) return tl::unexpected(track.error());
  const Stamp stamp = session.drive->frames()[static_cast<std::size_t>(*frame)].stamp;
  BoxThere there{*track, *frame, std::nullopt};
  const std::int64_t reach = session.drive->frame_table().gap_ns() / 2;
  if ((*track)->first.ns - reach <= stamp.ns && stamp.ns <= (*track)->last.ns + reach)
    there.cuboid = cuboid_in_ego_at(**track, *session.drive, stamp);
  return there;
}

Result<BoxThere> existing_box(const Session& session,
                              const Arguments& arguments,
                              std::string_view parameter) {
  auto there = find_box(session, arguments, parameter);
  if (there && !there->cuboid)
    return refuse(text("{} is not in frame {}", there->track->name, there->frame));
  return there;
}

Result<void> within(const std::string& what, const Arguments& arguments, double found) {
  if (const auto least = arguments.number("min"); least && !(found >= *least))
    return fail({}, what, text("at least {}", *least), text("{}", found));
  if (const auto most = arguments.number("max"); most && !(found <= *most))
    return fail({}, what, text("at most {}", *most), text("{}", found));
  if (const auto n = arguments.number("n"); n && found != *n)
    return fail({}, what, text("{}", *n), text("{}", found));
  return {};
}

std::string shown(const Vec3& v) {
  return fmt::format("{:.3f},{:.3f},{:.3f}", v.x(), v.y(), v.z());
}

Result<void> tracks(Session& session, const Arguments& arguments) {
  return equal(
      "tracks", arguments.text("is"), static_cast<long>(session.document().tracks().size()));
}

Result<void> boxes(Session& session, const Arguments& arguments) {
  const auto frame = frame_of(session, arguments);
  if (!frame) return tl::unexpected(frame.error());
  const auto found = cuboids_in_frame(session.document(), *session.drive, *frame);
  if (arguments.has("is"))
    return equal("boxes", arguments.text("is"), static_cast<long>(found.size()));
  return within("boxes", arguments, static_cast<double>(found.size()));
}

Result<void> frames(Session& session, const Arguments& arguments) {
  return equal("frames",
               arguments.text("is"),
               session.has_drive() ? static_cast<long>(session.drive->frames().size()) : 0);
}

Result<void> frame(Session& session, const Arguments& arguments) {
  return equal("frame", arguments.text("is"), session.time.frame);
}

Result<void> keys(Session& session, const Arguments& arguments) {
  const auto track = named(session, arguments, "track");
  if (!track) return tl::unexpected(track.error());
  return within("keys of " + (*track)->name, arguments, static_cast<double>(shown_keys(**track)));
}

Result<void> points(Session& session, const Arguments& arguments) {
  const auto there = existing_box(session, arguments, "track");
  if (!there) return tl::unexpected(there.error());
  const auto sweep = session.drive->read_sweep(there->frame, 0, channels_for_counts());
  if (!sweep) return tl::unexpected(sweep.error());
  const Cuboid in_points = ego_from_points(session, *sweep).inverse() * *there->cuboid;
  return within("points in " + there->track->name,
                arguments,
                static_cast<double>(count_inside(*sweep, in_points)));
}

Result<void> box(Session& session, const Arguments& arguments) {
  const auto there = existing_box(session, arguments, "track");
  if (!there) return tl::unexpected(there.error());
  const double tolerance = arguments.number("tolerance").value_or(0.01);
  const Cuboid& cuboid = *there->cuboid;
  if (const auto center = arguments.vector("center");
      center && (cuboid.pose.translation - *center).norm() > tolerance)
    return fail({},
                "center of " + there->track->name,
                Text(shown(*center)),
                Text(shown(cuboid.pose.translation)));
  if (const auto size = arguments.vector("size"); size && (cuboid.size - *size).norm() > tolerance)
    return fail({}, "size of " + there->track->name, Text(shown(*size)), Text(shown(cuboid.size)));
  if (const auto yaw = arguments.number("yaw_deg")) {
    const double found = yaw_of(cuboid.pose.rotation) * 180 / kPi;
    if (std::abs(wrapped_angle((found - *yaw) * kPi / 180)) > std::max(tolerance, 1e-6))
      return fail({}, "yaw of " + there->track->name, text("{}°", *yaw), text("{:.2f}°", found));
  }
  return {};
}

Result<void> no_box(Session& session, const Arguments& arguments) {
  const auto there = find_box(session, arguments, "track");
  if (!there) return tl::unexpected(there.error());
  if (there->cuboid) return refuse(text("{} is in frame {}", there->track->name, there->frame));
  return {};
}

Result<void> overlap(Session& session, const Arguments& arguments) {
  const auto a = existing_box(session, arguments, "track");
  if (!a) return tl::unexpected(a.error());
  const auto b = existing_box(session, arguments, "with");
  if (!b) return tl::unexpected(b.error());
  return within(fmt::format("iou of {} and {}", a->track->name, b->track->name),
                arguments,
                iou_3d(*a->cuboid, *b->cuboid));
}

Result<void> selected(Session& session, const Arguments& arguments) {
  const auto track = primary_track(session);
  return equal("selected", arguments.text("is"), track ? track->name : "none");
}

Result<void> saved(Session& session, const Arguments&) {
  if (!session.project) return refuse("This drive is open without a project");
  const SaveState state = session.project->state();
  if (state.refused) return tl::unexpected(*state.refused);
  if (state.waiting > 0) return refuse(text("{} edits wait", state.waiting));
  return {};
}

Result<void> class_is(Session& session, const Arguments& arguments) {
  const auto track = named(session, arguments, "track");
  if (!track) return tl::unexpected(track.error());
  return equal("class of " + (*track)->name, arguments.text("is"), (*track)->class_name);
}

Result<void> attribute_is(Session& session, const Arguments& arguments) {
  const auto track = named(session, arguments, "track");
  if (!track) return tl::unexpected(track.error());
  const auto frame = frame_of(session, arguments);
  if (!frame) return tl::unexpected(frame.error());
  const Attributes all =
      attributes_at(**track, session.drive->frames()[static_cast<std::size_t>(*frame)].stamp);
  const auto found = all.find(arguments.text("name"));
  return equal(arguments.text("name") + " of " + (*track)->name,
               arguments.text("is"),
               found == all.end() ? "" : found->second);
}

Result<void> undo_title(Session& session, const Arguments& arguments) {
  const auto title = session.history ? session.history->undo_title() : std::nullopt;
  return equal("undo_title", arguments.text("is"), title ? english(*title) : "none");
}

Result<void> redo_title(Session& session, const Arguments& arguments) {
  const auto title = session.history ? session.history->redo_title() : std::nullopt;
  return equal("redo_title", arguments.text("is"), title ? english(*title) : "none");
}

Result<void> message(Session& session, const Arguments& arguments) {
  const std::string last =
      session.messages.empty() ? "none" : english(session.messages.back().text);
  if (last.find(arguments.text("is")) != std::string::npos) return {};
  return fail({}, "message", Text(arguments.text("is")), Text(last));
}

Result<void> tool(Session& session, const Arguments& arguments) {
  return equal("tool", arguments.text("is"), session.tool);
}

Result<void> layout(Session& session, const Arguments& arguments) {
  return equal("layout", arguments.text("is"), session.layout);
}

Result<void> popup(Session& session, const Arguments& arguments) {
  return equal("popup", arguments.text("is"), session.popup.empty() ? "none" : session.popup);
}

Result<void> color(Session& session, const Arguments& arguments) {
  return equal("color", arguments.text("is"), session.layers.color_by);
}

Result<void> poses(Session& session, const Arguments& arguments) {
  return equal("poses",
               arguments.text("is"),
               session.has_drive() && session.drive->info().poses ? "true" : "false");
}

Result<void> camera(Session& session, const Arguments& arguments) {
  const auto track = named(session, arguments, "track");
  if (!track) return tl::unexpected(track.error());
  const int best = best_camera(session, (*track)->uid);
  return equal(
      "best camera of " + (*track)->name,
      arguments.text("is"),
      best < 0 ? "none" : session.drive->info().cameras[static_cast<std::size_t>(best)].name);
}

Result<void> correction(Session& session, const Arguments& arguments) {
  const std::string sensor = arguments.text("sensor");
  const Nudge nudge = nudge_of(session.document().correction(sensor), CorrectedSensor::camera);
  const std::pair<const char*, double> parts[] = {{"x", nudge.x},
                                                  {"y", nudge.y},
                                                  {"z", nudge.z},
                                                  {"roll_deg", nudge.roll * 180 / kPi},
                                                  {"pitch_deg", nudge.pitch * 180 / kPi},
                                                  {"yaw_deg", nudge.yaw * 180 / kPi}};
  for (const auto& [name, found] : parts)
    if (const auto expected = arguments.number(name);
        expected && std::abs(*expected - found) > 1e-6)
      return fail(
          {}, fmt::format("{} of {}", name, sensor), text("{}", *expected), text("{}", found));
  return {};
}

Result<void> exists(Session&, const Arguments& arguments) {
  std::error_code ignored;
  if (fs::exists(arguments.text("is"), ignored)) return {};
  return fail(arguments.text("is"), {}, "a file", "nothing");
}

}  // namespace

std::span<const Expectation> expectations() {
  static const Expectation table[] = {
      {"tracks", "tracks=3", "tracks in the document", tracks},
      {"boxes",
       "boxes=12 | boxes frame=4 min=1 max=20 n=12",
       "boxes in the shown frame, or another",
       boxes},
      {"frames", "frames=40", "frames of the drive", frames},
      {"frame", "frame=10", "index of the shown frame", frame},
      {"keys", "keys track=a n=2 | min= max=", "keys of a track", keys},
      {"points",
       "points track=a frame=3 min=50 max=900",
       "points of the reference lidar in a box",
       points},
      {"box",
       "box track=a frame=3 center=x,y,z size=l,w,h yaw_deg=0 tolerance=0.05",
       "where a box stands, in ego; m (the angle in rad) of tolerance, 0.01 without it",
       box},
      {"no_box", "no_box track=a frame=3", "the track is not in that frame", no_box},
      {"iou", "iou track=a with=b frame=10 min=0.9", "overlap of two boxes in space", overlap},
      {"selected", "selected=a", "name of the selected track, or none", selected},
      {"saved", "saved", "every edit is on the disk", saved},
      {"class", "class track=a is=car", "class of a track", class_is},
      {"attribute",
       "attribute track=a name=motion is=parked frame=3",
       "value of an attribute",
       attribute_is},
      {"undo_title", "undo_title=\"Car 1 placed\"", "what undo would reverse, or none", undo_title},
      {"redo_title", "redo_title=none", "what redo would do, or none", redo_title},
      {"message", "message=TEXT", "the last message holds this", message},
      {"tool", "tool=select", "the mouse tool", tool},
      {"layout", "layout=annotate", "the layout", layout},
      {"popup", "popup=palette", "what is open over the layout, or none", popup},
      {"color", "color=height", "what the points are coloured by", color},
      {"poses", "poses=false", "whether the drive has poses", poses},
      {"camera", "camera track=a is=front", "camera that sees the box best, or none", camera},
      {"correction",
       "correction sensor=front x=0.01 yaw_deg=0.5",
       "a camera's correction, to 1e-6",
       correction},
      {"exists", "exists=PATH", "a file or folder is there", exists},
  };
  return table;
}

}  // namespace sweepbox
