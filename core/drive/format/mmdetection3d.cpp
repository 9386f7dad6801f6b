#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/nuscenes_json.hpp"
#include "core/drive/nuscenes_names.hpp"
#include "core/drive/reading.hpp"

// mmdetection3d's info files as JSON (formats.md 2.6): {"metainfo", "data_list": [frame …]} since
// version 1.1, {"infos": [frame …]} before. They name their files without folders; those lie in
// samples/CHANNEL, sweeps/CHANNEL or beside the info file.

namespace sweepbox {

DriveFormat mmdetection3d_format();

namespace {

using nuscenes::Element;

constexpr const char* kFormat = "mmdetection3d";
constexpr std::uint64_t kLargest = std::uint64_t{1} << 28;

/// What the first bytes of a file say: its kind of info file.
bool begins_like_infos(const fs::path& path) {
  const std::string begin = read_beginning(path, 4096);
  const std::size_t brace = begin.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (brace == std::string::npos || begin[brace] != '{') return false;
  const bool new_style = begin.find("\"data_list\"") != std::string::npos ||
                         (begin.find("\"metainfo\"") != std::string::npos &&
                          begin.find("\"categories\"") != std::string::npos);
  return new_style || (begin.find("\"infos\"") != std::string::npos &&
                       begin.find("\"lidar_path\"") != std::string::npos);
}

Error is_pickle(const fs::path& path) {
  return {Severity::note,
          path.string(),
          {},
          "an info file as JSON",
          "a Python pickle, which can run anything when it is read",
          "turn it into JSON with samples/convert/mmdetection3d_pkl_to_json.py"};
}

Listing list(const fs::path& path) {
  Listing listing;
  std::error_code ignored;
  std::vector<fs::path> files = {path};
  if (fs::is_directory(path, ignored)) files = list_files(path, {".json", ".pkl"});
  constexpr std::size_t kMost = 64;  // a folder of thousands of labels is none of infos
  if (files.size() > kMost) files.resize(kMost);
  for (const fs::path& file : files) {
    const std::string extension = file.extension().string();
    if (extension == ".pkl" && file.stem().string().find("infos") != std::string::npos)
      listing.notes.push_back(is_pickle(file));
    else if (extension == ".json" && begins_like_infos(file))
      listing.drives.push_back(
          {file.stem().string(), kFormat, file, {}, 0.9, "a JSON file of frames (data_list)"});
  }
  return listing;
}

/// Finds files that are named without their folder.
class Finder {
 public:
  explicit Finder(const fs::path& info_file) {
    fs::path folder = info_file.parent_path();
    for (int up = 0; up < 3 && !folder.empty(); ++up, folder = folder.parent_path())
      bases_.push_back(folder);
  }

  /// Empty where there is none. `channel` may be empty.
  fs::path find(const std::string& named, const std::string& channel) {
    const fs::path given(named);
    const fs::path name = given.filename();
    if (name.empty()) return {};
    std::error_code ignored;
    if (const auto known = folder_of_.find(channel); known != folder_of_.end())
      if (fs::path path = known->second / name; fs::is_regular_file(path, ignored)) return path;
    for (const fs::path& base : bases_)
      for (const fs::path& folder :
           {given.parent_path().is_relative() ? given.parent_path() : fs::path(),
            fs::path("samples") / channel,
            fs::path("sweeps") / channel,
            fs::path(channel),
            fs::path()}) {
        if (std::find(folder.begin(), folder.end(), "..") != folder.end()) continue;
        const fs::path whole = (base / folder).lexically_normal();
        if (!fs::is_regular_file(whole / name, ignored)) continue;
        folder_of_[channel] = whole;
        return whole / name;
      }
    return {};
  }

 private:
  std::vector<fs::path> bases_;
  std::map<std::string, fs::path> folder_of_;
};

/// "LIDAR_TOP" from "n015…__LIDAR_TOP__1532402927647951.pcd.bin"; "lidar" where no name says more.
std::string channel_in(const std::string& file_name) {
  const std::size_t end = file_name.rfind("__");
  if (end == std::string::npos || end == 0) return "lidar";
  const std::size_t begin = file_name.rfind("__", end - 1);
  const std::string channel =
      begin == std::string::npos ? std::string() : file_name.substr(begin + 2, end - begin - 2);
  return channel.empty() ? "lidar" : channel;
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file), finder_(file) {
    tables_.info.name = file.stem().string();
    tables_.info.format = kFormat;
    tables_.info.root = file.parent_path();
    tables_.is_file = true;
    tables_.match_by_name = true;  // a frame lists its images
  }

  Result<DriveTables> tables() {
    auto content = read_text(file_, kLargest);
    if (!content) return tl::unexpected(content.error());
    nuscenes::blank_out_nan(*content);
    simdjson::dom::parser parser;
    Element root;
    if (const auto error = parser.parse(*content).get(root))
      return fail(file_.filename().string(),
                  {},
                  "JSON",
                  text("{}", simdjson::error_message(error)),
                  "the file is cut short or no JSON: take it again");
    Element metainfo;
    if (root["metainfo"].get(metainfo) == simdjson::SUCCESS)
      dataset_ = nuscenes::text_at(metainfo, "dataset");
    simdjson::dom::array frames;
    new_style_ = root["data_list"].get(frames) == simdjson::SUCCESS;
    if (!new_style_ && root["infos"].get(frames) != simdjson::SUCCESS)
      return fail(file_.filename().string(),
                  {},
                  "data_list or infos, a list of frames",
                  "neither",
                  "open the info file of a data set");
    int number = 0;
    for (const Element frame : frames) add_frame(frame, ++number);
    tables_.info.sequence = number > 1;
    tell_missing();
    for (auto& [name, camera] : cameras_) {
      reading::sort_by_stamp(camera.images);
      tables_.cameras.push_back(std::move(camera));
    }
    reading::sort_by_stamp(lidar_.sweeps);
    reading::sort_by_stamp(tables_.poses);
    if (!lidar_.sweeps.empty()) tables_.lidars.push_back(std::move(lidar_));
    tables_.info.labels.push_back({kFormat, file_});
    return std::move(tables_);
  }

 private:
  void tell(Severity severity, std::string where, Text expected, Text found, Text fix) {
    tables_.problems.push_back({severity,
                                file_.filename().string(),
                                std::move(where),
                                std::move(expected),
                                std::move(found),
                                std::move(fix)});
  }

  void add_frame(Element frame, int number) {
    const std::string where = fmt::format("frame {}", number);
    Element lidar = frame;
    if (new_style_ && frame["lidar_points"].get(lidar) != simdjson::SUCCESS) {
      tell(Severity::error, where, "lidar_points", "nothing", "the frame is left out");
      return;
    }
    const std::string path = nuscenes::text_at(lidar, "lidar_path");
    const auto stamp = new_style_
                           ? nuscenes::stamp_of_seconds(nuscenes::number_at(frame, "timestamp"))
                           : nuscenes::stamp_of_us(nuscenes::number_at(frame, "timestamp"));
    if (path.empty() || !stamp) {
      tell(Severity::error,
           where,
           "lidar_path and timestamp",
           path.empty() ? "no lidar_path" : "no timestamp",
           "the frame is left out");
      return;
    }
    // Without it (other sets than nuScenes) ego is the lidar.
    auto ego_from_lidar =
        new_style_ ? nuscenes::matrix_at(lidar, "lidar2ego")
                   : nuscenes::pose_at(frame, "lidar2ego_translation", "lidar2ego_rotation");
    if (!ego_from_lidar) ego_from_lidar = Pose();
    const auto world_from_ego =
        new_style_ ? nuscenes::matrix_at(frame, "ego2global")
                   : nuscenes::pose_at(frame, "ego2global_translation", "ego2global_rotation");
    if (world_from_ego) tables_.poses.push_back({*stamp, *world_from_ego});
    const std::string name = nuscenes::frame_name_of(path);
    add_sweep(lidar, path, name, *stamp, *ego_from_lidar);
    add_images(frame, where, name, *stamp, *ego_from_lidar, world_from_ego);
  }

  void add_sweep(Element lidar,
                 const std::string& path,
                 const std::string& name,
                 Stamp stamp,
                 const Pose& ego_from_lidar) {
    const std::string channel = channel_in(path);
    if (lidar_.name.empty()) {
      lidar_.name = channel;
      lidar_.ego_from_points = ego_from_lidar;
      lidar_.motion = dataset_ == "nuscenes" ? Motion::compensated : Motion::unknown;
      // Intensity is everywhere fourth; what follows is nuScenes' ring or another set's own.
      const double features = nuscenes::number_at(lidar, "num_pts_feats").value_or(5);
      lidar_.options.bin_channels = {"x", "y", "z", "intensity"};
      if (features == 5) lidar_.options.bin_channels.push_back("ring");
      for (int i = 5; features > 5 && features <= 16 && i <= static_cast<int>(features); ++i)
        lidar_.options.bin_channels.push_back("_");
      tables_.frames_of_reference[{"lidar", -1}] = ego_from_lidar;
    }
    const fs::path found = finder_.find(path, channel);
    if (found.empty()) {
      absent(channel, path);
      ++tables_.missing_sweeps;
      return;
    }
    TableSweep sweep{name, stamp, found};
    if (!(ego_from_lidar == lidar_.ego_from_points)) sweep.ego_from_points = ego_from_lidar;
    lidar_.sweeps.push_back(std::move(sweep));
  }

  void add_images(Element frame,
                  const std::string& where,
                  const std::string& name,
                  Stamp stamp,
                  const Pose& ego_from_lidar,
                  const std::optional<Pose>& world_from_ego) {
    simdjson::dom::object images;
    if (frame[new_style_ ? "images" : "cams"].get(images) != simdjson::SUCCESS) return;
    for (const auto [key, image] : images) {
      const std::string channel(key);
      const std::string path = nuscenes::text_at(image, new_style_ ? "img_path" : "data_path");
      // Sets with one camera list the others without a file.
      if (path.empty()) continue;
      const fs::path found = finder_.find(path, channel);
      if (found.empty()) {
        absent(channel, path);
        ++tables_.missing_images;
        continue;
      }
      add_image(image,
                where + ", " + channel,
                channel,
                found,
                name,
                stamp,
                ego_from_lidar,
                world_from_ego);
    }
  }

  void add_image(Element image,
                 const std::string& where,
                 const std::string& channel,
                 const fs::path& path,
                 const std::string& name,
                 Stamp sweep_stamp,
                 const Pose& ego_from_lidar,
                 const std::optional<Pose>& world_from_ego) {
    const auto k = nuscenes::intrinsics_at(image, new_style_ ? "cam2img" : "cam_intrinsic");
    if (!k) {
      tell(Severity::error,
           where,
           "cam2img, [fx 0 cx, 0 fy cy, 0 0 1]",
           "no such matrix",
           "the image is left out");
      return;
    }
    const auto us = nuscenes::number_at(image, "timestamp");
    const auto own = new_style_ ? nuscenes::stamp_of_seconds(us) : nuscenes::stamp_of_us(us);
    const Stamp stamp = own.value_or(sweep_stamp);
    const auto placed = placed_at(image, stamp, ego_from_lidar, world_from_ego);
    if (!placed) {
      tell(Severity::error,
           where,
           "lidar2cam, a rotation and a translation",
           "no such matrix",
           "the image is left out");
      return;
    }
    auto calibrated = calibration(channel, path, *k, *placed);
    if (!calibrated) {
      tell(Severity::error,
           where,
           "a picture whose size can be read",
           "none",
           "the image is left out; take it from the data set again");
      return;
    }
    auto [camera, added] = cameras_.try_emplace(channel, TableCamera{channel, {}});
    camera->second.images.push_back({name, stamp, path, std::move(calibrated)});
  }

  /// camera_from_ego at the image's own time, and the vehicle's pose there. lidar2cam leads from
  /// the lidar at its time to the camera at the image's, the vehicle's motion between included:
  ///   lidar2cam = camera_from_ego · inverse(world_from_ego(image)) · world_from_ego(sweep) ·
  ///   ego_from_lidar,
  /// which with cam2ego gives world_from_ego(image). Without it (or poses) the motion stays in the
  /// camera's place: boxes land right, as long as nobody asks for them at the image's time.
  std::optional<Pose> placed_at(Element image,
                                Stamp stamp,
                                const Pose& ego_from_lidar,
                                const std::optional<Pose>& world_from_ego) {
    if (!new_style_) {
      const auto ego_from_camera =
          nuscenes::pose_at(image, "sensor2ego_translation", "sensor2ego_rotation");
      if (const auto pose =
              nuscenes::pose_at(image, "ego2global_translation", "ego2global_rotation"))
        tables_.poses.push_back({stamp, *pose});
      return ego_from_camera ? std::optional(ego_from_camera->inverse()) : std::nullopt;
    }
    const auto camera_from_lidar = nuscenes::matrix_at(image, "lidar2cam");
    const auto ego_from_camera = nuscenes::matrix_at(image, "cam2ego");
    if (!camera_from_lidar)
      return ego_from_camera ? std::optional(ego_from_camera->inverse()) : std::nullopt;
    const Pose as_stored = *camera_from_lidar * ego_from_lidar.inverse();
    if (!ego_from_camera || !world_from_ego) return as_stored;
    const Pose then_from_now = *ego_from_camera * as_stored;
    // Within a frame a vehicle does not go far: else cam2ego means something else.
    constexpr double kFarthest = 10, kMostTurn = 0.5;
    if (then_from_now.translation.norm() > kFarthest ||
        angle_between(then_from_now.rotation, Quat::Identity()) > kMostTurn)
      return as_stored;
    tables_.poses.push_back({stamp, *world_from_ego * then_from_now.inverse()});
    return ego_from_camera->inverse();
  }

  /// Images with one calibration share it. The size is that of the camera's first image; nullptr
  /// where that cannot be read.
  std::shared_ptr<const Camera> calibration(const std::string& channel,
                                            const fs::path& path,
                                            const Mat3& k,
                                            const Pose& camera_from_ego) {
    std::shared_ptr<const Camera>& last = calibrations_[channel];
    const Pinhole lens{k(0, 0), k(1, 1), k(0, 2), k(1, 2)};
    const auto* before = last ? std::get_if<Pinhole>(&last->lens) : nullptr;
    if (before && before->fx == lens.fx && before->fy == lens.fy && before->cx == lens.cx &&
        before->cy == lens.cy && last->camera_from_ego == camera_from_ego)
      return last;
    int width = last ? last->width : 0, height = last ? last->height : 0;
    if (!last) {
      const auto size = reading::picture_size_of(path);
      if (!size) return nullptr;
      width = size->width;
      height = size->height;
    }
    last = std::make_shared<Camera>(Camera{channel, lens, width, height, camera_from_ego});
    return last;
  }

  void absent(const std::string& channel, const std::string& path) {
    auto& [count, first] = absent_[channel];
    if (count++ == 0) first = path;
  }

  void tell_missing() {
    for (const auto& [channel, files] : absent_)
      tables_.problems.push_back({Severity::warning,
                                  channel,
                                  files.second,
                                  "the file in samples, sweeps or beside the info file",
                                  files.first == 1
                                      ? Text("1 is absent")
                                      : text("{} are absent, this the first", files.first),
                                  "copy them from where the drive came from"});
  }

  const fs::path file_;
  Finder finder_;
  DriveTables tables_;
  TableLidar lidar_;
  std::map<std::string, TableCamera> cameras_;
  std::map<std::string, std::shared_ptr<const Camera>> calibrations_;
  std::map<std::string, std::pair<int, std::string>> absent_;
  std::string dataset_;
  bool new_style_ = true;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  if (ref.path.extension() == ".pkl") return tl::unexpected(is_pickle(ref.path));
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat mmdetection3d_format() {
  return {kFormat,
          "mmdetection3d info file (JSON)",
          "lidar, cameras at their own time, poses; labels without track ids",
          list,
          open};
}

}  // namespace sweepbox
