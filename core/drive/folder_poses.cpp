#include "core/drive/folder_poses.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/parse.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/folder_names.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::json;

std::optional<Pose> pose_of(const double* place, double w, double x, double y, double z) {
  const Quat rotation(w, x, y, z);
  const Vec3 translation(place[0], place[1], place[2]);
  if (!(std::abs(rotation.norm() - 1) < 0.01) || !(translation.norm() < 1e9)) return std::nullopt;
  return Pose{rotation.normalized(), translation};
}

std::vector<std::string_view> fields_of(std::string_view line) {
  if (line.find(',') == std::string_view::npos) return split_blanks(line);
  std::vector<std::string_view> fields = split(line, ',');
  for (std::string_view& field : fields) field = trimmed(field);
  return fields;
}

std::optional<FolderPose> row_pose(const std::vector<std::string_view>& fields, bool nanoseconds) {
  if (fields.size() != 8 && fields.size() != 12 && fields.size() != 16) return std::nullopt;
  std::vector<double> n;
  for (const std::string_view field : fields) {
    const auto number = to_double(field);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    n.push_back(*number);
  }
  if (n.size() != 8) {
    const auto pose = pose_of_matrix(Json(n));
    return pose ? std::optional(FolderPose{std::nullopt, *pose}) : std::nullopt;
  }
  const auto pose =
      nanoseconds ? pose_of(&n[1], n[4], n[5], n[6], n[7]) : pose_of(&n[1], n[7], n[4], n[5], n[6]);
  std::optional<Stamp> stamp = stamp_of_seconds(fields[0]);
  if (nanoseconds) {
    const auto ns = to_integer(fields[0]);
    stamp = ns ? std::optional(Stamp{*ns}) : std::nullopt;
  }
  return pose && stamp ? std::optional(FolderPose{stamp, *pose}) : std::nullopt;
}

std::optional<FolderPose> json_pose(const Json& entry) {
  const Json* matrix = &entry;
  std::optional<Stamp> stamp;
  if (entry.is_object()) {
    for (const char* key : {"pose", "matrix", "transform"})
      if (const auto found = entry.find(key); found != entry.end()) matrix = &*found;
    if (const auto ns = entry.find("stamp_ns"); ns != entry.end() && ns->is_number_integer())
      stamp = Stamp{ns->get<std::int64_t>()};
    else if (const auto s = entry.find("timestamp"); s != entry.end() && s->is_number())
      stamp = stamp_of_seconds(s->dump());
  }
  if (const auto pose = pose_of_matrix(*matrix)) return FolderPose{stamp, *pose};
  // As drive.json has poses: x y z, then the quaternion, w first.
  const std::vector<double> n = numbers_of(*matrix, 7);
  const auto pose = n.empty() ? std::nullopt : pose_of(n.data(), n[3], n[4], n[5], n[6]);
  return pose ? std::optional(FolderPose{stamp, *pose}) : std::nullopt;
}

}  // namespace

FolderPoses parse_folder_poses(std::string_view content, const std::string& file) {
  FolderPoses result;
  int wrong = 0;
  const std::string_view start = trimmed(content.substr(0, 64));
  if (start.starts_with('{') || start.starts_with('[')) {
    const Json json = parse_json(content);
    const Json list = json.is_object() ? json.value("poses", Json()) : json;
    if (!list.is_array()) ++wrong;
    for (const Json& entry : list.is_array() ? list : Json::array()) {
      if (const auto pose = json_pose(entry))
        result.poses.push_back(*pose);
      else
        ++wrong;
    }
  } else {
    bool nanoseconds = false, first = true;
    std::size_t at = 0;
    while (at < content.size()) {
      const std::size_t end = std::min(content.find('\n', at), content.size());
      const std::string_view line = trimmed(content.substr(at, end - at));
      at = end + 1;
      if (line.empty() || line.front() == '#') continue;
      const std::vector<std::string_view> fields = fields_of(line);
      if (first && !to_double(fields.front())) {  // a header
        nanoseconds = fields.front() == "stamp_ns";
        first = false;
        continue;
      }
      first = false;
      result.kitti = result.kitti || fields.size() == 12;
      if (const auto pose = row_pose(fields, nanoseconds))
        result.poses.push_back(*pose);
      else
        ++wrong;
    }
  }
  if (wrong > 0)
    result.problems.push_back({Severity::warning,
                               file,
                               {},
                               "12 or 16 numbers of a rigid matrix, or a time, x y z and a unit "
                               "quaternion, a row",
                               text("{} rows that are none", wrong),
                               "they are left out; poses between are interpolated"});
  return result;
}

}  // namespace sweepbox
