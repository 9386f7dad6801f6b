#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"

// A SUSTechPOINTS scene (formats.md 2.4): lidar/F.pcd, camera/NAME/F.jpg, calib/camera/NAME.json,
// label/F.json. Files of one stem belong together. The lidar's axes are anybody's: ego is the
// lidar's frame turned about z until the front camera looks along x.

namespace sweepbox {

DriveFormat sustechpoints_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "sustechpoints";
constexpr double kRateHz = 10;

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  if (!reading::has_file(path / "lidar", {".pcd", ".bin"})) return listing;
  const bool more = fs::is_directory(path / "camera", ignored) ||
                    fs::is_directory(path / "label", ignored) ||
                    fs::is_directory(path / "calib", ignored);
  listing.drives.push_back({path.filename().string(),
                            kFormat,
                            path,
                            {},
                            more ? 0.9 : 0.5,
                            "lidar with point files, camera, calib and label beside it"});
  return listing;
}

/// Numbers of an array under a key; empty where it is none of one of these lengths.
std::vector<double> numbers_at(const Json& object,
                               const char* key,
                               std::initializer_list<std::size_t> counts) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() ||
      std::find(counts.begin(), counts.end(), found->size()) == counts.end())
    return {};
  std::vector<double> numbers;
  for (const Json& number : *found) {
    if (!number.is_number() || !std::isfinite(number.get<double>())) return {};
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

struct Calibrated {
  Pinhole lens;
  Pose camera_from_lidar;
};

tl::unexpected<Error> bad(const char* where, Text expected, Text found) {
  return fail({},
              where,
              std::move(expected),
              std::move(found),
              "mend this calibration; its images are left out");
}

/// A 4×4 row-major matrix that must be a rotation and a translation.
Result<Pose> rigid_at(const Json& object, const char* key) {
  const std::vector<double> n = numbers_at(object, key, {16, 12});
  if (n.empty()) return bad(key, "16 numbers, row by row", "something else");
  Mat3 rotation;
  rotation << n[0], n[1], n[2], n[4], n[5], n[6], n[8], n[9], n[10];
  const auto nearest = nearest_rotation(rotation);
  constexpr double kMostDefect = 1e-3;
  if (!nearest || nearest->defect > kMostDefect)
    return bad(key,
               "a rotation (determinant 1)",
               text("determinant {}", fmt::format("{:.4f}", rotation.determinant())));
  return Pose{nearest->rotation, Vec3(n[3], n[7], n[11])};
}

Result<Calibrated> parse_calibration(std::string_view content) {
  try {
    const Json json = parse_json(content);
    if (json.is_discarded()) return bad("", "JSON", "something else");
    if (!json.is_object()) return bad("", "an object", json.type_name());
    auto camera_from_lidar = rigid_at(json, "extrinsic");
    if (!camera_from_lidar) return tl::unexpected(camera_from_lidar.error());
    if (json.contains("rect")) {
      const auto rect = rigid_at(json, "rect");
      if (!rect) return tl::unexpected(rect.error());
      camera_from_lidar = *rect * *camera_from_lidar;
    }
    // 3×3, or 3×4 (4×4) whose last column is an offset of the camera, as KITTI's P has it.
    const std::vector<double> n = numbers_at(json, "intrinsic", {9, 12, 16});
    if (n.empty()) return bad("intrinsic", "9 or 12 numbers, row by row", "something else");
    const std::size_t width = n.size() == 9 ? 3 : 4;
    Mat3 k;
    k << n[0], n[1], n[2], n[width], n[width + 1], n[width + 2], n[2 * width], n[2 * width + 1],
        n[2 * width + 2];
    if (!(k(0, 0) > 0) || !(k(1, 1) > 0) || k(2, 2) != 1 || k(1, 0) != 0 || k(2, 0) != 0 ||
        k(2, 1) != 0)
      return bad("intrinsic", "[fx 0 cx, 0 fy cy, 0 0 1]", "another matrix");
    Pose offset;
    if (width == 4) offset.translation = k.inverse() * Vec3(n[3], n[7], n[11]);
    return Calibrated{{k(0, 0), k(1, 1), k(0, 2), k(1, 2)}, offset * *camera_from_lidar};
  } catch (const Json::exception&) {
    return bad("", "JSON", "something else");
  }
}

class Reader {
 public:
  Reader(const fs::path& root, const Repairs& repairs) : repairs_(repairs) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = true;
    tables_.match_by_name = true;
  }

  DriveTables tables() {
    read_calibrations();
    find_axes();
    const std::vector<fs::path> sweeps = list_files(root() / "lidar", {".pcd", ".bin"});
    std::map<std::string, std::vector<fs::path>> images;
    std::set<std::string> names = stems_of(sweeps);
    for (const fs::path& folder : list_folders(root() / "camera")) {
      std::vector<fs::path>& files = images[folder.filename().string()];
      files = list_files(folder, {".jpg", ".jpeg", ".png"});
      names.merge(stems_of(files));
    }
    make_stamps(names);
    add_lidar(sweeps, names);
    for (const auto& [name, files] : images) add_camera(name, files, names);
    tell_what_is_left_out(images);
    std::error_code ignored;
    if (fs::is_directory(root() / "label", ignored))
      tables_.info.labels.push_back({kFormat, root() / "label"});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  void tell(Severity severity, std::string file, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, std::move(file), {}, std::move(expected), std::move(found), std::move(fix)});
  }

  static std::set<std::string> stems_of(const std::vector<fs::path>& files) {
    std::set<std::string> names;
    for (const fs::path& file : files) names.insert(file.stem().string());
    return names;
  }

  void read_calibrations() {
    for (const fs::path& path : list_files(root() / "calib" / "camera", {".json"})) {
      const auto content = read_text(path, std::uint64_t{1} << 20);
      auto parsed = content ? parse_calibration(*content) : tl::unexpected(content.error());
      if (parsed) {
        calibrations_[path.stem().string()] = *parsed;
        continue;
      }
      parsed.error().file = reading::shown(path, root());
      tables_.problems.push_back(std::move(parsed.error()));
    }
  }

  /// Where "forward" is: the front camera's optical axis in the lidar's frame, to the nearest
  /// quarter turn.
  void find_axes() {
    auto front = calibrations_.find("front");
    if (front == calibrations_.end())
      front = std::find_if(calibrations_.begin(), calibrations_.end(), [](const auto& entry) {
        return entry.first.find("front") != std::string::npos;
      });
    if (front == calibrations_.end()) {
      tell(Severity::note,
           "calib/camera",
           "a camera named front, which tells the lidar's axes",
           "none",
           "x is taken as forward");
      return;
    }
    Pose camera_from_lidar = front->second.camera_from_lidar;
    if (repairs_.value("extrinsics." + front->first) == "inverse")
      camera_from_lidar = camera_from_lidar.inverse();
    const Vec3 axis = camera_from_lidar.rotation.conjugate() * Vec3::UnitZ();
    const double quarter_turns = std::round(std::atan2(axis.y(), axis.x()) / (kPi / 2));
    ego_from_lidar_ = pose_from_yaw(-quarter_turns * kPi / 2);
  }

  /// Numbers of 10, 13, 16 and 19 digits are times since 1970; short ones count tenths of a second
  /// (the tool's own recordings are sampled from 10 Hz, and an added file shifts nothing); others
  /// only order.
  void make_stamps(const std::set<std::string>& names) {
    bool numbers = true, clock = !names.empty();
    for (const std::string& name : names) {
      const bool number = number_in(name).has_value();
      numbers = numbers && number && name.size() < 10;
      clock = clock && number && kUnits.contains(name.size());
    }
    std::int64_t index = 0;
    for (const std::string& name : names) {
      if (clock) {
        Stamp& stamp = stamps_[name];
        if (__builtin_mul_overflow(*number_in(name), kUnits.at(name.size()), &stamp.ns))
          stamp.ns = 0;
        continue;
      }
      stamps_[name] = reading::stamp_of_number(numbers ? *number_in(name) : index++, 1 / kRateHz);
    }
    if (clock) return;
    tables_.assumed_rate_hz = kRateHz;
    tell(Severity::note,
         "lidar",
         "times as names",
         numbers ? Text("numbers") : Text("words"),
         "frames count tenths of a second; the repair rate_hz changes it");
  }

  void add_lidar(const std::vector<fs::path>& files, const std::set<std::string>& names) {
    TableLidar lidar{"lidar", ego_from_lidar_, {}, {}};
    std::set<std::string> taken;
    for (const fs::path& path : files) {
      const std::string name = path.stem().string();
      if (taken.insert(name).second) lidar.sweeps.push_back({name, stamps_.at(name), path});
    }
    tables_.missing_sweeps = reading::tell_gaps(names, taken, "lidar", tables_.problems);
    reading::sort_by_stamp(lidar.sweeps);
    tables_.frames_of_reference[{"lidar", -1}] = ego_from_lidar_;
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_camera(const std::string& name,
                  const std::vector<fs::path>& files,
                  const std::set<std::string>& names) {
    if (files.empty()) return;
    const std::string folder = "camera/" + name;
    const auto calibrated = calibrations_.find(name);
    if (calibrated == calibrations_.end()) {
      tell(Severity::warning,
           folder,
           text("calib/camera/{}.json", name),
           "none that is sound",
           "its images are left out");
      return;
    }
    std::vector<reading::Numbered> in_order;
    for (const fs::path& path : files)
      in_order.push_back({static_cast<std::int64_t>(in_order.size()), path});
    const auto camera =
        reading::camera_of(in_order,
                           name,
                           calibrated->second.lens,
                           calibrated->second.camera_from_lidar * ego_from_lidar_.inverse());
    if (!camera) {
      Error error = camera.error();
      error.file = reading::shown(files.front(), root());
      tables_.problems.push_back(std::move(error));
      return;
    }
    TableCamera table{name, {}};
    std::set<std::string> taken;
    for (const fs::path& path : files) {
      const std::string stem = path.stem().string();
      if (taken.insert(stem).second)
        table.images.push_back({stem, stamps_.at(stem), path, *camera});
    }
    tables_.missing_images += reading::tell_gaps(names, taken, folder, tables_.problems);
    reading::sort_by_stamp(table.images);
    tables_.cameras.push_back(std::move(table));
  }

  void tell_what_is_left_out(const std::map<std::string, std::vector<fs::path>>& images) {
    for (const auto& [name, calibrated] : calibrations_)
      if (const auto files = images.find(name); files == images.end() || files->second.empty())
        tell(Severity::note,
             "camera/" + name,
             "images of a calibrated camera",
             "none",
             "it is left out");
    std::error_code ignored;
    for (const char* folder : {"ego_pose", "radar", "aux_lidar"})
      if (fs::is_directory(root() / folder, ignored))
        tell(Severity::note,
             folder,
             "what every scene means the same by",
             "a folder in a form of its recorder's own",
             "it is not read");
  }

  /// Nanoseconds in one of so many digits.
  inline static const std::map<std::size_t, std::int64_t> kUnits = {
      {10, kNsPerSecond}, {13, 1'000'000}, {16, 1'000}, {19, 1}};

  const Repairs& repairs_;
  DriveTables tables_;
  std::map<std::string, Calibrated> calibrations_;
  std::map<std::string, Stamp> stamps_;
  Pose ego_from_lidar_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path, repairs).tables(), repairs);
}

}  // namespace

DriveFormat sustechpoints_format() {
  return {kFormat,
          "SUSTechPOINTS scene",
          "lidar, cameras, calibration and labels by file name; no poses",
          list,
          open};
}

}  // namespace sweepbox
