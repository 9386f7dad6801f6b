#include "core/drive/table_repairs.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parse.hpp"
#include "core/drive/reading.hpp"
#include "core/drive/repaired.hpp"

namespace sweepbox::reading {
namespace {

std::string sensor_names(const DriveTables& tables) {
  std::string names;
  for (const TableLidar& lidar : tables.lidars) names += (names.empty() ? "" : ", ") + lidar.name;
  for (const TableCamera& camera : tables.cameras)
    names += (names.empty() ? "" : ", ") + camera.name;
  return names;
}

/// The calibration says something else than it means: sensor-to-lidar for lidar-to-sensor ….
void repair_extrinsics(DriveTables& tables,
                       TableLidar* lidar,
                       TableCamera* camera,
                       std::string_view value) {
  if (lidar)
    lidar->ego_from_points = repaired_extrinsics(lidar->ego_from_points.inverse(), value).inverse();
  if (!camera) return;
  const Pose ego_from_points =
      tables.lidars.empty() ? Pose() : tables.lidars.front().ego_from_points;
  for (TableImage& image : camera->images) {
    auto repaired = std::make_shared<Camera>(*image.calibration);
    repaired->camera_from_ego =
        repaired_extrinsics(repaired->camera_from_ego * ego_from_points, value) *
        ego_from_points.inverse();
    image.calibration = std::move(repaired);
  }
  // What the reader named from the same numbers would contradict them now.
  std::erase_if(tables.frames_of_reference,
                [&](const auto& entry) { return entry.first.first == camera->name; });
}

void repair_lens(TableCamera& camera, std::string_view value) {
  for (TableImage& image : camera.images) {
    auto repaired = std::make_shared<Camera>(*image.calibration);
    repaired->lens = repaired_lens(repaired->lens, repaired->width, repaired->height, value);
    image.calibration = std::move(repaired);
  }
}

/// Changes what poses say. Points that were stored in the world came to the vehicle by the same
/// poses, and are brought back and again.
template <class Function>
void repair_poses(DriveTables& tables, Function repaired) {
  const std::vector<TablePose> old = tables.poses;
  for (TablePose& pose : tables.poses) pose.world_from_ego = repaired(pose.world_from_ego);
  for (TableLidar& lidar : tables.lidars)
    for (TableSweep& sweep : lidar.sweeps) {
      const auto before = pose_at(old, sweep.stamp), after = pose_at(tables.poses, sweep.stamp);
      if (sweep.ego_from_points && before && after)
        sweep.ego_from_points = after->inverse() * (*before * *sweep.ego_from_points);
    }
}

/// False where a stamp would leave the clock.
bool scale_stamps(DriveTables& tables, TableLidar* lidar, TableCamera* camera, double factor) {
  constexpr double kFarthest = 2e18;
  bool good = true;
  const auto scale = [&](Stamp& stamp) {
    const double ns = static_cast<double>(stamp.ns) * factor;
    good = good && std::abs(ns) < kFarthest;
    // In integers where it can be: a double holds no nanoseconds since 1970.
    if (!good) return;
    if (factor >= 1 && factor == std::floor(factor))
      stamp.ns *= std::llround(factor);
    else if (const double divisor = std::round(1 / factor); std::abs(divisor * factor - 1) < 1e-9)
      stamp.ns /= std::llround(divisor);
    else
      stamp.ns = std::llround(ns);
  };
  for_each_stamp(tables, lidar, camera, scale);
  return good;
}

/// Each image takes name and stamp of the one so many later; those that leave the drive are
/// dropped.
void shift_images(TableCamera& camera, std::int64_t frames) {
  std::vector<TableImage> shifted;
  const auto count = static_cast<std::int64_t>(camera.images.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = i - frames;
    if (from < 0 || from >= count) continue;
    TableImage image = camera.images[static_cast<std::size_t>(i)];
    const TableImage& source = camera.images[static_cast<std::size_t>(from)];
    image.path = source.path;
    image.read = source.read;
    image.inside = source.inside;
    shifted.push_back(std::move(image));
  }
  camera.images = std::move(shifted);
}

tl::unexpected<Error> bad_repair(const std::string& name, Text expected, Text found) {
  return fail({}, "repair " + name, std::move(expected), std::move(found), "leave this repair out");
}

Result<void> apply_repair(DriveTables& tables, const std::string& name, const std::string& value) {
  const auto match = match_repair(name);
  if (!match) return bad_repair(name, "a repair that exists", "none of this name");
  const auto named = [&](const auto& sensor) { return sensor.name == match->sensor; };
  const auto lidar = std::find_if(tables.lidars.begin(), tables.lidars.end(), named);
  const auto camera = std::find_if(tables.cameras.begin(), tables.cameras.end(), named);
  TableLidar* const of_lidar = lidar == tables.lidars.end() ? nullptr : &*lidar;
  TableCamera* const of_camera = camera == tables.cameras.end() ? nullptr : &*camera;
  const std::string_view kind = match->kind->name;
  if (kind.starts_with("labels.") || kind.starts_with("bin.") || kind.starts_with("axes."))
    return {};  // for those who read them
  const bool of_poses = match->sensor == "poses" && kind.starts_with("stamps.");
  if (!match->sensor.empty() && !of_lidar && !of_camera && !of_poses)
    return bad_repair(name, text("a sensor: {}", sensor_names(tables)), text("{}", match->sensor));
  const auto number = to_double(value);
  const auto needs_camera = [&] { return bad_repair(name, "a camera", text("{}", match->sensor)); };
  if (kind == "extrinsics.NAME") {
    repair_extrinsics(tables, of_lidar, of_camera, value);
  } else if (kind == "lens.NAME") {
    if (!of_camera) return needs_camera();
    repair_lens(*of_camera, value);
  } else if (kind == "poses") {
    repair_poses(tables, [&](const Pose& pose) {
      return (pose * tables.ego_from_posed).inverse() * tables.ego_from_posed.inverse();
    });
  } else if (kind == "poses.quaternion") {
    repair_poses(tables, [&](const Pose& pose) {
      const Pose read = pose * tables.ego_from_posed;
      return Pose{reordered(read.rotation, value), read.translation} *
             tables.ego_from_posed.inverse();
    });
  } else if (kind == "motion.NAME") {
    if (!of_lidar) return bad_repair(name, "a lidar", text("{}", match->sensor));
    of_lidar->motion = value == "raw" ? Motion::raw : Motion::unknown;
  } else if (!number || !std::isfinite(*number)) {
    return bad_repair(name, text("{}", match->kind->values), text("{}", value));
  } else if (kind == "images.NAME.shift") {
    if (!of_camera) return needs_camera();
    shift_images(*of_camera, std::llround(*number));
  } else if (kind == "stamps.NAME.offset_ms") {
    const auto move = [&](Stamp& stamp) { stamp = later(stamp, *number * 1e-3); };
    if (of_poses)
      for (TablePose& pose : tables.poses) move(pose.stamp);
    else
      for_each_stamp(tables, of_lidar, of_camera, move);
  } else if (kind == "stamps.NAME.unit" || kind == "stamps.unit") {
    bool good = true;
    if (of_poses) {
      DriveTables poses;
      std::swap(poses.poses, tables.poses);
      good = scale_stamps(poses, nullptr, nullptr, *number);
      std::swap(poses.poses, tables.poses);
    } else {
      good = scale_stamps(tables, of_lidar, of_camera, *number);
    }
    if (!good) return bad_repair(name, "stamps within 63 years", "some beyond");
  } else if (kind == "rate_hz") {
    if (tables.assumed_rate_hz <= 0)
      return bad_repair(name, "a drive without a clock", "one with stamps");
    if (*number <= 0) return bad_repair(name, text("{}", match->kind->values), text("{}", value));
    const double factor = tables.assumed_rate_hz / *number;
    for_each_stamp(tables, nullptr, nullptr, [&](Stamp& stamp) {
      stamp.ns = std::llround(static_cast<double>(stamp.ns) * factor);
    });
  }
  return {};
}

}  // namespace

Result<void> apply_repairs(DriveTables& tables) {
  for (const auto& [name, value] : tables.info.repairs.values)
    if (auto done = apply_repair(tables, name, value); !done) return done;
  return {};
}

}  // namespace sweepbox::reading
