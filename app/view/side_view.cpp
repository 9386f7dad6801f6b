#include "app/view/side_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/tool/box_edits.hpp"
#include "app/view/brush.hpp"
#include "app/view/shown_boxes.hpp"

namespace sweepbox {

namespace {

constexpr double kMarginPx =
    46;  ///< around the fitted box: the rotation ring and the heading arrow

std::size_t slot_of(ViewKind kind) {
  return kind == ViewKind::top ? 0 : kind == ViewKind::side ? 1 : 2;
}

/// A rigid transform as floats: what is only painted needs no more, and a drag paints thousands of
/// points in three views a frame.
struct FastPose {
  explicit FastPose(const Pose& pose)
      : rotation(pose.rotation.toRotationMatrix().cast<float>()),
        translation(pose.translation.cast<float>()) {}

  Eigen::Vector3f operator*(const Eigen::Vector3f& point) const {
    return rotation * point + translation;
  }

  Eigen::Matrix3f rotation;
  Eigen::Vector3f translation;
};

bool is_within(const Eigen::Vector3f& point_in_box, const Eigen::Vector3f& half_size) {
  return (point_in_box.cwiseAbs().array() <= half_size.array()).all();
}

/// The lower tenth of what stands around the box but not in it.
double ground_around(const ScenePoints& points,
                     const std::vector<std::uint32_t>& near,
                     const Cuboid& box) {
  const FastPose box_from_ego(box.pose.inverse());
  const Eigen::Vector3f grown = ((box.size + Vec3(0.3, 0.3, 0.6)) / 2).cast<float>();
  const Eigen::Vector2f centre = box.pose.translation.head<2>().cast<float>();
  const std::span<const float> xyz = points.xyz();
  std::vector<float> heights;
  heights.reserve(near.size());
  for (const std::uint32_t i : near) {
    const Eigen::Vector3f p(xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]);
    if ((p.head<2>() - centre).squaredNorm() > 25) continue;
    const Eigen::Vector3f in_box = box_from_ego * p;
    if (!is_within(in_box, grown)) heights.push_back(in_box.z());
  }
  if (heights.size() < 10) return -box.size.z() / 2;
  const auto at = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 10);
  std::nth_element(heights.begin(), at, heights.end());
  return *at;
}

}  // namespace

const std::vector<std::uint32_t>& NearPoints::around(const ScenePoints& points,
                                                     const Vec3& centre,
                                                     double reach) {
  // Wide views share what the widest has gathered.
  if (points_version_ == points.points_version() && centre_ == centre && reach_ >= reach)
    return numbers_;
  if (points_version_ != points.points_version() || centre_ != centre) reach_ = 0;
  points_version_ = points.points_version();
  centre_ = centre;
  reach_ = std::max(reach_, reach);
  ++version_;
  numbers_.clear();
  const auto xyz = points.xyz();
  const Eigen::Vector3f c = centre.cast<float>();
  const auto most = static_cast<float>(reach_ * reach_);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float x = xyz[3 * i] - c.x(), y = xyz[3 * i + 1] - c.y(), z = xyz[3 * i + 2] - c.z();
    if (x * x + y * y + z * z <= most) numbers_.push_back(static_cast<std::uint32_t>(i));
  }
  return numbers_;
}

void SideView::draw(Session& session, ImDrawList* list, const Area& area, const ViewInput& input) {
  if (area.width < 2 || area.height < 2) return;
  state_.begin(session);
  const TrackId track = primary(session);
  if (track != shown_) {
    shown_ = track;
    session.side_cameras.metres_per_pixel[slot_of(kind_)] = 0;
    pan_ = Vec2::Zero();
  }
  const auto committed = track ? committed_box(session, track) : std::nullopt;
  if (!committed) {
    gesture_ = {};
    return;
  }
  SideFrame frame = frame_of(session, *committed, area);
  move(session, frame, input);
  point(session, frame, input);

  // After the tool: its preview is in this very picture.
  const FrameBox* now = frame_box(session, track);
  const Cuboid box = now ? now->cuboid_in_ego : *committed;
  paint(session, frame, box);
  list->PushClipRect({area.x, area.y}, {area.x + area.width, area.y + area.height}, true);
  brush::picture(list,
                 picture_.id(),
                 {area.x, area.y},
                 {area.x + area.width, area.y + area.height},
                 {0, 1},
                 {1, 0},
                 true);
  draw_ruler(session, frame, list);
  draw_boxes(session, frame, box, list);
  draw_handles(session, frame, box, list);
  list->PopClipRect();
}

SideFrame SideView::frame_of(Session& session, const Cuboid& committed, const Area& area) const {
  SideFrame frame;
  if (kind_ == ViewKind::side) frame.up = 2, frame.normal = 1;
  if (kind_ == ViewKind::front) frame.right = 1, frame.up = 2, frame.normal = 0;
  frame.ego_from_view = committed.pose;
  frame.area = area;
  frame.pan = pan_;
  const double margin = 2 * kMarginPx * state_.device.ui_scale;
  const double fit = std::max(committed.size[frame.right] / std::max(40.0, area.width - margin),
                              committed.size[frame.up] / std::max(40.0, area.height - margin));
  const double chosen = session.side_cameras.metres_per_pixel[slot_of(kind_)];
  frame.metres_per_pixel = chosen > 0 ? chosen : fit;
  return frame;
}

void SideView::move(Session& session, SideFrame& frame, const ViewInput& input) {
  if (input.hovered && input.wheel != 0) {
    const Vec3 still = frame.point_in_view(input.mouse_x, input.mouse_y);
    frame.metres_per_pixel =
        std::clamp(frame.metres_per_pixel * std::pow(0.85, input.wheel), 0.0005, 0.2);
    session.side_cameras.metres_per_pixel[slot_of(kind_)] = frame.metres_per_pixel;
    const Vec3 moved = frame.point_in_view(input.mouse_x, input.mouse_y);
    pan_ += Vec2((still - moved)[frame.right], (still - moved)[frame.up]);
    ++session.versions.camera;
  }
  const bool down = input.right_down || input.middle_down;
  panning_ = down && (panning_ || input.hovered);
  if (panning_) pan_ += frame.metres_per_pixel * Vec2(-input.delta_x, input.delta_y);
  frame.pan = pan_;
}

void SideView::point(Session& session, const SideFrame& frame, const ViewInput& input) {
  const PointerPhase phase = gesture_.next(input);
  if (phase == PointerPhase::hover && (!input.hovered || state_.hand.busy() || panning_)) return;
  Pointer pointer;
  pointer.view = kind_;
  pointer.phase = phase;
  pointer.clicks = phase == PointerPhase::hover ? 1 : gesture_.clicks();
  pointer.modifiers = input.modifiers;
  const Vec2 corner(frame.area.x, frame.area.y);
  pointer.pixel = Vec2(input.mouse_x, input.mouse_y) - corner;
  pointer.pressed_pixel =
      phase == PointerPhase::hover ? pointer.pixel : Vec2(gesture_.pressed_pixel() - corner);
  const Vec3 in_view = frame.point_in_view(input.mouse_x, input.mouse_y);
  const Quat& turn = frame.ego_from_view.rotation;
  const Vec3 normal = turn * Vec3(Vec3::Unit(frame.normal));
  // Top and front look along −z and −x of the box; side looks along +y: its right is the front.
  const Vec3 forward = kind_ == ViewKind::side ? normal : Vec3(-normal);
  const Vec3 place = frame.ego_from_view * in_view;
  pointer.ray_in_ego = {place - 100 * forward, forward};
  pointer.plane_point = place;
  // In pixels at UI scale 1: handles grow with the scale.
  pointer.metres_per_pixel = frame.metres_per_pixel * state_.device.ui_scale;
  pointer.screen_right = turn * Vec3(Vec3::Unit(frame.right));
  pointer.screen_up = turn * Vec3(Vec3::Unit(frame.up));
  double nearest = 1e18;
  for (const FrameBox* box : shown_boxes(session)) {
    // What lies far behind is not in the picture.
    if ((box->cuboid_in_ego.pose.translation - frame.ego_from_view.translation).norm() > 12)
      continue;
    const auto met = hit(pointer.ray_in_ego, box->cuboid_in_ego);
    const bool chosen = met && box->track->uid == shown_;
    if (met && (chosen || met->distance < nearest)) {
      nearest = chosen ? -1 : met->distance;
      pointer.hit = box->track->uid;
    }
  }
  hand_over(state_, session, pointer);
}

void SideView::paint(Session& session, const SideFrame& frame, const Cuboid& box) {
  const double half_width = frame.area.width * frame.metres_per_pixel / 2 + std::abs(frame.pan.x());
  const double half_height =
      frame.area.height * frame.metres_per_pixel / 2 + std::abs(frame.pan.y());
  const double reach = std::max(6.0, std::hypot(half_width, half_height) * 1.05);
  const auto& near =
      near_.around(state_.points, frame.ego_from_view.translation, std::min(reach, 40.0));

  Key key{.width = static_cast<int>(std::lround(frame.area.width)),
          .height = static_cast<int>(std::lround(frame.area.height)),
          .epoch = state_.epoch,
          .near = near_.version(),
          .box = box,
          .view = frame.ego_from_view,
          .metres_per_pixel = frame.metres_per_pixel,
          .point_size = session.layers.point_size,
          .pan = frame.pan,
          .theme = session.settings.theme,
          .compute = state_.device.compute && session.settings.painter != "points"};
  if (key == key_) return;
  key_ = key;
  const GlStateKeeper keeper;
  picture_.set(key.width, key.height, nullptr);
  ground_in_view_ = ground_around(state_.points, near, box);

  // A slice: the box with some air before and behind, or the street would hide the object.
  const Pose view_from_ego = frame.ego_from_view.inverse();
  const Cuboid in_view = view_from_ego * box;
  const double air = kind_ == ViewKind::top ? 1.0 : 0.6;
  double low = 1e9, high = -1e9;
  for (const Vec3& corner : corners(in_view)) {
    low = std::min(low, corner[frame.normal] - air);
    high = std::max(high, corner[frame.normal] + air);
  }
  const FastPose to_view(view_from_ego), to_box(box.pose.inverse());
  const Eigen::Vector3f half_size = (box.size / 2).cast<float>();
  const auto row = [&](int axis) -> Eigen::Vector4f {
    return {to_view.rotation(axis, 0),
            to_view.rotation(axis, 1),
            to_view.rotation(axis, 2),
            to_view.translation[axis]};
  };
  const Eigen::Vector4f deep = row(frame.normal), right = row(frame.right), up = row(frame.up);
  const auto from = static_cast<float>(low), to = static_cast<float>(high);
  const auto wide = static_cast<float>(half_width + 0.1),
             tall = static_cast<float>(half_height + 0.1);
  const std::span<const float> all = state_.points.xyz();
  std::vector<float> xyz;
  std::vector<std::uint32_t> inks;
  for (const std::uint32_t i : near) {
    const Eigen::Vector4f p(all[3 * i], all[3 * i + 1], all[3 * i + 2], 1);
    const float depth = deep.dot(p);
    if (depth < from || depth > to) continue;
    const float x = right.dot(p), y = up.dot(p);
    if (std::abs(x) > wide || std::abs(y) > tall) continue;
    const bool inside = is_within(to_box * p.head<3>(), half_size);
    // The third number is only who lies on top.
    xyz.push_back(x);
    xyz.push_back(y);
    xyz.push_back(inside ? -0.5f : 0.5f);
    inks.push_back(ink_of(0, inside ? 1 : 0));
  }
  const bool dark = session.settings.theme == ThemeName::dark;
  InkTable table;
  table.map.fill(dark ? 0x56647E : 0x8793A6);
  table.tints[1] = dark ? 0xFFFFFFFF : 0xFF000000;
  points_.set_points(xyz);
  points_.set_inks(inks, table, false);

  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, picture_.framebuffer());
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_CULL_FACE);
  glDepthMask(GL_TRUE);
  const std::uint32_t back = theme(session.settings.theme).view;
  const float clear[] = {static_cast<float>((back >> 16) & 255u) / 255.f,
                         static_cast<float>((back >> 8) & 255u) / 255.f,
                         static_cast<float>(back & 255u) / 255.f,
                         1};
  const float far = 1;
  glClearBufferfv(GL_COLOR, 0, clear);
  glClearBufferfv(GL_DEPTH, 0, &far);
  GlPoints::Paint paint;
  paint.clip_from_points(0, 0) = 2 / (frame.metres_per_pixel * key.width);
  paint.clip_from_points(1, 1) = 2 / (frame.metres_per_pixel * key.height);
  paint.clip_from_points(0, 3) = -frame.pan.x() * paint.clip_from_points(0, 0);
  paint.clip_from_points(1, 3) = -frame.pan.y() * paint.clip_from_points(1, 1);
  paint.width = key.width;
  paint.height = key.height;
  paint.size = session.layers.point_size;
  paint.orthographic = true;
  points_.paint(paint, key.compute);
}

void SideView::release() {
  points_.release();
  picture_.release();
  key_ = {};
}

}  // namespace sweepbox
