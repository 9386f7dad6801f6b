#include "app/command/json.hpp"

#include <iostream>

namespace sweepbox {

void print(const Json& document) {
  // Words of files may be any bytes; what is no UTF-8 is replaced, never thrown about.
  std::cout << document.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
}

Json to_json(const Problem& problem) {
  return {{"severity", name_of(problem.severity)},
          {"file", problem.file},
          {"where", problem.where},
          {"expected", english(problem.expected)},
          {"found", english(problem.found)},
          {"fix", english(problem.fix)}};
}

Json to_json(const Rect& rect) {
  return {rect.x0, rect.y0, rect.x1, rect.y1};
}

Json to_json(const ListedBox& row, const Cuboid& cuboid, const std::string& frame_of) {
  const Vec3& center = cuboid.pose.translation;
  // One of q and −q, so that equal boxes print equal numbers.
  Quat q = cuboid.pose.rotation;
  if (q.w() < 0) q.coeffs() *= -1;
  Json json = {{"track", row.track},
               {"class", row.class_name},
               {"center", {center.x(), center.y(), center.z()}},
               {"size", {cuboid.size.x(), cuboid.size.y(), cuboid.size.z()}},
               {"rotation", {q.w(), q.x(), q.y(), q.z()}},
               {"yaw", yaw_of(q)},
               {"frame_of", frame_of}};
  if (row.score) json["score"] = *row.score;
  if (!row.attributes.empty()) json["attributes"] = row.attributes;
  return json;
}

Result<Pose> reference_from_ego(const Drive& drive, int frame, const std::string& reference) {
  if (reference.empty() || reference == "ego") return Pose{};
  if (reference == "world") {
    const auto pose = drive.world_from_ego(drive.frames()[static_cast<std::size_t>(frame)].stamp);
    if (!pose) return refuse("this drive has no poses", "leave --in world away");
    return *pose;
  }
  if (reference.starts_with("lidar:")) {
    const std::string name = reference.substr(6);
    for (const LidarInfo& lidar : drive.info().lidars)
      if (lidar.name == name)
        if (const auto ego_from_lidar = drive.ego_from(name, frame))
          return ego_from_lidar->inverse();
    std::string names;
    for (const LidarInfo& lidar : drive.info().lidars) names += " lidar:" + lidar.name;
    return refuse(text("there is no lidar \"{}\"", name), text("use one of:{}", names));
  }
  return refuse(text("--in {} is no frame of reference", reference),
                "use ego, world or lidar:NAME");
}

}  // namespace sweepbox
