#include "app/action/tables.hpp"
#include "app/tool/box_edits.hpp"

namespace sweepbox {
namespace {

/// Moves along an axis of the box, so that "forward" is where the object heads.
template <int kAxis, int kCentimetres>
Result<void> shift(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  box->pose.translation += box->pose.rotation * Vec3(Vec3::Unit(kAxis) * (kCentimetres / 100.0));
  return put_box(session, *track, *box);
}

template <int kDegrees>
Result<void> turn(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  box->pose.rotation =
      (box->pose.rotation * pose_from_yaw(kDegrees * kPi / 180).rotation).normalized();
  return put_box(session, *track, *box);
}

/// Length and width grow about the centre, height from the bottom, which stands on the ground.
template <int kAxis, int kCentimetres>
Result<void> grow(Session& session, const Arguments& arguments) {
  const auto track = track_of(session, arguments);
  if (!track) return tl::unexpected(track.error());
  auto box = box_of(session, *track);
  if (!box) return tl::unexpected(box.error());
  const double by = kCentimetres / 100.0;
  if (box->size[kAxis] + by < 0.05) return refuse("No side goes below 5 cm");
  box->size[kAxis] += by;
  if (kAxis == 2) box->pose.translation += box->pose.rotation * Vec3(0, 0, by / 2);
  return put_box(session, *track, *box);
}

}  // namespace

std::span<const Action> nudge_actions() {
  const std::vector<Parameter> on_track = {kTrackParameter};
  static const Action table[] = {
      {"box.forward",
       "Forward 1 cm",
       "Box",
       "Alt+Up",
       "",
       shift<0, 1>,
       needs_selection_to_edit,
       on_track,
       "arrow-up"},
      {"box.back",
       "Back 1 cm",
       "Box",
       "Alt+Down",
       "",
       shift<0, -1>,
       needs_selection_to_edit,
       on_track,
       "arrow-down"},
      {"box.left",
       "Left 1 cm",
       "Box",
       "Alt+Left",
       "",
       shift<1, 1>,
       needs_selection_to_edit,
       on_track,
       "arrow-left"},
      {"box.right",
       "Right 1 cm",
       "Box",
       "Alt+Right",
       "",
       shift<1, -1>,
       needs_selection_to_edit,
       on_track,
       "arrow-right"},
      {"box.up",
       "Up 1 cm",
       "Box",
       "PageUp, Alt+PageUp",
       "",
       shift<2, 1>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.down",
       "Down 1 cm",
       "Box",
       "PageDown, Alt+PageDown",
       "",
       shift<2, -1>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.forward_far",
       "Forward 10 cm",
       "Box",
       "Alt+Shift+Up",
       "",
       shift<0, 10>,
       needs_selection_to_edit,
       on_track,
       "arrow-up"},
      {"box.back_far",
       "Back 10 cm",
       "Box",
       "Alt+Shift+Down",
       "",
       shift<0, -10>,
       needs_selection_to_edit,
       on_track,
       "arrow-down"},
      {"box.left_far",
       "Left 10 cm",
       "Box",
       "Alt+Shift+Left",
       "",
       shift<1, 10>,
       needs_selection_to_edit,
       on_track,
       "arrow-left"},
      {"box.right_far",
       "Right 10 cm",
       "Box",
       "Alt+Shift+Right",
       "",
       shift<1, -10>,
       needs_selection_to_edit,
       on_track,
       "arrow-right"},
      {"box.up_far",
       "Up 10 cm",
       "Box",
       "Shift+PageUp",
       "",
       shift<2, 10>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.down_far",
       "Down 10 cm",
       "Box",
       "Shift+PageDown",
       "",
       shift<2, -10>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.turn_left",
       "Rotate left 1°",
       "Box",
       "Alt+Q",
       "",
       turn<1>,
       needs_selection_to_edit,
       on_track,
       "undo"},
      {"box.turn_right",
       "Rotate right 1°",
       "Box",
       "Alt+E",
       "",
       turn<-1>,
       needs_selection_to_edit,
       on_track,
       "repeat"},
      {"box.turn_left_far",
       "Rotate left 10°",
       "Box",
       "Alt+Shift+Q",
       "",
       turn<10>,
       needs_selection_to_edit,
       on_track,
       "undo"},
      {"box.turn_right_far",
       "Rotate right 10°",
       "Box",
       "Alt+Shift+E",
       "",
       turn<-10>,
       needs_selection_to_edit,
       on_track,
       "repeat"},
      {"box.longer",
       "Longer by 5 cm",
       "Box",
       "Ctrl+Up",
       "",
       grow<0, 5>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.shorter",
       "Shorter by 5 cm",
       "Box",
       "Ctrl+Down",
       "",
       grow<0, -5>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.wider",
       "Wider by 5 cm",
       "Box",
       "Ctrl+Right",
       "",
       grow<1, 5>,
       needs_selection_to_edit,
       on_track,
       "arrows-h"},
      {"box.narrower",
       "Narrower by 5 cm",
       "Box",
       "Ctrl+Left",
       "",
       grow<1, -5>,
       needs_selection_to_edit,
       on_track,
       "arrows-h"},
      {"box.taller",
       "Taller by 5 cm",
       "Box",
       "Ctrl+PageUp",
       "",
       grow<2, 5>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
      {"box.lower",
       "Lower by 5 cm",
       "Box",
       "Ctrl+PageDown",
       "",
       grow<2, -5>,
       needs_selection_to_edit,
       on_track,
       "arrows-v"},
  };
  return table;
}

}  // namespace sweepbox
