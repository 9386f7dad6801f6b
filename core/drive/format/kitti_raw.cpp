#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/kitti_calibration.hpp"
#include "core/drive/kitti_poses.hpp"
#include "core/drive/reading.hpp"

// KITTI raw (formats.md 2.3): one folder a drive, its day's calibration in the folder above. Line n
// of a timestamps.txt belongs to the file of number n. Images are rectified ("_sync"). Ego is the
// velodyne.

namespace sweepbox {

DriveFormat kitti_raw_format();

namespace {

constexpr const char* kFormat = "kitti_raw";
constexpr double kRateHz = 10;
constexpr const char* kVelodyne = "velodyne_points";
constexpr std::array kCameras = {"image_00", "image_01", "image_02", "image_03"};

bool is_drive(const fs::path& folder) {
  if (reading::has_file(folder / kVelodyne / "data", {".bin", ".pcd"})) return true;
  return std::any_of(kCameras.begin(), kCameras.end(), [&](const char* camera) {
    return reading::has_file(folder / camera / "data", {".png", ".jpg"});
  });
}

Listing list(const fs::path& path) {
  Listing listing;
  if (is_drive(path))
    listing.drives.push_back({path.filename().string(),
                              kFormat,
                              path,
                              {},
                              0.95,
                              "velodyne_points/data or image_00 … image_03/data"});
  return listing;
}

/// "2011-09-26 13:02:25.594360375", read as UTC: the zone is not said, and only differences count.
std::optional<Stamp> parse_stamp(std::string_view line) {
  const std::vector<std::string_view> words = split_blanks(line);
  if (words.size() != 2) return std::nullopt;
  const auto date = split(words[0], '-'), time = split(words[1], ':');
  if (date.size() != 3 || time.size() != 3) return std::nullopt;
  const auto year = to_integer(date[0]), month = to_integer(date[1]), day = to_integer(date[2]);
  const auto hour = to_integer(time[0]), minute = to_integer(time[1]);
  const std::size_t dot = std::min(time[2].find('.'), time[2].size());
  const auto second = to_integer(time[2].substr(0, dot));
  std::string fraction(time[2].substr(std::min(dot + 1, time[2].size())));
  if (fraction.size() > 9 || fraction.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  fraction.resize(9, '0');
  const auto nanoseconds = to_integer(fraction);
  if (!year || !month || !day || !hour || !minute || !second || !nanoseconds) return std::nullopt;
  const auto within = [](std::int64_t value, std::int64_t low, std::int64_t high) {
    return value >= low && value <= high;
  };
  if (!within(*year, 1971, 2200) || !within(*month, 1, 12) || !within(*day, 1, 31) ||
      !within(*hour, 0, 23) || !within(*minute, 0, 59) || !within(*second, 0, 60))
    return std::nullopt;
  const std::chrono::year_month_day calendar{std::chrono::year(static_cast<int>(*year)),
                                             std::chrono::month(static_cast<unsigned>(*month)),
                                             std::chrono::day(static_cast<unsigned>(*day))};
  const std::int64_t days = std::chrono::sys_days(calendar).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + *hour * 3600 + *minute * 60 + *second;
  return Stamp{seconds * kNsPerSecond + *nanoseconds};
}

/// The lines of a timestamps.txt; empty where there is none.
using Clock = std::vector<std::optional<Stamp>>;

Clock read_clock(const fs::path& sensor) {
  Clock clock;
  const auto content = read_text(sensor / "timestamps.txt");
  if (!content) return clock;
  for (const std::string_view line : lines_of(*content)) clock.push_back(parse_stamp(line));
  if (std::none_of(clock.begin(), clock.end(), [](const auto& stamp) { return stamp.has_value(); }))
    clock.clear();
  return clock;
}

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = true;
  }

  DriveTables tables() {
    read_clocks();
    read_calibration();
    add_lidar();
    for (std::size_t i = 0; i < kCameras.size(); ++i) add_camera(i);
    tell_empty_cameras();
    read_poses();
    std::error_code ignored;
    const fs::path labels = root() / "tracklet_labels.xml";
    if (fs::exists(labels, ignored)) tables_.info.labels.push_back({kFormat, labels});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  void tell(
      Severity severity, std::string file, std::string where, Text expected, Text found, Text fix) {
    tables_.problems.push_back({severity,
                                std::move(file),
                                std::move(where),
                                std::move(expected),
                                std::move(found),
                                std::move(fix)});
  }

  void read_clocks() {
    std::vector<std::string> sensors = {kVelodyne};
    sensors.insert(sensors.end(), kCameras.begin(), kCameras.end());
    sensors.push_back("oxts");
    for (const std::string& sensor : sensors) {
      clocks_[sensor] = read_clock(root() / sensor);
      reading::tell_no_file(root() / sensor / "timestamps.txt", tables_);
      if (common_.empty() && !clocks_[sensor].empty()) {
        common_ = clocks_[sensor];
        common_name_ = sensor;
      }
    }
    if (!common_.empty()) return;
    tables_.assumed_rate_hz = kRateHz;
    tell(Severity::note,
         std::string(kVelodyne) + "/timestamps.txt",
         {},
         "stamps",
         "no such file",
         "numbers count tenths of a second; the repair rate_hz changes it");
  }

  /// Stamps of a sensor's files: its own clock, else that of a sensor with one (the numbers of all
  /// mean the same instants in a synchronised drive), else the number.
  std::vector<Stamp> stamps_of(const std::string& sensor,
                               const std::vector<reading::Numbered>& files) {
    const bool own = !clocks_[sensor].empty();
    const Clock& clock = own ? clocks_[sensor] : common_;
    if (!own && !clock.empty())
      tell(Severity::note,
           sensor + "/timestamps.txt",
           {},
           "stamps",
           "no such file",
           text("those of {} are taken", common_name_));
    std::vector<Stamp> stamps;
    std::int64_t without = 0;
    for (const reading::Numbered& file : files) {
      if (clock.empty()) {
        stamps.push_back(reading::stamp_of_number(file.number, 1 / kRateHz));
        continue;
      }
      const auto index = static_cast<std::size_t>(file.number);
      if (index < clock.size() && clock[index]) {
        stamps.push_back(*clock[index]);
        continue;
      }
      ++without;
      stamps.push_back(guessed(clock, file.number));
    }
    if (without > 0)
      tell(Severity::warning,
           sensor + "/timestamps.txt",
           {},
           "a line for every file",
           text("none for {} files", without),
           "a tenth of a second a number is taken from the nearest line");
    if (own && !files.empty()) tell_outside(sensor, clock, files);
    return stamps;
  }

  static Stamp guessed(const Clock& clock, std::int64_t number) {
    std::int64_t nearest = -1;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(clock.size()); ++i)
      if (clock[static_cast<std::size_t>(i)] &&
          (nearest < 0 || std::abs(i - number) < std::abs(nearest - number)))
        nearest = i;
    const Stamp from = *clock[static_cast<std::size_t>(nearest)];
    return {from.ns + reading::stamp_of_number(number - nearest, 1 / kRateHz).ns};
  }

  void tell_outside(const std::string& sensor,
                    const Clock& clock,
                    const std::vector<reading::Numbered>& files) {
    const auto lines = static_cast<std::int64_t>(clock.size());
    const std::int64_t outside = std::min(files.front().number, lines) +
                                 std::max<std::int64_t>(lines - files.back().number - 1, 0);
    if (outside > 0)
      tell(Severity::note,
           sensor + "/timestamps.txt",
           {},
           "a file for every stamp",
           text("{} stamps before the first or after the last file", outside),
           "nothing: they are left out");
  }

  /// A file of the day's folder; empty where it is absent, which is a problem.
  std::string day_file(const char* name) {
    const auto content = read_text(root().parent_path() / name, std::uint64_t{1} << 20);
    if (content) return *content;
    tell(Severity::warning,
         std::string("../") + name,
         {},
         content.error().expected,
         content.error().found,
         "put the day's calibration beside its drives");
    return {};
  }

  void read_calibration() {
    const std::string cam_to_cam = day_file("calib_cam_to_cam.txt");
    const std::string velo_to_cam = day_file("calib_velo_to_cam.txt");
    const std::string imu_to_velo = day_file("calib_imu_to_velo.txt");
    calibration_ = parse_kitti_raw_calibration({cam_to_cam, velo_to_cam, imu_to_velo});
    for (Problem& problem : calibration_.problems) {
      problem.file = "../" + problem.file;
      tables_.problems.push_back(std::move(problem));
    }
    tables_.frames_of_reference[{"velodyne", -1}] = Pose();
    if (calibration_.rect_from_velo)
      tables_.frames_of_reference[{"camera_rect_0", -1}] = calibration_.rect_from_velo->inverse();
    if (calibration_.velo_from_imu)
      tables_.frames_of_reference[{"imu", -1}] = *calibration_.velo_from_imu;
  }

  void add_lidar() {
    TableLidar lidar{"velodyne", Pose(), {}, {}};
    const auto files = reading::numbered_files(root() / kVelodyne / "data", {".bin", ".pcd"});
    if (files.empty()) return;
    const std::vector<Stamp> stamps = stamps_of(kVelodyne, files);
    for (std::size_t i = 0; i < files.size(); ++i)
      lidar.sweeps.push_back({files[i].path.stem().string(), stamps[i], files[i].path});
    tables_.missing_sweeps =
        reading::tell_gaps(files, std::string(kVelodyne) + "/data", tables_.problems);
    reading::sort_by_stamp(lidar.sweeps);
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_camera(std::size_t number) {
    const std::string name = kCameras[number];
    const auto files = reading::numbered_files(root() / name / "data", {".png", ".jpg"});
    if (files.empty()) {
      if (calibration_.cameras[number]) empty_cameras_.push_back(name);
      return;
    }
    if (!calibration_.cameras[number]) {
      tell(Severity::error,
           name,
           {},
           "a calibration of this camera",
           "none that is sound",
           "its images are left out; mend the day's calibration files");
      return;
    }
    const KittiCamera& model = *calibration_.cameras[number];
    const auto camera = reading::camera_of(files, name, model.lens, model.camera_from_velo);
    if (!camera) {
      Error error = camera.error();
      error.file = reading::shown(files.front().path, root());
      tables_.problems.push_back(std::move(error));
      return;
    }
    TableCamera table{name, {}};
    const std::vector<Stamp> stamps = stamps_of(name, files);
    for (std::size_t i = 0; i < files.size(); ++i)
      table.images.push_back({files[i].path.stem().string(), stamps[i], files[i].path, *camera});
    tables_.missing_images += reading::tell_gaps(files, name + "/data", tables_.problems);
    reading::sort_by_stamp(table.images);
    tables_.cameras.push_back(std::move(table));
  }

  void tell_empty_cameras() {
    if (empty_cameras_.empty()) return;
    std::string names;
    for (const std::string& name : empty_cameras_) names += (names.empty() ? "" : ", ") + name;
    tell(
        Severity::note, names, {}, "images of the calibrated cameras", "none", "they are left out");
  }

  void read_poses() {
    const auto files = reading::numbered_files(root() / "oxts" / "data", {".txt"});
    if (files.empty()) {
      tell(Severity::note,
           "oxts/data",
           {},
           "poses of the vehicle",
           "none",
           "boxes are kept relative to ego");
      return;
    }
    if (!calibration_.velo_from_imu) return;  // said where the calibration was read
    const std::vector<Stamp> stamps = stamps_of("oxts", files);
    std::vector<OxtsPacket> packets;
    std::vector<Stamp> packet_stamps;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto content = read_text(files[i].path, std::uint64_t{1} << 16);
      const auto packet = content ? parse_oxts(*content) : std::nullopt;
      if (!packet) {
        tell(Severity::warning,
             reading::shown(files[i].path, root()),
             {},
             "30 numbers, latitude and longitude first",
             content ? Text("something else") : content.error().found,
             "this pose is interpolated; take the file again");
        continue;
      }
      packets.push_back(*packet);
      packet_stamps.push_back(stamps[i]);
    }
    const Pose imu_from_velo = calibration_.velo_from_imu->inverse();
    const std::vector<Pose> poses = world_from_imu(packets);
    for (std::size_t i = 0; i < poses.size(); ++i)
      tables_.poses.push_back({packet_stamps[i], poses[i] * imu_from_velo});
    reading::sort_by_stamp(tables_.poses);
  }

  DriveTables tables_;
  KittiCalibration calibration_;
  std::map<std::string, Clock> clocks_;
  Clock common_;
  std::string common_name_;
  std::vector<std::string> empty_cameras_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat kitti_raw_format() {
  return {kFormat,
          "KITTI raw",
          "drives with stamps: velodyne, four rectified cameras, oxts poses, tracklets",
          list,
          open};
}

}  // namespace sweepbox
