#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"
#include "core/table/arrow.hpp"

// An Argoverse 2 sensor log (formats.md 2.7): sensors/lidar/NS.feather,
// sensors/cameras/NAME/NS.jpg, calibration/*.feather, city_SE3_egovehicle.feather,
// annotations.feather. Points are stored in ego, moved to the sweep's time; two stacked lidars are
// one sweep. Names of files are nanoseconds of the vehicle's clock. Images are undistorted,
// whatever distortion the tables carry.

namespace sweepbox {

DriveFormat argoverse2_format();

namespace {

constexpr const char* kFormat = "argoverse2";
constexpr const char* kFix = "take this file from the data set again";

/// Lasers 0 … 31 are the upper lidar's, 32 … 63 the lower's. Seen in the points: from the place of
/// up_lidar each of the first spreads by 0.03° in elevation (median), from that of down_lidar by
/// 0.10°; for the others the other way round.
constexpr float kFirstOfDownLidar = 32;
const char* const kParts[] = {"up_lidar", "down_lidar"};

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  const bool sweeps = reading::has_file(path / "sensors" / "lidar", {".feather"});
  const bool images = fs::is_directory(path / "sensors" / "cameras", ignored);
  const bool tables = fs::exists(path / "city_SE3_egovehicle.feather", ignored) ||
                      fs::exists(path / "calibration" / "egovehicle_SE3_sensor.feather", ignored);
  if (!sweeps && !(images && tables)) return listing;
  listing.drives.push_back({path.filename().string(),
                            kFormat,
                            path,
                            {},
                            tables ? 0.95 : 0.7,
                            "sensors/lidar with feather files, calibration and poses beside it"});
  return listing;
}

/// Files named by nanoseconds, ascending.
std::vector<reading::Numbered> stamped_files(const fs::path& folder,
                                             std::initializer_list<std::string_view> extensions) {
  return reading::numbered_files(folder, extensions, std::numeric_limits<std::int64_t>::max());
}

Result<Table> table_at(const fs::path& path) {
  const auto bytes = read_bytes(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto read = read_arrow(*bytes);
  if (!read) return tl::unexpected(read.error());
  return std::move(read->table);
}

/// The columns of these names, all numbers; the error names the first that is none.
Result<std::vector<const TableColumn*>> number_columns(const Table& table,
                                                       std::initializer_list<const char*> names) {
  std::vector<const TableColumn*> columns;
  for (const char* name : names) {
    const TableColumn* column = table.find(name);
    if (!column || is_text(column->type()))
      return fail({}, fmt::format("column {}", name), "numbers", column ? "texts" : "none", kFix);
    columns.push_back(column);
  }
  return columns;
}

constexpr std::initializer_list<const char*> kPoseColumns = {
    "qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"};

/// A row of the seven; the error says what is wrong with its numbers.
Result<Pose> pose_of(const std::vector<const TableColumn*>& columns, std::size_t row) {
  double n[7];
  for (std::size_t i = 0; i < 7; ++i) n[i] = columns[i]->number(row);
  const Quat rotation(n[0], n[1], n[2], n[3]);
  const Vec3 translation(n[4], n[5], n[6]);
  constexpr double kDefect = 1e-3, kFarthest = 1e8;
  if (!(std::abs(rotation.norm() - 1) <= kDefect))
    return fail({},
                fmt::format("row {}", row + 1),
                "a quaternion of length 1",
                text("{}", fmt::format("{:.6f}", rotation.norm())),
                kFix);
  if (!translation.allFinite() || translation.cwiseAbs().maxCoeff() > kFarthest)
    return fail({},
                fmt::format("row {}", row + 1),
                text("a place within {} m", kFarthest),
                "one beyond",
                kFix);
  return Pose{rotation.normalized(), translation};
}

/// The channel `lidar` from the number of the laser.
Result<CloudRead> read_sweep_file(const fs::path& path) {
  auto read = read_cloud(path);
  if (!read) return read;
  if (const Channel* laser = read->cloud.channel("ring"); laser && !read->cloud.channel("lidar")) {
    Channel lidar{"lidar", std::vector<float>(laser->values.size())};
    std::transform(
        laser->values.begin(), laser->values.end(), lidar.values.begin(), [](float number) {
          return number < kFirstOfDownLidar ? 0.0f : 1.0f;
        });
    read->cloud.channels.push_back(std::move(lidar));
  }
  return read;
}

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = true;
  }

  DriveTables tables() {
    read_rows("city_SE3_egovehicle.feather", {"timestamp_ns"}, [&](const Table& table) {
      return read_poses(table);
    });
    read_rows("calibration/egovehicle_SE3_sensor.feather", {}, [&](const Table& table) {
      return read_extrinsics(table);
    });
    read_rows("calibration/intrinsics.feather", {}, [&](const Table& table) {
      return read_intrinsics(table);
    });
    add_lidar();
    for (const fs::path& folder : list_folders(root() / "sensors" / "cameras")) add_camera(folder);
    tell_cameras_without_images();
    std::error_code ignored;
    if (fs::exists(root() / "annotations.feather", ignored))
      tables_.info.labels.push_back({kFormat, root() / "annotations.feather"});
    return std::move(tables_);
  }

 private:
  struct Intrinsics {
    Pinhole lens;
    int width = 0, height = 0;
  };

  const fs::path& root() const { return tables_.info.root; }

  void tell(Severity severity, std::string file, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, std::move(file), {}, std::move(expected), std::move(found), std::move(fix)});
  }

  /// A table of the log; what is wrong with it is told, and the rest opens.
  void read_rows(const char* name,
                 std::initializer_list<const char*> needed,
                 const std::function<Result<void>(const Table&)>& read) {
    const auto table = table_at(root() / name);
    const auto columns = table ? number_columns(*table, needed) : tl::unexpected(table.error());
    const auto done = columns ? read(*table) : tl::unexpected(columns.error());
    if (done) return;
    Error error = done.error();
    error.file = name;
    tables_.problems.push_back(std::move(error));
  }

  Result<void> read_poses(const Table& table) {
    const TableColumn& stamps = *table.find("timestamp_ns");
    const auto columns = number_columns(table, kPoseColumns);
    if (!columns) return tl::unexpected(columns.error());
    int bad = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto ns = stamps.integer(row);
      const auto pose = pose_of(*columns, row);
      if (ns && pose)
        tables_.poses.push_back({{*ns}, *pose});
      else if (bad++ == 0)
        tell(Severity::warning,
             "city_SE3_egovehicle.feather",
             "a time and a pose in each row",
             pose ? text("row {} without a time", row + 1) : pose.error().found,
             "such rows are left out");
    }
    reading::sort_by_stamp(tables_.poses);
    // Some pairs stand 2 ns apart, one of them a sensor's time: between such the pose would turn
    // by rounding alone.
    constexpr std::int64_t kSame = 1000;
    const auto last = std::unique(
        tables_.poses.begin(), tables_.poses.end(), [](const TablePose& a, const TablePose& b) {
          return b.stamp.ns - a.stamp.ns < kSame;
        });
    tables_.poses.erase(last, tables_.poses.end());
    return {};
  }

  Result<void> read_extrinsics(const Table& table) {
    const TableColumn* names = table.find("sensor_name");
    if (!names || !is_text(names->type()))
      return fail({}, "column sensor_name", "names", "none", kFix);
    const auto columns = number_columns(table, kPoseColumns);
    if (!columns) return tl::unexpected(columns.error());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto pose = pose_of(*columns, row);
      if (!pose) return tl::unexpected(pose.error());
      tables_.frames_of_reference[{std::string(names->text(row)), -1}] = *pose;
    }
    return {};
  }

  Result<void> read_intrinsics(const Table& table) {
    const TableColumn* names = table.find("sensor_name");
    if (!names || !is_text(names->type()))
      return fail({}, "column sensor_name", "names", "none", kFix);
    const auto columns =
        number_columns(table, {"fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px"});
    if (!columns) return tl::unexpected(columns.error());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      double n[6];
      for (std::size_t i = 0; i < 6; ++i) n[i] = (*columns)[i]->number(row);
      constexpr double kLargest = 1e5;
      const bool sound = n[0] > 0 && n[1] > 0 && std::abs(n[2]) < kLargest &&
                         std::abs(n[3]) < kLargest && n[4] > 0 && n[4] < kLargest && n[5] > 0 &&
                         n[5] < kLargest && n[0] < kLargest && n[1] < kLargest;
      if (!sound)
        return fail({},
                    fmt::format("row {}", row + 1),
                    "focal lengths, centre and size of an image",
                    "numbers that are none",
                    kFix);
      intrinsics_[std::string(names->text(row))] = {
          {n[0], n[1], n[2], n[3]}, static_cast<int>(n[4]), static_cast<int>(n[5])};
    }
    return {};
  }

  void add_lidar() {
    TableLidar lidar{"lidar", {}, {}, {}};
    lidar.motion = Motion::compensated;
    lidar.parts = {kParts[0], kParts[1]};
    for (const auto& file : stamped_files(root() / "sensors" / "lidar", {".feather"})) {
      TableSweep sweep{file.path.stem().string(), {file.number}, file.path};
      sweep.read = [path = file.path] { return read_sweep_file(path); };
      lidar.sweeps.push_back(std::move(sweep));
    }
    reading::sort_by_stamp(lidar.sweeps);
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_camera(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const std::string shown = reading::shown(folder, root());
    const auto files = stamped_files(folder, {".jpg", ".jpeg", ".png"});
    if (files.empty()) return;
    with_images_.push_back(name);
    const auto lens = intrinsics_.find(name);
    const auto place = tables_.frames_of_reference.find({name, -1});
    if (lens == intrinsics_.end() || place == tables_.frames_of_reference.end()) {
      tell(Severity::warning,
           shown,
           text("{} in calibration/intrinsics.feather and egovehicle_SE3_sensor.feather", name),
           "none",
           "its images are left out");
      return;
    }
    auto camera = reading::camera_of(files, name, lens->second.lens, place->second.inverse());
    if (!camera) {
      Error error = camera.error();
      error.file = reading::shown(files.front().path, root());
      tables_.problems.push_back(std::move(error));
      return;
    }
    const Camera& made = **camera;
    if (made.width != lens->second.width || made.height != lens->second.height)
      tell(Severity::warning,
           shown,
           text("images of {} × {} as calibrated", lens->second.width, lens->second.height),
           text("{} × {}", made.width, made.height),
           "boxes will not lie on them: take the images from the data set again");
    TableCamera table{name, {}};
    for (const auto& file : files)
      table.images.push_back({file.path.stem().string(), {file.number}, file.path, *camera});
    reading::sort_by_stamp(table.images);
    tables_.cameras.push_back(std::move(table));
  }

  void tell_cameras_without_images() {
    std::string names;
    for (const auto& [name, lens] : intrinsics_)
      if (std::find(with_images_.begin(), with_images_.end(), name) == with_images_.end())
        names += (names.empty() ? "" : ", ") + name;
    if (!names.empty())
      tell(Severity::note,
           "sensors/cameras",
           text("images of the calibrated cameras {}", names),
           "none",
           "they are left out");
  }

  DriveTables tables_;
  std::map<std::string, Intrinsics> intrinsics_;
  std::vector<std::string> with_images_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat argoverse2_format() {
  return {kFormat,
          "Argoverse 2 sensor log",
          "two lidars as one sweep, up to nine cameras, poses in the city and labels",
          list,
          open};
}

}  // namespace sweepbox
