#include "core/drive/folder_calibration.hpp"

#include <yaml-cpp/yaml.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/parse.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/kitti_calibration.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostYaml = std::size_t{1} << 20;
constexpr const char* kNames[] = {"k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"};
constexpr const char* kFisheye[] = {"k1", "k2", "k3", "k4"};

Problem bad(const std::string& file, const std::string& where, Text expected, Text found) {
  return {Severity::error,
          file,
          where,
          std::move(expected),
          std::move(found),
          "mend this calibration; its images are left out"};
}

Problem bad(const std::string& file, const std::string& where, const Error& error) {
  return bad(
      file, where.empty() ? error.where : where + ", " + error.where, error.expected, error.found);
}

/// YAML as JSON, so that one reader serves both. Numbers become numbers; at most so deep.
Json json_of(const YAML::Node& node, int depth, int& budget) {
  if (depth > 12 || --budget < 0) return {};
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const YAML::Node& item : node) list.push_back(json_of(item, depth + 1, budget));
    return list;
  }
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& entry : node)
      if (entry.first.IsScalar())
        object[entry.first.Scalar()] = json_of(entry.second, depth + 1, budget);
    return object;
  }
  if (!node.IsScalar()) return {};
  if (const auto number = to_double(node.Scalar()); number && std::isfinite(*number))
    return *number;
  return node.Scalar();
}

/// An array itself, or the "data" of OpenCV's and ROS's matrices.
const Json* data_of(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = object.find(key);
    if (found == object.end()) continue;
    if (found->is_array()) return &*found;
    if (found->is_object() && found->contains("data") && (*found)["data"].is_array())
      return &(*found)["data"];
  }
  return nullptr;
}

int whole_at(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const auto found = object.find(key); found != object.end() && found->is_number()) {
      const double number = found->get<double>();
      if (number >= 1 && number <= 100'000) return static_cast<int>(number);
    }
  return 0;
}

std::string word_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// OpenCV's coefficients, zeros at the end left out (it writes 4, 5, 8, 12 or 14).
Result<void> add_distortion(FolderCamera& camera, const std::string& model, const Json& array) {
  const auto read = numbers_up_to(array, kMostDistortion);
  if (!read)
    return fail({},
                "distortion",
                text("at most {} coefficients of OpenCV", kMostDistortion),
                "something else");
  std::vector<double> k = *read;
  while (!k.empty() && k.back() == 0) k.pop_back();
  const bool fisheye = model == "equidistant" || model == "fisheye" || model == "kannala_brandt";
  if (!fisheye && k.empty()) return {};
  camera.lens = fisheye ? "kannala_brandt" : "brown_conrady";
  const std::size_t most = fisheye ? std::size(kFisheye) : std::size(kNames);
  if (k.size() > most)
    return fail({},
                "distortion",
                text("at most {} coefficients that are not zero", most),
                text("{}", k.size()));
  for (std::size_t i = 0; i < k.size(); ++i)
    camera.parameters.emplace_back(fisheye ? kFisheye[i] : kNames[i], k[i]);
  return {};
}

/// Where it stands, under the names that say so; the last ones map the other way.
std::optional<Pose> pose_at(const Json& object) {
  for (const char* key : {"camera_from_lidar",
                          "T_cam_lidar",
                          "T_cam_velo",
                          "lidar2cam",
                          "lidar_to_camera",
                          "extrinsic",
                          "extrinsics"})
    if (const Json* data = data_of(object, {key}))
      if (const auto pose = pose_of_matrix(*data)) return pose;
  for (const char* key :
       {"lidar_from_camera", "T_lidar_cam", "cam_to_velo", "cam2lidar", "CameraExtrinsicMat"})
    if (const Json* data = data_of(object, {key}))
      if (const auto pose = pose_of_matrix(*data)) return pose->inverse();
  return std::nullopt;
}

/// A camera of matrices: OpenCV, ROS, SUSTechPOINTS and their like. Empty where it is none; an
/// error where it is one whose lens cannot be had.
Result<std::optional<FolderCamera>> matrix_camera(const Json& object) {
  const Json* matrix = data_of(
      object, {"camera_matrix", "intrinsic", "intrinsics", "cam_intrinsic", "K", "CameraMat"});
  if (!matrix) return std::optional<FolderCamera>();
  std::vector<double> k = numbers_of(*matrix, 9);
  if (k.empty()) k = numbers_of(*matrix, 4);  // fx fy cx cy
  if (k.empty()) return std::optional<FolderCamera>();
  FolderCamera camera;
  camera.name = word_at(object, "camera_name");
  const bool nine = k.size() == 9;
  camera.parameters = {
      {"fx", k[0]}, {"fy", nine ? k[4] : k[1]}, {"cx", k[2]}, {"cy", nine ? k[5] : k[3]}};
  camera.width = whole_at(object, {"image_width", "width"});
  camera.height = whole_at(object, {"image_height", "height"});
  const Json* distortion = data_of(object,
                                   {"distortion_coefficients",
                                    "dist_coeffs",
                                    "distortion",
                                    "D",
                                    "DistCoeff",
                                    "distortion_coeffs"});
  const auto added = add_distortion(
      camera, word_at(object, "distortion_model"), distortion ? *distortion : Json::array());
  if (!added) return tl::unexpected(added.error());
  camera.camera_from_lidar = pose_at(object);
  return std::optional(std::move(camera));
}

/// As drive.json has it.
std::optional<FolderCamera> own_camera(const Json& object) {
  const auto parameters = object.find("parameters");
  if (parameters == object.end() || !parameters->is_object()) return std::nullopt;
  FolderCamera camera;
  camera.lens = word_at(object, "lens").empty() ? "pinhole" : word_at(object, "lens");
  for (const auto& [name, value] : parameters->items())
    if (value.is_number()) camera.parameters.emplace_back(name, value.get<double>());
  camera.width = whole_at(object, {"width"});
  camera.height = whole_at(object, {"height"});
  const std::vector<double> n = numbers_of(object.value("camera_from_ego", Json()), 7);
  if (!n.empty()) {
    const Quat rotation(n[3], n[4], n[5], n[6]);
    const Vec3 place(n[0], n[1], n[2]);
    if (std::abs(rotation.norm() - 1) < 0.01 && place.norm() < 1e6)
      camera.camera_from_lidar = Pose{rotation.normalized(), place};
  } else {
    camera.camera_from_lidar = pose_at(object);
  }
  return camera;
}

/// cam0, cam1 … each relative to the one before, the first to what T_cam_lidar says.
void add_kalibr(const Json& json, const std::string& file, FolderCalibration& result) {
  std::optional<Pose> before;
  for (int i = 0; i < 100; ++i) {
    const auto found = json.find("cam" + std::to_string(i));
    if (found == json.end() || !found->is_object()) break;
    const std::string name = "cam" + std::to_string(i);
    // Also of a camera that is left out: the next one stands relative to it.
    std::optional<Pose> stands = pose_at(*found);
    const auto from_before = pose_of_matrix(found->value("T_cn_cnm1", Json()));
    if (!stands && before && from_before) stands = *from_before * *before;
    before = stands;
    auto read = matrix_camera(*found);
    const std::string model = word_at(*found, "camera_model");
    if (model != "pinhole" && !model.empty()) continue;
    if (!read) result.problems.push_back(bad(file, name, read.error()));
    if (!read || !*read) continue;
    FolderCamera& camera = **read;
    camera.name = name;
    camera.camera_from_lidar = stands;
    if (const std::vector<double> size = numbers_of(found->value("resolution", Json()), 2);
        !size.empty() && size[0] >= 1 && size[0] <= 1e5 && size[1] >= 1 && size[1] <= 1e5) {
      camera.width = static_cast<int>(size[0]);
      camera.height = static_cast<int>(size[1]);
    }
    result.cameras.push_back(std::move(camera));
  }
}

void add_json(const Json& json, const std::string& file, FolderCalibration& result) {
  if (json.contains("cam0")) {
    add_kalibr(json, file, result);
  } else if (const auto cameras = json.find("cameras");
             cameras != json.end() && cameras->is_object()) {
    for (const auto& [name, object] : cameras->items()) {
      if (!object.is_object()) continue;
      auto camera = own_camera(object);
      if (!camera) {
        auto read = matrix_camera(object);
        if (!read) {
          result.problems.push_back(bad(file, "cameras." + name, read.error()));
          continue;
        }
        camera = std::move(*read);
      }
      if (!camera) {
        result.problems.push_back(
            bad(file, "cameras." + name, "lens and parameters, or matrices", "neither"));
        continue;
      }
      camera->name = name;
      result.cameras.push_back(std::move(*camera));
    }
  } else if (auto camera = matrix_camera(json); !camera) {
    result.problems.push_back(bad(file, {}, camera.error()));
  } else if (*camera) {
    result.cameras.push_back(std::move(**camera));
  } else if (auto own = own_camera(json)) {
    result.cameras.push_back(std::move(*own));
  }
}

void add_kitti(std::string_view content, const std::string& file, FolderCalibration& result) {
  KittiCalibration kitti = parse_kitti_calibration(content, file);
  result.rect_from_lidar = kitti.rect_from_velo;
  for (Problem& problem : kitti.problems) result.problems.push_back(std::move(problem));
  for (std::size_t i = 0; i < kitti.cameras.size(); ++i) {
    if (!kitti.cameras[i]) continue;
    const Pinhole& lens = kitti.cameras[i]->lens;
    FolderCamera camera;
    camera.name = "image_" + std::to_string(i);
    camera.parameters = {{"fx", lens.fx}, {"fy", lens.fy}, {"cx", lens.cx}, {"cy", lens.cy}};
    camera.camera_from_lidar = kitti.cameras[i]->camera_from_velo;
    result.cameras.push_back(std::move(camera));
  }
}

void add_yaml(std::string_view content, const std::string& file, FolderCalibration& result) {
  if (content.size() > kMostYaml) {
    result.problems.push_back(bad(file, {}, "a calibration", "more than a megabyte"));
    return;
  }
  // OpenCV begins its files with a directive that is none of YAML's.
  if (content.starts_with("%YAML"))
    content.remove_prefix(std::min(content.find('\n'), content.size() - 1) + 1);
  try {
    int budget = 20'000;  // aliases of aliases multiply
    const Json json = json_of(YAML::Load(std::string(content)), 0, budget);
    if (json.is_object()) add_json(json, file, result);
  } catch (const YAML::Exception& fault) {
    result.problems.push_back(
        bad(file, fmt::format("line {}", fault.mark.line + 1), "YAML", text("{}", fault.msg)));
  }
}

}  // namespace

FolderCalibration parse_folder_calibration(std::string_view content, const std::string& file) {
  FolderCalibration result;
  const std::string_view start = trimmed(content.substr(0, 256));
  if (start.starts_with('{')) {
    const Json json = parse_json(content);
    if (json.is_object())
      add_json(json, file, result);
    else
      result.problems.push_back(bad(file, {}, "JSON", "something else"));
  } else if (content.find("Tr_velo") != std::string_view::npos ||
             content.find("P2:") != std::string_view::npos) {
    add_kitti(content, file, result);
  } else {
    add_yaml(content, file, result);
  }
  if (result.cameras.empty() && result.problems.empty() && !result.rect_from_lidar)
    result.problems.push_back(
        bad(file, {}, "cameras in a form of ours, KITTI's, OpenCV's, ROS's or Kalibr's", "none"));
  return result;
}

}  // namespace sweepbox
