#include "app/view/views.hpp"

#include <map>

#include "app/view/calibrate_view.hpp"
#include "app/view/camera_view.hpp"
#include "app/view/scene_view.hpp"
#include "app/view/side_view.hpp"

namespace sweepbox {

struct Views::State {
  explicit State(const Device& device) : scene(shared) { shared.device = device; }

  ViewState shared;
  SceneView scene;
  NearPoints near;
  SideView top{shared, near, ViewKind::top};
  SideView side{shared, near, ViewKind::side};
  SideView front{shared, near, ViewKind::front};
  CameraTextures textures;
  /// One for each camera, and one for the close-up of each (its own gesture and overlay).
  std::map<std::pair<int, bool>, std::unique_ptr<CameraView>> cameras;
  CalibrateView calibrate{shared, textures};
};

Views::Views(const Device& device) : state_(std::make_unique<State>(device)) {}

Views::~Views() = default;

void Views::draw_scene(Session& session,
                       ImDrawList* list,
                       const Area& area,
                       const ViewInput& input) {
  state_->scene.draw(session, list, area, input);
}

void Views::draw_side(
    Session& session, ViewKind kind, ImDrawList* list, const Area& area, const ViewInput& input) {
  SideView& view = kind == ViewKind::top    ? state_->top
                   : kind == ViewKind::side ? state_->side
                                            : state_->front;
  view.draw(session, list, area, input);
}

void Views::draw_camera(Session& session,
                        int camera,
                        TrackId crop_to,
                        ImDrawList* list,
                        const Area& area,
                        const ViewInput& input) {
  auto& view = state_->cameras[{camera, crop_to != 0}];
  if (!view) view = std::make_unique<CameraView>(state_->shared, state_->textures);
  view->draw(session, camera, crop_to, list, area, input);
}

void Views::draw_calibrate(Session& session,
                           ImDrawList* list,
                           const Area& area,
                           const ViewInput& input) {
  state_->calibrate.draw(session, list, area, input);
}

const Text& Views::hint() const {
  return state_->shared.hint;
}

Cursor Views::cursor() const {
  return state_->shared.cursor;
}

const Legend& Views::legend() const {
  return state_->shared.points.legend();
}

bool Views::animating() const {
  // What was not drawn in this frame does not move: the start page shows no views.
  return state_->shared.animating && state_->shared.frame == ImGui::GetFrameCount();
}

void Views::invalidate() {
  ++state_->shared.epoch;
}

void Views::release() {
  state_->scene.release();
  for (SideView* view : {&state_->top, &state_->side, &state_->front}) view->release();
  for (auto& [key, view] : state_->cameras) view->release();
  state_->calibrate.release();
  state_->textures.release();
}

}  // namespace sweepbox
