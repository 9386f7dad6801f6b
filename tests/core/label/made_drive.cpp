#include "made_drive.hpp"

#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/table_drive.hpp"

namespace sweepbox::test {

std::shared_ptr<const Drive> made(const MadeDrive& drive) {
  DriveTables tables;
  tables.info.name = drive.name;
  tables.info.format = "test";
  tables.info.root = drive.root;
  tables.info.sequence = true;
  tables.info.labels = drive.labels;
  tables.match_by_name = true;

  Mat3 rect_from_ego;
  rect_from_ego << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  const Pose camera_from_ego =
      Pose{Quat(Eigen::AngleAxisd(2 * kPi / 180, Vec3::UnitX())), Vec3(0.06, -0.08, -0.27)} *
      Pose{Quat(rect_from_ego), Vec3::Zero()};
  tables.frames_of_reference[{"camera_rect_0", -1}] = camera_from_ego.inverse();
  tables.frames_of_reference[{"velodyne", -1}] = {};
  tables.frames_of_reference[{"lidar", -1}] = pose_from_yaw(kPi / 4);

  Camera camera;
  camera.name = "image_2";
  camera.width = 1242;
  camera.height = 375;
  camera.camera_from_ego = camera_from_ego;
  camera.lens =
      *make_lens("pinhole", {{"fx", 720}, {"fy", 720}, {"cx", 610}, {"cy", 173}}, 1242, 375);
  const auto calibration = std::make_shared<const Camera>(camera);

  TableLidar lidar{"velodyne", {}, {}, {}};
  TableCamera images{"image_2", {}};
  for (std::size_t i = 0; i < drive.frames.size(); ++i) {
    const std::string& name = drive.frames[i];
    const std::int64_t number = number_in(name).value_or(static_cast<std::int64_t>(i));
    const Stamp stamp{number * 100'000'000};
    lidar.sweeps.push_back({name, stamp, drive.root / (name + ".bin")});
    images.images.push_back({name, stamp, drive.root / (name + ".png"), calibration});
    if (drive.poses) {
      const double n = static_cast<double>(number);
      tables.poses.push_back({stamp, pose_from_yaw(0.1 * n, {1000 + n, 2000, 3})});
    }
  }
  tables.lidars.push_back(std::move(lidar));
  if (drive.images) tables.cameras.push_back(std::move(images));
  auto result = make_table_drive(std::move(tables), {});
  REQUIRE(result);
  return std::move(*result);
}

const Track& Imported::track(const std::string& name) const {
  const auto found = document().track_named(name);
  INFO(name);
  REQUIRE(found);
  return *found;
}

void Imported::operator()(Result<Edit> edit) {
  if (!edit) FAIL(to_line(edit.error()));
  REQUIRE(history->apply(std::move(*edit)));
}

std::unique_ptr<Imported> imported(LabelSet labels, const Drive& drive) {
  auto result = std::make_unique<Imported>();
  result->labels = std::move(labels);
  result->history = std::make_unique<History>(Document(), result->log);
  REQUIRE(result->history->apply(import_edit(result->labels, drive, Document())));
  for (const auto& track : result->document().tracks()) {
    INFO(why_unsound(*track).value_or(""));
    REQUIRE_FALSE(why_unsound(*track));
  }
  return result;
}

Labelled with_own_labels(const std::filesystem::path& path) {
  auto drive = open_drive(path, {}, {}, {});
  if (!drive) FAIL(to_line(drive.error()));
  auto labels = read_own_labels(**drive);
  REQUIRE(labels);
  for (const Problem& problem : labels->problems) FAIL(to_line(problem));
  return {std::move(*drive), std::move(*labels)};
}

std::vector<WrittenFile> written_as(std::string_view format,
                                    const Document& document,
                                    const Drive& drive) {
  WriteRequest request{document, drive, {}};
  for (int i = 0; i < static_cast<int>(drive.frames().size()); ++i) request.frames.push_back(i);
  auto files = label_format(format)->write(request);
  if (!files) FAIL(to_line(files.error()));
  return std::move(*files);
}

std::string text_of(const std::filesystem::path& path) {
  auto text = read_text(path);
  if (!text) FAIL(to_line(text.error()));
  return *text;
}

}  // namespace sweepbox::test
