#include "core/label/repairs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "core/base/parse.hpp"
#include "core/geometry/iou.hpp"
#include "core/label/instants.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {

RawAngles::RawAngles(const Drive& drive)
    : degrees_(drive.info().repairs.value("labels.angles") == "degrees"),
      swapped_(drive.info().repairs.value("labels.quaternion") == "swapped") {}

namespace {

std::optional<Quat> unit(double w, double x, double y, double z) {
  const Quat rotation(w, x, y, z);
  const double norm = rotation.norm();
  if (!std::isfinite(norm) || norm < 1e-9) return std::nullopt;
  return rotation.normalized();
}

}  // namespace

std::optional<Quat> RawAngles::wxyz(double w, double x, double y, double z) const {
  return swapped_ ? unit(z, w, x, y) : unit(w, x, y, z);
}

std::optional<Quat> RawAngles::xyzw(double x, double y, double z, double w) const {
  return swapped_ ? unit(x, y, z, w) : unit(w, x, y, z);
}

namespace {

/// A box at its time, as repairs see it: of a label, or of a key of a track.
struct Placed {
  int near = 0;  ///< the frame whose calibration it takes
  Stamp stamp;
  Cuboid in_ego;
};

int near_frame(const Drive& drive, int frame, Stamp stamp) {
  return std::max(0, frame >= 0 ? frame : drive.frame_table().nearest(stamp));
}

Pose turned(double yaw) {
  return pose_from_yaw(yaw);
}

/// About the box's own vertical.
Cuboid with_heading_turned(Cuboid cuboid, double yaw) {
  cuboid.pose.rotation = (cuboid.pose.rotation * turned(yaw).rotation).normalized();
  return cuboid;
}

Vec3 reordered(const Vec3& size, std::string_view order) {
  Vec3 result = size;
  for (int i = 0; i < 3; ++i) {
    const char axis = order[static_cast<std::size_t>(i)];
    result[axis == 'l' ? 0 : axis == 'w' ? 1 : 2] = size[i];
  }
  return result;
}

/// Yaw was counted clockwise in the lidar's axes.
Cuboid mirrored(const Drive& drive, const Placed& box, double more) {
  const Pose lidar_from_ego = ego_from_clouds(drive, box.near).inverse();
  const Cuboid in_lidar = lidar_from_ego * box.in_ego;
  return with_heading_turned(box.in_ego, more - 2 * yaw_of(in_lidar.pose.rotation));
}

/// The number was alpha = rot_y − atan2(x, z) of the camera, and was read as rot_y.
Cuboid from_alpha(const Drive& drive, const Placed& box) {
  double azimuth = std::atan2(box.in_ego.pose.translation.y(), box.in_ego.pose.translation.x());
  if (const auto ego_from_camera = drive.ego_from("camera_rect_0", box.near)) {
    const Vec3 place = ego_from_camera->inverse() * box.in_ego.pose.translation;
    azimuth = -std::atan2(place.x(), place.z());
  }
  return with_heading_turned(box.in_ego, azimuth);
}

Cuboid with_yaw(const Drive& drive, const Placed& box, std::string_view value) {
  constexpr std::string_view kMirrored = "mirrored";
  if (value == "alpha") return from_alpha(drive, box);
  if (value == "world") {
    Cuboid cuboid = box.in_ego;
    const double ego_yaw = yaw_of(world_from_ego_of_label(drive, box.stamp).rotation);
    cuboid.pose.rotation = (turned(-ego_yaw).rotation * cuboid.pose.rotation).normalized();
    return cuboid;
  }
  const bool mirror = value.starts_with(kMirrored);
  if (mirror) value.remove_prefix(kMirrored.size() + (value.size() > kMirrored.size()));
  const double degrees = to_double(value).value_or(0);
  return mirror ? mirrored(drive, box, degrees * kPi / 180)
                : with_heading_turned(box.in_ego, degrees * kPi / 180);
}

/// ego from the frame that a format's boxes stand in; ego itself where it names none.
Pose reference_of(const LabelFormat* format, const Drive& drive, const Placed& box) {
  if (!format || !format->reference_of) return {};
  const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(box.near)];
  return format->reference_of(drive, {box.near, box.near, frame.name, box.stamp});
}

Cuboid in_frame(const LabelFormat* format,
                const Drive& drive,
                const Placed& box,
                std::string_view value) {
  const Cuboid raw = reference_of(format, drive, box).inverse() * box.in_ego;
  if (value == "world") return world_from_ego_of_label(drive, box.stamp).inverse() * raw;
  return value == "lidar" ? ego_from_clouds(drive, box.near) * raw : raw;
}

using BoxChange = std::function<Cuboid(const Placed&)>;

/// What a repair that looks at one box at a time does to it; empty for the others.
BoxChange change_of(const LabelFormat* format,
                    const Drive& drive,
                    std::string_view name,
                    std::string_view value) {
  if (name == "labels.frame")
    return [=, &drive](const Placed& box) { return in_frame(format, drive, box, value); };
  if (name == "labels.size" && value.size() == 3)
    return [=](const Placed& box) {
      return Cuboid{box.in_ego.pose, reordered(box.in_ego.size, value)};
    };
  if (name == "labels.center")
    return [=](const Placed& box) {
      Cuboid cuboid = box.in_ego;
      const double up = cuboid.size.z() / 2 * (value == "bottom" ? 1 : -1);
      cuboid.pose.translation += cuboid.pose.rotation * Vec3(0, 0, up);
      return cuboid;
    };
  if (name == "labels.yaw")
    return [=, &drive](const Placed& box) { return with_yaw(drive, box, value); };
  if (name == "labels.turn")
    return [yaw = to_double(value).value_or(0) * kPi / 180](const Placed& box) {
      return turned(yaw) * box.in_ego;
    };
  if (name == "labels.offset") {
    const auto parts = split_blanks(value);
    Vec3 offset = Vec3::Zero();
    for (std::size_t i = 0; i < 3 && i < parts.size(); ++i)
      offset[static_cast<Eigen::Index>(i)] = to_double(parts[i]).value_or(0);
    return [=](const Placed& box) { return Pose{Quat::Identity(), offset} * box.in_ego; };
  }
  return {};
}

void change_all(LabelSet& labels, const Drive& drive, const BoxChange& change) {
  for (Label& label : labels.labels) {
    label.cuboid_in_ego =
        change({near_frame(drive, label.frame, label.stamp), label.stamp, label.cuboid_in_ego});
    label.origin = {};
  }
  for (Track& track : labels.tracks)
    for (Keyframe& key : track.keys) {
      const Pose world_from_ego = world_from_ego_of_label(drive, key.stamp);
      const Cuboid changed = world_from_ego * change({near_frame(drive, -1, key.stamp),
                                                      key.stamp,
                                                      world_from_ego.inverse() * key.cuboid()});
      key.world_from_box = changed.pose;
      key.size = changed.size;
      key.origin = {};
    }
}

/// What a track says of times, so much later.
template <class Value>
std::map<Stamp, Value> moved_by(const std::map<Stamp, Value>& values, std::int64_t by_ns) {
  std::map<Stamp, Value> result;
  for (const auto& [stamp, value] : values) result.emplace(Stamp{stamp.ns + by_ns}, value);
  return result;
}

/// Boxes go to the frame so many later; what the file says of them stays. Those that leave the
/// drive belong to no frame of it.
void shift_frames(LabelSet& labels, const Drive& drive, std::int64_t frames) {
  const LabelFormat* format = label_format(labels.format);
  const auto count = static_cast<std::int64_t>(drive.frames().size());
  const std::int64_t by_ns = frames * drive.frame_table().gap_ns();
  const auto moved = [&](int from, Stamp stamp) -> std::pair<int, Stamp> {
    const std::int64_t to = from + frames;
    if (from < 0 || to < 0 || to >= count) return {-1, Stamp{stamp.ns + by_ns}};
    return {static_cast<int>(to), drive.frames()[static_cast<std::size_t>(to)].stamp};
  };
  for (Label& label : labels.labels) {
    const Placed before{near_frame(drive, label.frame, label.stamp), label.stamp, {}};
    const Cuboid raw = reference_of(format, drive, before).inverse() * label.cuboid_in_ego;
    std::tie(label.frame, label.stamp) = moved(label.frame, label.stamp);
    if (label.frame >= 0)
      label.frame_name = drive.frames()[static_cast<std::size_t>(label.frame)].name;
    const Placed after{near_frame(drive, label.frame, label.stamp), label.stamp, {}};
    label.cuboid_in_ego = reference_of(format, drive, after) * raw;
    label.origin = {};
  }
  for (Track& track : labels.tracks) {
    for (Keyframe& key : track.keys) {
      const auto frame = drive.frame_table().named(key.frame);
      const auto [to, stamp] = moved(frame.value_or(-1), key.stamp);
      key.frame = to >= 0 ? drive.frames()[static_cast<std::size_t>(to)].name : std::string();
      key.stamp = stamp;
      key.origin = {};
    }
    track.frame_attributes = moved_by(track.frame_attributes, by_ns);
    track.marks = moved_by(track.marks, by_ns);
    track.first = {std::min(track.first.ns + by_ns, track.keys.front().stamp.ns)};
    track.last = {std::max(track.last.ns + by_ns, track.keys.back().stamp.ns)};
  }
}

/// Each box becomes that of its track so much later, by its neighbours in time.
void move_in_time(LabelSet& labels, const Drive& drive, double offset_s) {
  constexpr double kFarthestNeighbour = 1.0;  // s: beyond, a velocity says little
  std::map<std::string, std::vector<std::size_t>> tracks;
  for (std::size_t i = 0; i < labels.labels.size(); ++i)
    if (labels.labels[i].has_track_id) tracks[labels.labels[i].track].push_back(i);
  std::vector<Pose> in_world(labels.labels.size());
  for (std::size_t i = 0; i < labels.labels.size(); ++i)
    in_world[i] = world_from_ego_of_label(drive, labels.labels[i].stamp) *
                  labels.labels[i].cuboid_in_ego.pose;
  for (auto& [name, boxes] : tracks) {
    std::sort(boxes.begin(), boxes.end(), [&](std::size_t a, std::size_t b) {
      return labels.labels[a].stamp < labels.labels[b].stamp;
    });
    for (std::size_t i = 0; i < boxes.size() && boxes.size() > 1; ++i) {
      const bool ahead = (offset_s > 0 && i + 1 < boxes.size()) || i == 0;
      const std::size_t a = boxes[ahead ? i : i - 1], b = boxes[ahead ? i + 1 : i];
      const double gap = seconds_between(labels.labels[a].stamp, labels.labels[b].stamp);
      if (!(gap > 0) || gap > kFarthestNeighbour) continue;
      Label& label = labels.labels[boxes[i]];
      const double at = seconds_between(labels.labels[a].stamp, label.stamp) + offset_s;
      label.cuboid_in_ego.pose = world_from_ego_of_label(drive, label.stamp).inverse() *
                                 between(in_world[a], in_world[b], at / gap);
      label.origin = {};
    }
  }
  for (Track& track : labels.tracks) {
    if (track.still) continue;
    track.first = later(track.first, -offset_s);
    track.last = later(track.last, -offset_s);
    const std::int64_t by_ns = later(Stamp{}, -offset_s).ns;
    track.frame_attributes = moved_by(track.frame_attributes, by_ns);
    track.marks = moved_by(track.marks, by_ns);
    for (Keyframe& key : track.keys) {
      key.stamp = later(key.stamp, -offset_s);
      key.frame.clear();
      key.origin = {};
    }
  }
}

void drop_second_boxes(LabelSet& labels) {
  std::set<std::size_t> dropped;
  for (const auto& [first, second] : boxed_twice(labels.labels))
    if (!dropped.contains(first)) dropped.insert(second);
  std::vector<Label> kept;
  for (std::size_t i = 0; i < labels.labels.size(); ++i)
    if (!dropped.contains(i)) kept.push_back(std::move(labels.labels[i]));
  labels.labels = std::move(kept);
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> boxed_twice(std::span<const Label> labels) {
  constexpr double kOverlap = 0.5, kHeightOverlap = 0.3;
  std::map<int, std::vector<std::size_t>> frames;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i].frame >= 0) frames[labels[i].frame].push_back(i);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const auto same_class = [](const std::string& a, const std::string& b) {
    return a.starts_with(b) || b.starts_with(a);
  };
  for (const auto& [frame, boxes] : frames)
    for (std::size_t i = 0; i < boxes.size(); ++i)
      for (std::size_t j = i + 1; j < boxes.size(); ++j) {
        const Label &a = labels[boxes[i]], &b = labels[boxes[j]];
        const Cuboid &p = a.cuboid_in_ego, &q = b.cuboid_in_ego;
        const Vec3 apart = p.pose.translation - q.pose.translation;
        if (apart.head<2>().norm() > std::min(p.size.head<2>().norm(), q.size.head<2>().norm()) ||
            std::abs(apart.z()) > (1 - kHeightOverlap) * (p.size.z() + q.size.z()) / 2 ||
            !same_class(a.class_name, b.class_name))
          continue;
        // From the IoU of the plans to the share of the smaller: o = iou (A + B) / (1 + iou).
        const double area_p = p.size.x() * p.size.y(), area_q = q.size.x() * q.size.y();
        const double iou = iou_bev(p, q);
        if (iou * (area_p + area_q) / (1 + iou) > kOverlap * std::min(area_p, area_q))
          pairs.emplace_back(boxes[i], boxes[j]);
      }
  return pairs;
}

void apply_label_repair(LabelSet& labels,
                        const Drive& drive,
                        std::string_view name,
                        std::string_view value) {
  if (drive.frames().empty()) return;
  if (const BoxChange change = change_of(label_format(labels.format), drive, name, value))
    change_all(labels, drive, change);
  else if (name == "labels.shift")
    shift_frames(labels, drive, to_integer(value).value_or(0));
  else if (name == "labels.time_offset_ms")
    move_in_time(labels, drive, to_double(value).value_or(0) * 1e-3);
  else if (name == "labels.duplicates")
    drop_second_boxes(labels);
}

void apply_label_repairs(LabelSet& labels, const Drive& drive) {
  constexpr std::array<std::string_view, 9> kOrder = {"labels.frame",
                                                      "labels.shift",
                                                      "labels.size",
                                                      "labels.center",
                                                      "labels.yaw",
                                                      "labels.turn",
                                                      "labels.offset",
                                                      "labels.time_offset_ms",
                                                      "labels.duplicates"};
  for (const std::string_view name : kOrder)
    if (const auto value = drive.info().repairs.value(name))
      apply_label_repair(labels, drive, name, *value);
}

}  // namespace sweepbox
