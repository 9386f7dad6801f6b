#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"

// Zenseact ZOD (formats.md 2.10): one folder of single_frames, sequences or drives:
// lidar_velodyne/ID_NAME_TIME.npy, camera_front_{blur,dnat,original}/ID_NAME_TIME.jpg,
// calibration.json, ego_motion.json, info.json, annotations/object_detection.json. Points are each
// of their own time unless info.json says that they are compensated; images are a distorted
// fisheye's.

namespace sweepbox {

DriveFormat zod_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "zod";
constexpr const char* kFix = "take this file from the data set again";
constexpr std::uint64_t kMostJson = std::uint64_t{1} << 26;
constexpr const char* kLidarFolder = "lidar_velodyne";

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  if (!reading::has_file(path / kLidarFolder, {".npy"}) ||
      !fs::exists(path / "calibration.json", ignored))
    return listing;
  listing.drives.push_back({path.filename().string(),
                            kFormat,
                            path,
                            {},
                            0.95,
                            "lidar_velodyne with npy files, calibration.json beside it"});
  return listing;
}

/// Two digits and more at a place; nullopt where anything else stands there.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Nanoseconds since 1970 of "…_2022-02-14T13:23:32.251875Z"; UTC, whatever follows the digits.
std::optional<Stamp> stamp_in(std::string_view stem) {
  const std::size_t begin = stem.rfind('_');
  const std::string_view text = stem.substr(begin == std::string_view::npos ? 0 : begin + 1);
  const auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2),
             day = digits_at(text, 8, 2), hour = digits_at(text, 11, 2),
             minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // Before 1970 and beyond 2100 no drive was made.
  if (!date.ok() || *year < 1970 || *year > 2100) return std::nullopt;
  std::int64_t ns = 0, unit = kNsPerSecond;
  for (std::size_t at = 20; at < text.size() && text[19] == '.' && unit > 1; ++at) {
    const auto digit = digits_at(text, at, 1);
    if (!digit) break;
    unit /= 10;
    ns += *digit * unit;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Stamp{(((days * 24 + *hour) * 60 + *minute) * 60 + *second) * kNsPerSecond + ns};
}

struct StampedFile {
  Stamp stamp;
  std::string name;  ///< its time as written
  fs::path path;
};

Result<Pose> pose_of(const Json& json, std::string where) {
  const std::vector<double> n = numbers_of(json, 16);
  if (n.empty())
    return fail({}, std::move(where), "a matrix of 4 × 4, row by row", "something else", kFix);
  Mat3 rotation;
  rotation << n[0], n[1], n[2], n[4], n[5], n[6], n[8], n[9], n[10];
  const auto nearest = nearest_rotation(rotation);
  constexpr double kMostDefect = 1e-3, kFarthest = 1e8;
  const Vec3 translation(n[3], n[7], n[11]);
  if (!nearest || nearest->defect > kMostDefect || translation.cwiseAbs().maxCoeff() > kFarthest)
    return fail({},
                std::move(where),
                "a rotation and a place",
                text("determinant {}", fmt::format("{:.4f}", rotation.determinant())),
                kFix);
  return Pose{nearest->rotation, translation};
}

const Json& member(const Json& object, const char* key) {
  static const Json none;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() || !object.is_object() ? none : *found;
}

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = root.parent_path().filename() != "single_frames";
  }

  DriveTables tables() {
    read(Severity::error, "calibration.json", [&](const Json& json) { return calibrate(json); });
    read(Severity::warning, "ego_motion.json", [&](const Json& json) { return read_poses(json); });
    add_lidar();
    // Of the same images the blurred ones are what everybody has.
    for (const char* kind : {"blur", "dnat", "original"})
      if (tables_.cameras.empty()) add_camera(std::string("camera_front_") + kind);
    std::error_code ignored;
    const fs::path labels = root() / "annotations" / "object_detection.json";
    if (fs::exists(labels, ignored)) tables_.info.labels.push_back({kFormat, labels});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  template <class Use>
  void read(Severity severity, const char* name, Use use) {
    const auto json = json_file(root() / name, kMostJson);
    Result<void> done;
    if (!json)
      done = tl::unexpected(json.error());
    else if (!json->is_object())
      done = fail({}, {}, "a JSON object", "something else", kFix);
    else
      done = use(*json);
    if (done) return;
    Error error = done.error();
    error.severity = severity;
    error.file = name;
    tables_.problems.push_back(std::move(error));
  }

  /// Extrinsics are sensor → ego, whatever the devkit's transform_points makes of them.
  Result<void> calibrate(const Json& json) {
    const Json& front = member(json, "FC");
    const auto lidar = pose_of(member(front, "lidar_extrinsics"), "FC, lidar_extrinsics");
    if (!lidar) return tl::unexpected(lidar.error());
    ego_from_lidar_ = *lidar;
    tables_.frames_of_reference[{"velodyne", -1}] = *lidar;
    const auto camera = pose_of(member(front, "extrinsics"), "FC, extrinsics");
    if (!camera) return tl::unexpected(camera.error());
    tables_.frames_of_reference[{"front", -1}] = *camera;
    const Json& matrix = member(front, "intrinsics");
    std::vector<double> n = numbers_of(matrix, 9);
    std::size_t width = 3;
    if (n.empty()) {
      n = numbers_of(matrix, 12);
      width = 4;
    }
    const std::vector<double> k = numbers_of(member(front, "distortion"), 4);
    if (n.empty() || !(n[0] > 0) || !(n[width + 1] > 0))
      return fail({}, "FC, intrinsics", "a matrix of 3 × 3 or 3 × 4", "something else", kFix);
    if (k.empty()) return fail({}, "FC, distortion", "four numbers", "something else", kFix);
    lens_ = KannalaBrandt::from({n[0], n[width + 1], n[2], n[width + 2], k[0], k[1], k[2], k[3]});
    return {};
  }

  Result<void> read_poses(const Json& json) {
    const Json& poses = member(json, "poses");
    const Json& times = member(json, "timestamps");
    if (!poses.is_array() || !times.is_array() || poses.size() != times.size())
      return fail({}, "poses", "as many poses as timestamps", "another number", kFix);
    for (std::size_t i = 0; i < poses.size(); ++i) {
      const auto pose = pose_of(poses[i], fmt::format("poses, number {}", i + 1));
      if (!pose) return tl::unexpected(pose.error());
      constexpr double kMost = 5e9;  // s since 1970
      const double seconds = times[i].is_number() ? times[i].get<double>() : -1;
      if (!(seconds >= 0 && seconds < kMost))
        return fail({},
                    fmt::format("timestamps, number {}", i + 1),
                    "seconds since 1970",
                    text("{}", times[i].is_number() ? fmt::format("{}", seconds) : "no number"),
                    kFix);
      tables_.poses.push_back({{std::llround(seconds * 1e9)}, *pose});
    }
    reading::sort_by_stamp(tables_.poses);
    return {};
  }

  std::vector<StampedFile> stamped_files(const std::string& folder,
                                         std::initializer_list<std::string_view> extensions) {
    std::vector<StampedFile> files;
    for (const fs::path& path : list_files(root() / folder, extensions)) {
      const std::string stem = path.stem().string();
      if (const auto stamp = stamp_in(stem)) {
        files.push_back({*stamp, stem.substr(stem.rfind('_') + 1), path});
        continue;
      }
      tables_.problems.push_back({Severity::warning,
                                  reading::shown(path, root()),
                                  "name",
                                  "a time behind the last _: 2022-02-14T13:23:32.251875Z",
                                  text("{}", stem),
                                  "it is left out"});
    }
    reading::sort_by_stamp(files);
    return files;
  }

  /// What info.json says of the sweeps; without it they are as the sensor saw them.
  bool compensated() const {
    const auto info = json_file(root() / "info.json", kMostJson);
    if (!info) return false;
    const Json& frames = member(member(*info, "lidar_frames"), "velodyne");
    return frames.is_array() && !frames.empty() &&
           std::all_of(frames.begin(), frames.end(), [](const Json& frame) {
             const Json& is = member(frame, "is_compensated");
             return is.is_boolean() && is.get<bool>();
           });
  }

  void add_lidar() {
    TableLidar lidar{"velodyne", ego_from_lidar_, {}, {}};
    lidar.motion = compensated() ? Motion::compensated : Motion::raw;
    for (const StampedFile& file : stamped_files(kLidarFolder, {".npy"}))
      lidar.sweeps.push_back({file.name, file.stamp, file.path});
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_camera(const std::string& folder) {
    const auto files = stamped_files(folder, {".jpg", ".jpeg", ".png"});
    if (files.empty() || !lens_) return;
    std::vector<reading::Numbered> in_order;
    for (const StampedFile& file : files) in_order.push_back({file.stamp.ns, file.path});
    const auto camera = reading::camera_of(
        in_order, "front", *lens_, tables_.frames_of_reference.at({"front", -1}).inverse());
    if (!camera) {
      Error error = camera.error();
      error.file = reading::shown(files.front().path, root());
      tables_.problems.push_back(std::move(error));
      return;
    }
    TableCamera table{"front", {}};
    for (const StampedFile& file : files)
      table.images.push_back({file.name, file.stamp, file.path, *camera});
    tables_.cameras.push_back(std::move(table));
  }

  DriveTables tables_;
  Pose ego_from_lidar_;
  std::optional<KannalaBrandt> lens_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat zod_format() {
  return {kFormat,
          "Zenseact ZOD",
          "single frames, sequences and drives: lidar, fisheye camera, poses, labels",
          list,
          open};
}

}  // namespace sweepbox
