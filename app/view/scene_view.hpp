#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "app/view/painter/painter.hpp"
#include "app/view/view_state.hpp"
#include "app/view/vtk_canvas.hpp"

namespace sweepbox {

/// The 3D view: an orbit camera over all painters, tags on top, picking, the tool with the left
/// button.
class SceneView {
 public:
  explicit SceneView(ViewState& state);

  void draw(Session& session, ImDrawList* list, const Area& area, const ViewInput& input);
  void release();

 private:
  /// What a picture was made of; a difference makes it old.
  struct Key {
    int width = 0, height = 0;
    std::uint64_t epoch = 0, document = 0, selection = 0, time = 0, layers = 0, look = 0,
                  points = 0, inks = 0;
    TrackId hovered = 0;
    SceneCamera camera;
    std::string layout;
    int calibrated_camera = 0;
    bool before = false;
    float scale = 1;
    std::vector<TrackId> hidden;
    std::vector<Cuboid> ghosts;
    std::vector<Vec3> outline;

    bool operator==(const Key& other) const;
  };

  enum class Drag { none, orbit, pan };

  void move_camera(Session& session, const Area& area, const ViewInput& input);
  void zoom(Session& session, const ViewInput& input);
  void animate(Session& session);
  void point(Session& session, const Area& area, const ViewInput& input);
  std::optional<Vec3> cloud_point(double x, double y);
  ScreenMap map_of(const SceneCamera& camera, const Area& area);
  void paint(Session& session, const Area& area);
  void draw_over(Session& session, ImDrawList* list, const Area& area);

  ViewState& state_;
  SceneShared shared_;
  VtkCanvas canvas_;
  std::vector<std::unique_ptr<Painter>> painters_;
  Key key_;
  std::uint64_t picture_ = 0;  ///< number of the last one

  SceneCamera shown_;  ///< as drawn; on its way to session.scene_camera in a jump
  SceneCamera from_, to_;
  std::optional<std::chrono::steady_clock::time_point> jump_began_;
  bool first_ = true;

  Drag drag_ = Drag::none;
  bool buttons_were_down_ = false;
  Gesture gesture_;
  TrackId hovered_here_ = 0;

  struct Picked {
    double x = -1, y = -1;
    std::uint64_t picture = 0;
    std::optional<Vec3> point;
  } picked_;
};

/// Tags, ring labels and the triad of a 3D picture.
void draw_scene_tags(Session& session,
                     const ViewState& state,
                     const ScreenMap& map,
                     ImDrawList* list);
/// Names of the camera and the lidar that the Calibrate layout is about.
void draw_sensor_tags(Session& session,
                      const ViewState& state,
                      const ScreenMap& map,
                      ImDrawList* list);
void draw_range_labels(const Session& session,
                       const ViewState& state,
                       const ScreenMap& map,
                       ImDrawList* list);
void draw_triad(const ViewState& state,
                const SceneCamera& camera,
                ImDrawList* list,
                const Area& area);

}  // namespace sweepbox
