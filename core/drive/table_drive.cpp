#include "core/drive/table_drive.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/drive/frames.hpp"
#include "core/drive/motion.hpp"
#include "core/drive/reading.hpp"
#include "core/drive/table_repairs.hpp"
#include "core/drive/unreadable.hpp"

namespace sweepbox {
namespace {

class TableDrive : public Drive {
 public:
  TableDrive(DriveTables tables, std::vector<frames::Row> rows)
      : tables_(std::move(tables)), rows_(std::move(rows)) {
    for (const TableLidar& lidar : tables_.lidars)
      tables_.info.lidars.push_back({lidar.name, lidar.parts, lidar.motion == Motion::raw});
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

  std::span<const Problem> problems() const override { return tables_.problems.all(); }

  int missing_sweeps() const override { return tables_.missing_sweeps; }

  int missing_images() const override { return tables_.missing_images; }

  std::optional<Pose> world_from_ego(Stamp stamp) const override {
    return reading::pose_at(tables_.poses, stamp);
  }

  std::optional<Pose> ego_from(std::string_view name, int frame) const override {
    for (const int which : {frame, -1})
      if (const auto found = tables_.frames_of_reference.find({std::string(name), which});
          found != tables_.frames_of_reference.end())
        return found->second;
    for (std::size_t i = 0; i < tables_.lidars.size(); ++i) {
      if (tables_.lidars[i].name != name) continue;
      const frames::Place* place = in_row(frame, static_cast<int>(i), &frames::Row::sweeps);
      return pose_of(tables_.lidars[i], static_cast<std::size_t>(place ? place->index : 0));
    }
    for (std::size_t i = 0; i < tables_.cameras.size(); ++i)
      if (tables_.cameras[i].name == name)
        return calibration(static_cast<int>(i), frame).camera_from_ego.inverse();
    if (name == "ego") return Pose();
    return std::nullopt;
  }

  Result<Sweep> read_sweep(int frame, int lidar, const WantedChannels& channels) const override {
    const frames::Place* place = in_row(frame, lidar, &frames::Row::sweeps);
    if (!place) return absent(frame, "sweep");
    const TableLidar& from = tables_.lidars[static_cast<std::size_t>(lidar)];
    const TableSweep& file = from.sweeps[static_cast<std::size_t>(place->index)];
    auto read = file.read ? file.read() : read_cloud(file.path, options_for(from, channels));
    const std::string name = reading::shown(file.path, tables_.info.root);
    if (!read) return tl::unexpected(named(std::move(read.error()), name, file.inside));
    Sweep sweep;
    sweep.lidar = from.name;
    sweep.stamp = file.stamp;
    sweep.ego_from_points = pose_of(from, static_cast<std::size_t>(place->index));
    for (Problem& problem : read->problems)
      sweep.problems.push_back(named(std::move(problem), name, file.inside));
    if (read->time_base_s) move_times(read->cloud, *read->time_base_s, file.stamp);
    if (from.motion == Motion::raw)
      compensate(read->cloud, sweep.ego_from_points, file.stamp, *this);
    sweep.pieces = in_pieces(std::move(read->cloud));
    return sweep;
  }

  Result<Image> read_image(int frame, int camera, int max_width) const override {
    const frames::Place* place = in_row(frame, camera, &frames::Row::images);
    if (!place) return absent(frame, "image");
    const TableImage& file = tables_.cameras[static_cast<std::size_t>(camera)]
                                 .images[static_cast<std::size_t>(place->index)];
    auto image = file.read ? file.read(max_width) : read_picture(file.path, max_width);
    if (!image)
      return tl::unexpected(named(
          std::move(image.error()), reading::shown(file.path, tables_.info.root), file.inside));
    return image;
  }

 private:
  /// Points that are moved to one time need theirs, wanted or not.
  static CloudOptions options_for(const TableLidar& lidar, const WantedChannels& channels) {
    CloudOptions options = lidar.options;
    options.channels = channels;
    if (channels && lidar.motion == Motion::raw) options.channels->emplace_back("time");
    return options;
  }

  static Error named(Error error, const std::string& file, const std::string& inside) {
    error.file = file;
    if (!inside.empty()) error.where = error.where.empty() ? inside : inside + ", " + error.where;
    return error;
  }

  static Result<Image> read_picture(const fs::path& path, int max_width) {
    const auto bytes = read_bytes(path);
    if (!bytes) return tl::unexpected(bytes.error());
    return decode_picture(*bytes, max_width);
  }

  /// ego from the points of a sweep of that lidar.
  static const Pose& pose_of(const TableLidar& lidar, std::size_t sweep) {
    const auto& own = lidar.sweeps[sweep].ego_from_points;
    return own ? *own : lidar.ego_from_points;
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

/// Differences of stamps stay far inside 64 bits, repairs included.
Result<void> check_stamps(DriveTables& tables) {
  constexpr std::int64_t kFarthest = std::int64_t{1} << 61;
  bool good = true;
  reading::for_each_stamp(tables, nullptr, nullptr, [&](const Stamp& stamp) {
    good = good && stamp.ns >= -kFarthest && stamp.ns <= kFarthest;
  });
  if (good) return {};
  return fail(tables.info.root.string(),
              "stamps",
              "nanoseconds within 73 years of the clock's zero",
              "some beyond",
              "mend the stamps, or move them by a repair");
}

/// Bytes of a frame's or a sensor's name: a box without a track id is named FRAMENAME/LINE, and
/// that is a name too.
constexpr std::size_t kLongestFrameName = kLongestName - 24;

/// What bears a name that is longer than the program holds is left out.
void leave_out_long_names(DriveTables& tables) {
  int count = 0;
  std::string first;
  const auto is_long = [&](const std::string& name) {
    if (name.size() <= kLongestFrameName) return false;
    if (count++ == 0) first = name;
    return true;
  };
  const auto leave_out = [&](auto& list) {
    std::erase_if(list, [&](const auto& thing) { return is_long(thing.name); });
  };
  leave_out(tables.lidars);
  leave_out(tables.cameras);
  for (TableLidar& lidar : tables.lidars) leave_out(lidar.sweeps);
  for (TableCamera& camera : tables.cameras) leave_out(camera.images);
  std::erase_if(tables.frames_of_reference,
                [&](const auto& frame) { return is_long(frame.first.first); });
  tables.info.name = shortened(tables.info.name);
  if (count == 0) return;
  tables.problems.push_back(
      {Severity::error,
       {},
       "name " + shortened(first),
       text("names of sensors and frames of at most {} bytes", kLongestFrameName),
       count == 1 ? Text("a longer one") : text("{} longer ones, this the first", count),
       "what bears them is left out; give it shorter names"});
}

/// A folder that cannot be listed looks empty to every reader: it is told here for all of them.
/// That of labels is told by who reads them.
void tell_unreadable(DriveTables& tables) {
  if (tables.is_file) return;
  for (Problem& problem : unreadable_folders(tables.info.root)) {
    const fs::path folder = (tables.info.root / problem.file).lexically_normal();
    const auto& labels = tables.info.labels;
    if (std::none_of(labels.begin(), labels.end(), [&](const LabelPlace& place) {
          return place.path.lexically_normal() == folder;
        }))
      tables.problems.push_back(std::move(problem));
  }
}

/// A set that is broken throughout says so in a hundred lines, not in ten thousand.
Problems first_hundred(const Problems& problems) {
  Problems few(100);
  few.append(problems);
  return few;
}

}  // namespace

Result<std::unique_ptr<Drive>> make_table_drive(DriveTables tables, const Repairs& repairs) {
  if (const auto good = check_stamps(tables); !good) return tl::unexpected(good.error());
  tables.info.repairs = repairs;
  leave_out_long_names(tables);
  if (auto done = reading::apply_repairs(tables); !done) return tl::unexpected(done.error());
  tell_unreadable(tables);
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
  tables.problems = first_hundred(tables.problems);
  std::vector<frames::Row> rows = frames::rows_of(tables);
  return std::make_unique<TableDrive>(std::move(tables), std::move(rows));
}

Result<std::unique_ptr<Drive>> make_table_drive(Result<DriveTables> tables,
                                                const Repairs& repairs) {
  if (!tables) return tl::unexpected(std::move(tables.error()));
  return make_table_drive(std::move(*tables), repairs);
}

}  // namespace sweepbox
