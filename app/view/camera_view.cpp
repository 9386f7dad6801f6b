#include "app/view/camera_view.hpp"

#include <algorithm>
#include <cmath>

#include "app/view/brush.hpp"
#include "app/view/shown_boxes.hpp"
#include "core/scene/boxes.hpp"

namespace sweepbox {

namespace {

/// Casing of lines on images: readable on white and on black (LOOK.md).
constexpr double kSmallBox = 56;  ///< px at scale 1: boxes less high show no hidden edges
constexpr float kCasing = 0.42f;

std::vector<ImVec2> in_window(const ImageFrame& frame, const std::vector<Vec2>& pixels) {
  std::vector<ImVec2> result;
  result.reserve(pixels.size());
  for (const Vec2& p : pixels) result.push_back(brush::at(frame.window(p)));
  return result;
}

void draw_polyline(ImDrawList* list,
                   const std::vector<ImVec2>& points,
                   ImU32 ink,
                   float width,
                   float dash,
                   float gap) {
  if (points.size() < 2) return;
  if (gap <= 0) {
    list->AddPolyline(points.data(), static_cast<int>(points.size()), ink, 0, width);
    return;
  }
  for (std::size_t i = 1; i < points.size(); ++i)
    brush::dashed(list, points[i - 1], points[i], ink, width, dash, gap);
}

}  // namespace

CameraTextures::Shown CameraTextures::shown(Session& session, int camera, double width) {
  Shown result;
  if (!session.cache) return result;
  if (drive_.lock() != session.drive) {
    textures_.clear();
    drive_ = session.drive;
  }
  auto& slot = textures_[camera];
  if (!slot) slot = std::make_unique<One>();
  // In halves of the full image, and never less than somebody asked for: sizes of panels and
  // close-ups change all the time, decoding again for each would never end.
  const int full = session.drive->info().cameras[static_cast<std::size_t>(camera)].width;
  int wanted = full;
  while (wanted > 160 && wanted / 2 >= width) wanted = (wanted + 1) / 2;
  if (wanted >= full) wanted = 0;
  if (slot->asked_width < 0 ||
      (slot->asked_width != 0 && (wanted == 0 || wanted > slot->asked_width))) {
    slot->asked_width = wanted;
    session.cache->set_image_width(camera, wanted);
  }
  const auto entry = session.cache->image(session.time.frame, camera);
  result.state = entry.state;
  result.error = entry.error;
  if (!entry.value || entry.value->empty()) return result;
  if (slot->image != entry.value) {
    slot->image = entry.value;
    slot->texture.set(entry.value->width, entry.value->height, entry.value->rgba.data());
  }
  result.texture = slot->texture.id();
  result.image = slot->image;
  return result;
}

const std::vector<ImageBox>& ImageBoxes::of(Session& session, const ImageFile& file) {
  const Camera camera = shown_camera(session, file);
  const bool same_camera = calibration_ == file.calibration &&
                           camera_from_ego_ == camera.camera_from_ego && stamp_ == file.stamp &&
                           frame_ == session.frame().stamp;
  if (same_camera && document_ == session.versions.document) return boxes_;
  std::vector<ImageBox> before;
  if (same_camera) before.swap(boxes_);
  boxes_.clear();
  calibration_ = file.calibration;
  camera_from_ego_ = camera.camera_from_ego;
  stamp_ = file.stamp;
  frame_ = session.frame().stamp;
  document_ = session.versions.document;
  for (const auto& [track, cuboid] :
       cuboids_on_image(session.document(), *session.drive, frame_, file.stamp)) {
    const auto old = std::find_if(before.begin(), before.end(), [&](const ImageBox& b) {
      return b.track && b.track->uid == track->uid && b.cuboid_in_ego == cuboid;
    });
    if (old != before.end()) {
      old->track = track;
      boxes_.push_back(std::move(*old));
      continue;
    }
    ImageBox box{track, cuboid, project_box(camera, cuboid), {}};
    if (box.seen.edges.empty()) continue;
    const Vec3 half = cuboid.size / 2;
    const double reach = std::clamp(0.35 * cuboid.size.x(), 0.3, 1.5), tip = half.x() + reach,
                 wing = 0.35 * reach;
    const Vec3 ways[] = {{half.x(), 0, -half.z()},
                         {tip, 0, -half.z()},
                         {tip - wing, wing, -half.z()},
                         {tip - wing, -wing, -half.z()}};
    for (const Vec3& way : ways)
      if (const auto pixel = camera.project(camera.camera_from_ego * (cuboid.pose * way)))
        box.arrow.push_back(*pixel);
    if (box.arrow.size() < 4) box.arrow.clear();
    boxes_.push_back(std::move(box));
  }
  // Far ones first: near boxes are drawn over them.
  std::stable_sort(boxes_.begin(), boxes_.end(), [](const ImageBox& a, const ImageBox& b) {
    return a.seen.depth > b.seen.depth;
  });
  return boxes_;
}

GLuint PointOverlay::paint(const std::vector<float>& uvd,
                           const std::vector<std::uint32_t>& inks,
                           std::uint64_t version,
                           const InkTable& table,
                           const ImageFrame& frame,
                           const Look& look) {
  const int width = static_cast<int>(std::lround(frame.area.width)),
            height = static_cast<int>(std::lround(frame.area.height));
  if (uvd.empty() || width < 2 || height < 2) return 0;
  const Eigen::Matrix4d matrix = frame.clip_from_image();
  if (version == version_ && matrix == matrix_ && width == width_ && height == height_ &&
      look.size == size_ && table == table_)
    return picture_.id();
  if (version != version_) points_.set_points(uvd);
  if (version != version_ || !(table == table_) || look.direct != direct_)
    points_.set_inks(inks, table, look.direct);
  version_ = version;
  matrix_ = matrix;
  width_ = width;
  height_ = height;
  size_ = look.size;
  table_ = table;
  direct_ = look.direct;
  const GlStateKeeper keeper;
  picture_.set(width, height, nullptr, false);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, picture_.framebuffer());
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_CULL_FACE);
  glDepthMask(GL_TRUE);
  const float clear[] = {0, 0, 0, 0};
  const float far = 1;
  glClearBufferfv(GL_COLOR, 0, clear);
  glClearBufferfv(GL_DEPTH, 0, &far);
  GlPoints::Paint what;
  what.clip_from_points = matrix;
  what.width = width;
  what.height = height;
  what.size = look.size;
  what.orthographic = true;
  points_.paint(what, look.compute);
  return picture_.id();
}

void PointOverlay::release() {
  points_.release();
  picture_.release();
  version_ = 0;
  width_ = height_ = 0;
}

bool draw_image(Session& session,
                const ViewState& state,
                const CameraTextures::Shown& shown,
                const ImageFrame& frame,
                ImDrawList* list,
                float alpha) {
  if (!shown.texture) {
    using State = FrameCache::Entry<Image>::State;
    const Theme& colors = theme(session.settings.theme);
    const bool failed = shown.state == State::failed && shown.error;
    const std::string words =
        failed ? to_line(*shown.error) : std::string(session.tr("Loading the image …"));
    brush::message(
        list, state.device, frame.area, brush::color(failed ? colors.error : colors.dim), words);
    return false;
  }
  // (0, 0) is the centre of the first pixel: the picture begins half a pixel before it.
  const Vec2 a = frame.window(Vec2(-0.5, -0.5)),
             b = frame.window(Vec2(frame.width - 0.5, frame.height - 0.5));
  brush::picture(list,
                 shown.texture,
                 brush::at(a),
                 brush::at(b),
                 {0, 0},
                 {1, 1},
                 alpha >= 1,
                 brush::color(0xFFFFFF, alpha));
  return true;
}

void CameraView::draw(Session& session,
                      int camera,
                      TrackId crop_to,
                      ImDrawList* list,
                      const Area& area,
                      const ViewInput& input) {
  if (area.width < 2 || area.height < 2 || !session.has_drive()) return;
  state_.begin(session);
  const ImageFile* file = shown_image_file(session, camera);
  if (!file) return;
  const std::vector<ImageBox>& boxes = boxes_.of(session, *file);
  ImageFrame frame = whole_image(area, file->calibration->width, file->calibration->height);
  if (crop_to)
    for (const ImageBox& box : boxes)
      if (box.track->uid == crop_to && box.seen.in_image.area() > 0)
        frame = close_up(area, frame.width, frame.height, box.seen.in_image);
  const auto shown = textures_.shown(session, camera, frame.scale * frame.width);
  point(session, *file, frame, input);

  // Boxes end with the image, not with the bars beside it.
  const Vec2 first = frame.window(Vec2(-0.5, -0.5)),
             last = frame.window(Vec2(frame.width - 0.5, frame.height - 0.5));
  list->PushClipRect({area.x, area.y}, {area.x + area.width, area.y + area.height}, true);
  const bool there = draw_image(session, state_, shown, frame, list);
  if (there) list->PushClipRect(brush::at(first), brush::at(last), true);
  if (session.layers.points_on_images) draw_points(session, *file, frame, list);
  if (session.layers.boxes_on_images) {
    (void)boxes_.of(session, *file);  // the tool may have moved one since
    draw_boxes(session, frame, list);
  }
  if (there) list->PopClipRect();
  list->PopClipRect();
}

void CameraView::draw_points(Session& session,
                             const ImageFile& file,
                             const ImageFrame& frame,
                             ImDrawList* list) {
  const auto& found = points_.of(session, state_.points, file, HiddenPoints::ignore);
  if (points_version_ != points_.version() || inks_version_ != state_.points.inks_version()) {
    points_version_ = points_.version();
    inks_version_ = state_.points.inks_version();
    ++overlay_version_;
    uvd_.clear();
    inks_.clear();
    const auto inks = state_.points.inks();
    for (const OverlayPoint& p : found) {
      if (p.index >= inks.size()) continue;
      uvd_.insert(uvd_.end(), {p.u, p.v, std::min(p.depth, 999.f)});
      inks_.push_back(inks[p.index]);
    }
  }
  // A strip's small picture would be all points.
  const double size = frame.scale < 0.4 ? 1 : session.layers.point_size;
  const PointOverlay::Look look{
      size, state_.points.direct(), state_.device.compute && session.settings.painter != "points"};
  const GLuint texture =
      overlay_.paint(uvd_, inks_, overlay_version_, state_.points.table(), frame, look);
  if (!texture) return;
  const Area& area = frame.area;
  brush::picture(list,
                 texture,
                 {area.x, area.y},
                 {area.x + area.width, area.y + area.height},
                 {0, 1},
                 {1, 0},
                 false);
}

void CameraView::draw_boxes(Session& session, const ImageFrame& frame, ImDrawList* list) {
  const float s = state_.device.ui_scale;
  const std::uint32_t accent =
      theme(ThemeName::dark).accent;  // as the classes' colours: dark in both themes
  std::vector<brush::Tag> tags;
  const auto draw_one = [&](const ImageBox& box) {
    const bool selected = is_selected(session, box.track->uid),
               hovered = session.hovered == box.track->uid;
    const std::uint32_t rgb = selected ? accent : image_color_of(session, *box.track);
    // Far boxes without their back and without casing, which say nothing at that size: lines are
    // most of what a strip of six images costs.
    const double height = std::abs(frame.window(Vec2(0, box.seen.whole.y1)).y() -
                                   frame.window(Vec2(0, box.seen.whole.y0)).y());
    const bool plain = !selected && !hovered, small = plain && height < kSmallBox * s;
    // Whole pixels where nothing is to stand out: ImGui draws those with half the corners, and
    // lines of boxes are most of what a strip of six images holds.
    const float width = selected ? 2.25f * s : hovered ? 1.75f * s : std::round(1.25f * s);
    const float cased = width + (plain ? std::round(2 * s) : 2 * s);
    const ImU32 ink = brush::color(rgb), casing = brush::color(0x000000, kCasing);
    for (const auto& outline : box.seen.front_face) {
      const auto polygon = in_window(frame, outline);
      if (polygon.size() > 2)
        list->AddConvexPolyFilled(
            polygon.data(), static_cast<int>(polygon.size()), brush::color(rgb, 0.16f));
    }
    const bool proposed = box.track->state == TrackState::proposed;
    const bool interpolated =
        !proposed && !box.track->still && !key_at(*box.track, session.frame().stamp);
    for (const ProjectedEdge& edge : box.seen.edges) {
      if (edge.hidden && small) continue;
      const auto line = in_window(frame, edge.pixels);
      if (edge.hidden) {
        draw_polyline(list, line, brush::color(rgb, 0.5f), s, 2 * s, 3 * s);
      } else {
        if (!small) draw_polyline(list, line, casing, cased, 0, 0);
        if (proposed)
          draw_polyline(list, line, ink, width, (selected ? 3 : 2) * s, 4 * s);
        else
          draw_polyline(list, line, ink, width, 6 * s, interpolated ? 3 * s : 0);
      }
    }
    if (!box.arrow.empty()) {
      const auto arrow = in_window(frame, box.arrow);
      if (!small) list->AddLine(arrow[0], arrow[1], casing, cased);
      for (const std::size_t k : {0u, 2u, 3u}) list->AddLine(arrow[1], arrow[k], ink, width);
    }
    if (session.layers.tags && box.seen.in_image.area() > 0) {
      brush::Tag tag;
      tag.foot = brush::at(frame.window(
          Vec2((box.seen.in_image.x0 + box.seen.in_image.x1) / 2, box.seen.in_image.y0)));
      tag.text = tag_of(session, *box.track) + (proposed ? " ?" : "");
      tag.fill = rgb;
      tag.strong = selected || hovered;
      tag.depth = box.seen.depth;
      tags.push_back(std::move(tag));
    }
  };
  const std::vector<ImageBox>& boxes = boxes_.all();
  for (const bool selected : {false, true})
    for (const ImageBox& box : boxes)
      if (is_shown(session, box.track->uid) && is_selected(session, box.track->uid) == selected &&
          box.seen.in_image.area() > 0)
        draw_one(box);
  // Within the picture: beside it lie bars, and the clip rectangle would cut them there.
  const Vec2 first = frame.window(Vec2(-0.5, -0.5)),
             last = frame.window(Vec2(frame.width - 0.5, frame.height - 0.5));
  const float x0 = std::max(frame.area.x, static_cast<float>(first.x())),
              y0 = std::max(frame.area.y, static_cast<float>(first.y()));
  const Area picture = {
      x0,
      y0,
      std::min(frame.area.x + frame.area.width, static_cast<float>(last.x())) - x0,
      std::min(frame.area.y + frame.area.height, static_cast<float>(last.y())) - y0};
  brush::tags(list, state_.device, picture, std::move(tags));
}

void CameraView::point(Session& session,
                       const ImageFile& file,
                       const ImageFrame& frame,
                       const ViewInput& input) {
  const PointerPhase phase = gesture_.next(input);
  if (phase == PointerPhase::hover && (!input.hovered || state_.hand.busy())) return;
  const Vec2 pixel = frame.pixel(input.mouse_x, input.mouse_y);
  const Camera camera = shown_camera(session, file);
  const auto ray = ray_in_ego(camera, pixel);  // ego at the image's time
  Pointer pointer;
  pointer.view = ViewKind::camera;
  pointer.phase = phase;
  pointer.clicks = phase == PointerPhase::hover ? 1 : gesture_.clicks();
  pointer.modifiers = input.modifiers;
  const Vec2 corner(frame.area.x, frame.area.y);
  pointer.pixel = Vec2(input.mouse_x, input.mouse_y) - corner;
  pointer.pressed_pixel =
      phase == PointerPhase::hover ? pointer.pixel : Vec2(gesture_.pressed_pixel() - corner);
  double distance = 20;
  if (ray) {
    const Pose shown_from_image = ego_from_ego(*session.drive, file.stamp, session.frame().stamp);
    pointer.ray_in_ego = shown_from_image * *ray;
    if (session.layers.boxes_on_images) {
      double nearest = 1e18;
      for (const ImageBox& box : boxes_.all()) {
        if (!is_shown(session, box.track->uid)) continue;
        Cuboid grown = box.cuboid_in_ego;
        grown.size.array() +=
            6 /
            std::max(1e-3, pixels_per_metre(camera, std::max(1.0, box.seen.nearest)) * frame.scale);
        const auto met = hit(*ray, grown);
        if (met && met->distance < nearest) {
          nearest = met->distance;
          pointer.hit = box.track->uid;
        }
      }
      if (pointer.hit) distance = nearest;
    }
    if (const auto d = hit(pointer.ray_in_ego, Plane{Vec3::UnitZ(), state_.points.ground()});
        d && *d < 500)
      pointer.plane_point = pointer.ray_in_ego.at(*d);
    // Projecting the sweep takes milliseconds: for a click, not for each move.
    if (phase == PointerPhase::press || phase == PointerPhase::release) {
      const auto& found = points_.of(session, state_.points, file, HiddenPoints::ignore);
      if (const OverlayPoint* p = point_near(found, pixel, 8 / frame.scale);
          p && p->index < state_.points.size()) {
        pointer.cloud_point = state_.points.point(p->index);
        if (!pointer.hit) distance = static_cast<double>(p->depth);
      }
    }
  } else {
    pointer.ray_in_ego = {Vec3::Zero(), Vec3::UnitX()};
  }
  pointer.metres_per_pixel =
      1 / std::max(1e-3, pixels_per_metre(camera, std::max(0.5, distance)) * frame.scale);
  hand_over(state_, session, pointer);
}

}  // namespace sweepbox
