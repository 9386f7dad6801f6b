#include <algorithm>
#include <cmath>

#include "app/view/brush.hpp"
#include "app/view/scene_view.hpp"
#include "app/view/shown_boxes.hpp"

namespace sweepbox {

void draw_scene_tags(Session& session,
                     const ViewState& state,
                     const ScreenMap& map,
                     ImDrawList* list) {
  std::vector<brush::Tag> tags;
  for (const FrameBox* box : shown_boxes(session)) {
    const auto c = corners(box->cuboid_in_ego);
    // Over the middle of the roof, as high as its highest corner on the screen.
    const auto middle =
        map.project(box->cuboid_in_ego.pose * Vec3(0, 0, box->cuboid_in_ego.size.z() / 2));
    if (!middle) continue;
    double top = middle->y();
    for (const std::size_t i : {4u, 5u, 6u, 7u})
      if (const auto corner = map.project(c[i])) top = std::min(top, corner->y());
    double bottom = top;
    for (const Vec3& corner : c)
      if (const auto pixel = map.project(corner)) bottom = std::max(bottom, pixel->y());
    if (bottom < map.area.y) continue;
    const bool selected = is_selected(session, box->track->uid);
    brush::Tag tag;
    tag.foot = {static_cast<float>(middle->x()), static_cast<float>(top)};
    tag.text = tag_of(session, *box->track);
    if (box->track->state == TrackState::proposed) tag.text += " ?";
    tag.fill = selected ? theme(session.settings.theme).accent : color_of(session, *box->track);
    tag.strong = selected || session.hovered == box->track->uid;
    tag.depth = (map.clip_from_ego * box->cuboid_in_ego.pose.translation.homogeneous()).w();
    tags.push_back(std::move(tag));
  }
  brush::tags(list, state.device, map.area, std::move(tags));
}

void draw_sensor_tags(Session& session,
                      const ViewState& state,
                      const ScreenMap& map,
                      ImDrawList* list) {
  std::vector<brush::Tag> tags;
  const Theme& colors = theme(session.settings.theme);
  const auto add =
      [&](const Vec3& place_in_ego, const std::string& name, std::uint32_t fill, bool strong) {
        if (const auto pixel = map.project(place_in_ego))
          tags.push_back({brush::at(*pixel), name, fill, strong, 0});
      };
  if (const ImageFile* file = shown_image_file(session, session.calibrate.camera)) {
    const Pose shown_from_image = ego_from_ego(*session.drive, file->stamp, session.frame().stamp);
    const Vec3 eye =
        shown_from_image * (shown_camera(session, *file).camera_from_ego.inverse() * Vec3::Zero());
    add(eye,
        session.drive->info().cameras[static_cast<std::size_t>(session.calibrate.camera)].name,
        colors.accent,
        true);
  }
  if (const auto sweep = shown_sweep(session))
    add(ego_from_points(session, *sweep).translation, sweep->lidar, colors.raised, false);
  brush::tags(list, state.device, map.area, std::move(tags));
}

void draw_range_labels(const Session& session,
                       const ViewState& state,
                       const ScreenMap& map,
                       ImDrawList* list) {
  const brush::Font font = brush::tag_font(state.device);
  const ImU32 ink = brush::color(theme(session.settings.theme).off);
  const double angle = -20 * kPi / 180;  // beside the middle: what drives ahead stays free
  const auto place = [&](int reach) {
    return map.project(
        Vec3(reach * std::cos(angle), reach * std::sin(angle), state.points.ground()));
  };
  // From kilometres away the rings are one spot.
  if (const auto near = place(10), far = place(80);
      near && far && (*far - *near).norm() < 5 * font.size)
    return;
  float last = 1e9f;
  for (int reach = 10; reach <= 80; reach += 10) {
    const auto at = place(reach);
    if (!at || !map.area.contains(static_cast<float>(at->x()), static_cast<float>(at->y())))
      continue;
    // Far rings draw together; a label needs its own line.
    const auto y = static_cast<float>(at->y());
    if (std::abs(y - last) < font.size) continue;
    last = y;
    const std::string text = fmt::format("{} m", reach);
    const float half = font.extent(text).x / 2, x = static_cast<float>(at->x());
    // Half of it says another number; along the upper edge the window's bars lie.
    if (y - font.size / 2 < map.area.y + 42 * state.device.ui_scale ||
        !map.area.contains(x - half, y) || !map.area.contains(x + half, y + font.size / 2))
      continue;
    brush::words(list, font, x - half, y - font.size / 2, ink, text);
  }
}

void draw_triad(const ViewState& state,
                const SceneCamera& camera,
                ImDrawList* list,
                const Area& area) {
  const float s = state.device.ui_scale;
  const ImVec2 origin(area.x + 42 * s, area.y + area.height - 42 * s);
  const Vec3 up = up_of(camera), right = direction_of(camera).cross(up);

  struct Axis {
    Vec3 way;
    const char* name;
    std::uint32_t rgb;
  };

  std::array<Axis, 3> axes = {{{Vec3::UnitX(), "x", 0xE5574D},
                               {Vec3::UnitY(), "y", 0x4FA86A},
                               {Vec3::UnitZ(), "z", 0x4D8FE0}}};
  // The one that points at the eye lies on top.
  const Vec3 forward = direction_of(camera);
  std::sort(axes.begin(), axes.end(), [&](const Axis& a, const Axis& b) {
    return a.way.dot(forward) > b.way.dot(forward);
  });
  const brush::Font font = brush::tag_font(state.device);
  for (const Axis& axis : axes) {
    const float x = static_cast<float>(axis.way.dot(right)),
                y = static_cast<float>(-axis.way.dot(up));
    const ImVec2 tip(origin.x + 24 * s * x, origin.y + 24 * s * y);
    list->AddLine(origin, tip, brush::color(axis.rgb), 1.5f * s);
    if (std::hypot(x, y) < 0.3f) continue;
    const ImVec2 size = font.extent(axis.name);
    brush::words(list,
                 font,
                 origin.x + 31 * s * x - size.x / 2,
                 origin.y + 31 * s * y - size.y / 2,
                 brush::color(axis.rgb),
                 axis.name);
  }
}

}  // namespace sweepbox
