#include "app/view/scene_view.hpp"

#include <algorithm>
#include <cmath>

#include "app/view/brush.hpp"
#include "app/view/picking.hpp"
#include "app/view/shown_boxes.hpp"

namespace sweepbox {

namespace {

constexpr double kJumpSeconds = 0.12;  // LOOK.md: no longer

}  // namespace

bool SceneView::Key::operator==(const Key& other) const {
  return width == other.width && height == other.height && epoch == other.epoch &&
         document == other.document && selection == other.selection && time == other.time &&
         layers == other.layers && look == other.look && points == other.points &&
         inks == other.inks && hovered == other.hovered && same_view(camera, other.camera) &&
         layout == other.layout && calibrated_camera == other.calibrated_camera &&
         before == other.before && scale == other.scale && hidden == other.hidden &&
         ghosts == other.ghosts && outline == other.outline;
}

SceneView::SceneView(ViewState& state) : state_(state), shared_{state.device, state.points, {}} {
  for (const PainterEntry& entry : scene_painters()) {
    painters_.push_back(entry.make(shared_));
    painters_.back()->attach(canvas_.renderer());
  }
}

void SceneView::draw(Session& session, ImDrawList* list, const Area& area, const ViewInput& input) {
  if (area.width < 2 || area.height < 2) return;
  state_.begin(session);
  if (first_) {
    shown_ = from_ = to_ = session.scene_camera;
    first_ = false;
  }
  animate(session);
  move_camera(session, area, input);
  if (session.has_drive()) point(session, area, input);
  paint(session, area);
  list->PushClipRect({area.x, area.y}, {area.x + area.width, area.y + area.height}, true);
  brush::picture(list,
                 canvas_.texture(),
                 {area.x, area.y},
                 {area.x + area.width, area.y + area.height},
                 {0, 1},
                 {1, 0},
                 true);
  draw_over(session, list, area);
  list->PopClipRect();
}

void SceneView::animate(Session& session) {
  if (!same_view(session.scene_camera,
                 to_)) {  // somebody else moved it: an action, a click in an image
    from_ = shown_;
    to_ = session.scene_camera;
    jump_began_ = std::chrono::steady_clock::now();
  }
  if (!jump_began_) return;
  const double share =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - *jump_began_).count() /
      kJumpSeconds;
  if (share >= 1) {
    shown_ = to_;
    jump_began_.reset();
  } else {
    shown_ = between(from_, to_, share * share * (3 - 2 * share));
    state_.animating = true;
  }
}

void SceneView::move_camera(Session& session, const Area& area, const ViewInput& input) {
  const bool left_free = gesture_.pressed() && input.left_down && !state_.hand.consumed();
  const bool down = input.right_down || input.middle_down || left_free;
  if (!down)
    drag_ = Drag::none;
  else if (!buttons_were_down_ && input.hovered)
    drag_ = input.modifiers.shift ? Drag::pan : Drag::orbit;
  buttons_were_down_ = down;

  SceneCamera camera = session.scene_camera;
  // A click that trembles turns nothing.
  const bool trembles = left_free && !input.right_down && !input.middle_down &&
                        (Vec2(input.mouse_x, input.mouse_y) - gesture_.pressed_pixel()).norm() < 4;
  if (drag_ == Drag::orbit && !trembles) {
    camera.yaw = wrapped_angle(camera.yaw - input.delta_x * 0.006);
    camera.pitch = std::clamp(camera.pitch - input.delta_y * 0.006, -kPi / 2, 0.5);
  } else if (drag_ == Drag::pan && !trembles) {
    const double scale = 2 * camera.distance * std::tan(kSceneViewAngle / 2) / area.height;
    const Vec3 right = direction_of(camera).cross(up_of(camera));
    camera.target += scale * (input.delta_y * up_of(camera) - input.delta_x * right);
  }
  if (!same_view(camera, session.scene_camera)) {
    session.scene_camera = shown_ = to_ = camera;
    jump_began_.reset();
    ++session.versions.camera;
  }
  shared_.map = map_of(shown_, area);
  if (input.hovered && input.wheel != 0) zoom(session, input);
  shared_.map = map_of(shown_, area);
}

void SceneView::zoom(Session& session, const ViewInput& input) {
  SceneCamera camera = session.scene_camera;
  const double factor = std::clamp(std::pow(0.85, input.wheel), 0.1, 10.0);
  const double distance = std::clamp(camera.distance * factor, 0.05, 50'000.0);
  // What lies under the mouse stays there.
  std::optional<Vec3> still = cloud_point(input.mouse_x, input.mouse_y);
  const Ray ray = shared_.map.ray(input.mouse_x, input.mouse_y);
  if (!still)
    if (const auto far = hit(ray, Plane{Vec3::UnitZ(), state_.points.ground()});
        far && *far < std::max(150.0, 5 * camera.distance))
      still = ray.at(*far);
  if (still) camera.target = *still + (camera.target - *still) * (distance / camera.distance);
  camera.distance = distance;
  session.scene_camera = shown_ = to_ = camera;
  jump_began_.reset();
  ++session.versions.camera;
}

std::optional<Vec3> SceneView::cloud_point(double x, double y) {
  if (picked_.x == x && picked_.y == y && picked_.picture == picture_) return picked_.point;
  std::optional<std::uint32_t> number;
  if (shared_.points_picture)
    number = point_in_picture(*shared_.points_picture, shared_.map.area, x, y);
  else
    number = point_by_search(state_.points.xyz(), shared_.map, x, y);
  picked_ = {x, y, picture_, std::nullopt};
  if (number && *number < state_.points.size()) picked_.point = state_.points.point(*number);
  return picked_.point;
}

ScreenMap SceneView::map_of(const SceneCamera& camera, const Area& area) {
  aim(canvas_.camera(), camera);
  return ScreenMap(canvas_.clip_from_scene(static_cast<int>(std::lround(area.width)),
                                           static_cast<int>(std::lround(area.height))),
                   area);
}

void SceneView::point(Session& session, const Area& area, const ViewInput& input) {
  const PointerPhase phase = gesture_.next(input);
  const bool camera_moves = drag_ != Drag::none && (input.right_down || input.middle_down);
  if (phase == PointerPhase::hover && (!input.hovered || camera_moves || state_.hand.busy())) {
    if (hovered_here_ && session.hovered == hovered_here_ && !input.hovered) session.hovered = 0;
    hovered_here_ = 0;
    return;
  }
  Pointer pointer;
  pointer.view = ViewKind::scene;
  pointer.phase = phase;
  pointer.clicks = phase == PointerPhase::hover ? 1 : gesture_.clicks();
  pointer.modifiers = input.modifiers;
  pointer.pixel = Vec2(input.mouse_x - area.x, input.mouse_y - area.y);
  pointer.pressed_pixel = phase == PointerPhase::hover
                              ? pointer.pixel
                              : Vec2(gesture_.pressed_pixel() - Vec2(area.x, area.y));
  pointer.ray_in_ego = shared_.map.ray(input.mouse_x, input.mouse_y);
  if (const auto d = hit(pointer.ray_in_ego, Plane{Vec3::UnitZ(), state_.points.ground()});
      d && *d < std::max(1e4, 5 * shown_.distance))
    pointer.plane_point = pointer.ray_in_ego.at(*d);
  // A drag moves on the ground: asking the picture at each step would wait for it.
  if (phase != PointerPhase::drag || !state_.hand.consumed())
    pointer.cloud_point = cloud_point(input.mouse_x, input.mouse_y);
  if (session.layers.boxes) {
    const auto boxes = shown_boxes(session);
    pointer.hit = box_under(boxes, shared_.map, input.mouse_x, input.mouse_y);
  }
  const FrameBox* box = pointer.hit ? frame_box(session, pointer.hit) : nullptr;
  const Vec3 at = box                   ? box->cuboid_in_ego.pose.translation
                  : pointer.cloud_point ? *pointer.cloud_point
                  : pointer.plane_point ? *pointer.plane_point
                                        : shown_.target;
  pointer.metres_per_pixel = shared_.map.metres_per_pixel(at);
  pointer.screen_up = up_of(shown_);
  pointer.screen_right = direction_of(shown_).cross(pointer.screen_up);
  hand_over(state_, session, pointer);
  hovered_here_ = session.hovered;

  if (phase == PointerPhase::press && pointer.clicks == 2 && !pointer.hit &&
      !state_.hand.consumed() && pointer.cloud_point) {
    session.scene_camera.target = *pointer.cloud_point;
    ++session.versions.camera;
    state_.animating = true;
  }
}

void SceneView::paint(Session& session, const Area& area) {
  const Preview& preview = state_.hand.preview();
  Key key{.width = static_cast<int>(std::lround(area.width)),
          .height = static_cast<int>(std::lround(area.height)),
          .epoch = state_.epoch,
          .document = session.versions.document,
          .selection = session.versions.selection,
          .time = session.versions.time,
          .layers = session.versions.layers,
          .look = session.versions.look,
          .points = state_.points.points_version(),
          .inks = state_.points.inks_version(),
          .hovered = session.hovered,
          .camera = shown_,
          .layout = session.layout,
          .calibrated_camera = session.calibrate.camera,
          .before = session.calibrate.show_before,
          .scale = state_.device.ui_scale,
          .hidden = session.hidden,
          .ghosts = preview.ghosts,
          .outline = preview.outline};
  if (key == key_) return;
  key_ = std::move(key);
  canvas_.set_background(theme(session.settings.theme).view);
  shared_.map = map_of(shown_, area);
  shared_.eye_in_ego = eye_of(shown_);
  shared_.forward = direction_of(shown_);
  shared_.orthographic = shown_.orthographic;
  for (const auto& painter : painters_) painter->update(session, preview);
  canvas_.render(key_.width, key_.height);
  ++picture_;
}

void SceneView::draw_over(Session& session, ImDrawList* list, const Area& area) {
  if (!session.has_drive()) return;
  if (session.layers.grid) draw_range_labels(session, state_, shared_.map, list);
  if (session.layers.boxes && session.layers.tags)
    draw_scene_tags(session, state_, shared_.map, list);
  if (session.layout == "calibrate") draw_sensor_tags(session, state_, shared_.map, list);
  draw_triad(state_, shown_, list, area);
  if (state_.points.size() > 0 || session.frame().sweeps.empty() || !session.cache) return;

  const ImU32 dim = brush::color(theme(session.settings.theme).dim);
  const auto entry = session.cache->sweep(session.time.frame, 0);
  using State = FrameCache::Entry<Sweep>::State;
  if (!session.frame().sweeps[0])
    brush::message(list, state_.device, area, dim, session.tr("This frame has no sweep."));
  else if (entry.state == State::failed && entry.error)
    brush::message(list,
                   state_.device,
                   area,
                   brush::color(theme(session.settings.theme).error),
                   to_line(*entry.error));
  else if (entry.state != State::ready)
    brush::message(list, state_.device, area, dim, session.tr("Loading the sweep …"));
}

void SceneView::release() {
  canvas_.release();
  painters_.clear();
}

}  // namespace sweepbox
