#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/nuscenes_names.hpp"
#include "core/drive/nuscenes_tables.hpp"
#include "core/drive/reading.hpp"

// nuScenes (formats.md 2.5): samples/, sweeps/ and tables in v1.0-mini, v1.0-trainval or v1.0-test;
// each scene is a drive. Frames are all sweeps of LIDAR_TOP (20 a second); labels stand on the key
// frames (2 a second). A camera fires while the lidar's beam crosses its view, and a sweep's stamp
// is the end of its turn: an image belongs to the sweep that ends next.

namespace sweepbox {

DriveFormat nuscenes_format();

namespace {

using nuscenes::CalibratedRow;
using nuscenes::DataRow;
using nuscenes::SceneTables;

constexpr const char* kFormat = "nuscenes";
constexpr const char* kReference = "LIDAR_TOP";

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return listing;
  for (const fs::path& tables : nuscenes::table_folders(path)) {
    const auto scenes = nuscenes::read_scenes(tables);
    if (!scenes) {
      listing.notes.push_back(in_file(scenes.error(), (tables / "scene.json").string()));
      continue;
    }
    if (!nuscenes::data_root(tables)) {
      listing.notes.push_back({Severity::note,
                               tables.string(),
                               "sample_data.json",
                               "the folders that its files lie in (samples, sweeps)",
                               "tables alone, without sensor files",
                               "put the sensor files beside the folder of the tables"});
      continue;
    }
    for (const nuscenes::SceneRow& scene : *scenes)
      listing.drives.push_back({scene.name,
                                kFormat,
                                tables,
                                scene.token,
                                0.95,
                                "the tables of nuScenes, sensor files beside them"});
  }
  return listing;
}

/// Files of one sensor in the order of time.
struct Sensor {
  const CalibratedRow* calibrated = nullptr;
  std::vector<const DataRow*> rows;
};

/// A radar file without a return holds one point of NaN; at least one stray byte ends each.
Result<CloudRead> read_radar(const fs::path& path) {
  const auto bytes = read_bytes(path);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string_view content(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  constexpr std::string_view kData = "DATA binary\n";
  if (const std::size_t at = content.find(kData); at != std::string_view::npos) {
    float x = 0;
    if (content.size() >= at + kData.size() + sizeof x)
      std::memcpy(&x, content.data() + at + kData.size(), sizeof x);
    if (std::isnan(x)) return CloudRead{};
  }
  return read_cloud(path);
}

/// The cloud with nuScenes-lidarseg's class of each point: one byte a point.
Result<CloudRead> read_with_classes(const fs::path& path,
                                    const CloudOptions& options,
                                    const fs::path& classes) {
  auto read = read_cloud(path, options);
  if (!read) return read;
  const auto bytes = read_bytes(classes);
  if (!bytes || bytes->size() != read->cloud.size()) {
    read->problems.push_back({Severity::warning,
                              {},
                              classes.filename().string(),
                              text("a class for each of {} points", read->cloud.size()),
                              bytes ? text("{} bytes", bytes->size()) : Text("no such file"),
                              "the points are shown without classes"});
    return read;
  }
  Channel channel{"label", std::vector<float>(bytes->size())};
  for (std::size_t i = 0; i < bytes->size(); ++i)
    channel.values[i] = static_cast<float>(std::to_integer<int>((*bytes)[i]));
  read->cloud.channels.push_back(std::move(channel));
  return read;
}

class Reader {
 public:
  Reader(const fs::path& tables, const fs::path& root, SceneTables scene)
      : scene_(std::move(scene)) {
    tables_.info.name = scene_.scene.name;
    tables_.info.format = kFormat;
    tables_.info.root = root;
    tables_.info.sequence = true;
    tables_.info.labels.push_back({kFormat, tables});
    tables_.match_by_name = true;
    tables_.problems = std::move(scene_.problems);
  }

  DriveTables tables() {
    add_poses();
    sort_into_sensors();
    std::vector<std::string> order;
    for (const char* modality : {"lidar", "radar"})
      for (const auto& [channel, sensor] : sensors_)
        if (sensor.calibrated->modality == modality) order.push_back(channel);
    if (const auto reference = std::find(order.begin(), order.end(), kReference);
        reference != order.end())
      std::rotate(order.begin(), reference, reference + 1);
    for (const std::string& channel : order) add_lidar(channel, sensors_.at(channel));
    for (const auto& [channel, sensor] : sensors_)
      if (sensor.calibrated->modality == "camera") add_camera(channel, sensor);
    return std::move(tables_);
  }

 private:
  /// Every file has the vehicle's pose at its own time; all of them are the drive's.
  void add_poses() {
    for (const DataRow& row : scene_.data)
      if (const auto pose = scene_.ego_poses.find(row.ego_pose); pose != scene_.ego_poses.end())
        tables_.poses.push_back({row.stamp, pose->second});
    reading::sort_by_stamp(tables_.poses);
    const std::size_t without = static_cast<std::size_t>(
        std::count_if(scene_.data.begin(), scene_.data.end(), [&](const DataRow& row) {
          return !scene_.ego_poses.contains(row.ego_pose);
        }));
    if (without > 0)
      tables_.problems.push_back({Severity::error,
                                  "ego_pose.json",
                                  {},
                                  "a pose for every file",
                                  text("{} of {} files without one", without, scene_.data.size()),
                                  "take this table from the data set again"});
  }

  void sort_into_sensors() {
    std::size_t unknown = 0;
    for (const DataRow& row : scene_.data) {
      const auto calibrated = scene_.calibrated.find(row.calibrated);
      if (calibrated == scene_.calibrated.end()) {
        ++unknown;
        continue;
      }
      Sensor& sensor = sensors_[calibrated->second.channel];
      if (!sensor.calibrated) sensor.calibrated = &calibrated->second;
      sensor.rows.push_back(&row);
    }
    if (unknown > 0)
      tables_.problems.push_back({Severity::error,
                                  "calibrated_sensor.json",
                                  {},
                                  "a calibration for every file",
                                  text("{} files without one", unknown),
                                  "take this table from the data set again"});
  }

  /// Files of a sensor that are there; those that are not are counted and said.
  std::vector<std::pair<const DataRow*, fs::path>> files_of(const std::string& channel,
                                                            const Sensor& sensor,
                                                            int& missing) {
    std::vector<std::pair<const DataRow*, fs::path>> files;
    std::vector<std::size_t> there;
    std::string first;
    const std::size_t total = sensor.rows.size();
    for (std::size_t i = 0; i < total; ++i) {
      const auto path = path_below(tables_.info.root, sensor.rows[i]->file);
      std::error_code ignored;
      if (!path || !fs::is_regular_file(*path, ignored)) continue;
      files.emplace_back(sensor.rows[i], tables_.info.root / sensor.rows[i]->file);
      there.push_back(i);
    }
    const std::size_t within = there.empty() ? 0 : there.back() - there.front() + 1 - there.size();
    for (std::size_t i = 1; i < there.size() && first.empty(); ++i)
      if (there[i] != there[i - 1] + 1) first = sensor.rows[there[i - 1] + 1]->file;
    missing += static_cast<int>(within);
    if (within > 0)
      tables_.problems.push_back(
          {Severity::warning,
           channel,
           first,
           "every file that the tables name, from the first to the last",
           within == 1 ? Text("1 is absent") : text("{} are absent, this the first", within),
           "copy them from where the drive came from"});
    if (const std::size_t outside = total - there.size() - within; outside > 0)
      tables_.problems.push_back(
          {Severity::note,
           channel,
           {},
           text("{} files that the tables name", total),
           there.empty() ? Text("none of them") : text("{} before and after are absent", outside),
           "the drive is what is there"});
    return files;
  }

  /// The name of the frame that a file of another sensor belongs to; its own where there is none.
  std::string frame_of(const DataRow& row) const {
    if (row.key)
      if (const auto own = key_frames_.find(row.sample); own != key_frames_.end())
        return own->second;
    const auto next = frames_.lower_bound(row.stamp);
    if (next != frames_.end() && next->first.ns - row.stamp.ns <= longest_wait_ns_)
      return next->second;
    return nuscenes::frame_name_of(row.file);
  }

  void add_lidar(const std::string& channel, const Sensor& sensor) {
    const bool radar = sensor.calibrated->modality == "radar";
    TableLidar lidar;
    lidar.name = channel;
    lidar.ego_from_points = sensor.calibrated->ego_from_sensor;
    lidar.options.bin_channels = {"x", "y", "z", "intensity", "ring"};
    lidar.motion = radar ? Motion::unknown : Motion::compensated;
    const bool reference = tables_.lidars.empty() && !radar;
    std::set<std::string> taken;
    for (auto& [row, path] : files_of(channel, sensor, tables_.missing_sweeps)) {
      const std::string own = nuscenes::frame_name_of(row->file);
      std::string name = reference ? own : frame_of(*row);
      if (!taken.insert(name).second) name = own;
      TableSweep sweep{name, row->stamp, path};
      if (radar) sweep.read = [file = path] { return read_radar(file); };
      if (const auto seg = scene_.seg.find(row->token); seg != scene_.seg.end())
        sweep.read =
            [file = path, options = lidar.options, classes = tables_.info.root / seg->second] {
              return read_with_classes(file, options, classes);
            };
      const CalibratedRow& calibrated = scene_.calibrated.at(row->calibrated);
      if (!(calibrated.ego_from_sensor == lidar.ego_from_points))
        sweep.ego_from_points = calibrated.ego_from_sensor;
      lidar.sweeps.push_back(std::move(sweep));
      if (!reference) continue;
      frames_[row->stamp] = name;
      if (row->key) key_frames_[row->sample] = name;
    }
    reading::sort_by_stamp(lidar.sweeps);
    if (reference) measure_gap();
    tables_.frames_of_reference.try_emplace({"lidar", -1}, lidar.ego_from_points);
    if (!lidar.sweeps.empty()) tables_.lidars.push_back(std::move(lidar));
  }

  void measure_gap() {
    std::vector<std::int64_t> gaps;
    for (auto frame = frames_.begin(); frame != frames_.end() && std::next(frame) != frames_.end();
         ++frame)
      gaps.push_back(std::next(frame)->first.ns - frame->first.ns);
    if (gaps.empty()) return;
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    longest_wait_ns_ = *middle + *middle / 5;
  }

  void add_camera(const std::string& channel, const Sensor& sensor) {
    TableCamera table{channel, {}};
    std::map<std::string, std::shared_ptr<const Camera>> cameras;
    auto files = files_of(channel, sensor, tables_.missing_images);
    // Key frames choose first: nobody takes their place.
    std::stable_partition(
        files.begin(), files.end(), [](const auto& file) { return file.first->key; });
    std::set<std::string> taken;
    std::size_t bad = 0;
    for (const auto& [row, path] : files) {
      std::shared_ptr<const Camera>& camera = cameras[row->calibrated];
      if (!camera) camera = calibration(channel, *row, path);
      if (!camera) {
        ++bad;
        continue;
      }
      std::string name = frame_of(*row);
      if (!taken.insert(name).second) name = nuscenes::frame_name_of(row->file);
      table.images.push_back({name, row->stamp, path, camera});
    }
    if (bad > 0)
      tables_.problems.push_back({Severity::error,
                                  "calibrated_sensor.json",
                                  channel,
                                  "camera_intrinsic [fx 0 cx, 0 fy cy, 0 0 1] and a size",
                                  "none that is sound",
                                  text("its {} images are left out", bad)});
    reading::sort_by_stamp(table.images);
    if (!table.images.empty()) tables_.cameras.push_back(std::move(table));
  }

  std::shared_ptr<const Camera> calibration(const std::string& channel,
                                            const DataRow& row,
                                            const fs::path& path) const {
    const CalibratedRow& calibrated = scene_.calibrated.at(row.calibrated);
    if (!calibrated.intrinsics) return nullptr;
    const Mat3& k = *calibrated.intrinsics;
    int width = row.width, height = row.height;
    if (width == 0 || height == 0) {
      const auto size = reading::picture_size_of(path);
      if (!size) return nullptr;
      width = size->width;
      height = size->height;
    }
    return std::make_shared<Camera>(Camera{channel,
                                           Pinhole{k(0, 0), k(1, 1), k(0, 2), k(1, 2)},
                                           width,
                                           height,
                                           calibrated.ego_from_sensor.inverse()});
  }

  SceneTables scene_;
  DriveTables tables_;
  std::map<std::string, Sensor> sensors_;
  std::map<Stamp, std::string> frames_;            ///< of the reference lidar
  std::map<std::string, std::string> key_frames_;  ///< by sample
  std::int64_t longest_wait_ns_ = 60'000'000;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  const auto root = nuscenes::data_root(ref.path);
  if (!root)
    return fail(ref.path.string(),
                "sample_data.json",
                "the folders that its files lie in (samples, sweeps)",
                "tables alone",
                "put the sensor files beside the folder of the tables");
  auto scene = nuscenes::read_scene(ref.path, ref.part.empty() ? ref.name : ref.part);
  if (!scene) return tl::unexpected(scene.error());
  return make_table_drive(Reader(ref.path, *root, std::move(*scene)).tables(), repairs);
}

}  // namespace

DriveFormat nuscenes_format() {
  return {kFormat,
          "nuScenes",
          "scenes of tables: lidar, radars and cameras at their own times and poses, key frames",
          list,
          open};
}

}  // namespace sweepbox
