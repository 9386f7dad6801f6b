#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"

// A ONCE sequence (formats.md 2.9): SEQ.json with calibration, poses and labels, lidar_roof/ID.bin,
// camNN/ID.jpg; ID is the time in milliseconds. The lidar's axes are x left, y back: ego is its
// frame turned by a quarter. Poses may be absent; they map the lidar to where it was first.

namespace sweepbox {

DriveFormat once_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "once";
constexpr std::int64_t kLatest = std::int64_t{1} << 41;  // ms, the year 2039

fs::path json_of(const fs::path& folder) {
  return folder / (folder.filename().string() + ".json");
}

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  const bool described = fs::is_regular_file(json_of(path), ignored);
  if (!described) return listing;
  const bool clouds = reading::has_file(path / "lidar_roof", {".bin"});
  bool images = false;
  for (const fs::path& folder : list_folders(path))
    images = images || (folder.filename().string().starts_with("cam") &&
                        reading::has_file(folder, {".jpg", ".png"}));
  if (clouds || images)
    listing.drives.push_back({path.filename().string(),
                              kFormat,
                              path,
                              {},
                              0.95,
                              "lidar_roof and cameras beside a JSON of the folder's name"});
  return listing;
}

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = true;
    tables_.match_by_name = true;
    tables_.ego_from_posed = ego_from_lidar_;
  }

  Result<DriveTables> tables() {
    const auto content = read_text(json_of(root()));
    if (!content) return tl::unexpected(content.error());
    const Json json = parse_json(*content);
    if (!json.is_object())
      return fail(shown_json(), {}, "a JSON object", "something else", "take it from the data set");
    add_poses(json);
    add_lidar();
    add_cameras(json);
    bool labels = false;
    if (const auto frames = json.find("frames"); frames != json.end() && frames->is_array())
      for (const Json& frame : *frames)
        labels = labels || (frame.is_object() && frame.contains("annos"));
    if (labels) tables_.info.labels.push_back({kFormat, json_of(root())});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  std::string shown_json() const { return json_of(root()).filename().string(); }

  void tell(Severity severity, std::string where, Text expected, Text found, Text fix) {
    tables_.problems.push_back({severity,
                                shown_json(),
                                std::move(where),
                                std::move(expected),
                                std::move(found),
                                std::move(fix)});
  }

  static Stamp stamp_of(std::int64_t milliseconds) { return {milliseconds * 1'000'000}; }

  void add_poses(const Json& json) {
    const auto frames = json.find("frames");
    if (frames == json.end() || !frames->is_array()) {
      tell(Severity::warning, "frames", "a list", "nothing", "there are no poses and no labels");
      return;
    }
    int without = 0;
    for (const Json& frame : *frames) {
      const auto id = id_of(frame);
      if (!id) continue;
      ids_.insert(std::to_string(*id));
      const auto pose = pose_of(frame);
      if (pose)
        tables_.poses.push_back({stamp_of(*id), *pose * ego_from_lidar_.inverse()});
      else
        ++without;
    }
    reading::sort_by_stamp(tables_.poses);
    if (without > 0)
      tell(Severity::note,
           "frames",
           "a pose [qx, qy, qz, qw, x, y, z] each",
           text("{} frames without", without),
           "poses between are interpolated");
  }

  static std::optional<std::int64_t> id_of(const Json& frame) {
    if (!frame.is_object()) return std::nullopt;
    const auto id = frame.find("frame_id");
    if (id == frame.end() || !id->is_string()) return std::nullopt;
    const auto number = number_in(id->get<std::string>());
    return number && *number <= kLatest ? number : std::nullopt;
  }

  static std::optional<Pose> pose_of(const Json& frame) {
    const auto n = numbers_of(frame.value("pose", Json()), 7);
    if (n.empty()) return std::nullopt;
    const Quat rotation(n[3], n[0], n[1], n[2]);  // the file has w last
    const Vec3 place(n[4], n[5], n[6]);
    // Absent poses are also written as zeros.
    if (!(std::abs(rotation.norm() - 1) < 0.01) || !(place.norm() < 1e8)) return std::nullopt;
    return Pose{rotation.normalized(), place};
  }

  void add_lidar() {
    TableLidar lidar{"lidar_roof", ego_from_lidar_, {}, {}};
    const auto files = reading::numbered_files(root() / "lidar_roof", {".bin"}, kLatest);
    std::set<std::string> own;
    for (const reading::Numbered& file : files) {
      const std::string name = file.path.stem().string();
      own.insert(name);
      lidar.sweeps.push_back({name, stamp_of(file.number), file.path});
    }
    if (!files.empty())
      tables_.missing_sweeps = reading::tell_gaps(ids_, own, "lidar_roof", tables_.problems);
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_cameras(const Json& json) {
    const auto calib = json.find("calib");
    for (const fs::path& folder : list_folders(root())) {
      const std::string name = folder.filename().string();
      if (!name.starts_with("cam")) continue;
      const auto files = reading::numbered_files(folder, {".jpg", ".png"}, kLatest);
      if (files.empty()) continue;
      const Json own =
          calib != json.end() && calib->is_object() ? calib->value(name, Json()) : Json();
      const auto size = reading::size_of_images(files);
      auto camera =
          size ? camera_of(name, own, size->width, size->height) : tl::unexpected(size.error());
      if (!camera) {
        tell(Severity::error,
             "calib." + name + (camera.error().where.empty() ? "" : "." + camera.error().where),
             camera.error().expected,
             camera.error().found,
             "its images are left out");
        continue;
      }
      const auto shared = std::make_shared<const Camera>(std::move(*camera));
      TableCamera table{name, {}};
      for (const reading::Numbered& file : files)
        table.images.push_back(
            {file.path.stem().string(), stamp_of(file.number), file.path, shared});
      tables_.cameras.push_back(std::move(table));
    }
  }

  Result<Camera> camera_of(const std::string& name, const Json& own, int width, int height) const {
    if (!own.is_object()) return fail({}, {}, "a calibration of this camera", "none");
    const auto lidar_from_camera = pose_of_matrix(own.value("cam_to_velo", Json()));
    if (!lidar_from_camera)
      return fail({}, "cam_to_velo", "a rigid 4x4 matrix, row by row", "something else");
    const auto lens = lens_of_matrices(
        own.value("cam_intrinsic", Json()), own.value("distortion", Json()), width, height);
    if (!lens) return tl::unexpected(lens.error());
    return Camera{
        name, *lens, width, height, lidar_from_camera->inverse() * ego_from_lidar_.inverse()};
  }

  const Pose ego_from_lidar_ = pose_from_yaw(kPi / 2);
  DriveTables tables_;
  std::set<std::string> ids_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat once_format() {
  return {kFormat,
          "ONCE sequence",
          "one lidar, seven cameras with distortion, poses where there are any, labels",
          list,
          open};
}

}  // namespace sweepbox
