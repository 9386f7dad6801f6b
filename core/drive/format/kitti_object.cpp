#include <algorithm>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/kitti_calibration.hpp"
#include "core/drive/reading.hpp"

// KITTI 3D object (formats.md 2.1): single frames, shuffled, each with a calibration of its own.
// Files of one name belong together. Ego is the velodyne.

namespace sweepbox {

DriveFormat kitti_object_format();

namespace {

constexpr const char* kFormat = "kitti_object";

/// The two colour cameras that the benchmark hands out.
constexpr std::array<std::pair<const char*, std::size_t>, 2> kCameras = {
    {{"image_2", 2}, {"image_3", 3}}};

bool is_split(const fs::path& folder) {
  std::error_code ignored;
  const bool sweeps = reading::has_file(folder / "velodyne", {".bin"});
  const bool images = reading::has_file(folder / "image_2", {".png", ".jpg"}) ||
                      reading::has_file(folder / "image_3", {".png", ".jpg"});
  const bool calibrated = reading::has_file(folder / "calib", {".txt"});
  return (sweeps && (images || calibrated || fs::is_directory(folder / "label_2", ignored))) ||
         (images && calibrated);
}

DriveRef ref_of(const fs::path& folder) {
  return {folder.filename().string(),
          kFormat,
          folder,
          {},
          0.9,
          "velodyne, image_2, calib and label_2 with files of the same names"};
}

Listing list(const fs::path& path) {
  Listing listing;
  if (is_split(path)) {
    listing.drives.push_back(ref_of(path));
    return listing;
  }
  for (const char* split : {"training", "testing"})
    if (is_split(path / split)) listing.drives.push_back(ref_of(path / split));
  return listing;
}

using Names = std::set<std::string>;

Names stems_of(const std::vector<fs::path>& files) {
  Names names;
  for (const fs::path& file : files) names.insert(file.stem().string());
  return names;
}

/// An image whose header could be read.
struct SizedImage {
  fs::path path;
  PictureSize size;
};

std::vector<SizedImage> readable_images(const fs::path& folder, DriveTables& tables) {
  std::vector<SizedImage> images;
  for (const fs::path& path : list_files(folder, {".png", ".jpg"})) {
    const auto size = reading::picture_size_of(path);
    if (size) {
      images.push_back({path, *size});
      continue;
    }
    Error error = size.error();
    error.file = reading::shown(path, tables.info.root);
    tables.problems.push_back(std::move(error));
  }
  return images;
}

class Reader {
 public:
  explicit Reader(const fs::path& root) {
    tables_.info = reading::info_of(root, kFormat);
    tables_.match_by_name = true;
  }

  DriveTables tables() {
    const std::vector<fs::path> sweeps = list_files(root() / "velodyne", {".bin"});
    std::array<std::vector<SizedImage>, kCameras.size()> images;
    Names all = stems_of(sweeps);
    for (std::size_t c = 0; c < kCameras.size(); ++c) {
      images[c] = readable_images(root() / kCameras[c].first, tables_);
      for (const SizedImage& image : images[c]) all.insert(image.path.stem().string());
    }
    int index = 0;
    for (const std::string& name : all) index_of_[name] = index++;
    read_calibrations();

    tables_.lidars.push_back({"velodyne", Pose(), {}, {}});
    for (const fs::path& path : sweeps) {
      const std::string name = path.stem().string();
      tables_.lidars.front().sweeps.push_back({name, stamp_of(name), path});
    }
    tables_.missing_sweeps =
        reading::tell_gaps(all, stems_of(sweeps), "velodyne", tables_.problems);
    for (std::size_t c = 0; c < kCameras.size(); ++c) add_camera(c, images[c], all);
    std::error_code ignored;
    if (fs::is_directory(root() / "label_2", ignored))
      tables_.info.labels.push_back({kFormat, root() / "label_2"});
    return std::move(tables_);
  }

 private:
  const fs::path& root() const { return tables_.info.root; }

  /// Frames have no time: a second each keeps them apart. By index, so that all gaps are equal.
  Stamp stamp_of(const std::string& name) const {
    return reading::stamp_of_number(index_of_.at(name), 1.0);
  }

  void read_calibrations() {
    tables_.frames_of_reference[{"velodyne", -1}] = Pose();
    int absent = 0;
    for (const auto& [name, index] : index_of_) {
      const fs::path path = root() / "calib" / (name + ".txt");
      const std::string file = reading::shown(path, root());
      const auto content = read_text(path, std::uint64_t{1} << 20);
      if (!content) {
        Error error = content.error();
        error.file = file;
        error.fix = "take it from the data set; without it the frame has no images and no labels";
        if (absent++ < kMostTold) tables_.problems.push_back(std::move(error));
        continue;
      }
      KittiCalibration calibration = parse_kitti_calibration(*content, file);
      for (Problem& problem : calibration.problems) tables_.problems.push_back(std::move(problem));
      if (calibration.rect_from_velo)
        tables_.frames_of_reference[{"camera_rect_0", index}] =
            calibration.rect_from_velo->inverse();
      if (calibration.velo_from_imu)
        tables_.frames_of_reference[{"imu", index}] = *calibration.velo_from_imu;
      calibrations_[name] = std::move(calibration);
    }
  }

  void add_camera(std::size_t c, const std::vector<SizedImage>& images, const Names& all) {
    const auto& [camera_name, number] = kCameras[c];
    TableCamera camera{camera_name, {}};
    Names readable;
    for (const SizedImage& image : images) {
      const std::string name = image.path.stem().string();
      readable.insert(name);
      const auto calibration = calibrations_.find(name);
      if (calibration == calibrations_.end() || !calibration->second.cameras[number]) continue;
      const KittiCamera& model = *calibration->second.cameras[number];
      camera.images.push_back({name,
                               stamp_of(name),
                               image.path,
                               std::make_shared<Camera>(Camera{camera_name,
                                                               model.lens,
                                                               image.size.width,
                                                               image.size.height,
                                                               model.camera_from_velo})});
    }
    if (const std::size_t lost = images.size() - camera.images.size(); lost > 0)
      tables_.problems.push_back({Severity::error,
                                  camera_name,
                                  {},
                                  "a calibration for every image",
                                  text("{} images without a sound one", lost),
                                  "they are left out; mend the files in calib"});
    tables_.missing_images += reading::tell_gaps(all, readable, camera_name, tables_.problems);
    tables_.cameras.push_back(std::move(camera));
  }

  static constexpr int kMostTold = 20;

  DriveTables tables_;
  std::map<std::string, int> index_of_;
  std::map<std::string, KittiCalibration> calibrations_;
};

Result<std::unique_ptr<Drive>> open(const DriveRef& ref, const Repairs& repairs) {
  return make_table_drive(Reader(ref.path).tables(), repairs);
}

}  // namespace

DriveFormat kitti_object_format() {
  return {kFormat,
          "KITTI 3D object",
          "single frames: velodyne, two colour cameras, a calibration and labels each",
          list,
          open};
}

}  // namespace sweepbox
