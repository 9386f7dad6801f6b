#include <algorithm>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/kitti_calibration.hpp"
#include "core/drive/reading.hpp"

// View-of-Delft (formats.md 2.11): trees in KITTI's layout, one a sensor: lidar, radar,
// radar_3_scans, radar_5_scans, each with {training,testing}/{velodyne,calib,image_2,label_2,pose}.
// Files of one number belong together. Ego is the lidar; each tree's Tr_velo_to_cam is that of its
// own sensor, the camera is the same.

namespace sweepbox {

DriveFormat view_of_delft_format();

namespace {

constexpr const char* kFormat = "view_of_delft";
constexpr double kRateHz = 10;
constexpr const char* kSplits[] = {"training", "testing"};

bool is_sensor(const std::string& name) {
  return name == "lidar" || name == "radar" || name.starts_with("radar_");
}

/// Trees of a split, the lidar first.
std::vector<std::string> sensors_of(const fs::path& root, const std::string& split) {
  std::vector<std::string> sensors;
  for (const fs::path& folder : list_folders(root)) {
    const std::string name = folder.filename().string();
    if (is_sensor(name) && reading::has_file(folder / split / "velodyne", {".bin"}))
      sensors.push_back(name);
  }
  return sensors;  // "lidar" < "radar" < "radar_3_scans"
}

/// KITTI's layout in a folder named lidar is anybody's: a radar beside it, or poses in JSON, make
/// it this set.
bool is_root(const fs::path& root, const std::string& split) {
  const std::vector<std::string> sensors = sensors_of(root, split);
  if (sensors.empty()) return false;
  if (sensors.front() != "lidar" || sensors.size() > 1) return true;
  return reading::has_file(root / "lidar" / split / "pose", {".json"});
}

Listing list(const fs::path& path) {
  Listing listing;
  const auto add = [&](const fs::path& root, const std::string& split) {
    if (is_root(root, split))
      listing.drives.push_back({split,
                                kFormat,
                                root,
                                split,
                                0.95,
                                "lidar and radar in KITTI's layout, with a pose file a frame"});
  };
  const std::string name = path.filename().string();
  const std::string above = path.parent_path().filename().string();
  if (std::find(std::begin(kSplits), std::end(kSplits), name) != std::end(kSplits)) {
    if (is_sensor(above)) add(path.parent_path().parent_path(), name);
    return listing;
  }
  // The whole set, also where one of its sensors was named.
  for (const char* split : kSplits) add(is_sensor(name) ? path.parent_path() : path, split);
  return listing;
}

/// 16 numbers, row by row, of a JSON line {"odomToCamera": [...]}. The name says the reverse of
/// what the matrix does: it maps the camera to odom.
std::optional<Pose> pose_under(std::string_view content, const char* key) {
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    const auto json = parse_json(content.substr(begin, end - begin));
    begin = end + 1;
    if (!json.is_object() || !json.contains(key)) continue;
    const auto& list = json[key];
    return numbers_of(list, 16).empty() || list.size() != 16 ? std::nullopt : pose_of_matrix(list);
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(const DriveRef& ref) : split_(ref.part) {
    tables_.info.name = split_;
    tables_.info.format = kFormat;
    tables_.info.root = ref.path;
    tables_.info.sequence = true;
    tables_.match_by_name = true;
    tables_.assumed_rate_hz = kRateHz;
  }

  DriveTables tables() {
    const std::vector<std::string> sensors = sensors_of(root(), split_);
    std::vector<std::vector<reading::Numbered>> sweeps;
    for (const std::string& sensor : sensors)
      sweeps.push_back(reading::numbered_files(folder_of(sensor) / "velodyne", {".bin"}));
    if (!sensors.empty()) first_ = sensors.front();
    const auto images = reading::numbered_files(folder_of(first_) / "image_2", {".jpg", ".png"});
    for (const auto& files : sweeps) note(files);
    note(images);
    int index = 0;
    for (const auto& [number, name] : names_) index_of_[name] = index++;
    for (const std::string& sensor : sensors) read_calibrations(sensor);
    for (std::size_t i = 0; i < sensors.size(); ++i) add_sweeps(sensors[i], sweeps[i]);
    add_images(images);
    add_poses();
    tell(Severity::note,
         first_,
         "times",
         "numbers alone",
         "frames count tenths of a second; the repair rate_hz changes it");
    std::error_code ignored;
    const fs::path labels = folder_of(first_) / "label_2";
    if (fs::is_directory(labels, ignored)) tables_.info.labels.push_back({kFormat, labels});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  fs::path folder_of(const std::string& sensor) const { return root() / sensor / split_; }

  void tell(Severity severity, std::string file, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, std::move(file), {}, std::move(expected), std::move(found), std::move(fix)});
  }

  void note(const std::vector<reading::Numbered>& files) {
    for (const reading::Numbered& file : files)
      names_.emplace(file.number, file.path.stem().string());
  }

  static Stamp stamp_of(std::int64_t number) {
    return reading::stamp_of_number(number, 1 / kRateHz);
  }

  void read_calibrations(const std::string& sensor) {
    int absent = 0;
    for (const auto& [number, name] : names_) {
      const fs::path path = folder_of(sensor) / "calib" / (name + ".txt");
      const auto content = read_text(path, std::uint64_t{1} << 20);
      if (!content) {
        reading::tell_no_file(path, tables_);
        ++absent;
        continue;
      }
      KittiCalibration calibration =
          parse_kitti_calibration(*content, reading::shown(path, root()));
      for (Problem& problem : calibration.problems) tables_.problems.push_back(std::move(problem));
      if (calibration.rect_from_velo && sensor == first_)
        tables_.frames_of_reference[{"camera_rect_0", index_of_.at(name)}] =
            calibration.rect_from_velo->inverse();
      calibrations_[{sensor, name}] = std::move(calibration);
    }
    if (absent > 0)
      tell(Severity::error,
           sensor + "/" + split_ + "/calib",
           "a calibration for every frame",
           text("{} frames without", absent),
           "take them from the data set; their images and labels, and other sensors' points, are "
           "left out");
  }

  const Pose* rect_from(const std::string& sensor, const std::string& name) const {
    const auto found = calibrations_.find({sensor, name});
    return found != calibrations_.end() && found->second.rect_from_velo
               ? &*found->second.rect_from_velo
               : nullptr;
  }

  void add_sweeps(const std::string& sensor, const std::vector<reading::Numbered>& files) {
    TableLidar lidar{sensor, Pose(), {}, {}, Motion::compensated};
    // The last column counts scans back from this one (0, -1, -2 …): no seconds.
    if (sensor != "lidar")
      lidar.options.bin_channels = {"x", "y", "z", "rcs", "v_r", "v_r_compensated", "scan"};
    for (const reading::Numbered& file : files) {
      const std::string name = file.path.stem().string();
      TableSweep sweep{name, stamp_of(file.number), file.path};
      if (sensor != first_) {
        const Pose* rect_from_ego = rect_from(first_, name);
        const Pose* rect_from_sensor = rect_from(sensor, name);
        if (!rect_from_ego || !rect_from_sensor) continue;
        sweep.ego_from_points = rect_from_ego->inverse() * *rect_from_sensor;
      }
      lidar.sweeps.push_back(std::move(sweep));
    }
    tables_.missing_sweeps += sensor == first_ ? missing(files, sensor + "/velodyne") : 0;
    tables_.lidars.push_back(std::move(lidar));
  }

  /// Of the numbers that any sensor has: the set is published in pieces.
  int missing(const std::vector<reading::Numbered>& files, const std::string& sensor) {
    std::set<std::string> all, own;
    for (const auto& [number, name] : names_) all.insert(name);
    for (const reading::Numbered& file : files) own.insert(file.path.stem().string());
    return reading::tell_gaps(all, own, sensor, tables_.problems);
  }

  void add_images(const std::vector<reading::Numbered>& files) {
    if (files.empty()) return;
    constexpr std::size_t kColor = 2;
    TableCamera camera{"image_2", {}};
    const auto size = reading::size_of_images(files);
    if (!size) {
      Problem problem = size.error();
      problem.file = reading::shown(files.front().path, root());
      tables_.problems.push_back(std::move(problem));
      return;
    }
    for (const reading::Numbered& file : files) {
      const std::string name = file.path.stem().string();
      const auto calibration = calibrations_.find({first_, name});
      if (calibration == calibrations_.end() || !calibration->second.cameras[kColor]) continue;
      const KittiCamera& model = *calibration->second.cameras[kColor];
      camera.images.push_back(
          {name,
           stamp_of(file.number),
           file.path,
           std::make_shared<Camera>(Camera{
               camera.name, model.lens, size->width, size->height, model.camera_from_velo})});
    }
    tables_.missing_images = missing(files, first_ + "/image_2");
    tables_.cameras.push_back(std::move(camera));
  }

  /// Of the three worlds that a pose file names, the first that every file has: odom is smooth,
  /// map and UTM jump where the localisation mends itself.
  void add_poses() {
    std::map<std::int64_t, std::string> contents;
    for (const auto& [number, name] : names_) {
      const fs::path path = folder_of(first_) / "pose" / (name + ".json");
      reading::tell_no_file(path, tables_);
      if (auto content = read_text(path, 1 << 16)) contents.emplace(number, std::move(*content));
    }
    if (contents.empty()) return;
    std::size_t most = 0;
    for (const char* world : {"odomToCamera", "mapToCamera", "UTMToCamera"}) {
      std::vector<TablePose> poses;
      for (const auto& [number, content] : contents) {
        const auto world_from_camera = pose_under(content, world);
        const Pose* camera_from_ego = rect_from(first_, names_.at(number));
        if (world_from_camera && camera_from_ego)
          poses.push_back({stamp_of(number), *world_from_camera * *camera_from_ego});
      }
      if (poses.size() <= most) continue;
      most = poses.size();
      tables_.poses = std::move(poses);
      if (most == contents.size()) break;
    }
    if (most < contents.size())
      tell(Severity::warning,
           first_ + "/" + split_ + "/pose",
           "odomToCamera with 16 numbers, row by row",
           text("{} files without", contents.size() - most),
           "the poses between are interpolated");
  }

  std::string split_;
  std::string first_ = "lidar";  ///< whose frame is ego
  DriveTables tables_;
  std::map<std::int64_t, std::string> names_;
  std::map<std::string, int> index_of_;
  std::map<std::pair<std::string, std::string>, KittiCalibration> calibrations_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref).tables(), repairs);
}

}  // namespace

DriveFormat view_of_delft_format() {
  return {kFormat,
          "View-of-Delft",
          "lidar and radars in KITTI's layout, a camera, odometry and labels upright in the lidar",
          list,
          open};
}

}  // namespace sweepbox
