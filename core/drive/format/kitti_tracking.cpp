#include <algorithm>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/kitti_calibration.hpp"
#include "core/drive/kitti_poses.hpp"
#include "core/drive/reading.hpp"

// KITTI tracking (formats.md 2.2): sequences at 10 Hz without stamps; one calibration, one file of
// labels and one of oxts lines (or of poses) for each. Ego is the velodyne.

namespace sweepbox {

DriveFormat kitti_tracking_format();

namespace {

constexpr const char* kFormat = "kitti_tracking";
constexpr double kRateHz = 10;

constexpr std::array<std::pair<const char*, std::size_t>, 2> kCameras = {
    {{"image_02", 2}, {"image_03", 3}}};

bool has_data(const fs::path& split, const std::string& sequence) {
  return reading::has_file(split / "velodyne" / sequence, {".bin"}) ||
         reading::has_file(split / "image_02" / sequence, {".png", ".jpg"}) ||
         reading::has_file(split / "image_03" / sequence, {".png", ".jpg"});
}

std::string stem_if_number(const fs::path& path) {
  const std::string stem = path.stem().string();
  return number_in(stem) ? stem : std::string();
}

/// Every sequence that some folder names.
std::set<std::string> sequences_of(const fs::path& split) {
  std::set<std::string> names;
  for (const char* sensor : {"velodyne", "image_02", "image_03"})
    for (const fs::path& folder : list_folders(split / sensor))
      names.insert(stem_if_number(folder));
  for (const char* table : {"label_02", "calib", "oxts"})
    for (const fs::path& file : list_files(split / table, {".txt"}))
      names.insert(stem_if_number(file));
  names.erase("");
  return names;
}

/// A split has folders of sequences; single frames beside them would be the object benchmark.
bool is_split(const fs::path& split) {
  std::error_code ignored;
  const bool folders = !list_folders(split / "velodyne").empty() ||
                       !list_folders(split / "image_02").empty() ||
                       !list_folders(split / "image_03").empty();
  return folders && (fs::is_directory(split / "calib", ignored) ||
                     fs::is_directory(split / "label_02", ignored));
}

void list_split(const fs::path& split, const std::string& prefix, Listing& listing) {
  for (const std::string& sequence : sequences_of(split)) {
    if (has_data(split, sequence))
      listing.drives.push_back(
          {prefix + sequence,
           kFormat,
           split,
           sequence,
           0.95,
           "velodyne or image_02 with numbered sequences, calib and label_02"});
    else
      listing.notes.push_back({Severity::note,
                               (split / "velodyne" / sequence).string(),
                               {},
                               text("sweeps or images of sequence {}", sequence),
                               "none",
                               "it is no drive; bring its files to open it"});
  }
}

Listing list(const fs::path& path) {
  Listing listing;
  if (is_split(path)) {
    list_split(path, "", listing);
    return listing;
  }
  if (is_split(path / "training")) list_split(path / "training", "", listing);
  if (is_split(path / "testing")) list_split(path / "testing", "testing/", listing);
  return listing;
}

Stamp stamp_of(std::int64_t number) {
  return reading::stamp_of_number(number, 1 / kRateHz);
}

class Reader {
 public:
  Reader(const fs::path& split, std::string sequence) : sequence_(std::move(sequence)) {
    tables_.info.name = sequence_;
    tables_.info.format = kFormat;
    tables_.info.root = split;
    tables_.info.sequence = true;
    tables_.assumed_rate_hz = kRateHz;
  }

  DriveTables tables() {
    read_calibration();
    add_lidar();
    for (const auto& [name, number] : kCameras) add_camera(name, number);
    read_poses();
    std::error_code ignored;
    const fs::path labels = root() / "label_02" / (sequence_ + ".txt");
    if (fs::exists(labels, ignored)) tables_.info.labels.push_back({kFormat, labels});
    tables_.problems.push_back({Severity::note,
                                {},
                                "stamps",
                                "a clock",
                                "none in this data set",
                                "numbers count tenths of a second; the repair rate_hz changes it"});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  void tell(Problem problem) { tables_.problems.push_back(std::move(problem)); }

  void read_calibration() {
    tables_.frames_of_reference[{"velodyne", -1}] = Pose();
    const std::string file = "calib/" + sequence_ + ".txt";
    const auto content = read_text(root() / file, std::uint64_t{1} << 20);
    if (!content) {
      Error error = content.error();
      error.file = file;
      error.fix = "take it from the data set; without it there are no images and no labels";
      tell(std::move(error));
      return;
    }
    calibration_ = parse_kitti_calibration(*content, file);
    for (Problem& problem : calibration_.problems) tell(std::move(problem));
    if (calibration_.rect_from_velo)
      tables_.frames_of_reference[{"camera_rect_0", -1}] = calibration_.rect_from_velo->inverse();
    if (calibration_.velo_from_imu)
      tables_.frames_of_reference[{"imu", -1}] = *calibration_.velo_from_imu;
  }

  void add_lidar() {
    TableLidar lidar{"velodyne", Pose(), {}, {}};
    const auto files = reading::numbered_files(root() / "velodyne" / sequence_, {".bin"});
    for (const reading::Numbered& file : files)
      lidar.sweeps.push_back({file.path.stem().string(), stamp_of(file.number), file.path});
    tables_.missing_sweeps = reading::tell_gaps(files, "velodyne/" + sequence_, tables_.problems);
    tables_.lidars.push_back(std::move(lidar));
  }

  void add_camera(const char* name, std::size_t number) {
    const auto files = reading::numbered_files(root() / name / sequence_, {".png", ".jpg"});
    if (files.empty()) return;
    const std::string folder = std::string(name) + "/" + sequence_;
    if (!calibration_.cameras[number]) {
      tell({Severity::error,
            folder,
            {},
            "a calibration of this camera",
            "none that is sound",
            "its images are left out; mend the file in calib"});
      return;
    }
    const KittiCamera& model = *calibration_.cameras[number];
    const auto camera = reading::camera_of(files, name, model.lens, model.camera_from_velo);
    if (!camera) {
      Error error = camera.error();
      error.file = reading::shown(files.front().path, root());
      tell(std::move(error));
      return;
    }
    TableCamera table{name, {}};
    for (const reading::Numbered& file : files)
      table.images.push_back(
          {file.path.stem().string(), stamp_of(file.number), file.path, *camera});
    tables_.missing_images += reading::tell_gaps(files, folder, tables_.problems);
    tables_.cameras.push_back(std::move(table));
  }

  void read_poses() {
    std::vector<std::optional<Pose>> poses;
    std::string file = "oxts/" + sequence_ + ".txt";
    auto content = read_text(root() / file);
    if (content) {
      poses = poses_of_oxts(*content, file);
    } else {
      reading::tell_no_file(root() / file, tables_);
      file = "poses/" + sequence_ + ".txt";
      reading::tell_no_file(root() / file, tables_);
      content = read_text(root() / file);
      if (content) {
        MatrixPoses read = parse_matrix_poses(*content, file);
        for (Problem& problem : read.problems) tell(std::move(problem));
        poses = std::move(read.poses);
      }
    }
    if (!content) {
      tell({Severity::note,
            "oxts/" + sequence_ + ".txt",
            "or poses/" + sequence_ + ".txt",
            "poses of the vehicle",
            "no file that can be read",
            "boxes are kept relative to ego"});
      return;
    }
    if (!calibration_.velo_from_imu) {
      tell({Severity::warning,
            file,
            {},
            "Tr_imu_to_velo in the calibration",
            "none",
            "poses are left out, boxes are kept relative to ego"});
      return;
    }
    const Pose imu_from_velo = calibration_.velo_from_imu->inverse();
    for (std::size_t i = 0; i < poses.size(); ++i)
      if (poses[i])
        tables_.poses.push_back(
            {stamp_of(static_cast<std::int64_t>(i)), *poses[i] * imu_from_velo});
  }

  std::vector<std::optional<Pose>> poses_of_oxts(std::string_view content,
                                                 const std::string& file) {
    std::vector<OxtsPacket> packets;
    std::vector<std::size_t> line_of;
    const auto lines = lines_of(content);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (const auto packet = parse_oxts(lines[i])) {
        packets.push_back(*packet);
        line_of.push_back(i);
      }
    if (packets.size() < lines.size())
      tell({Severity::warning,
            file,
            {},
            "30 numbers in every line",
            text("something else in {} of {}", lines.size() - packets.size(), lines.size()),
            "these frames are interpolated; take the file again"});
    std::vector<std::optional<Pose>> poses(lines.size());
    const std::vector<Pose> found = world_from_imu(packets);
    for (std::size_t i = 0; i < found.size(); ++i) poses[line_of[i]] = found[i];
    return poses;
  }

  std::string sequence_;
  KittiCalibration calibration_;
  DriveTables tables_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path, ref.part).tables(), repairs);
}

}  // namespace

DriveFormat kitti_tracking_format() {
  return {kFormat,
          "KITTI tracking",
          "sequences at 10 Hz: velodyne, two colour cameras, poses, tracks",
          list,
          open};
}

}  // namespace sweepbox
