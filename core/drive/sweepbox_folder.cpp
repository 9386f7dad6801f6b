#include "core/drive/sweepbox_folder.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/file_names.hpp"
#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::ordered_json;

struct Written {
  std::string file;
  Stamp stamp;
};

struct WrittenFrame {
  SweepboxFolderWriter::FrameSpec spec;
  std::map<std::string, Written> sweeps;
  std::map<std::string, Written> images;
};

Json json_of(const Pose& pose) {
  const Vec3& t = pose.translation;
  const Quat& q = pose.rotation;
  return Json::array({t.x(), t.y(), t.z(), q.w(), q.x(), q.y(), q.z()});
}

Json json_of(const std::map<std::string, Written>& files) {
  Json result = Json::object();
  for (const auto& [sensor, written] : files)
    result[sensor] = {{"file", written.file}, {"stamp_ns", written.stamp.ns}};
  return result;
}

Result<std::vector<std::byte>> pcd_of(const PointCloud& cloud) {
  for (const CloudFormat& format : cloud_formats())
    if (format.name == "pcd" && format.write) return format.write(cloud);
  return refuse("PCD cannot be written by this build");
}

}  // namespace

struct SweepboxFolderWriter::Part {
  StagedFiles files;
  fs::path folder;
  std::string name;
  bool sequence = true;
  std::vector<LidarSpec> lidars;
  std::vector<Camera> cameras;
  std::vector<std::pair<Stamp, Pose>> poses;
  std::vector<WrittenFrame> frames;
  std::set<std::string> places;  ///< of sweeps and images
  std::mutex mutex;              // of frames: sweeps and images come from several threads

  Part(fs::path where, std::string drive_name, bool is_sequence, Existing existing)
      : files(where, existing),
        folder(std::move(where)),
        name(std::move(drive_name)),
        sequence(is_sequence) {}

  /// "sweeps/lidar/000012.pcd". Frames of one name are told apart by their number.
  std::string place(const char* kind, const std::string& sensor, int frame, const char* extension) {
    const std::string& frame_name = frames[static_cast<std::size_t>(frame)].spec.name;
    std::string file =
        fmt::format("{}/{}/{}", kind, file_name_of(sensor), file_name_of(frame_name));
    if (!places.insert(file + extension).second) file += fmt::format("~{}", frame);
    return file + extension;
  }
};

SweepboxFolderWriter::SweepboxFolderWriter(fs::path folder,
                                           std::string drive_name,
                                           bool sequence,
                                           Existing existing)
    : part_(std::make_shared<Part>(std::move(folder), std::move(drive_name), sequence, existing)) {}

void SweepboxFolderWriter::add_lidar(LidarSpec lidar) {
  part_->lidars.push_back(std::move(lidar));
}

void SweepboxFolderWriter::add_camera(const Camera& camera) {
  part_->cameras.push_back(camera);
}

void SweepboxFolderWriter::add_pose(Stamp stamp, const Pose& world_from_ego) {
  part_->poses.emplace_back(stamp, world_from_ego);
}

int SweepboxFolderWriter::add_frame(FrameSpec frame) {
  const std::scoped_lock lock(part_->mutex);
  part_->frames.push_back({std::move(frame), {}, {}});
  return static_cast<int>(part_->frames.size()) - 1;
}

Result<void> SweepboxFolderWriter::write_sweep(int frame,
                                               const std::string& lidar,
                                               Stamp stamp,
                                               const PointCloud& cloud) {
  const auto bytes = pcd_of(cloud);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string file;
  {
    const std::scoped_lock lock(part_->mutex);
    file = part_->place("sweeps", lidar, frame, ".pcd");
    part_->frames[static_cast<std::size_t>(frame)].sweeps[lidar] = {file, stamp};
  }
  return part_->files.add(file, *bytes);
}

Result<void> SweepboxFolderWriter::write_image(int frame,
                                               const std::string& camera,
                                               Stamp stamp,
                                               std::span<const std::byte> encoded) {
  const bool jpeg =
      encoded.size() > 2 && encoded[0] == std::byte{0xFF} && encoded[1] == std::byte{0xD8};
  std::string file;
  {
    const std::scoped_lock lock(part_->mutex);
    file = part_->place("images", camera, frame, jpeg ? ".jpg" : ".png");
    part_->frames[static_cast<std::size_t>(frame)].images[camera] = {file, stamp};
  }
  return part_->files.add(file, encoded);
}

Result<void> SweepboxFolderWriter::finish(std::string_view labels_json) {
  Part& part = *part_;
  Json drive = {{"sweepbox", 1}, {"name", part.name}, {"sequence", part.sequence}};
  Json& frames = drive["frames"] = Json::array();
  for (const WrittenFrame& frame : part.frames)
    frames.push_back({{"name", frame.spec.name},
                      {"stamp_ns", frame.spec.stamp.ns},
                      {"sweeps", json_of(frame.sweeps)},
                      {"images", json_of(frame.images)}});
  Json& lidars = drive["lidars"] = Json::object();
  for (const LidarSpec& lidar : part.lidars)
    lidars[lidar.name] = {{"ego_from_lidar", json_of(lidar.ego_from_lidar)},
                          {"compensated", lidar.compensated}};
  Json& cameras = drive["cameras"] = Json::object();
  for (const Camera& camera : part.cameras) {
    Json parameters = Json::object();
    for (const auto& [name, value] : parameters_of(camera.lens))
      parameters[std::string(name)] = value;
    cameras[camera.name] = {{"lens", std::string(name_of(camera.lens))},
                            {"parameters", parameters},
                            {"width", camera.width},
                            {"height", camera.height},
                            {"camera_from_ego", json_of(camera.camera_from_ego)}};
  }
  if (!part.poses.empty()) {
    std::stable_sort(part.poses.begin(), part.poses.end(), [](const auto& a, const auto& b) {
      return a.first < b.first;
    });
    std::string csv = "stamp_ns,x,y,z,qw,qx,qy,qz\n";
    for (const auto& [stamp, pose] : part.poses) {
      const Vec3& t = pose.translation;
      const Quat& q = pose.rotation;
      csv += fmt::format(
          "{},{},{},{},{},{},{},{}\n", stamp.ns, t.x(), t.y(), t.z(), q.w(), q.x(), q.y(), q.z());
    }
    if (auto added = part.files.add("poses.csv", csv); !added) return added;
  }
  if (!labels_json.empty())
    if (auto added = part.files.add("labels.json", labels_json); !added) return added;
  try {
    // Last: a folder without drive.json is no drive, so one that a kill cut short is not taken for
    // whole.
    if (auto added = part.files.add("drive.json", drive.dump(1) + "\n"); !added) return added;
    return part.files.finish();
  } catch (const nlohmann::json::exception&) {  // dump() refuses names that are not UTF-8
    return fail((part.folder / "drive.json").string(),
                {},
                "names in UTF-8",
                "other bytes",
                "rename the frames or sensors");
  }
}

}  // namespace sweepbox
