#include "core/drive/table_repairs.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parse.hpp"

namespace sweepbox::reading {
namespace {

std::string sensor_names(const DriveTables& tables) {
  std::string names;
  for (const TableLidar& lidar : tables.lidars) names += (names.empty() ? "" : ", ") + lidar.name;
  for (const TableCamera& camera : tables.cameras)
    names += (names.empty() ? "" : ", ") + camera.name;
  return names;
}

/// The sensor's calibration was stored the other way round: sensor-to-lidar for lidar-to-sensor.
void invert_extrinsics(DriveTables& tables, TableLidar* lidar, TableCamera* camera) {
  if (lidar) lidar->ego_from_points = lidar->ego_from_points.inverse();
  if (!camera) return;
  const Pose ego_from_points =
      tables.lidars.empty() ? Pose() : tables.lidars.front().ego_from_points;
  for (TableImage& image : camera->images) {
    auto repaired = std::make_shared<Camera>(*image.calibration);
    const Pose camera_from_points = repaired->camera_from_ego * ego_from_points;
    repaired->camera_from_ego = camera_from_points.inverse() * ego_from_points.inverse();
    image.calibration = std::move(repaired);
  }
  // What the reader named from the same numbers would contradict them now.
  std::erase_if(tables.frames_of_reference,
                [&](const auto& entry) { return entry.first.first == camera->name; });
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
  if (!match->sensor.empty() && !of_lidar && !of_camera)
    return bad_repair(name, text("a sensor: {}", sensor_names(tables)), text("{}", match->sensor));
  const std::string_view kind = match->kind->name;
  const auto number = to_double(value);
  if (kind == "extrinsics.NAME") {
    invert_extrinsics(tables, of_lidar, of_camera);
  } else if (kind == "motion.NAME") {
    if (!of_lidar) return bad_repair(name, "a lidar", text("{}", match->sensor));
    of_lidar->motion = value == "raw" ? Motion::raw : Motion::unknown;
  } else if (!number || !std::isfinite(*number)) {
    return bad_repair(name, text("{}", match->kind->values), text("{}", value));
  } else if (kind == "images.NAME.shift") {
    if (!of_camera) return bad_repair(name, "a camera", text("{}", match->sensor));
    shift_images(*of_camera, std::llround(*number));
  } else if (kind == "stamps.NAME.offset_ms") {
    for_each_stamp(
        tables, of_lidar, of_camera, [&](Stamp& stamp) { stamp = later(stamp, *number * 1e-3); });
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
