#include <algorithm>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/cloud/bin_layout.hpp"
#include "core/drive/folder_calibration.hpp"
#include "core/drive/folder_labels.hpp"
#include "core/drive/folder_names.hpp"
#include "core/drive/folder_poses.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"

// A plain folder of clouds (formats.md 2.17), or a single one: with images, calibration, poses and
// labels beside it where there are any. What is not there and cannot be told is a warning whose fix
// names the repair that says it.

namespace sweepbox {

DriveFormat folder_format();

namespace {

constexpr const char* kFormat = "folder";
constexpr double kRateHz = 10;
constexpr double kSure = 0.1;        // any format that knows what it sees goes first
constexpr double kFarAway = 10'000;  // m from the origin: coordinates of the world, not a sensor's

/// Folders that clouds stand in, below the one that was named.
constexpr const char* kCloudFolders[] = {"clouds",
                                         "lidar",
                                         "velodyne",
                                         "velodyne_points/data",
                                         "points",
                                         "pointcloud",
                                         "pointclouds",
                                         "point_cloud",
                                         "pcd",
                                         "lidar_point_cloud_0"};

const std::vector<std::string_view>& cloud_endings() {
  static const std::vector<std::string_view> endings = [] {
    std::vector<std::string_view> all;
    for (const CloudFormat& format : cloud_formats())
      all.insert(all.end(), format.extensions.begin(), format.extensions.end());
    return all;
  }();
  return endings;
}

bool is_cloud(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.starts_with('.')) return false;
  return std::any_of(cloud_endings().begin(), cloud_endings().end(), [&](std::string_view ending) {
    return name.ends_with(ending);
  });
}

/// By name; the beginning of a folder says enough where only one is asked for.
std::vector<fs::path> clouds_in(const fs::path& folder, std::size_t most = SIZE_MAX) {
  std::vector<fs::path> clouds;
  for (const fs::path& path : list_files(folder)) {
    if (!is_cloud(path)) continue;
    clouds.push_back(path);
    if (clouds.size() == most) return clouds;
  }
  // A folder in a cloud's place is said where it is read; alone it makes no drive.
  if (clouds.empty()) return clouds;
  for (fs::path& path : list_folders(folder))
    if (is_cloud(path)) clouds.push_back(std::move(path));
  std::sort(clouds.begin(), clouds.end());
  return clouds;
}

/// The folder itself, or the one below it that clouds stand in; empty for none.
fs::path cloud_folder(const fs::path& path) {
  if (!clouds_in(path, 1).empty()) return path;
  for (const char* below : kCloudFolders)
    if (!clouds_in(path / below, 1).empty()) return path / below;
  return {};
}

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) {
    if (is_cloud(path))
      listing.drives.push_back(
          {path.filename().string(), kFormat, path, {}, kSure, "a single point cloud"});
    return listing;
  }
  if (!fs::is_directory(path, ignored)) return listing;
  const fs::path clouds = cloud_folder(path);
  if (!clouds.empty())
    listing.drives.push_back(
        {path.filename().string(), kFormat, path, {}, kSure, "a folder of point clouds"});
  return listing;
}

/// A folder of pictures, one camera's.
struct Images {
  std::string name;
  fs::path folder;
  std::vector<fs::path> images;
};

class Reader {
 public:
  Reader(const fs::path& path, const Repairs& repairs) : repairs_(repairs) {
    std::error_code ignored;
    single_ = tables_.is_file = fs::is_regular_file(path, ignored);
    tables_.info.name = path.filename().string();
    tables_.info.format = kFormat;
    tables_.info.root = single_ ? path.parent_path() : path;
    clouds_ = single_ ? std::vector{path} : clouds_in(cloud_folder(path));
  }

  /// Without clouds the tables are empty, which is no drive.
  DriveTables tables() {
    if (clouds_.empty()) return std::move(tables_);
    find_axes();
    make_stamps();
    add_lidar();
    read_first_cloud();
    if (!single_) {
      read_calibrations();
      add_poses();
      place_points();
      const std::vector<Images> cameras = image_folders();
      for (const Images& camera : cameras) add_camera(camera, cameras.size());
      tables_.info.labels = labels_beside(root(), clouds_.front().parent_path());
      tell_radars();
    } else {
      place_points();
    }
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  TableLidar& lidar() { return tables_.lidars.front(); }

  std::string shown(const fs::path& path) const { return reading::shown(path, root()); }

  void tell(Severity severity, std::string file, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, std::move(file), {}, std::move(expected), std::move(found), std::move(fix)});
  }

  /// Which way the lidar's x looks.
  void find_axes() {
    const std::string x = repairs_.value("axes.lidar").value_or("forward");
    const double turn = x == "left" ? kPi / 2 : x == "right" ? -kPi / 2 : x == "back" ? kPi : 0;
    ego_from_lidar_ = pose_from_yaw(turn);
    tables_.frames_of_reference[{"velodyne", -1}] = ego_from_lidar_;
    tables_.ego_from_posed = ego_from_lidar_;
  }

  /// Times in all names, else their numbers at an assumed rate, else their order.
  void make_stamps() {
    std::set<std::int64_t> seen;
    bool clock = true, numbers = true;
    for (const fs::path& path : clouds_) {
      const std::string stem = path.stem().string();
      const auto stamp = stamp_in_name(stem);
      clock = clock && stamp && seen.insert(stamp->ns).second;
    }
    seen.clear();
    for (const fs::path& path : clouds_) {
      const auto number = number_at_end(path.stem().string());
      numbers = numbers && number && seen.insert(*number).second;
    }
    clock_ = clock && !clouds_.empty();
    std::int64_t index = 0;
    for (const fs::path& path : clouds_) {
      const std::string stem = path.stem().string();
      const std::int64_t place = numbers ? number_at_end(stem).value_or(index) : index;
      stamps_.push_back(clock_ ? stamp_in_name(stem).value_or(Stamp())
                               : reading::stamp_of_number(place, 1 / kRateHz));
      ++index;
    }
    tables_.info.sequence = (clock_ || numbers) && clouds_.size() > 1;
    if (clock_) return;
    tables_.assumed_rate_hz = kRateHz;
    if (clouds_.size() > 1)
      tell(numbers && !repairs_.value("rate_hz") ? Severity::warning : Severity::note,
           shown(clouds_.front().parent_path()),
           "times as names",
           numbers ? Text("numbers") : Text("words: single clouds, by name"),
           "10 frames a second are taken; the repair rate_hz=… says how many there are");
  }

  void add_lidar() {
    TableLidar table{"lidar", ego_from_lidar_, {}, {}};
    std::set<std::string> taken;
    for (std::size_t i = 0; i < clouds_.size(); ++i) {
      // a.pcd and a.ply: both are clouds, and frames have names of their own.
      const std::string stem = clouds_[i].stem().string();
      const std::string name = taken.insert(stem).second ? stem : clouds_[i].filename().string();
      table.sweeps.push_back({name, stamps_[i], clouds_[i]});
    }
    reading::sort_by_stamp(table.sweeps);
    tables_.lidars.push_back(std::move(table));
    choose_bin_channels();
  }

  /// A .bin says nothing of itself: what its size and numbers allow, or what the repair says.
  void choose_bin_channels() {
    const auto bin = std::find_if(clouds_.begin(), clouds_.end(), [](const fs::path& path) {
      return path.extension() == ".bin";
    });
    if (bin == clouds_.end()) return;
    if (const auto chosen = repairs_.value("bin.channels")) {
      lidar().options.bin_channels.clear();
      for (const std::string_view name : split(*chosen, ','))
        lidar().options.bin_channels.emplace_back(trimmed(name));
      return;
    }
    std::error_code code;
    const std::uint64_t size = fs::file_size(*bin, code);
    const std::string begin = read_beginning(*bin, 1 << 20);
    const auto layouts = guess_bin_channels(code ? 0 : size, std::as_bytes(std::span(begin)));
    const auto words = [](const std::vector<std::string>& channels) {
      std::string list;
      for (const std::string& name : channels) {
        if (!list.empty()) list += ',';
        list += name;
      }
      return list;
    };
    if (!layouts.empty()) lidar().options.bin_channels = layouts.front().channels;
    if (layouts.size() == 1) return;
    std::string choices;
    for (const BinLayout& layout : layouts) {
      if (!choices.empty()) choices += " or ";
      choices += words(layout.channels);
    }
    tell(Severity::warning,
         shown(*bin),
         "one way to read its numbers",
         layouts.empty() ? Text("none that looks like a lidar's points") : text("{}", choices),
         text("{} is taken; the repair bin.channels=x,y,z,… says what a point has",
              words(lidar().options.bin_channels)));
  }

  /// Its coordinates tell whether points stand in the world.
  void read_first_cloud() {
    const auto read = read_cloud(lidar().sweeps.front().path, lidar().options);
    if (!read || read->cloud.empty()) return;
    if (const Vec3 first = read->cloud.point(0); first.norm() > kFarAway) far_ = first;
  }

  /// Coordinates of the world: ego is at the vehicle's pose, or stands still amid the points.
  void place_points() {
    if (!far_) return;
    bool with_poses = false;
    for (TableSweep& sweep : lidar().sweeps)
      if (const auto world_from_ego = reading::pose_at(tables_.poses, sweep.stamp);
          world_from_ego && (world_from_ego->translation - *far_).norm() < kFarAway) {
        sweep.ego_from_points = world_from_ego->inverse();
        with_poses = true;
      }
    if (with_poses) return;
    // Whole metres, so that numbers on the screen keep their decimals.
    const Pose world_from_ego{Quat::Identity(), far_->array().round().matrix()};
    tables_.poses.clear();
    for (TableSweep& sweep : lidar().sweeps) {
      tables_.poses.push_back({sweep.stamp, world_from_ego});
      sweep.ego_from_points = world_from_ego.inverse();
    }
    tell(Severity::note,
         shown(lidar().sweeps.front().path),
         "coordinates of a sensor",
         "coordinates of the world, far from its origin",
         "ego stands still amid the points; poses.csv beside them would say where it was");
  }

  /// calib.{json,yaml,yml,txt} and those in calib/, calib/camera/ and camera_info/.
  void read_calibrations() {
    std::vector<fs::path> files;
    for (const char* name : {"calib.json",
                             "calib.yaml",
                             "calib.yml",
                             "calib.txt",
                             "calibration.json",
                             "calibration.yaml",
                             "camchain.yaml"})
      if (std::error_code ignored; fs::exists(root() / name, ignored))
        files.push_back(root() / name);
    for (const char* folder : {"calib", "calib/camera", "camera_info", "calibration"})
      for (const fs::path& path : list_files(root() / folder, {".json", ".yaml", ".yml", ".txt"}))
        if (files.size() < 100) files.push_back(path);
    for (const fs::path& path : files) {
      const auto content = read_text(path, std::uint64_t{1} << 24);
      if (!content) {
        tables_.problems.push_back(content.error());
        continue;
      }
      FolderCalibration calibration = parse_folder_calibration(*content, shown(path));
      for (Problem& problem : calibration.problems) tables_.problems.push_back(std::move(problem));
      if (calibration.rect_from_lidar && !rect_from_lidar_)
        rect_from_lidar_ = calibration.rect_from_lidar;
      for (FolderCamera& camera : calibration.cameras) {
        if (camera.name.empty()) camera.name = path.stem().string();
        calibrated_.push_back(std::move(camera));
      }
    }
    if (rect_from_lidar_)
      tables_.frames_of_reference[{"camera_rect_0", -1}] =
          ego_from_lidar_ * rect_from_lidar_->inverse();
  }

  void add_poses() {
    for (const char* name : {"poses.csv", "poses.txt", "poses.json"}) {
      const auto content = read_text(root() / name);
      reading::tell_no_file(root() / name, tables_);
      if (!content) continue;
      FolderPoses read = parse_folder_poses(*content, name);
      for (Problem& problem : read.problems) tables_.problems.push_back(std::move(problem));
      const bool timed = !read.poses.empty() && read.poses.front().stamp;
      const std::size_t count = lidar().sweeps.size();
      if (!timed && read.poses.size() != count)
        tell(Severity::warning,
             name,
             text("{} poses, one a cloud", count),
             text("{}", read.poses.size()),
             "pose n is taken for the cloud n");
      for (std::size_t i = 0; i < read.poses.size(); ++i) {
        Pose world_from_lidar = read.poses[i].world_from_ego;
        // KITTI's are the left camera's, where a calibration says how it stands to the lidar.
        if (read.kitti && rect_from_lidar_)
          world_from_lidar = rect_from_lidar_->inverse() * world_from_lidar * *rect_from_lidar_;
        const bool own_time = timed && (clock_ || read.poses.size() != count);
        if (!own_time && i >= count) break;
        tables_.poses.push_back(
            {own_time ? read.poses[i].stamp.value_or(Stamp()) : lidar().sweeps[i].stamp,
             world_from_lidar * ego_from_lidar_.inverse()});
      }
      reading::sort_by_stamp(tables_.poses);
      return;
    }
  }

  std::vector<Images> image_folders() {
    std::vector<Images> cameras;
    const auto add = [&](const std::string& name, const fs::path& folder) {
      auto images = list_files(folder, {".jpg", ".jpeg", ".png"});
      if (!images.empty() && cameras.size() < 64) cameras.push_back({name, folder, images});
    };
    for (const char* group : {"images", "image", "camera", "cameras"}) {
      add(group, root() / group);
      for (const fs::path& folder : list_folders(root() / group))
        add(folder.filename().string(), folder);
    }
    for (const fs::path& folder : list_folders(root())) {
      const std::string name = folder.filename().string();
      if (name.starts_with('.') || name == "images" || name == "image" || name == "camera" ||
          name == "cameras")
        continue;
      add(name, folder);
      add(name, folder / "data");
    }
    return cameras;
  }

  const FolderCamera* calibration_of(const std::string& name, std::size_t cameras) const {
    for (const FolderCamera& camera : calibrated_)
      if (camera.name == name) return &camera;
    return calibrated_.size() == 1 && cameras == 1 ? &calibrated_.front() : nullptr;
  }

  void add_camera(const Images& from, std::size_t cameras) {
    const std::string folder = shown(from.folder);
    const FolderCamera* calibrated = calibration_of(from.name, cameras);
    if (!calibrated) {
      tell(Severity::warning,
           folder,
           text("a calibration of {}", from.name),
           "none",
           "its images are left out; put calib.json or calib.yaml beside them");
      return;
    }
    std::vector<reading::Numbered> files;
    for (const fs::path& path : from.images)
      files.push_back({static_cast<std::int64_t>(files.size()), path});
    const auto size = reading::size_of_images(files);
    const auto lens =
        size ? make_lens(calibrated->lens, calibrated->parameters, size->width, size->height)
             : tl::unexpected(size.error());
    if (!lens) {
      Problem problem = lens.error();
      problem.file = folder;
      tables_.problems.push_back(std::move(problem));
      return;
    }
    if (calibrated->width > 0 && calibrated->width != size->width)
      tell(Severity::warning,
           folder,
           text("images {} wide, as the calibration says", calibrated->width),
           text("{}", size->width),
           "take the calibration of these images");
    if (!calibrated->camera_from_lidar)
      tell(Severity::warning,
           folder,
           "where the camera stands",
           "a lens alone",
           "it is put at the lidar, looking forward; correct it in Calibrate");
    pair(from,
         std::make_shared<const Camera>(
             Camera{from.name,
                    *lens,
                    size->width,
                    size->height,
                    calibrated->camera_from_lidar.value_or(optical_from_body()) *
                        ego_from_lidar_.inverse()}));
  }

  /// By equal names, else by times in them, else by order.
  void pair(const Images& from, const std::shared_ptr<const Camera>& camera) {
    std::map<std::string, Stamp> stamp_of_name;
    for (const TableSweep& sweep : lidar().sweeps)
      stamp_of_name[fs::path(sweep.name).stem().string()] = sweep.stamp;
    std::size_t by_name = 0, by_time = 0;
    for (const fs::path& path : from.images) {
      by_name += stamp_of_name.contains(path.stem().string());
      by_time += clock_ && stamp_in_name(path.stem().string()).has_value();
    }
    TableCamera table{from.name, {}};
    const bool timed = by_name == 0 && by_time == from.images.size();
    const bool in_order = by_name == 0 && !timed;
    for (std::size_t i = 0; i < from.images.size(); ++i) {
      const std::string stem = from.images[i].stem().string();
      std::optional<Stamp> stamp;
      if (timed)
        stamp = stamp_in_name(stem);
      else if (in_order && i < lidar().sweeps.size())
        stamp = lidar().sweeps[i].stamp;
      else if (const auto found = stamp_of_name.find(stem); found != stamp_of_name.end())
        stamp = found->second;
      else if (clock_)
        stamp = stamp_in_name(stem);
      if (stamp) table.images.push_back({stem, *stamp, from.images[i], camera});
    }
    if (in_order)
      tell(Severity::warning,
           shown(from.folder),
           "names of clouds, or times in them",
           "others",
           "image n is taken for cloud n; images.NAME.shift moves them");
    if (table.images.size() < from.images.size())
      tell(Severity::warning,
           shown(from.folder),
           "a cloud or a time for every image",
           text("{} images without", from.images.size() - table.images.size()),
           "they are left out");
    reading::sort_by_stamp(table.images);
    if (!table.images.empty()) tables_.cameras.push_back(std::move(table));
  }

  void tell_radars() {
    for (const fs::path& folder : list_folders(root())) {
      const std::string name = folder.filename().string();
      if (name.starts_with("radar") || name == "imu" || name == "gps" || name == "gnss")
        tell(Severity::note,
             name,
             "clouds, images, calibration or poses",
             "another sensor",
             "it is not read");
    }
  }

  const Repairs& repairs_;
  DriveTables tables_;
  bool single_ = false;
  bool clock_ = false;  ///< names hold times
  std::vector<fs::path> clouds_;
  std::vector<Stamp> stamps_;
  std::vector<FolderCamera> calibrated_;
  std::optional<Pose> rect_from_lidar_;
  std::optional<Vec3> far_;
  Pose ego_from_lidar_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path, repairs).tables(), repairs);
}

}  // namespace

DriveFormat folder_format() {
  return {kFormat,
          "Plain folder",
          "point clouds of any kind that is read, with images, calibration, poses and labels "
          "beside them where there are any",
          list,
          open};
}

}  // namespace sweepbox
