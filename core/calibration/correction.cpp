#include "core/calibration/correction.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace sweepbox {
namespace {

// A camera's roll, pitch and yaw are about z, x and y: the same cycle as x, y, z, one step on.
Quat to_camera_axes(const Quat& q) {
  return {q.w(), q.y(), q.z(), q.x()};
}

Quat from_camera_axes(const Quat& q) {
  return {q.w(), q.z(), q.x(), q.y()};
}

nlohmann::ordered_json matrix_of(const Pose& pose) {
  const Mat3 r = pose.rotation.toRotationMatrix();
  auto rows = nlohmann::ordered_json::array();
  for (int i = 0; i < 3; ++i) rows.push_back({r(i, 0), r(i, 1), r(i, 2), pose.translation[i]});
  rows.push_back({0, 0, 0, 1});
  return rows;
}

}  // namespace

Pose correction_of(const Nudge& nudge, CorrectedSensor sensor) {
  const Quat turned = from_roll_pitch_yaw(nudge.roll, nudge.pitch, nudge.yaw);
  return {sensor == CorrectedSensor::camera ? to_camera_axes(turned) : turned,
          {nudge.x, nudge.y, nudge.z}};
}

Nudge nudge_of(const Pose& correction, CorrectedSensor sensor) {
  const Vec3 angles =
      roll_pitch_yaw_of(sensor == CorrectedSensor::camera ? from_camera_axes(correction.rotation)
                                                          : correction.rotation);
  const Vec3& t = correction.translation;
  return {t.x(), t.y(), t.z(), angles.x(), angles.y(), angles.z()};
}

std::string correction_to_json(std::string_view drive, std::span<const Correction> corrections) {
  nlohmann::ordered_json root;
  root["drive"] = drive;
  root["corrections"] = nlohmann::ordered_json::array();
  for (const Correction& each : corrections) {
    const bool camera = each.kind == CorrectedSensor::camera;
    const Nudge moved = nudge_of(each.correction, each.kind);
    root["corrections"].push_back({
        {"sensor", each.sensor},
        {"kind", camera ? "camera" : "lidar"},
        {"rule",
         camera ? "camera_from_ego = correction * loaded"
                : "ego_from_points = correction * loaded"},
        {"moved",
         {{"x", moved.x},
          {"y", moved.y},
          {"z", moved.z},
          {"roll", moved.roll},
          {"pitch", moved.pitch},
          {"yaw", moved.yaw}}},
        {"correction", matrix_of(each.correction)},
        {"loaded", matrix_of(each.loaded)},
        {"corrected", matrix_of(each.correction * each.loaded)},
    });
  }
  // Names of drives come from disks and may be no UTF-8: such bytes are replaced, nothing throws.
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sweepbox
