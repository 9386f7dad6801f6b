#include <algorithm>
#include <array>
#include <cmath>

#include "app/view/box_lines.hpp"
#include "app/view/brush.hpp"
#include "app/view/shown_boxes.hpp"
#include "app/view/side_view.hpp"

namespace sweepbox {

namespace {

const char* name_of_view(ViewKind kind) {
  return kind == ViewKind::top ? "top" : kind == ViewKind::side ? "side" : "front";
}

}  // namespace

void SideView::draw_boxes(Session& session,
                          const SideFrame& frame,
                          const Cuboid& box,
                          ImDrawList* list) {
  const float s = state_.device.ui_scale;
  const Pose view_from_ego = frame.ego_from_view.inverse();
  for (const FrameBox* other : shown_boxes(session)) {
    if (other->track->uid == shown_) continue;
    if ((other->cuboid_in_ego.pose.translation - frame.ego_from_view.translation).norm() > 12)
      continue;
    const auto c = corners(view_from_ego * other->cuboid_in_ego);
    const bool hovered = session.hovered == other->track->uid;
    const ImU32 ink = brush::color(color_of(session, *other->track), hovered ? 1.f : 0.7f);
    for (const auto& edge : kCuboidEdges)
      list->AddLine(brush::at(frame.pixel(c[static_cast<std::size_t>(edge[0])])),
                    brush::at(frame.pixel(c[static_cast<std::size_t>(edge[1])])),
                    ink,
                    (hovered ? 1.75f : 1.f) * s);
  }

  const std::uint32_t accent = theme(session.settings.theme).accent;
  const Cuboid in_view = view_from_ego * box;
  const auto c = corners(in_view);
  const auto fill_face = [&](std::size_t face, float alpha) {
    std::array<ImVec2, 4> p;
    for (std::size_t i = 0; i < 4; ++i)
      p[i] = brush::at(frame.pixel(c[static_cast<std::size_t>(kCuboidFaces[face][i])]));
    list->AddConvexPolyFilled(p.data(), 4, brush::color(accent, alpha));
  };
  fill_face(kind_ == ViewKind::top    ? 5
            : kind_ == ViewKind::side ? 2
                                      : 1,
            kind_ == ViewKind::front ? 0.16f : 0.08f);
  for (const auto& edge : kCuboidEdges)
    list->AddLine(brush::at(frame.pixel(c[static_cast<std::size_t>(edge[0])])),
                  brush::at(frame.pixel(c[static_cast<std::size_t>(edge[1])])),
                  brush::color(accent),
                  1.75f * s);
}

void SideView::draw_handles(Session& session,
                            const SideFrame& frame,
                            const Cuboid& box,
                            ImDrawList* list) {
  if (session.read_only()) return;
  const float s = state_.device.ui_scale;
  const std::uint32_t accent = theme(session.settings.theme).accent;
  const Pose view_from_ego = frame.ego_from_view.inverse();
  const auto handles = handles_of(box, kind_, frame.metres_per_pixel * s);
  const auto place = [&](const Vec3& in_ego) {
    return brush::at(frame.pixel(view_from_ego * in_ego));
  };
  const auto find = [&](Handle::Part part) {
    const auto at = std::find_if(
        handles.begin(), handles.end(), [&](const Handle& h) { return h.part == part; });
    return at == handles.end() ? nullptr : &*at;
  };
  const ImVec2 middle = place(box.pose.translation);
  const ImU32 line = brush::color(accent);
  if (const Handle* ring = find(Handle::Part::rotation)) {
    const ImVec2 at = place(ring->place_in_ego);
    const float dx = middle.x - at.x, dy = middle.y - at.y,
                length = std::max(1.f, std::hypot(dx, dy));
    const float begin = 6 * s, end = std::min(length, 21 * s);
    list->AddLine({at.x + dx / length * begin, at.y + dy / length * begin},
                  {at.x + dx / length * end, at.y + dy / length * end},
                  line,
                  1.5f * s);
  }
  if (const Handle* heading = find(Handle::Part::heading))
    list->AddLine(middle, place(heading->place_in_ego), line, 1.5f * s);

  for (const Handle& handle : handles) {
    const ImVec2 at = place(handle.place_in_ego);
    const bool held = state_.hand.preview().handle == handle.id;
    const ImU32 inside = brush::color(held ? accent : 0xFFFFFF);
    const auto square = [&](float half_width, float half_height) {
      list->AddRectFilled({at.x - half_width, at.y - half_height},
                          {at.x + half_width, at.y + half_height},
                          inside,
                          s);
      list->AddRect({at.x - half_width, at.y - half_height},
                    {at.x + half_width, at.y + half_height},
                    line,
                    s,
                    0,
                    1.25f * s);
    };
    switch (handle.part) {
      case Handle::Part::corner:
        square(4 * s, 4 * s);
        break;
      case Handle::Part::face: {
        const Vec3 way = view_from_ego.rotation * (box.pose.rotation * handle.sign);
        const bool sideways = std::abs(way[frame.right]) > std::abs(way[frame.up]);
        square((sideways ? 3 : 10) * s, (sideways ? 10 : 3) * s);
        break;
      }
      case Handle::Part::rotation:
        list->AddCircleFilled(
            at, 6 * s, brush::color(held ? accent : theme(session.settings.theme).view), 20);
        list->AddCircle(at, 6 * s, line, 20, 1.75f * s);
        break;
      case Handle::Part::heading: {
        const float dx = at.x - middle.x, dy = at.y - middle.y,
                    length = std::max(1.f, std::hypot(dx, dy));
        const float ux = dx / length, uy = dy / length, r = (held ? 7 : 5.5f) * s;
        list->AddTriangleFilled(
            {at.x + ux * r, at.y + uy * r},
            {at.x - ux * r * 0.6f - uy * r * 0.8f, at.y - uy * r * 0.6f + ux * r * 0.8f},
            {at.x - ux * r * 0.6f + uy * r * 0.8f, at.y - uy * r * 0.6f - ux * r * 0.8f},
            line);
        break;
      }
      case Handle::Part::centre:
        list->AddLine({at.x - 5 * s, at.y}, {at.x + 5 * s, at.y}, line, (held ? 2.5f : 1.25f) * s);
        list->AddLine({at.x, at.y - 5 * s}, {at.x, at.y + 5 * s}, line, (held ? 2.5f : 1.25f) * s);
        break;
    }
    const auto r = static_cast<float>(handle.hit_radius_px) * s;
    session.ui_map.add(
        fmt::format("side/{}/handle/{}", name_of_view(kind_), handle.id),
        {.x0 = at.x - r, .y0 = at.y - r, .x1 = at.x + r, .y1 = at.y + r, .value = {}});
  }
}

void SideView::draw_ruler(const Session& session, const SideFrame& frame, ImDrawList* list) {
  const Theme& colors = theme(session.settings.theme);
  const float s = state_.device.ui_scale;
  const Area& area = frame.area;
  if (kind_ != ViewKind::top) {
    const auto y = static_cast<float>(frame.pixel(Vec3::Unit(frame.up) * ground_in_view_).y());
    brush::dashed(list,
                  {area.x, y},
                  {area.x + area.width, y},
                  brush::color(colors.off, 0.8f),
                  s,
                  4 * s,
                  4 * s);
  }
  // A round length that leaves most of the width free, 1 m wherever that fits.
  double length = 1;
  for (const double wanted : {0.5, 0.2, 0.1})
    if (length / frame.metres_per_pixel > area.width * 0.4) length = wanted;
  for (const double wanted : {2.0, 5.0, 10.0})
    if (length / frame.metres_per_pixel < 24) length = wanted;
  const auto width = static_cast<float>(length / frame.metres_per_pixel);
  const float x1 = area.x + area.width - 12 * s, y = area.y + area.height - 10 * s, x0 = x1 - width;
  const ImU32 dim = brush::color(colors.dim);
  list->AddLine({x0, y}, {x1, y}, dim, s);
  list->AddLine({x0, y - 3 * s}, {x0, y + 3 * s}, dim, s);
  list->AddLine({x1, y - 3 * s}, {x1, y + 3 * s}, dim, s);
  const std::string metres = fmt::format("{:g} m", length);
  brush::words(list,
               brush::tag_font(state_.device),
               (x0 + x1) / 2 - brush::tag_font(state_.device).extent(metres).x / 2,
               y - 16 * s,
               dim,
               metres);
}

}  // namespace sweepbox
