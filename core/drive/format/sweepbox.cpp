#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"
#include "core/drive/table_drive.hpp"

// Sweepbox's own folder (formats.md 2.18): drive.json names every file, stamp and calibration.

namespace sweepbox {

DriveFormat sweepbox_folder_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kDriveFile = "drive.json";
constexpr const char* kRepairFile = "correct drive.json, or write the drive again";

bool is_drive(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_regular_file(folder / kDriveFile, code)) return false;
  // Other programs call files drive.json, too: ours says so in its first bytes.
  const auto file = read_text(folder / kDriveFile);
  return file &&
         std::string_view(*file).substr(0, 4096).find("\"sweepbox\"") != std::string_view::npos;
}

DriveRef ref_of(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  const std::string name =
      whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
  return {name, "sweepbox", folder, {}, 1.0, "drive.json says so"};
}

Listing list(const fs::path& path) {
  Listing listing;
  const fs::path folder = path.filename() == kDriveFile ? path.parent_path() : path;
  if (is_drive(folder)) {
    listing.drives.push_back(ref_of(folder.empty() ? fs::path(".") : folder));
    return listing;
  }
  std::error_code code;
  if (folder != path && fs::is_regular_file(path, code)) {
    listing.notes.push_back({Severity::error,
                             path.string(),
                             {},
                             "a drive.json of Sweepbox",
                             "a file without the entry \"sweepbox\"",
                             kRepairFile});
    return listing;
  }
  for (const fs::path& below : list_folders(folder))
    if (is_drive(below)) listing.drives.push_back(ref_of(below));
  return listing;
}

/// Reads the parts of one drive.json into tables; what is wrong with a part is a problem, and that
/// part is left out.
class Reader {
 public:
  Reader(fs::path root, const Json& drive) : root_(std::move(root)), drive_(drive) {
    tables_.info.format = "sweepbox";
    tables_.info.root = root_;
    tables_.info.name = text_at(drive, "name").value_or(ref_of(root_).name);
    tables_.match_by_name = true;  // a frame lists its images, whenever they were taken
    const auto sequence = drive.find("sequence");
    tables_.info.sequence =
        sequence == drive.end() || !sequence->is_boolean() || sequence->get<bool>();
  }

  DriveTables tables() {
    read_lidars();
    read_cameras();
    read_frames();
    read_poses();
    std::error_code code;
    if (fs::exists(root_ / "labels.json", code))
      tables_.info.labels.push_back({"sweepbox", root_ / "labels.json"});
    for (const auto& [sensor, files] : absent_) tell_absent(sensor, files);
    return std::move(tables_);
  }

 private:
  struct Files {
    std::vector<Stamp> present;
    std::vector<std::pair<Stamp, std::string>> absent;
    bool images = false;
  };

  void problem(
      Severity severity, std::string where, Text expected, Text found, Text fix = kRepairFile) {
    tables_.problems.push_back({severity,
                                kDriveFile,
                                std::move(where),
                                std::move(expected),
                                std::move(found),
                                std::move(fix)});
  }

  static std::optional<std::string> text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  }

  static std::optional<double> number_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number()) return std::nullopt;
    return found->get<double>();
  }

  static std::optional<Stamp> stamp_at(const Json& object) {
    const auto found = object.find("stamp_ns");
    if (found == object.end() || !found->is_number_integer()) return std::nullopt;
    return Stamp{found->get<std::int64_t>()};
  }

  const Json& object_at(const Json& parent, const char* key, const std::string& where) {
    static const Json none = Json::object();
    const auto found = parent.find(key);
    if (found == parent.end()) return none;
    if (found->is_object()) return *found;
    problem(Severity::error, where, "an object", found->type_name());
    return none;
  }

  /// [x, y, z, qw, qx, qy, qz]; a rotation that is none is an error, and the sensor is left out.
  std::optional<Pose> pose_at(const Json& sensor, const char* key, const std::string& where) {
    const auto found = sensor.find(key);
    std::array<double, 7> v{};
    bool good = found != sensor.end() && found->is_array() && found->size() == v.size();
    for (std::size_t i = 0; good && i < v.size(); ++i) {
      good = (*found)[i].is_number();
      if (good) v[i] = (*found)[i].get<double>();
      good = good && std::isfinite(v[i]);
    }
    if (!good) {
      problem(Severity::error,
              where + key,
              "7 numbers: x, y, z, qw, qx, qy, qz",
              found == sensor.end() ? Text("nothing") : Text("something else"));
      return std::nullopt;
    }
    Pose pose{Quat(v[3], v[4], v[5], v[6]), Vec3(v[0], v[1], v[2])};
    const double norm = pose.rotation.norm();
    if (std::abs(norm - 1) > 1e-3) {
      problem(Severity::error,
              where + key,
              "a unit quaternion",
              text("one of length {}", fmt::format("{:.4g}", norm)));
      return std::nullopt;
    }
    pose.rotation.normalize();
    return pose;
  }

  void read_lidars() {
    for (const auto& [name, sensor] : object_at(drive_, "lidars", "lidars").items()) {
      const std::string where = fmt::format("lidars, {}, ", name);
      const auto pose =
          sensor.is_object() ? pose_at(sensor, "ego_from_lidar", where) : std::nullopt;
      if (!pose) continue;
      tables_.lidars.push_back({name, *pose, {}, {}});
      tables_.frames_of_reference[{name, -1}] = *pose;
    }
  }

  void read_cameras() {
    for (const auto& [name, sensor] : object_at(drive_, "cameras", "cameras").items()) {
      const std::string where = fmt::format("cameras, {}, ", name);
      if (!sensor.is_object()) {
        problem(Severity::error, where, "an object", sensor.type_name());
        continue;
      }
      const auto pose = pose_at(sensor, "camera_from_ego", where);
      const double width = number_at(sensor, "width").value_or(0);
      const double height = number_at(sensor, "height").value_or(0);
      if (!(width >= 1 && height >= 1 && width <= 1e5 && height <= 1e5)) {
        problem(Severity::error,
                where + "width, height",
                "1 to 100000 pixels",
                text("{} and {}", width, height));
        continue;
      }
      std::vector<std::pair<std::string, double>> parameters;
      for (const auto& [key, value] : object_at(sensor, "parameters", where + "parameters").items())
        if (value.is_number()) parameters.emplace_back(key, value.get<double>());
      auto lens = make_lens(text_at(sensor, "lens").value_or(""),
                            parameters,
                            static_cast<int>(width),
                            static_cast<int>(height));
      if (!lens) {
        Error error = in_file(lens.error(), kDriveFile);
        error.where = where + error.where;
        tables_.problems.push_back(std::move(error));
        continue;
      }
      if (!pose) continue;
      calibrations_[name] = std::make_shared<Camera>(
          Camera{name, *lens, static_cast<int>(width), static_cast<int>(height), *pose});
      tables_.cameras.push_back({name, {}});
      tables_.frames_of_reference[{name, -1}] = pose->inverse();
    }
  }

  /// Path, name and stamp of one sweep or image; counts it where its file is absent.
  std::optional<std::pair<fs::path, Stamp>> file_at(const Json& entry,
                                                    const std::string& sensor,
                                                    bool images,
                                                    const std::string& where,
                                                    std::optional<Stamp> frame_stamp) {
    const auto name = entry.is_object() ? text_at(entry, "file") : std::nullopt;
    const auto stamp = entry.is_object() && stamp_at(entry) ? stamp_at(entry) : frame_stamp;
    if (!name || !stamp) {
      problem(Severity::error, where, "\"file\" and \"stamp_ns\"", "one of them is absent");
      return std::nullopt;
    }
    const auto path = path_below(root_, *name);
    if (!path) {
      problem(Severity::error, where, path.error().expected, path.error().found, path.error().fix);
      return std::nullopt;
    }
    Files& files = absent_[sensor];
    files.images = images;
    std::error_code code;
    if (fs::exists(*path, code) && !fs::is_regular_file(*path, code)) {
      reading::tell_no_file(*path, tables_);
      return std::nullopt;
    }
    if (!fs::exists(*path, code)) {
      files.absent.emplace_back(*stamp, *name);
      return std::nullopt;
    }
    files.present.push_back(*stamp);
    return std::pair{*path, *stamp};
  }

  void read_frames() {
    const auto frames = drive_.find("frames");
    if (frames == drive_.end() || !frames->is_array()) {
      problem(Severity::error, "frames", "a list", "none");
      return;
    }
    std::map<std::string, std::set<Stamp>>
        taken;  // two files of one sensor at one time are one too many
    for (std::size_t i = 0; i < frames->size(); ++i) {
      const Json& frame = (*frames)[i];
      const std::string where = fmt::format("frames[{}]", i);
      if (!frame.is_object()) {
        problem(Severity::error, where, "an object", frame.type_name());
        continue;
      }
      const std::string name = own_name(frame, i);
      const auto stamp = stamp_at(frame);
      for (const auto& [sensor, entry] : object_at(frame, "sweeps", where + ", sweeps").items()) {
        const std::string here = fmt::format("{}, sweeps, {}", where, sensor);
        const auto lidar = std::find_if(
            tables_.lidars.begin(), tables_.lidars.end(), [&sensor = sensor](const TableLidar& l) {
              return l.name == sensor;
            });
        if (lidar == tables_.lidars.end()) {
          unknown_.insert(sensor);
          continue;
        }
        const auto file = file_at(entry, sensor, false, here, stamp);
        if (!file) continue;
        if (!taken[sensor].insert(file->second).second) {
          problem(Severity::error, here, "stamps that differ", "that of an earlier sweep");
          continue;
        }
        read_channels(entry, *lidar, here);
        lidar->sweeps.push_back({name, file->second, file->first});
      }
      for (const auto& [sensor, entry] : object_at(frame, "images", where + ", images").items()) {
        const std::string here = fmt::format("{}, images, {}", where, sensor);
        const auto camera =
            std::find_if(tables_.cameras.begin(),
                         tables_.cameras.end(),
                         [&sensor = sensor](const TableCamera& c) { return c.name == sensor; });
        if (camera == tables_.cameras.end()) {
          unknown_.insert(sensor);
          continue;
        }
        const auto file = file_at(entry, sensor, true, here, stamp);
        if (!file) continue;
        if (!taken[sensor].insert(file->second).second) {
          problem(Severity::error, here, "stamps that differ", "that of an earlier image");
          continue;
        }
        camera->images.push_back({name, file->second, file->first, calibrations_.at(sensor)});
      }
    }
    const auto by_stamp = [](const auto& a, const auto& b) { return a.stamp < b.stamp; };
    for (TableLidar& lidar : tables_.lidars)
      std::sort(lidar.sweeps.begin(), lidar.sweeps.end(), by_stamp);
    for (TableCamera& camera : tables_.cameras)
      std::sort(camera.images.begin(), camera.images.end(), by_stamp);
    for (const std::string& sensor : unknown_)
      problem(Severity::error,
              fmt::format("frames, {}", sensor),
              "a sensor with a sound calibration under \"lidars\" or \"cameras\"",
              "none",
              "its files are left out; add the calibration");
  }

  /// Of two frames of one name the second gets a number: files find their frame by its name.
  std::string own_name(const Json& frame, std::size_t index) {
    // An empty name is none: keys without a frame have it.
    std::string name = text_at(frame, "name").value_or(std::string());
    if (name.empty()) name = fmt::format("{:06}", index);
    std::string own = name;
    for (int number = 2; !names_.insert(own).second; ++number)
      own = fmt::format("{}~{}", name, number);
    return own;
  }

  void read_channels(const Json& entry, TableLidar& lidar, const std::string& where) {
    const auto channels = entry.find("channels");
    if (channels == entry.end()) return;
    std::vector<std::string> names;
    for (const Json& channel : *channels)
      if (channel.is_string()) names.push_back(channel.get<std::string>());
    if (lidar.sweeps.empty()) lidar.options.bin_channels = names;
    if (names != lidar.options.bin_channels)
      problem(Severity::error,
              where,
              "the channels of the lidar's first sweep",
              "others",
              "write all sweeps of a lidar with the same channels");
  }

  void read_poses() {
    std::error_code code;
    if (!fs::exists(root_ / "poses.csv", code)) return;
    const auto file = read_text(root_ / "poses.csv");
    if (!file) {
      tables_.problems.push_back(file.error());
      return;
    }
    int bad = 0;
    int first_bad = 0;
    const auto lines = lines_of(*file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i == 0 && lines[i].starts_with("stamp_ns")) continue;
      if (trimmed(lines[i]).empty()) continue;
      const auto pose = pose_of(lines[i]);
      if (pose && (tables_.poses.empty() || tables_.poses.back().stamp < pose->stamp)) {
        tables_.poses.push_back(*pose);
      } else if (bad++ == 0) {
        first_bad = static_cast<int>(i) + 1;
      }
    }
    if (bad > 0)
      tables_.problems.push_back(
          {Severity::error,
           "poses.csv",
           fmt::format("line {}", first_bad),
           "stamp_ns,x,y,z,qw,qx,qy,qz with a unit quaternion, stamps ascending",
           text("something else ({} lines in all)", bad),
           "these poses are left out; write the file again"});
    tables_.info.poses = !tables_.poses.empty();
  }

  static std::optional<TablePose> pose_of(std::string_view line) {
    const auto parts = split(line, ',');
    if (parts.size() != 8) return std::nullopt;
    const auto stamp = to_integer(parts[0]);
    std::array<double, 7> v{};
    for (std::size_t i = 0; i < v.size(); ++i) {
      const auto number = to_double(parts[i + 1]);
      if (!number || !std::isfinite(*number)) return std::nullopt;
      v[i] = *number;
    }
    Quat rotation(v[3], v[4], v[5], v[6]);
    if (!stamp || std::abs(rotation.norm() - 1) > 1e-3) return std::nullopt;
    return TablePose{Stamp{*stamp}, Pose{rotation.normalized(), Vec3(v[0], v[1], v[2])}};
  }

  /// Absent between the first and the last file of the sensor: missing. Outside: one note.
  void tell_absent(const std::string& sensor, const Files& files) {
    int within = 0;
    int outside = 0;
    std::string first;
    for (const auto& [stamp, file] : files.absent) {
      const auto [low, high] = std::minmax_element(files.present.begin(), files.present.end());
      if (files.present.empty() || stamp < *low || stamp > *high) {
        ++outside;
        continue;
      }
      if (within++ == 0) first = file;
    }
    (files.images ? tables_.missing_images : tables_.missing_sweeps) += within;
    if (within > 0)
      tables_.problems.push_back({Severity::warning,
                                  first,
                                  {},
                                  "a file",
                                  text("none (of {}: {} files are absent)", sensor, within),
                                  "copy it from where the drive came from"});
    if (outside > 0)
      problem(Severity::note,
              sensor,
              "files for every stamp",
              text("{} stamps before the first or after the last file", outside),
              "nothing: they are left out");
  }

  fs::path root_;
  const Json& drive_;
  DriveTables tables_;
  std::map<std::string, std::shared_ptr<const Camera>> calibrations_;
  std::map<std::string, Files> absent_;
  std::set<std::string> unknown_;
  std::set<std::string> names_;  ///< of frames
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  const std::string file = (ref.path / kDriveFile).string();
  const auto content = read_text(ref.path / kDriveFile);
  if (!content) return tl::unexpected(content.error());
  if (nests_too_deep(*content))
    return fail(file, {}, "a drive", "brackets that nest too deep", "write it again");
  try {
    const Json drive = Json::parse(*content);
    const auto version = drive.is_object() ? drive.find("sweepbox") : drive.end();
    if (version == drive.end() || *version != 1)
      return fail(file,
                  "sweepbox",
                  "1",
                  version == drive.end() ? std::string("nothing") : version->dump(),
                  "open it with the program that wrote it");
    return make_table_drive(Reader(ref.path, drive).tables(), repairs);
  } catch (const Json::parse_error& error) {
    const auto end =
        content->begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, content->size()));
    return fail(file,
                fmt::format("line {}", 1 + std::count(content->begin(), end, '\n')),
                "JSON",
                "something else",
                kRepairFile);
  } catch (const Json::exception& error) {
    return fail(file, {}, "a drive as formats.md 2.18 describes it", error.what(), kRepairFile);
  }
}

}  // namespace

DriveFormat sweepbox_folder_format() {
  return {"sweepbox",
          "Sweepbox folder",
          "lidars, cameras with any lens, poses at any rate, labels",
          list,
          open};
}

}  // namespace sweepbox
