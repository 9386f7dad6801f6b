#include "core/label/scale_boxes.hpp"

#include <cmath>

#include "core/label/points.hpp"
#include "core/label/upright.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

constexpr const char* kFix = "correct the box, or take the file from the data set again";
/// No real object is longer. Places in the world may be UTM's.
constexpr double kLargestSize = 200, kFarthest = 1e9, kLargestAngle = 100;
constexpr std::string_view kLidars[] = {"pandar64", "pandar_gt"};
constexpr std::string_view kWords[] = {"Car",
                                       "Pickup Truck",
                                       "Medium-sized Truck",
                                       "Semi-truck",
                                       "Towed Object",
                                       "Motorcycle",
                                       "Other Vehicle - Construction Vehicle",
                                       "Other Vehicle - Uncommon",
                                       "Other Vehicle - Pedicab",
                                       "Emergency Vehicle",
                                       "Bus",
                                       "Personal Mobility Device",
                                       "Motorized Scooter",
                                       "Bicycle",
                                       "Train",
                                       "Trolley",
                                       "Tram / Subway",
                                       "Pedestrian",
                                       "Pedestrian with Object",
                                       "Animals - Bird",
                                       "Animals - Other",
                                       "Pylons",
                                       "Road Barriers",
                                       "Signs",
                                       "Cones",
                                       "Construction Signs",
                                       "Temporary Construction Barriers",
                                       "Rolling Containers"};

/// The box's own axes (x right, y front) from the neutral ones (x front, y left).
Quat scale_from_neutral() {
  return Quat(Eigen::AngleAxisd(kPi / 2, Vec3::UnitZ()));
}

}  // namespace

const std::span<const std::string_view> kPandaSetWords = kWords;

Result<Cuboid> cuboid_in_world(const ScaleBox& box) {
  for (int i = 0; i < 3; ++i) {
    const std::string axis(1, static_cast<char>('x' + i));
    if (!(box.dimensions[i] > 0 && box.dimensions[i] <= kLargestSize))
      return fail({},
                  "dimensions." + axis,
                  text("a length above 0, up to {} m", kLargestSize),
                  text("{}", box.dimensions[i]),
                  kFix);
    if (!(std::abs(box.position[i]) <= kFarthest))
      return fail({}, "position." + axis, "a place in metres", text("{}", box.position[i]), kFix);
  }
  for (const auto& [field, angle] :
       {std::pair("yaw", box.yaw), std::pair("pitch", box.pitch), std::pair("roll", box.roll)})
    if (!(std::abs(angle) <= kLargestAngle))
      return fail({}, field, "an angle in radians", text("{}", angle), kFix);
  const Quat world_from_scale = Quat(Eigen::AngleAxisd(box.yaw, Vec3::UnitZ())) *
                                Quat(Eigen::AngleAxisd(box.pitch, Vec3::UnitX())) *
                                Quat(Eigen::AngleAxisd(box.roll, Vec3::UnitY()));
  return Cuboid{{(world_from_scale * scale_from_neutral()).normalized(), box.position},
                {box.dimensions.y(), box.dimensions.x(), box.dimensions.z()}};
}

ScaleBox scale_box(const Cuboid& cuboid_in_world) {
  const Cuboid upright = nearest_upright(cuboid_in_world);
  ScaleBox box;
  box.position = upright.pose.translation;
  box.dimensions = {upright.size.y(), upright.size.x(), upright.size.z()};
  box.yaw = wrapped_angle(yaw_of(upright.pose.rotation) - kPi / 2);
  return box;
}

Pose ego_from_world_of_label(const Drive& drive, const Instant& instant) {
  return world_from_ego_of_label(drive, instant.stamp).inverse();
}

std::string lidar_of_sensor_id(std::int64_t id) {
  return id == 0 || id == 1 ? std::string(kLidars[id]) : std::string();
}

std::int64_t sensor_id_of(const Attributes& attributes) {
  const auto lidar = attributes.find(kLidarAttribute);
  for (std::int64_t id = 0; id < 2; ++id)
    if (lidar != attributes.end() && lidar->second == kLidars[id]) return id;
  return -1;
}

}  // namespace sweepbox
