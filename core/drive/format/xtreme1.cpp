#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/service_scene.hpp"

// An Xtreme1 or BasicAI scene (formats.md 4.15): lidar_point_cloud_0/F.pcd (once point_cloud),
// camera_image_N/F.jpg (once imageN), camera_config/F.json with one entry a camera, result/F.json.

namespace sweepbox {

DriveFormat xtreme1_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "xtreme1";

/// Folders whose names begin so, with the number at the end.
std::map<std::int64_t, fs::path> numbered_folders(const fs::path& root,
                                                  std::initializer_list<std::string_view> names) {
  std::map<std::int64_t, fs::path> folders;
  for (const fs::path& folder : list_folders(root)) {
    const std::string name = folder.filename().string();
    for (const std::string_view begin : names) {
      if (!name.starts_with(begin)) continue;
      const std::string rest = name.substr(begin.size());
      if (const auto number = rest.empty() ? std::optional<std::int64_t>(0) : number_in(rest))
        folders.emplace(*number, folder);
    }
  }
  return folders;
}

std::map<std::int64_t, fs::path> cloud_folders(const fs::path& root) {
  return numbered_folders(root, {"lidar_point_cloud_", "point_cloud"});
}

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code code;
  const auto clouds = cloud_folders(path);
  if (clouds.empty() || !reading::has_file(clouds.begin()->second, {".pcd"})) return listing;
  if (!fs::is_directory(path / "camera_config", code) && !fs::is_directory(path / "result", code))
    return listing;
  listing.drives.push_back({path.filename().string(),
                            kFormat,
                            path,
                            {},
                            0.9,
                            "lidar_point_cloud_0 with camera_config or result beside it"});
  return listing;
}

const Json* member(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const auto found = object.find(key); found != object.end()) return &*found;
  return nullptr;
}

Result<reading::SceneImage> image_of(const Json& entry, std::string camera, const fs::path& path) {
  std::vector<double> k(9, 0);
  const Json* lens = member(entry, {"camera_internal", "cameraInternal"});
  if (lens && lens->is_object()) {
    const auto number = [&](const char* key) {
      const auto found = lens->find(key);
      return found != lens->end() && found->is_number() ? found->get<double>() : 0.0;
    };
    k = {number("fx"), 0, number("cx"), 0, number("fy"), number("cy"), 0, 0, 1};
  }
  const auto pinhole = reading::pinhole_of(k);
  if (!pinhole) return tl::unexpected(pinhole.error());
  std::vector<double> m;
  if (const Json* matrix = member(entry, {"camera_external", "cameraExternal"});
      matrix && matrix->is_array() && matrix->size() <= 16)
    for (const Json& one : *matrix) m.push_back(one.is_number() ? one.get<double>() : std::nan(""));
  const Json* by_rows = member(entry, {"rowMajor", "row_major"});
  const bool by_columns = by_rows && by_rows->is_boolean() && !by_rows->get<bool>();
  const auto pose = reading::lidar_to_camera(m, by_columns);
  if (!pose) return tl::unexpected(pose.error());
  return reading::SceneImage{std::move(camera), path, *pinhole, *pose};
}

/// Images of a frame, by the number of their camera.
using Images = std::map<std::int64_t, fs::path>;

void add_images(const fs::path& root,
                const std::string& frame,
                const Images& images,
                reading::ServiceScene& scene) {
  const fs::path config = root / "camera_config" / (frame + ".json");
  const std::string shown = reading::shown(config, root);
  const auto content = read_text(config, std::uint64_t{1} << 22);
  Json json;
  if (content) json = parse_json(*content);
  for (const auto& [number, path] : images) {
    const std::string camera = path.parent_path().filename().string();
    if (!content) {
      scene.leave_out(camera, in_file(content.error(), shown));
      continue;
    }
    if (!json.is_array() || number < 0 || number >= static_cast<std::int64_t>(json.size()) ||
        !json[static_cast<std::size_t>(number)].is_object()) {
      scene.leave_out(camera,
                      fail(shown, {}, text("an entry for camera {}", number), "none").value());
      continue;
    }
    auto image = image_of(json[static_cast<std::size_t>(number)], camera, path);
    if (image)
      scene.add_image(frame, *image);
    else
      scene.leave_out(camera, in_file(image.error(), shown));
  }
}

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  reading::ServiceScene scene(kFormat, ref.path, ref.name);
  std::vector<fs::path> frames;
  for (const auto& [number, folder] : cloud_folders(ref.path)) {
    const auto clouds = list_files(folder, {".pcd"});
    if (frames.empty()) frames = clouds;
    scene.add_lidar(folder.filename().string(), clouds);
  }
  std::map<std::string, Images> images;
  for (const auto& [number, folder] :
       numbered_folders(ref.path, {"camera_image_", "image_", "image"}))
    for (const fs::path& path : list_files(folder, {".jpg", ".jpeg", ".png"}))
      images[path.stem().string()][number] = path;
  for (const fs::path& cloud : frames)
    if (const auto found = images.find(cloud.stem().string()); found != images.end())
      add_images(ref.path, found->first, found->second, scene);
  std::error_code code;
  if (fs::is_directory(ref.path / "result", code))
    scene.raw().info.labels.push_back({kFormat, ref.path / "result"});
  return make_table_drive(scene.tables(true), repairs);
}

}  // namespace

DriveFormat xtreme1_format() {
  return {kFormat,
          "Xtreme1 or BasicAI scene",
          "lidars, cameras with a calibration for each frame, results; no clock, no poses",
          list,
          open};
}

}  // namespace sweepbox
