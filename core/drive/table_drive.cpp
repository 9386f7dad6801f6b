#include "core/drive/table_drive.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/drive/frames.hpp"
#include "core/drive/reading.hpp"
#include "core/picture/picture.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kPoseReach = kNsPerSecond / 2;  // how far the first and last pose hold

class TableDrive : public Drive {
 public:
  TableDrive(DriveTables tables, std::vector<frames::Row> rows)
      : tables_(std::move(tables)), rows_(std::move(rows)) {
    for (const TableLidar& lidar : tables_.lidars) tables_.info.lidars.push_back({lidar.name});
    for (const TableCamera& camera : tables_.cameras) {
      const Camera& first = *camera.images.front().calibration;
      tables_.info.cameras.push_back(
          {camera.name, first.width, first.height, std::string(name_of(first.lens))});
    }
    tables_.info.poses = !tables_.poses.empty();
    for (const frames::Row& row : rows_) frames_.push_back(frame_of(row));
  }

  const DriveInfo& info() const override { return tables_.info; }

  std::span<const FrameInfo> frames() const override { return frames_; }

  std::span<const Problem> problems() const override { return tables_.problems; }

  int missing_sweeps() const override { return tables_.missing_sweeps; }

  int missing_images() const override { return tables_.missing_images; }

  std::optional<Pose> world_from_ego(Stamp stamp) const override {
    const std::vector<TablePose>& poses = tables_.poses;
    if (poses.empty()) return std::nullopt;
    const auto after = std::lower_bound(
        poses.begin(), poses.end(), stamp, [](const TablePose& pose, Stamp wanted) {
          return pose.stamp < wanted;
        });
    if (after == poses.begin() || after == poses.end()) {
      const TablePose& end = after == poses.begin() ? poses.front() : poses.back();
      const std::int64_t gap = std::max(stamp, end.stamp).ns - std::min(stamp, end.stamp).ns;
      return gap <= kPoseReach ? std::optional(end.world_from_ego) : std::nullopt;
    }
    const TablePose& a = *(after - 1);
    const TablePose& b = *after;
    const double share =
        static_cast<double>(stamp.ns - a.stamp.ns) / static_cast<double>(b.stamp.ns - a.stamp.ns);
    return between(a.world_from_ego, b.world_from_ego, share);
  }

  std::optional<Pose> ego_from(std::string_view name, int frame) const override {
    for (const int which : {frame, -1})
      if (const auto found = tables_.frames_of_reference.find({std::string(name), which});
          found != tables_.frames_of_reference.end())
        return found->second;
    for (const TableLidar& lidar : tables_.lidars)
      if (lidar.name == name) return lidar.ego_from_points;
    for (std::size_t i = 0; i < tables_.cameras.size(); ++i)
      if (tables_.cameras[i].name == name)
        return calibration(static_cast<int>(i), frame).camera_from_ego.inverse();
    if (name == "ego") return Pose();
    return std::nullopt;
  }

  Result<Sweep> read_sweep(int frame, int lidar) const override {
    const frames::Place* place = in_row(frame, lidar, &frames::Row::sweeps);
    if (!place) return absent(frame, "sweep");
    const TableLidar& from = tables_.lidars[static_cast<std::size_t>(lidar)];
    const TableSweep& file = from.sweeps[static_cast<std::size_t>(place->index)];
    auto read = read_cloud(file.path, from.options);
    const std::string name = reading::shown(file.path, tables_.info.root);
    if (!read) return tl::unexpected(named(std::move(read.error()), name));
    Sweep sweep;
    sweep.lidar = from.name;
    sweep.stamp = file.stamp;
    sweep.ego_from_points = from.ego_from_points;
    for (Problem& problem : read->problems)
      sweep.problems.push_back(named(std::move(problem), name));
    if (read->time_base_s) move_times(read->cloud, *read->time_base_s, file.stamp);
    sweep.pieces = in_pieces(std::move(read->cloud));
    return sweep;
  }

  Result<Image> read_image(int frame, int camera, int max_width) const override {
    const frames::Place* place = in_row(frame, camera, &frames::Row::images);
    if (!place) return absent(frame, "image");
    const TableImage& file = tables_.cameras[static_cast<std::size_t>(camera)]
                                 .images[static_cast<std::size_t>(place->index)];
    const std::string name = reading::shown(file.path, tables_.info.root);
    const auto bytes = read_bytes(file.path);
    if (!bytes) return tl::unexpected(named(bytes.error(), name));
    auto image = decode_picture(*bytes, max_width);
    if (!image) return tl::unexpected(named(std::move(image.error()), name));
    return image;
  }

 private:
  static Error named(Error error, const std::string& file) {
    error.file = file;
    return error;
  }

  tl::unexpected<Error> absent(int frame, const char* what) const {
    const bool known = frame >= 0 && frame < static_cast<int>(frames_.size());
    return fail(tables_.info.name,
                known ? "frame " + frames_[static_cast<std::size_t>(frame)].name
                      : fmt::format("frame {}", frame),
                what,
                "none");
  }

  /// Point times count from the sweep's stamp, where the file's clock is the drive's.
  static void move_times(PointCloud& cloud, double base_s, Stamp stamp) {
    const double offset = base_s - static_cast<double>(stamp.ns) * 1e-9;
    if (std::abs(offset) > 1) return;  // another clock: they stay relative to the first point
    for (Channel& channel : cloud.channels)
      if (channel.name == "time")
        for (float& time : channel.values)
          time = static_cast<float>(static_cast<double>(time) + offset);
  }

  const frames::Place* in_row(int frame,
                              int sensor,
                              std::vector<frames::Place> frames::Row::*places) const {
    if (frame < 0 || frame >= static_cast<int>(rows_.size())) return nullptr;
    for (const frames::Place& place : rows_[static_cast<std::size_t>(frame)].*places)
      if (place.sensor == sensor) return &place;
    return nullptr;
  }

  /// That of the frame's image, else of the camera's first.
  const Camera& calibration(int camera, int frame) const {
    const std::vector<TableImage>& images =
        tables_.cameras[static_cast<std::size_t>(camera)].images;
    const frames::Place* place = in_row(frame, camera, &frames::Row::images);
    return *images[static_cast<std::size_t>(place ? place->index : 0)].calibration;
  }

  FrameInfo frame_of(const frames::Row& row) const {
    FrameInfo frame{row.name, row.stamp, {}, {}};
    frame.sweeps.resize(tables_.lidars.size());
    for (const frames::Place& place : row.sweeps) {
      const TableSweep& sweep = tables_.lidars[static_cast<std::size_t>(place.sensor)]
                                    .sweeps[static_cast<std::size_t>(place.index)];
      frame.sweeps[static_cast<std::size_t>(place.sensor)] =
          SweepFile{sweep.stamp, reading::shown(sweep.path, tables_.info.root)};
    }
    for (const frames::Place& place : row.images) {
      const TableImage& image = tables_.cameras[static_cast<std::size_t>(place.sensor)]
                                    .images[static_cast<std::size_t>(place.index)];
      frame.images.push_back({place.sensor,
                              image.stamp,
                              reading::shown(image.path, tables_.info.root),
                              image.calibration});
    }
    return frame;
  }

  DriveTables tables_;
  std::vector<frames::Row> rows_;
  std::vector<FrameInfo> frames_;
};

// Repairs.

std::string sensor_names(const DriveTables& tables) {
  std::string names;
  for (const TableLidar& lidar : tables.lidars) names += (names.empty() ? "" : ", ") + lidar.name;
  for (const TableCamera& camera : tables.cameras)
    names += (names.empty() ? "" : ", ") + camera.name;
  return names;
}

/// The sensor's calibration was stored the other way round: sensor-to-lidar for lidar-to-sensor.
void invert_extrinsics(DriveTables& tables, TableLidar* lidar, TableCamera* camera) {
  if (lidar) lidar->ego_from_points = lidar->ego_from_points.inverse();
  if (!camera) return;
  const Pose ego_from_points =
      tables.lidars.empty() ? Pose() : tables.lidars.front().ego_from_points;
  for (TableImage& image : camera->images) {
    auto repaired = std::make_shared<Camera>(*image.calibration);
    const Pose camera_from_points = repaired->camera_from_ego * ego_from_points;
    repaired->camera_from_ego = camera_from_points.inverse() * ego_from_points.inverse();
    image.calibration = std::move(repaired);
  }
  // What the reader named from the same numbers would contradict them now.
  std::erase_if(tables.frames_of_reference,
                [&](const auto& entry) { return entry.first.first == camera->name; });
}

/// Each image takes name and stamp of the one so many later; those that leave the drive are
/// dropped.
void shift_images(TableCamera& camera, std::int64_t frames) {
  std::vector<TableImage> shifted;
  const auto count = static_cast<std::int64_t>(camera.images.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = i - frames;
    if (from < 0 || from >= count) continue;
    TableImage image = camera.images[static_cast<std::size_t>(i)];
    image.path = camera.images[static_cast<std::size_t>(from)].path;
    shifted.push_back(std::move(image));
  }
  camera.images = std::move(shifted);
}

/// Calls with every stamp of a sensor, or of all and the poses where both are null.
template <class Function>
void for_each_stamp(DriveTables& tables,
                    TableLidar* lidar,
                    TableCamera* camera,
                    Function function) {
  const bool all = !lidar && !camera;
  for (TableLidar& one : tables.lidars)
    if (all || &one == lidar)
      for (TableSweep& sweep : one.sweeps) function(sweep.stamp);
  for (TableCamera& one : tables.cameras)
    if (all || &one == camera)
      for (TableImage& image : one.images) function(image.stamp);
  if (all)
    for (TablePose& pose : tables.poses) function(pose.stamp);
}

tl::unexpected<Error> bad_repair(const std::string& name, Text expected, Text found) {
  return fail({}, "repair " + name, std::move(expected), std::move(found), "leave this repair out");
}

Result<void> apply_repair(DriveTables& tables, const std::string& name, const std::string& value) {
  const auto match = match_repair(name);
  if (!match) return bad_repair(name, "a repair that exists", "none of this name");
  const auto named = [&](const auto& sensor) { return sensor.name == match->sensor; };
  const auto lidar = std::find_if(tables.lidars.begin(), tables.lidars.end(), named);
  const auto camera = std::find_if(tables.cameras.begin(), tables.cameras.end(), named);
  TableLidar* const of_lidar = lidar == tables.lidars.end() ? nullptr : &*lidar;
  TableCamera* const of_camera = camera == tables.cameras.end() ? nullptr : &*camera;
  if (!match->sensor.empty() && !of_lidar && !of_camera)
    return bad_repair(name, text("a sensor: {}", sensor_names(tables)), text("{}", match->sensor));
  const std::string_view kind = match->kind->name;
  const auto number = to_double(value);
  if (kind == "extrinsics.NAME") {
    invert_extrinsics(tables, of_lidar, of_camera);
  } else if (!number || !std::isfinite(*number)) {
    return bad_repair(name, text("{}", match->kind->values), text("{}", value));
  } else if (kind == "images.NAME.shift") {
    if (!of_camera) return bad_repair(name, "a camera", text("{}", match->sensor));
    shift_images(*of_camera, std::llround(*number));
  } else if (kind == "stamps.NAME.offset_ms") {
    for_each_stamp(
        tables, of_lidar, of_camera, [&](Stamp& stamp) { stamp = later(stamp, *number * 1e-3); });
  } else if (kind == "rate_hz") {
    if (tables.assumed_rate_hz <= 0)
      return bad_repair(name, "a drive without a clock", "one with stamps");
    if (*number <= 0) return bad_repair(name, text("{}", match->kind->values), text("{}", value));
    const double factor = tables.assumed_rate_hz / *number;
    for_each_stamp(tables, nullptr, nullptr, [&](Stamp& stamp) {
      stamp.ns = std::llround(static_cast<double>(stamp.ns) * factor);
    });
  }
  return {};
}

/// Differences of stamps stay far inside 64 bits, repairs included.
Result<void> check_stamps(DriveTables& tables) {
  constexpr std::int64_t kFarthest = std::int64_t{1} << 61;
  bool good = true;
  for_each_stamp(tables, nullptr, nullptr, [&](const Stamp& stamp) {
    good = good && stamp.ns >= -kFarthest && stamp.ns <= kFarthest;
  });
  if (good) return {};
  return fail(tables.info.root.string(),
              "stamps",
              "nanoseconds within 73 years of the clock's zero",
              "some beyond",
              "mend the stamps, or move them by a repair");
}

/// A set that is broken throughout says so in a hundred lines, not in ten thousand.
void limit_problems(std::vector<Problem>& problems) {
  constexpr std::size_t kMost = 100;
  if (problems.size() <= kMost) return;
  const std::size_t more = problems.size() - kMost;
  problems.resize(kMost);
  problems.push_back({Severity::error, {}, {}, {}, text("{} more problems like these", more), {}});
}

}  // namespace

Result<std::unique_ptr<Drive>> make_table_drive(DriveTables tables, const Repairs& repairs) {
  if (const auto good = check_stamps(tables); !good) return tl::unexpected(good.error());
  for (const auto& [name, value] : repairs.values)
    if (auto done = apply_repair(tables, name, value); !done) return tl::unexpected(done.error());
  std::erase_if(tables.lidars, [](const TableLidar& lidar) { return lidar.sweeps.empty(); });
  std::erase_if(tables.cameras, [](const TableCamera& camera) { return camera.images.empty(); });
  if (tables.lidars.empty() && tables.cameras.empty()) {
    // What kept the files out says more than their absence.
    const auto reason =
        std::find_if(tables.problems.begin(), tables.problems.end(), [](const Problem& one) {
          return one.severity == Severity::error;
        });
    if (reason != tables.problems.end()) return tl::unexpected(*reason);
    return fail(tables.info.root.string(),
                {},
                "a drive",
                "no sweep and no image",
                "open the folder that holds the sweeps");
  }
  if (const auto good = check_stamps(tables); !good) return tl::unexpected(good.error());
  reading::tell_links(tables);
  limit_problems(tables.problems);
  std::vector<frames::Row> rows = frames::rows_of(tables);
  return std::make_unique<TableDrive>(std::move(tables), std::move(rows));
}

}  // namespace sweepbox
