#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/service_scene.hpp"

// A data set of a Supervisely project (formats.md 4.12), also as CVAT and Datumaro write it:
// pointcloud/F.pcd, ann/F.pcd.json or annotation.json, related_images/F_pcd/NAME with NAME.json,
// which has extrinsicMatrix (12, row by row, lidar to camera) and intrinsicMatrix (9).

namespace sweepbox {

DriveFormat supervisely_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "supervisely";
constexpr const char* kEpisode = "annotation.json";

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code);
}

bool is_data_set(const fs::path& folder) {
  return (is_there(folder / "ann") || is_there(folder / kEpisode)) &&
         reading::has_file(folder / "pointcloud", {".pcd"});
}

DriveRef ref_of(const fs::path& folder, std::string name) {
  return {std::move(name), kFormat, folder, {}, 0.9, "pointcloud with annotations beside it"};
}

Listing list(const fs::path& path) {
  Listing listing;
  if (is_data_set(path)) {
    listing.drives.push_back(ref_of(path, path.filename().string()));
    return listing;
  }
  if (!is_there(path / "meta.json")) return listing;
  std::vector<fs::path> sets;
  for (const fs::path& folder : list_folders(path))
    if (is_data_set(folder)) sets.push_back(folder);
  for (const fs::path& folder : sets)
    listing.drives.push_back(
        ref_of(folder, (sets.size() == 1 ? path : folder).filename().string()));
  return listing;
}

std::vector<double> numbers_of(const Json& json, const char* key) {
  std::vector<double> numbers;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->size() > 16) return numbers;
  for (const Json& one : *found) {
    if (!one.is_number()) return {};
    numbers.push_back(one.get<double>());
  }
  return numbers;
}

/// The camera that an image is of: what its file says, else its place among the frame's images.
std::string camera_of(const Json& meta, std::size_t index) {
  for (const char* key : {"deviceId", "sensorId"})
    if (const auto found = meta.find(key); found != meta.end()) {
      if (found->is_string() && !found->get<std::string>().empty())
        return found->get<std::string>();
      if (found->is_number_integer()) return "camera_" + found->dump();
    }
  return fmt::format("camera_{}", index);
}

void add_images(const fs::path& root, const std::string& frame, reading::ServiceScene& scene) {
  std::size_t index = 0;
  for (const fs::path& path :
       list_files(root / "related_images" / (frame + "_pcd"), {".png", ".jpg", ".jpeg"})) {
    const fs::path beside = path.string() + ".json";
    const std::string counted = camera_of(Json::object(), index++);
    const std::string shown = reading::shown(beside, root);
    const auto content = read_text(beside, std::uint64_t{1} << 20);
    if (!content) {
      scene.leave_out(counted, in_file(content.error(), shown));
      continue;
    }
    try {
      const Json json = parse_json(*content);
      if (json.is_discarded()) {
        scene.leave_out(counted,
                        fail(shown, {}, "JSON with meta.sensorsData", "something else").value());
        continue;
      }
      const Json meta = json.value("meta", Json::object());
      const std::string camera = camera_of(meta, index - 1);
      const Json data = meta.value("sensorsData", Json::object());
      const auto pose = reading::lidar_to_camera(numbers_of(data, "extrinsicMatrix"));
      const auto lens = reading::pinhole_of(numbers_of(data, "intrinsicMatrix"));
      if (pose && lens)
        scene.add_image(frame, {camera, path, *lens, *pose});
      else
        scene.leave_out(camera, in_file(pose ? lens.error() : pose.error(), shown));
    } catch (const Json::exception&) {
      scene.leave_out(counted,
                      fail(shown, {}, "JSON with meta.sensorsData", "something else").value());
    }
  }
}

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  reading::ServiceScene scene(kFormat, ref.path, ref.name);
  const std::vector<fs::path> clouds = list_files(ref.path / "pointcloud", {".pcd"});
  scene.add_lidar("lidar", clouds);
  for (const fs::path& cloud : clouds) add_images(ref.path, cloud.stem().string(), scene);
  scene.raw().info.labels.push_back({kFormat, ref.path});
  const bool counted = std::all_of(clouds.begin(), clouds.end(), [](const fs::path& path) {
    const std::string stem = path.stem().string();
    return !stem.empty() && std::isdigit(static_cast<unsigned char>(stem.back()));
  });
  return make_table_drive(scene.tables(is_there(ref.path / kEpisode) || counted), repairs);
}

}  // namespace

DriveFormat supervisely_format() {
  return {kFormat,
          "Supervisely point cloud project",
          "clouds, related images with their calibration, annotations; no clock, no poses",
          list,
          open};
}

}  // namespace sweepbox
