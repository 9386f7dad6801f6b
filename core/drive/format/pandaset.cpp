#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/reading.hpp"

// A PandaSet sequence (formats.md 2.8): lidar/NN.pcd with the points in the world, camera/NAME/
// NN.jpg, each folder with poses.json and timestamps.json. The set's own clouds are pickled pandas
// tables; samples/convert/pandaset_pickles.py writes what stands here from them. Ego is the frame
// of the lidar's poses (x right, y forward) turned until x looks forward.

namespace sweepbox {

DriveFormat pandaset_format();

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "pandaset";
constexpr const char* kConverter =
    "turn the pickles into PCD and CSV once: samples/convert/pandaset_pickles.py";
constexpr std::uint64_t kMostJson = std::uint64_t{1} << 26;

bool is_pickle(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".pkl.gz") || name.ends_with(".pkl");
}

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  const fs::path lidar = path / "lidar";
  if (!fs::exists(lidar / "poses.json", ignored) || !fs::exists(lidar / "timestamps.json", ignored))
    return listing;
  const bool clouds = reading::has_file(lidar, {".pcd"});
  if (!clouds && !reading::has_file(lidar, {".gz", ".pkl"})) return listing;
  listing.drives.push_back({path.filename().string(),
                            kFormat,
                            path,
                            {},
                            0.97,
                            "lidar with point files, poses.json and timestamps.json"});
  return listing;
}

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({}, std::move(where), std::move(expected), std::move(found), "take the file again");
}

std::optional<double> number_at(const Json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// {"position": {x, y, z}, "heading": {w, x, y, z}}: world from sensor.
std::optional<Pose> pose_of(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  const Json position = entry.value("position", Json()), heading = entry.value("heading", Json());
  const auto x = number_at(position, "x"), y = number_at(position, "y"),
             z = number_at(position, "z");
  const auto qw = number_at(heading, "w"), qx = number_at(heading, "x"),
             qy = number_at(heading, "y"), qz = number_at(heading, "z");
  if (!x || !y || !z || !qw || !qx || !qy || !qz) return std::nullopt;
  const Quat rotation(*qw, *qx, *qy, *qz);
  // Beyond a hundredth it is no rotation that was rounded, but something else.
  if (!(std::abs(rotation.norm() - 1) < 0.01) || Vec3(*x, *y, *z).norm() > 1e9) return std::nullopt;
  return Pose{rotation.normalized(), Vec3(*x, *y, *z)};
}

/// A list of one entry for each file of a sensor.
struct Listed {
  std::vector<std::optional<Pose>> poses;
  std::vector<std::optional<Stamp>> stamps;

  std::optional<Pose> pose(std::int64_t n) const {
    return n >= 0 && n < static_cast<std::int64_t>(poses.size())
               ? poses[static_cast<std::size_t>(n)]
               : std::nullopt;
  }

  std::optional<Stamp> stamp(std::int64_t n) const {
    return n >= 0 && n < static_cast<std::int64_t>(stamps.size())
               ? stamps[static_cast<std::size_t>(n)]
               : std::nullopt;
  }
};

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.info.sequence = true;
    tables_.match_by_name = true;  // file NN of a camera was taken with sweep NN
  }

  Result<DriveTables> tables() {
    const fs::path folder = root() / "lidar";
    const std::vector<reading::Numbered> clouds = reading::numbered_files(folder, {".pcd"});
    if (clouds.empty())
      return fail(folder.string(), {}, "clouds as NN.pcd", "pickled tables alone", kConverter);
    const Listed listed = listed_of("lidar");
    add_poses(listed);
    add_lidar(clouds, listed);
    tell_pickles("lidar", clouds.size());
    for (const fs::path& camera : list_folders(root() / "camera")) add_camera(camera);
    add_labels();
    tell_unused();
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  void tell(Severity severity, std::string file, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, std::move(file), {}, std::move(expected), std::move(found), std::move(fix)});
  }

  void tell(Error error, const fs::path& path) {
    error.file = reading::shown(path, root());
    tables_.problems.push_back(std::move(error));
  }

  /// poses.json and timestamps.json of a sensor's folder.
  Listed listed_of(const std::string& folder) {
    Listed listed;
    const fs::path poses = root() / folder / "poses.json";
    const fs::path stamps = root() / folder / "timestamps.json";
    int wrong = 0;
    if (const auto json = json_file(poses, kMostJson); json && json->is_array()) {
      for (const Json& entry : *json) {
        listed.poses.push_back(pose_of(entry));
        wrong += !listed.poses.back();
      }
      if (wrong > 0)
        tell(
            bad({}, "position and heading {w, x, y, z}", text("{} entries without", wrong)).value(),
            poses);
    } else {
      tell(json ? bad({}, "a list of poses", json->type_name()).value() : json.error(), poses);
    }
    wrong = 0;
    if (const auto json = json_file(stamps, kMostJson); json && json->is_array()) {
      for (const Json& entry : *json) {
        const double seconds = entry.is_number() ? entry.get<double>() : -1;
        const bool good = seconds >= 0 && seconds < 4e9;
        wrong += !good;
        listed.stamps.push_back(
            good ? std::optional(Stamp{static_cast<std::int64_t>(std::llround(seconds * 1e9))})
                 : std::nullopt);
      }
      if (wrong > 0)
        tell(bad({}, "seconds since 1970", text("{} entries that are none", wrong)).value(),
             stamps);
    } else {
      tell(json ? bad({}, "a list of seconds", json->type_name()).value() : json.error(), stamps);
    }
    entries_ = std::max(entries_, listed.poses.size());
    return listed;
  }

  void add_poses(const Listed& listed) {
    for (std::size_t n = 0; n < listed.poses.size(); ++n) {
      const auto stamp = listed.stamp(static_cast<std::int64_t>(n));
      if (listed.poses[n] && stamp)
        tables_.poses.push_back({*stamp, *listed.poses[n] * ego_from_lidar_.inverse()});
    }
    reading::sort_by_stamp(tables_.poses);
  }

  void add_lidar(const std::vector<reading::Numbered>& clouds, const Listed& listed) {
    TableLidar lidar{"lidar", Pose(), {}, {}, Motion::compensated, {"pandar64", "pandar_gt"}};
    int without = 0;
    for (const reading::Numbered& cloud : clouds) {
      const auto pose = listed.pose(cloud.number);
      const auto stamp = listed.stamp(cloud.number);
      if (!pose || !stamp) {
        ++without;
        continue;
      }
      TableSweep sweep{cloud.path.stem().string(), *stamp, cloud.path};
      sweep.read = [path = cloud.path] { return read_sweep(path); };
      sweep.ego_from_points = ego_from_lidar_ * pose->inverse();
      lidar.sweeps.push_back(std::move(sweep));
    }
    if (without > 0)
      tell(Severity::error,
           "lidar",
           "a pose and a time for every cloud",
           text("{} clouds without", without),
           "they are left out: their points are in the world");
    tables_.missing_sweeps = reading::tell_gaps(clouds, "lidar", tables_.problems);
    reading::sort_by_stamp(lidar.sweeps);
    if (!lidar.sweeps.empty()) tables_.lidars.push_back(std::move(lidar));
    files_ = clouds.size();
  }

  /// The columns' names are the set's own: d says which lidar, dt and t when.
  static Result<CloudRead> read_sweep(const fs::path& path) {
    auto read = read_cloud(path);
    if (!read) return read;
    for (Channel& channel : read->cloud.channels) {
      if (channel.name == "d") channel.name = "lidar";
      if (channel.name == "dt" && !read->cloud.channel("time")) channel.name = "time";
    }
    return read;
  }

  void add_camera(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const std::string shown = "camera/" + name;
    const std::vector<reading::Numbered> images =
        reading::numbered_files(folder, {".jpg", ".jpeg", ".png"});
    if (images.empty()) return;
    const auto json = json_file(folder / "intrinsics.json", kMostJson);
    const auto number = [&](const char* key) {
      return json ? number_at(*json, key).value_or(0) : 0;
    };
    const Pinhole lens{number("fx"), number("fy"), number("cx"), number("cy")};
    if (!json || !(lens.fx > 0) || !(lens.fy > 0)) {
      tell(json ? bad({}, "fx, fy, cx, cy", "something else").value() : json.error(),
           folder / "intrinsics.json");
      tell(Severity::error, shown, "intrinsics", "none", "its images are left out");
      return;
    }
    const auto camera = reading::camera_of(images, name, lens, Pose());
    if (!camera) {
      tell(camera.error(), images.front().path);
      return;
    }
    const Listed listed = listed_of(shown);
    TableCamera table{name, {}};
    int without = 0;
    for (const reading::Numbered& image : images) {
      const auto stamp = listed.stamp(image.number);
      const auto world_from_camera = listed.pose(image.number);
      const auto world_from_ego = stamp ? reading::pose_at(tables_.poses, *stamp) : std::nullopt;
      if (!world_from_camera || !world_from_ego) {
        ++without;
        continue;
      }
      Camera own = **camera;
      own.camera_from_ego = world_from_camera->inverse() * *world_from_ego;
      table.images.push_back({image.path.stem().string(),
                              *stamp,
                              image.path,
                              std::make_shared<const Camera>(std::move(own))});
    }
    if (without > 0)
      tell(Severity::error,
           shown,
           "a pose and a time for every image",
           text("{} images without", without),
           "they are left out");
    tables_.missing_images += reading::tell_gaps(images, shown, tables_.problems);
    reading::sort_by_stamp(table.images);
    if (table.images.empty()) return;
    tables_.cameras.push_back(std::move(table));
  }

  void add_labels() {
    const fs::path csv = root() / "annotations" / "cuboids_csv";
    if (reading::has_file(csv, {".csv"})) {
      tables_.info.labels.push_back({kFormat, csv});
    } else if (reading::has_file(root() / "annotations" / "cuboids", {".json"})) {
      tables_.info.labels.push_back({"scale", root() / "annotations" / "cuboids"});
    } else {
      tell_pickles("annotations/cuboids", 0);
    }
  }

  void tell_pickles(const std::string& folder, std::size_t readable) {
    std::size_t pickles = 0;
    for (const fs::path& path : list_files(root() / folder, {})) pickles += is_pickle(path);
    if (pickles > readable)
      tell(Severity::warning,
           folder,
           "PCD and CSV",
           text("{} pickled tables more", pickles - readable),
           kConverter);
  }

  void tell_unused() {
    if (!tables_.cameras.empty())
      tell(Severity::note,
           "camera",
           "lens distortion",
           "fx, fy, cx, cy alone",
           "straight lines are taken to stay straight; the edges of an image may be off");
    if (entries_ > files_ && files_ > 0)
      tell(Severity::note,
           "lidar/poses.json",
           "an entry for each file",
           text("{} entries, {} clouds", entries_, files_),
           "the clouds that are here are shown; poses and times are those of their numbers");
  }

  /// The poses' axes are x right, y forward; ego's x looks forward.
  const Pose ego_from_lidar_ = pose_from_yaw(-kPi / 2);
  DriveTables tables_;
  std::size_t entries_ = 0, files_ = 0;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat pandaset_format() {
  return {kFormat,
          "PandaSet sequence",
          "points of two lidars in the world, cameras with poses of their own, cuboids; PCD and "
          "CSV made from its pickles by samples/convert/pandaset_pickles.py",
          list,
          open};
}

}  // namespace sweepbox
