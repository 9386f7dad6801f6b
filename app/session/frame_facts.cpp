#include <algorithm>
#include <limits>

#include "app/session/inside.hpp"
#include "app/session/session.hpp"
#include "core/label/points.hpp"
#include "core/scene/boxes.hpp"
#include "core/sensor/box_projection.hpp"

namespace sweepbox {
namespace {

struct CountRequest {
  TrackId track;
  Cuboid cuboid_in_points;
  Attributes attributes;
};

/// The lidars that a sweep mixes.
const std::vector<std::string>& parts_of(const Session& session, const Sweep& sweep) {
  static const std::vector<std::string> none;
  for (const LidarInfo& lidar : session.drive->info().lidars)
    if (lidar.name == sweep.lidar) return lidar.parts;
  return none;
}

/// What of the attributes the count depends on.
Attributes counted_attributes(const Track& track, Stamp stamp) {
  Attributes all = attributes_at(track, stamp);
  std::erase_if(all, [](const auto& entry) { return entry.first != kLidarAttribute; });
  return all;
}

/// Counts in a job: thirty boxes in 120 000 points take longer than a frame of play may.
void count_later(Session& session,
                 std::shared_ptr<const Sweep> sweep,
                 std::vector<CountRequest> requests) {
  session.inside->counting.request();
  session.inside->counting = session.jobs.submit(
      [sweep, parts = parts_of(session, *sweep), requests = std::move(requests)](
          const Cancel& cancel) -> Result<std::vector<std::pair<TrackId, CountedBox>>> {
        std::vector<std::pair<TrackId, CountedBox>> counted;
        for (const CountRequest& request : requests) {
          if (cancel.requested()) break;
          const std::size_t points =
              count_points(*sweep, parts, request.cuboid_in_points, request.attributes);
          counted.emplace_back(
              request.track,
              CountedBox{
                  sweep, request.cuboid_in_points, static_cast<int>(points), request.attributes});
        }
        return counted;
      },
      [&session, sweep](const Result<std::vector<std::pair<TrackId, CountedBox>>>& counted) {
        if (!counted) return say(session, counted.error());
        for (const auto& [track, box] : *counted) session.inside->counts[track] = box;
        ++session.inside->counts_version;
      },
      {.order = Jobs::Order::newest_first});
}

/// The points of those parts that are switched on, with all their channels. What has no channel
/// `lidar`, or a number beyond the parts, stays.
std::shared_ptr<const Sweep> without_parts(const Sweep& whole, const std::vector<bool>& parts) {
  auto thin = std::make_shared<Sweep>(whole);
  for (auto& piece : thin->pieces) {
    const Channel* of = piece->channel("lidar");
    if (!of) continue;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < piece->size(); ++i) {
      const float number = of->values[i];
      if (!(number >= 0 && number < static_cast<float>(parts.size())) ||
          parts[static_cast<std::size_t>(number)])
        kept.push_back(i);
    }
    const auto pick = [&](const auto& from) {
      std::decay_t<decltype(from)> to;
      if (from.empty()) return to;
      to.reserve(kept.size());
      for (const std::size_t i : kept) to.push_back(from[i]);
      return to;
    };
    PointCloud cloud;
    cloud.origin = piece->origin;
    cloud.bounds = piece->bounds;
    cloud.x = pick(piece->x);
    cloud.y = pick(piece->y);
    cloud.z = pick(piece->z);
    cloud.rgb = pick(piece->rgb);
    for (const Channel& channel : piece->channels)
      cloud.channels.push_back({channel.name, pick(channel.values)});
    piece = std::make_shared<const PointCloud>(std::move(cloud));
  }
  return thin;
}

}  // namespace

std::shared_ptr<const Sweep> shown_sweep(const Session& session, int lidar) {
  if (!session.cache || lidar < 0 || lidar >= static_cast<int>(session.drive->info().lidars.size()))
    return nullptr;
  auto whole = session.cache->sweep(session.time.frame, lidar).value;
  const auto& parts = session.layers.parts;
  const auto index = static_cast<std::size_t>(lidar);
  if (!whole || index >= parts.size() ||
      std::find(parts[index].begin(), parts[index].end(), false) == parts[index].end())
    return whole;
  ThinnedSweep& known = session.inside->thinned[lidar];
  if (known.whole.lock() != whole || known.parts != parts[index])
    known = {whole, parts[index], without_parts(*whole, parts[index])};
  return known.thin;
}

Pose ego_from_points(const Session& session, const Sweep& sweep) {
  return corrected_ego_from_points(sweep, session.document());
}

const ImageFile* shown_image_file(const Session& session, int camera) {
  return session.has_drive() ? session.frame().image(camera) : nullptr;
}

Camera shown_camera(const Session& session, const ImageFile& image) {
  if (session.layout == "calibrate" && session.calibrate.show_before) return *image.calibration;
  return corrected(*image.calibration, session.document());
}

const std::vector<FrameBox>& frame_boxes(Session& session) {
  SessionInside& inside = *session.inside;
  if (!session.has_drive()) {
    inside.boxes.clear();
    return inside.boxes;
  }
  const std::shared_ptr<const Sweep> sweep = shown_sweep(session);
  if (inside.boxes_of_document == session.versions.document &&
      inside.boxes_of_counts == inside.counts_version &&
      inside.boxes_of_frame == session.time.frame && inside.boxes_of_sweep.lock() == sweep &&
      (!inside.boxes_uncounted || session.time.playing))
    return inside.boxes;

  const Document& document = session.document();
  const Stamp stamp = session.frame().stamp;
  const TrackId chosen = primary(session);
  const Pose points_from_ego = sweep ? ego_from_points(session, *sweep).inverse() : Pose{};
  const std::size_t before = inside.boxes.size();
  inside.boxes.clear();
  inside.boxes.reserve(before);
  std::vector<CountRequest> missing;
  for (const FrameCuboid& found : cuboids_in_frame(document, *session.drive, session.time.frame)) {
    FrameBox box{.track = found.track, .cuboid_in_ego = found.cuboid_in_ego};
    box.distance = found.cuboid_in_ego.pose.translation.norm();
    box.key = key_at(*found.track, stamp) != nullptr;
    if (sweep) {
      // The points are judged at their own time, which is the frame's for the reference lidar.
      Cuboid at_sweep = found.cuboid_in_ego;
      if (sweep->stamp != stamp)
        if (const auto moved = cuboid_in_ego_at(*found.track, *session.drive, sweep->stamp))
          at_sweep = *moved;
      const Cuboid in_points = points_from_ego * at_sweep;
      const Attributes attributes = counted_attributes(*found.track, stamp);
      CountedBox& counted = inside.counts[found.track->uid];
      if (counted.sweep.lock() == sweep && counted.cuboid_in_points == in_points &&
          counted.attributes == attributes) {
        box.points = counted.points;
      } else if (found.track->uid == chosen) {
        const std::size_t points =
            count_points(*sweep, parts_of(session, *sweep), in_points, attributes);
        counted = {sweep, in_points, static_cast<int>(points), attributes};
        box.points = counted.points;
      } else {
        missing.push_back({found.track->uid, in_points, attributes});
      }
    }
    inside.boxes.push_back(std::move(box));
  }
  inside.boxes_of_document = session.versions.document;
  inside.boxes_of_counts = inside.counts_version;
  inside.boxes_of_frame = session.time.frame;
  inside.boxes_of_sweep = sweep;
  // While it plays nobody reads thirty numbers, and each result would be a picture more.
  inside.boxes_uncounted = session.time.playing && !missing.empty();
  if (!missing.empty() && !session.time.playing) count_later(session, sweep, std::move(missing));
  return inside.boxes;
}

const FrameBox* frame_box(Session& session, TrackId track) {
  for (const FrameBox& box : frame_boxes(session))
    if (box.track->uid == track) return &box;
  return nullptr;
}

std::optional<double> above_ground(Session& session, const FrameBox& box) {
  /// The plane that was found under one place of a road stands for those beside it.
  constexpr double kSameGround = 1;  // m
  const std::shared_ptr<const Sweep> sweep = shown_sweep(session);
  if (!sweep) return std::nullopt;
  const Pose pose = ego_from_points(session, *sweep);
  const Vec3& place = box.cuboid_in_ego.pose.translation;
  GroundNear& known = session.inside->ground;
  if (known.sweep.lock() != sweep || !(known.ego_from_points == pose) ||
      (known.place_in_ego - place).head<2>().norm() > kSameGround) {
    known = {sweep, pose, place, std::nullopt};
    session.inside->looking_for_ground.request();
    session.inside->looking_for_ground = session.jobs.submit(
        [sweep, pose, place](const Cancel& cancel) -> Result<Ground> {
          if (cancel.requested()) return refuse("nobody wants it any more");
          Sweep placed = *sweep;
          placed.ego_from_points = pose;
          return ground_around(placed, place);
        },
        [&session, sweep, place](const Result<Ground>& ground) {
          GroundNear& waiting = session.inside->ground;
          if (waiting.sweep.lock() == sweep && waiting.place_in_ego == place && ground)
            waiting.ground = *ground;
        },
        {.order = Jobs::Order::newest_first});
  }
  if (!known.ground) return std::nullopt;
  double bottom = std::numeric_limits<double>::infinity();
  for (const Vec3& corner : corners(box.cuboid_in_ego)) bottom = std::min(bottom, corner.z());
  return bottom - known.ground->height_at(place.x(), place.y());
}

int best_camera(Session& session, TrackId track) {
  if (!session.has_drive() || !track) return -1;
  const std::shared_ptr<const Track> shown = session.document().track(track);
  if (!shown) return -1;
  const bool before = session.layout == "calibrate" && session.calibrate.show_before;
  SeenBest& known = session.inside->seen_best;
  if (known.track == shown && known.document == session.versions.document &&
      known.frame == session.time.frame && known.before == before)
    return known.camera;
  known = {shown, session.versions.document, session.time.frame, before, -1};
  double best_score = 0;
  for (const ImageFile& image : session.frame().images) {
    const auto cuboid = cuboid_on_image(*shown, *session.drive, session.frame().stamp, image.stamp);
    if (!cuboid) continue;
    const BoxProjection seen = project_box(shown_camera(session, image), *cuboid);
    const double score = seen.visible * seen.in_image.area();
    if (score > best_score) {
      best_score = score;
      known.camera = image.camera;
    }
  }
  return known.camera;
}

}  // namespace sweepbox
