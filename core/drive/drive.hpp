#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stamp.hpp"
#include "core/drive/frame_table.hpp"
#include "core/drive/repairs.hpp"
#include "core/sensor/camera.hpp"
#include "core/sensor/image.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

struct LidarInfo {
  std::string name;  ///< "velodyne", "lidar"
  /// Where one sweep mixes the points of several lidars: their names, by the value of the channel
  /// `lidar` (0, 1 …). Empty where the sweep is one lidar's.
  std::vector<std::string> parts = {};
  /// Its points are each of their own time and are brought to the sweep's stamp while reading; the
  /// repair motion.NAME=stored leaves that out.
  bool compensated_here = false;
};

struct CameraInfo {
  std::string name;  ///< "image_2", "front"
  int width = 0;     ///< of its first image, px
  int height = 0;
  std::string lens;  ///< as in lens_names()
};

/// Labels that came with the drive.
struct LabelPlace {
  std::string format;  ///< name in label_formats()
  std::filesystem::path path;
};

/// What a recording holds, read or not.
struct TopicInfo {
  std::string name;  ///< "/velodyne_points"
  std::string type;  ///< "sensor_msgs/msg/PointCloud2"
  std::uint64_t messages = 0;
  bool used = false;  ///< it became a lidar, a camera, calibration or poses
};

struct DriveInfo {
  std::string name;
  std::string format;          ///< as in drive_formats()
  std::filesystem::path root;  ///< folder (or file) that it was opened from
  bool sequence = false;       ///< frames follow each other in time
  bool poses = false;          ///< world_from_ego answers; without: "relative to ego"
  std::vector<LidarInfo> lidars;
  std::vector<CameraInfo> cameras;  ///< those with an image
  std::vector<LabelPlace> labels;
  std::vector<TopicInfo> topics;  ///< of a recording
  Repairs repairs;                ///< that it was opened with; label readers look here too
};

struct SweepFile {
  Stamp stamp;
  std::string file;  ///< relative to the root, as shown to people
};

struct ImageFile {
  int camera = 0;  ///< index in DriveInfo::cameras
  Stamp stamp;
  std::string file;
  std::shared_ptr<const Camera> calibration;  ///< never null
};

/// One sweep of the reference lidar (the first) with each camera's nearest image; or images alone,
/// where they are farther than half a frame gap from every sweep.
struct FrameInfo {
  std::string name;  ///< the file's: "000965"
  Stamp stamp;
  std::vector<std::optional<SweepFile>> sweeps;  ///< one a lidar
  std::vector<ImageFile> images;                 ///< at most one a camera, in camera order

  const ImageFile* image(int camera) const;  ///< nullptr where the camera has none here
};

/// A recorded drive: immutable once open, safe to read from several threads.
class Drive {
 public:
  virtual ~Drive() = default;

  virtual const DriveInfo& info() const = 0;
  virtual std::span<const FrameInfo> frames() const = 0;

  /// Pose of the vehicle at a time, interpolated over every pose of the set (translation linear,
  /// rotation slerp); the nearest pose up to half a second beyond its ends; empty farther, or
  /// without poses.
  virtual std::optional<Pose> world_from_ego(Stamp stamp) const = 0;

  /// ego_from_NAME for every frame of reference that the set names ("camera_rect_0", "imu",
  /// "velodyne", "LIDAR_TOP", a camera's name): label readers ask here and never parse a
  /// calibration. It may differ by frame (KITTI object). Empty for an unknown name.
  virtual std::optional<Pose> ego_from(std::string_view name, int frame) const = 0;

  /// Slow: for jobs. max_width 0 is full size. Channels that are not wanted may be left out.
  virtual Result<Sweep> read_sweep(int frame, int lidar, const WantedChannels& channels) const = 0;

  /// With all its channels.
  Result<Sweep> read_sweep(int frame, int lidar) const {
    return read_sweep(frame, lidar, std::nullopt);
  }

  virtual Result<Image> read_image(int frame, int camera, int max_width) const = 0;

  /// What was wrong or absent when the drive was opened (files were listed and calibrations read,
  /// no sweep and no image).
  virtual std::span<const Problem> problems() const = 0;

  /// Files absent between the first and the last of their sensor.
  virtual int missing_sweeps() const = 0;
  virtual int missing_images() const = 0;

  /// Of frames(), made at the first call, from any thread.
  const FrameTable& frame_table() const;

 private:
  mutable std::once_flag tabled_;
  mutable std::unique_ptr<const FrameTable> frame_table_;
};

/// world_from_ego, or identity where the drive has no poses: then the "world" of keyframes is ego
/// ("relative to ego").
Pose world_from_ego_or_identity(const Drive& drive, Stamp stamp);

/// ego(to) from ego(from): how a point fixed in the world moves in the vehicle's frame between two
/// times.
Pose ego_from_ego(const Drive& drive, Stamp from, Stamp to);

/// Hash over format, frame names and file sizes: the same data found elsewhere is the same drive.
/// Slow for many files: for jobs.
std::string fingerprint_of(const Drive& drive);

/// Image minus sweep, seconds; empty where the frame has no image of that camera or no sweep.
std::optional<double> time_offset_s(const FrameInfo& frame, int camera);

/// What the images of this frame were matched by: finds for each sweep stamp the nearest image
/// within half of the frame gap; −1 where there is none. Both lists ascend.
std::vector<int> match_nearest(std::span<const Stamp> sweeps,
                               std::span<const Stamp> images,
                               std::int64_t half_gap_ns);

}  // namespace sweepbox
