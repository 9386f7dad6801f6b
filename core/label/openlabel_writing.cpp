#include "core/label/openlabel_writing.hpp"

#include <algorithm>
#include <set>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/openlabel_attributes.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

constexpr const char* kVehicle = "vehicle-iso8855";
constexpr const char* kWorld = "world";

std::string matrix_json(const Pose& pose) {
  const Mat3 r = pose.rotation.toRotationMatrix();
  std::string result = "{\"matrix4x4\":[";
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column)
      result += fmt::format("{},", json_number(r(row, column)));
    result += fmt::format("{},", json_number(pose.translation[row]));
  }
  return result + "0,0,0,1]}";
}

std::string pose_json(const Pose& pose) {
  const Quat& q = pose.rotation;
  const Vec3& t = pose.translation;
  return fmt::format("{{\"quaternion\":[{},{},{},{}],\"translation\":[{},{},{}]}}",
                     json_number(q.x()),
                     json_number(q.y()),
                     json_number(q.z()),
                     json_number(q.w()),
                     json_number(t.x()),
                     json_number(t.y()),
                     json_number(t.z()));
}

std::string system_json(const char* type,
                        const std::string& parent,
                        const std::vector<std::string>& children,
                        const std::optional<Pose>& pose) {
  std::string result =
      fmt::format("{{\"type\":\"{}\",\"parent\":{},\"children\":[", type, json_string(parent));
  for (std::size_t i = 0; i < children.size(); ++i)
    result += fmt::format("{}{}", i ? "," : "", json_string(children[i]));
  result += "]";
  if (pose) result += ",\"pose_wrt_parent\":" + matrix_json(*pose);
  return result + "}";
}

/// Vehicle, world and the sensors, as the first frame has them.
std::string systems_json(const Drive& drive) {
  std::vector<std::string> sensors;
  for (const LidarInfo& lidar : drive.info().lidars) sensors.push_back(lidar.name);
  for (const CameraInfo& camera : drive.info().cameras) sensors.push_back(camera.name);
  std::erase_if(sensors,
                [](const std::string& name) { return name == kVehicle || name == kWorld; });
  const bool poses = drive.info().poses;
  std::string result = "{\n";
  if (poses)
    result += fmt::format(" \"{}\":{},\n", kWorld, system_json("scene_cs", "", {kVehicle}, {}));
  result += fmt::format(
      " \"{}\":{}", kVehicle, system_json("local_cs", poses ? kWorld : "", sensors, {}));
  for (const std::string& name : sensors)
    result += fmt::format(
        ",\n {}:{}",
        json_string(name),
        system_json("sensor_cs", kVehicle, {}, drive.ego_from(name, 0).value_or(Pose())));
  return result + "\n}";
}

std::string streams_json(const Drive& drive) {
  std::string result;
  const auto add = [&](const std::string& name, const char* type) {
    result += fmt::format("{}\n {}:{{\"type\":\"{}\",\"description\":\"\",\"uri\":\"\"}}",
                          result.empty() ? "" : ",",
                          json_string(name),
                          type);
  };
  for (const LidarInfo& lidar : drive.info().lidars) add(lidar.name, "lidar");
  for (const CameraInfo& camera : drive.info().cameras) add(camera.name, "camera");
  return "{" + result + "\n}";
}

}  // namespace

bool is_openlabel_uid(std::string_view name) {
  if (name.empty() || name.size() > 36) return false;
  const std::string_view digits = name.substr(name[0] == '-' ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos)
    return true;
  if (name.size() != 36) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = name[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

OpenLabelKeys::OpenLabelKeys(const Drive& drive) : frames_(drive.frames().size()) {
  std::set<std::int64_t> numbers;
  for (const FrameInfo& frame : drive.frames()) {
    const auto number = number_in(frame.name);
    numbered_ = numbered_ && number && *number >= 0 && *number < 1'000'000'000 &&
                numbers.insert(*number).second;
  }
}

std::string OpenLabelKeys::of(const Instant& instant) const {
  const auto number = number_in(instant.name);
  if (numbered_ && number && *number >= 0) return std::to_string(*number);
  return std::to_string(instant.frame >= 0 ? instant.frame : static_cast<int>(frames_));
}

OpenLabelUids::OpenLabelUids(const Document& document) {
  std::set<std::string> taken;
  for (const auto& track : document.tracks())
    if (is_openlabel_uid(track->name) && taken.insert(track->name).second)
      uids_[track->uid] = track->name;
  std::int64_t next = 0;
  for (const auto& track : document.tracks()) {
    if (uids_.contains(track->uid)) continue;
    while (taken.contains(std::to_string(next))) ++next;
    uids_[track->uid] = std::to_string(next++);
  }
}

std::string cuboid_json(const OutBox& box) {
  const Quat& q = box.cuboid_in_ego.pose.rotation;
  const Vec3& t = box.cuboid_in_ego.pose.translation;
  const Vec3& s = box.cuboid_in_ego.size;
  std::string val;
  for (const double value : {t.x(), t.y(), t.z(), q.x(), q.y(), q.z(), q.w(), s.x(), s.y(), s.z()})
    val += fmt::format("{}{}", val.empty() ? "" : ",", json_number(value));
  std::string result =
      fmt::format("{{\"name\":\"cuboid\",\"coordinate_system\":\"{}\",\"val\":[{}]", kVehicle, val);
  if (!box.attributes.empty() || box.score)
    result += ",\"attributes\":" + openlabel_attributes_json(box.attributes, box.score);
  return result + "}";
}

std::string frame_json(const Drive& drive, const Instant& instant, const std::string& objects) {
  const std::int64_t ns = instant.stamp.ns;
  const bool before = ns < 0;
  const auto size = static_cast<std::uint64_t>(before ? -ns : ns);
  std::string result =
      fmt::format("{{\"frame_properties\":{{\"timestamp\":{}{}.{:09},\"external_id\":{}",
                  before ? "-" : "",
                  size / kNsPerSecond,
                  size % kNsPerSecond,
                  json_string(instant.name));
  if (drive.info().poses)
    result += fmt::format(
        ",\"transforms\":{{\"{0}_to_{1}\":{{\"src\":\"{0}\",\"dst\":\"{1}\","
        "\"transform_src_to_dst\":{2}}}}}",
        kVehicle,
        kWorld,
        pose_json(world_from_ego_of_label(drive, instant.stamp)));
  return result + "},\"objects\":{" + objects + "}}";
}

std::string intervals_json(const std::vector<std::int64_t>& frames) {
  std::string result;
  for (std::size_t begin = 0, end = 1; begin < frames.size(); begin = end++) {
    while (end < frames.size() && frames[end] == frames[end - 1] + 1) ++end;
    result += fmt::format("{}{{\"frame_start\":{},\"frame_end\":{}}}",
                          result.empty() ? "" : ",",
                          frames[begin],
                          frames[end - 1]);
  }
  return fmt::format("[{}]", result);
}

std::string object_json(const Track& track,
                        const std::string& type,
                        const std::vector<std::int64_t>& frames) {
  const std::string intervals = intervals_json(frames);
  return fmt::format(
      "{{\"name\":{},\"type\":{},\"frame_intervals\":{},\"object_data_pointers\":{{\"cuboid\":{{"
      "\"type\":\"cuboid\",\"frame_intervals\":{}}}}}}}",
      json_string(track.name),
      json_string(type),
      intervals,
      intervals);
}

std::string openlabel_text(const WriteRequest& request, const std::vector<OutFrame>& frames) {
  const Drive& drive = request.drive;
  const OpenLabelUids uids(request.document);
  const OpenLabelKeys keys(drive);
  std::map<std::int64_t, std::string> written;
  std::map<std::string, std::pair<const Track*, std::vector<std::int64_t>>> objects;
  std::vector<std::int64_t> numbers;
  for (const OutFrame& frame : frames) {
    std::int64_t number = to_integer(keys.of(frame.instant)).value_or(0);
    while (written.contains(number)) ++number;  // instants that no number tells apart
    std::string inside;
    for (const OutBox& box : frame.boxes) {
      const std::string& uid = uids.of(*box.track);
      auto& [track, where] = objects[uid];
      track = box.track.get();
      where.push_back(number);
      inside += fmt::format("{}\"{}\":{{\"object_data\":{{\"cuboid\":[{}]}}}}",
                            inside.empty() ? "" : ",\n   ",
                            uid,
                            cuboid_json(box));
    }
    written[number] = frame_json(drive, frame.instant, inside);
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::string result = fmt::format(
      "{{\"openlabel\":{{\n\"metadata\":{{\"schema_version\":\"1.0.0\",\"annotator\":"
      "\"Sweepbox\",\"name\":{}}},\n\"coordinate_systems\":{},\n\"streams\":{},\n\"objects\":{{",
      json_string(drive.info().name),
      systems_json(drive),
      streams_json(drive));
  bool first = true;
  std::vector<std::string> order;
  for (const auto& [uid, object] : objects) order.push_back(uid);
  std::sort(order.begin(), order.end(), name_before);
  for (const std::string& uid : order) {
    auto& [track, where] = objects[uid];
    std::sort(where.begin(), where.end());
    result += fmt::format(
        "{}\n \"{}\":{}", first ? "" : ",", uid, object_json(*track, track->class_name, where));
    first = false;
  }
  result += "\n},\n\"frames\":{";
  first = true;
  for (const auto& [number, json] : written) {
    result += fmt::format("{}\n \"{}\":{}", first ? "" : ",", number, json);
    first = false;
  }
  return result + "\n},\n\"frame_intervals\":" + intervals_json(numbers) + "\n}}\n";
}

}  // namespace sweepbox
