#include "app/tool/box_edits.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/assist/ground.hpp"
#include "core/scene/boxes.hpp"

namespace sweepbox {
namespace {

/// Points lower than this belong to the ground (its roughness and the sensor's noise).
constexpr double kGroundBand = 0.20;

struct Seen {
  double along, across, height;  ///< in the box's heading about the click, m
};

/// Calls use(point in ego) for every point of the shown sweeps of lidars that are switched on.
template <class Use>
void for_each_point(const Session& session, Use use) {
  const auto& lidars = session.drive->info().lidars;
  for (int lidar = 0; lidar < static_cast<int>(lidars.size()); ++lidar) {
    const auto& on = session.layers.lidars;
    if (static_cast<std::size_t>(lidar) < on.size() && !on[static_cast<std::size_t>(lidar)])
      continue;
    const std::shared_ptr<const Sweep> sweep = shown_sweep(session, lidar);
    if (!sweep) continue;
    const Pose ego_from_file = ego_from_points(session, *sweep);
    for (const auto& piece : sweep->pieces)
      for (std::size_t i = 0; i < piece->size(); ++i) use(ego_from_file * piece->point(i));
  }
}

/// Points above the ground around a place, by the heading's axes.
std::vector<Seen> points_around(const Session& session,
                                const Vec3& place,
                                double yaw,
                                double reach,
                                double most_height,
                                const Plane& ground) {
  std::vector<Seen> seen;
  const double c = std::cos(yaw), s = std::sin(yaw);
  for_each_point(session, [&](const Vec3& point) {
    const double dx = point.x() - place.x(), dy = point.y() - place.y();
    if (std::abs(dx) > reach || std::abs(dy) > reach) return;
    const double height = ground.height_of(point);
    if (height < kGroundBand || height > most_height) return;
    seen.push_back({c * dx + s * dy, -s * dx + c * dy, height});
  });
  return seen;
}

/// Those that hang together with the click: flood over cells of 0.3 m seen from above, starting
/// from the cells next to it.
std::vector<Seen> connected(const std::vector<Seen>& points) {
  constexpr double kCell = 0.3;
  using Cell = std::pair<int, int>;
  const auto cell_of = [](const Seen& p) {
    return Cell{static_cast<int>(std::floor(p.along / kCell)),
                static_cast<int>(std::floor(p.across / kCell))};
  };
  std::set<Cell> filled, reached;
  for (const Seen& p : points) filled.insert(cell_of(p));
  std::vector<Cell> open;
  const auto visit = [&](Cell cell) {
    if (filled.contains(cell) && reached.insert(cell).second) open.push_back(cell);
  };
  // A click on a roof or between a car's sides is up to half a metre from the nearest point.
  for (int x = -2; x <= 1; ++x)
    for (int y = -2; y <= 1; ++y) visit({x, y});
  while (!open.empty()) {
    const Cell at = open.back();
    open.pop_back();
    for (int x = -1; x <= 1; ++x)
      for (int y = -1; y <= 1; ++y) visit({at.first + x, at.second + y});
  }
  std::vector<Seen> kept;
  for (const Seen& p : points)
    if (reached.contains(cell_of(p))) kept.push_back(p);
  return kept;
}

/// Middle of the box on one axis. `low` and `high` bound the points; `from_sensor` is the
/// coordinate of the click as seen from the sensor along that axis: positive, the low side is the
/// near one.
double middle(double low, double high, double size, double from_sensor) {
  if (high - low >= 0.7 * size) return (low + high) / 2;
  // Only what faces the sensor is seen: the near side stands at the points.
  const double near_side = from_sensor >= 0 ? low + size / 2 : high - size / 2;
  // Abreast of the sensor neither end is the near one.
  const double abreast = std::clamp(std::abs(from_sensor) / size, 0.0, 1.0);
  return abreast * near_side + (1 - abreast) * (low + high) / 2;
}

}  // namespace

std::optional<Cuboid> committed_box(const Session& session, TrackId track) {
  if (!session.history || !session.has_drive()) return std::nullopt;
  const std::shared_ptr<const Track> found = session.history->document().track(track);
  if (!found) return std::nullopt;
  return cuboid_in_ego_at(*found, *session.drive, session.frame().stamp);
}

std::optional<Cuboid> carried_box(const Session& session, TrackId track) {
  if (auto box = committed_box(session, track)) return box;
  if (!session.history || !session.has_drive()) return std::nullopt;
  const std::shared_ptr<const Track> found = session.history->document().track(track);
  if (!found) return std::nullopt;
  const Stamp now = session.frame().stamp;
  // In an absence the curve through its keys goes on.
  const Stamp end = std::clamp(now, found->first, found->last);
  Cuboid in_world = cuboid_by_keys(*found, end);
  // A few frames on, a person only mends what speed could not know; farther, speed means nothing.
  constexpr double kFarthestSeconds = 3;
  const double seconds = std::clamp(seconds_between(end, now), -kFarthestSeconds, kFarthestSeconds);
  in_world.pose.translation += velocity_at(*found, end) * seconds;
  return world_from_ego_or_identity(*session.drive, now).inverse() * in_world;
}

Result<Edit> attribute_edit(const Session& session,
                            std::span<const TrackId> tracks,
                            const std::string& name,
                            const std::string& value) {
  if (!session.history || !session.has_drive()) return refuse("No drive is open");
  const Document& document = session.history->document();
  const Moment moment = session.moment();
  const int frame = session.time.frame;
  if (name != kPresent || frame == 0) return set_attribute(document, tracks, name, value, moment);
  const Stamp before = session.drive->frames()[static_cast<std::size_t>(frame - 1)].stamp;
  return set_attribute(document, tracks, name, value, moment, halfway(before, moment.stamp));
}

Result<Edit> box_edit(const Session& session, TrackId track, const Cuboid& cuboid_in_ego) {
  if (!session.history || !session.has_drive()) return refuse("No drive is open");
  const Moment moment = session.moment();
  const Pose world_from_ego = world_from_ego_or_identity(*session.drive, moment.stamp);
  return set_key(session.history->document(), track, moment, world_from_ego * cuboid_in_ego);
}

Result<Edit> new_box_edit(const Session& session,
                          const std::string& class_name,
                          const Cuboid& cuboid_in_ego,
                          TrackId uid) {
  if (!session.history || !session.has_drive()) return refuse("No drive is open");
  const Moment moment = session.moment();
  const Pose world_from_ego = world_from_ego_or_identity(*session.drive, moment.stamp);
  return create_track(
      session.history->document(), class_name, world_from_ego * cuboid_in_ego, moment, uid);
}

Document previewed(const Session& session, const Edit& edit) {
  return applied(edit, session.history->document(), 0);
}

double usual_yaw(const Session& session) {
  if (const auto box = committed_box(session, primary(session))) return yaw_of(box->pose.rotation);
  return session.last_yaw.value_or(0);
}

Cuboid standing_on(const Plane& ground_in_ego,
                   const Vec3& place_in_ego,
                   const Vec3& size,
                   double yaw) {
  Ground ground;
  ground.plane_in_ego = ground_in_ego;
  return box_on_ground(ground, place_in_ego, size, yaw);
}

Plane ground_at(const Session& session, const Vec3& place_in_ego) {
  constexpr double kRadius = 6;  // a car and a lane around it
  if (const std::shared_ptr<const Sweep> sweep = shown_sweep(session)) {
    Sweep moved = *sweep;  // pieces are shared, so this copies pointers
    moved.ego_from_points = ego_from_points(session, *sweep);
    if (const auto ground = ground_around(moved, place_in_ego, kRadius))
      return ground->plane_in_ego;
  }
  return Plane{Vec3::UnitZ(), place_in_ego.z()};
}

Cuboid placed_box(const Session& session,
                  const Vec3& place_in_ego,
                  const ObjectClass& kind,
                  double yaw,
                  const Plane& ground_in_ego) {
  const double reach = 0.75 * std::max(kind.size.x(), kind.size.y()) + 0.3;
  const std::vector<Seen> points = connected(
      points_around(session, place_in_ego, yaw, reach, kind.size.z() + 0.8, ground_in_ego));
  Vec3 place = place_in_ego;
  constexpr std::size_t kFewest = 5;
  if (points.size() >= kFewest) {
    const auto bounds = [&](double Seen::*axis) {
      std::vector<double> values;
      for (const Seen& p : points) values.push_back(p.*axis);
      std::sort(values.begin(), values.end());
      const std::size_t cut = values.size() / 50;  // stray points at either end
      return std::pair(values[cut], values[values.size() - 1 - cut]);
    };
    const double c = std::cos(yaw), s = std::sin(yaw);
    const auto [back, front] = bounds(&Seen::along);
    const auto [right, left] = bounds(&Seen::across);
    const double along = middle(back, front, kind.size.x(), c * place.x() + s * place.y());
    const double across = middle(right, left, kind.size.y(), -s * place.x() + c * place.y());
    place += Vec3(c * along - s * across, s * along + c * across, 0);
  }
  return standing_on(ground_in_ego, place, kind.size, yaw);
}

Cuboid box_over_rectangle(const Session& session,
                          const Vec3& centre_in_ego,
                          double length,
                          double width,
                          double yaw,
                          const ObjectClass& kind) {
  const Plane ground = ground_at(session, centre_in_ego);
  double height = kind.size.z();
  double highest = 0;
  int count = 0;
  const double most = std::max(kind.size_max.z(), kind.size.z()) + 0.5;
  for (const Seen& p :
       points_around(session, centre_in_ego, yaw, std::hypot(length, width) / 2, most, ground)) {
    if (std::abs(p.along) > length / 2 || std::abs(p.across) > width / 2) continue;
    highest = std::max(highest, p.height);
    ++count;
  }
  constexpr int kFewest = 5;
  if (count >= kFewest) height = std::max(highest, 0.3);
  return standing_on(ground, centre_in_ego, Vec3(length, width, height), yaw);
}

}  // namespace sweepbox
