#include "app/session/first_view.hpp"

#include <algorithm>
#include <cmath>

#include "app/session/inside.hpp"
#include "core/scene/boxes.hpp"

namespace sweepbox {
namespace {

constexpr std::size_t kSample = 16384;  // points that are looked at: a quantile needs no more
constexpr double kAspect = 1.5;         // of the 3D view in the Annotate layout, about
constexpr double kFill = 0.85;          // of the picture's half that the points may take
// Measured on the sample data: the usual view shows 50 to 99 % of a sweep from a vehicle, 23 % of
// the ROS 1 bag whose lidar looks to the left, 0.1 % of an aerial survey.
constexpr double kEnoughSeen = 0.4;
constexpr double kAround = 60;           // m: points evenly about ego to there need no other view
constexpr double kSmall = 5;             // m: less is a speck in the usual view, which shows 25 m
constexpr double kSpot = 0.01;           // m
constexpr double kFarthest = 1e8;        // m: beyond, no number is a place
constexpr double kFarthestEye = 50'000;  // m: as far as the wheel goes

/// Axes of the picture that a camera takes, in ego.
struct Axes {
  explicit Axes(const SceneCamera& camera)
      : forward(std::cos(camera.pitch) * std::cos(camera.yaw),
                std::cos(camera.pitch) * std::sin(camera.yaw),
                std::sin(camera.pitch)),
        up(-std::sin(camera.pitch) * std::cos(camera.yaw),
           -std::sin(camera.pitch) * std::sin(camera.yaw),
           std::cos(camera.pitch)),
        right(forward.cross(up)) {}

  Vec3 forward, up, right;
};

const double kSlope = std::tan(kSceneViewAngle / 2);

/// Share of the points in the picture.
double share_seen(std::span<const Vec3> points, const SceneCamera& camera) {
  const Axes axes(camera);
  const Vec3 eye = camera.target - camera.distance * axes.forward;
  const auto seen = std::count_if(points.begin(), points.end(), [&](const Vec3& point) {
    const Vec3 way = point - eye;
    const double reach = camera.orthographic ? camera.distance : way.dot(axes.forward);
    return reach > 0 && std::abs(way.dot(axes.up)) <= reach * kSlope &&
           std::abs(way.dot(axes.right)) <= reach * kSlope * kAspect;
  });
  return static_cast<double>(seen) / static_cast<double>(points.size());
}

struct Bounds {
  Vec3 low, high;

  bool meets(const Bounds& other) const {
    return (low.array() <= other.high.array()).all() && (other.low.array() <= high.array()).all();
  }
};

/// Between the 5th and the 95th of a hundred on each axis.
Bounds middle_of(std::span<const Vec3> points) {
  Bounds bounds{Vec3::Zero(), Vec3::Zero()};
  std::vector<double> values(points.size());
  for (int axis = 0; axis < 3; ++axis) {
    std::transform(
        points.begin(), points.end(), values.begin(), [&](const Vec3& p) { return p[axis]; });
    const std::size_t cut = values.size() / 20;
    const auto nth = [&](std::size_t n) {
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(n);
      std::nth_element(values.begin(), at, values.end());
      return *at;
    };
    bounds.low[axis] = nth(cut);
    bounds.high[axis] = nth(values.size() - 1 - cut);
  }
  return bounds;
}

bool is_around_ego(const Bounds& middle) {
  const auto low = middle.low.head<2>().array(), high = middle.high.head<2>().array();
  return (low <= 0).all() && (high >= 0).all() && (low >= -kAround).all() &&
         (high <= kAround).all();
}

Bounds bounds_of(const Cuboid& box) {
  const auto c = corners(box);
  Bounds bounds{c[0], c[0]};
  for (const Vec3& corner : c) {
    bounds.low = bounds.low.cwiseMin(corner);
    bounds.high = bounds.high.cwiseMax(corner);
  }
  return bounds;
}

/// The least distance at which the corners of the bounds are in the picture.
double fitting_distance(const Bounds& bounds, const SceneCamera& camera) {
  const Axes axes(camera);
  const Vec3 half = (bounds.high - bounds.low) / 2;
  double distance = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Vec3 way(corner & 1 ? half.x() : -half.x(),
                   corner & 2 ? half.y() : -half.y(),
                   corner & 4 ? half.z() : -half.z());
    const double wide = std::max(std::abs(way.dot(axes.up)) / (kSlope * kFill),
                                 std::abs(way.dot(axes.right)) / (kSlope * kFill * kAspect));
    distance = std::max(distance,
                        camera.orthographic ? wide : wide - std::min(0.0, way.dot(axes.forward)));
  }
  return distance;
}

/// Some points of the shown frame, in ego.
std::vector<Vec3> sample_of(const Session& session) {
  std::vector<std::shared_ptr<const Sweep>> sweeps;
  std::size_t count = 0;
  for (std::size_t i = 0; i < session.drive->info().lidars.size(); ++i) {
    if (i < session.layers.lidars.size() && !session.layers.lidars[i]) continue;
    if (auto sweep = shown_sweep(session, static_cast<int>(i))) {
      count += sweep->size();
      sweeps.push_back(std::move(sweep));
    }
  }
  std::vector<Vec3> points;
  const std::size_t step = std::max<std::size_t>(1, count / kSample);
  for (const auto& sweep : sweeps) {
    const Pose pose = ego_from_points(session, *sweep);
    for (const auto& piece : sweep->pieces)
      for (std::size_t i = 0; i < piece->size(); i += step)
        points.push_back(pose * piece->point(i));
  }
  return points;
}

bool sweeps_ready(const Session& session) {
  using State = FrameCache::Entry<Sweep>::State;
  bool any = false;
  for (std::size_t i = 0; i < session.frame().sweeps.size(); ++i) {
    if (!session.frame().sweeps[i]) continue;
    const auto state = session.cache->sweep(session.time.frame, static_cast<int>(i)).state;
    if (state != State::ready && state != State::failed) return false;
    any = any || state == State::ready;
  }
  return any;
}

}  // namespace

SceneCamera first_view(std::span<const Vec3> points,
                       std::span<const Cuboid> boxes,
                       SceneCamera from) {
  SceneCamera camera = from;
  camera.target = SceneCamera{}.target;
  camera.distance = SceneCamera{}.distance;
  std::vector<Vec3> finite;
  std::copy_if(points.begin(), points.end(), std::back_inserter(finite), [](const Vec3& p) {
    return p.allFinite() && p.norm() < kFarthest;
  });
  if (finite.empty()) return camera;
  const Bounds middle = middle_of(finite);
  // A frame of rays that came back from nowhere: the next ones are not.
  if ((middle.high - middle.low).maxCoeff() < kSpot) return camera;
  // Judged by the turn that it comes with: it is the same for every drive.
  if ((middle.high - middle.low).maxCoeff() >= kSmall &&
      (is_around_ego(middle) || share_seen(finite, SceneCamera{}) >= kEnoughSeen))
    return camera;
  Bounds shown = middle;
  for (const Cuboid& box : boxes) {
    const Bounds its = bounds_of(box);
    if (!its.meets(middle)) continue;
    shown.low = shown.low.cwiseMin(its.low);
    shown.high = shown.high.cwiseMax(its.high);
  }
  camera.target = (shown.low + shown.high) / 2;
  camera.distance = std::min(fitting_distance(shown, camera), kFarthestEye);
  return camera;
}

SceneCamera first_view(const Session& session, SceneCamera from) {
  std::vector<Vec3> points;
  std::vector<Cuboid> boxes;
  if (session.has_drive()) {
    points = sample_of(session);
    for (const FrameCuboid& found :
         cuboids_in_frame(session.document(), *session.drive, session.time.frame))
      boxes.push_back(found.cuboid_in_ego);
  }
  return first_view(points, boxes, from);
}

bool take_first_view(Session& session) {
  if (!session.inside->first_view_waits || !session.has_drive() || !sweeps_ready(session))
    return false;
  session.inside->first_view_waits = false;
  const SceneCamera usual;
  SceneCamera& camera = session.scene_camera;
  if (camera.target != usual.target || camera.distance != usual.distance) return false;
  const SceneCamera first = first_view(session, camera);
  if (first.target == camera.target && first.distance == camera.distance) return false;
  camera = first;
  ++session.versions.camera;
  return true;
}

}  // namespace sweepbox
