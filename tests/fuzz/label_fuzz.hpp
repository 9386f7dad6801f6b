#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/annotation/edit.hpp"
#include "core/drive/table_drive.hpp"
#include "core/label/label.hpp"
#include "tests/fuzz/scratch.hpp"

// What fuzzers of label formats share: a fuzzer is `return fuzz_labels("NAME", "000001.txt", …);`.

namespace sweepbox::fuzz {

/// Three frames ("000000" … "000002") with poses, a lidar, a camera and camera_rect_0; nothing is
/// read.
inline std::shared_ptr<const Drive> small_drive() {
  DriveTables tables;
  tables.info.name = "small";
  tables.info.format = "fuzz";
  tables.info.root = "/nowhere";
  tables.info.sequence = true;
  tables.match_by_name = true;
  Mat3 axes;
  axes << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  const Pose ego_from_camera{Quat(axes), {1, 0, 1.5}};
  Camera camera;
  camera.name = "image_2";
  camera.width = 640;
  camera.height = 480;
  camera.camera_from_ego = ego_from_camera.inverse();
  camera.lens =
      make_lens("pinhole", {{"fx", 500}, {"fy", 500}, {"cx", 320}, {"cy", 240}}, 640, 480).value();
  const auto calibration = std::make_shared<const Camera>(camera);
  TableLidar lidar{"velodyne", pose_from_yaw(0.4, {0, 0, 1.7}), {}, {}};
  TableCamera images{"image_2", {}};
  for (int i = 0; i < 3; ++i) {
    const std::string name = "00000" + std::to_string(i);
    const Stamp stamp{i * 100'000'000};
    lidar.sweeps.push_back({name, stamp, "/nowhere/" + name + ".bin"});
    images.images.push_back({name, stamp, "/nowhere/" + name + ".png", calibration});
    tables.poses.push_back({stamp, pose_from_yaw(0.1 * i, {0.5 * i, 0, 0})});
  }
  tables.lidars.push_back(std::move(lidar));
  tables.cameras.push_back(std::move(images));
  tables.frames_of_reference[{"camera_rect_0", -1}] = ego_from_camera;
  return std::move(make_table_drive(std::move(tables), {}).value());
}

/// Reads the bytes as a label file of that name, imports what was read, writes it, and ends the
/// program where a result makes no sense.
inline int fuzz_labels(std::string_view format_name,
                       const std::string& file_name,
                       const std::uint8_t* data,
                       std::size_t size) {
  static const std::shared_ptr<const Drive> drive = small_drive();
  static const Scratch scratch;
  const LabelFormat* format = label_format(format_name);
  if (!format) std::abort();
  const std::filesystem::path path = scratch.write(file_name, as_text(data, size));
  if (format->recognise) {
    const double sure = format->recognise(path);
    if (!(sure >= 0 && sure <= 1)) std::abort();
  }
  const auto set = format->read(*drive, path);
  if (!set) {
    if (set.error().file.empty()) std::abort();
    return 0;
  }
  for (const Label& label : set->labels) {
    if (!is_valid(label.cuboid_in_ego) || label.track.empty() || label.class_name.empty())
      std::abort();
    if (label.frame < -1 || label.frame >= static_cast<int>(drive->frames().size())) std::abort();
  }
  for (const Source& source : set->sources)
    for (const auto& [begin, end] : source.records)
      if (begin > end || end > source.text.size()) std::abort();
  const Document document = applied(import_edit(*set, *drive, Document()), Document(), 1);
  for (const auto& track : document.tracks())
    if (why_unsound(*track)) std::abort();
  if (format->write) static_cast<void>(format->write({document, *drive, {0, 1, 2}}));
  return 0;
}

}  // namespace sweepbox::fuzz
