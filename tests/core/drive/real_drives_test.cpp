#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/shared_data.hpp"

// The real sample drives against the figures of their README and against plain matrices.

namespace sweepbox {
namespace {

using test::lines_of;
using test::opened;

struct Counts {
  int sweeps = 0;
  int images = 0;

  bool operator==(const Counts&) const = default;
};

Counts counts_of(const Drive& drive) {
  Counts counts;
  for (const FrameInfo& frame : drive.frames()) {
    for (const auto& sweep : frame.sweeps) counts.sweeps += sweep.has_value();
    counts.images += static_cast<int>(frame.images.size());
  }
  return counts;
}

/// Nothing is wrong with the samples: only notes may be said of them.
void check_no_false_problems(const Drive& drive) {
  CHECK(lines_of(drive.problems(), Severity::warning).empty());
  CHECK(lines_of(drive.problems(), Severity::error).empty());
  CHECK(drive.missing_sweeps() == 0);
  CHECK(drive.missing_images() == 0);
}

void check_every_file(const Drive& drive) {
  for (int i = 0; i < static_cast<int>(drive.frames().size()); ++i) {
    for (int lidar = 0; lidar < static_cast<int>(drive.info().lidars.size()); ++lidar) {
      if (!drive.frames()[static_cast<std::size_t>(i)].sweeps[static_cast<std::size_t>(lidar)])
        continue;
      const auto sweep = drive.read_sweep(i, lidar);
      REQUIRE(sweep);
      CHECK(sweep->problems.empty());
      CHECK(sweep->size() > 10000);
    }
    for (const ImageFile& file : drive.frames()[static_cast<std::size_t>(i)].images) {
      const auto image = drive.read_image(i, file.camera, 200);
      REQUIRE(image);
      CHECK(image->full_width == file.calibration->width);
      CHECK(image->full_height == file.calibration->height);
    }
  }
}

/// The numbers of one line of a KITTI calibration, as they stand.
std::vector<double> numbers_of(const std::string& content, std::string_view key) {
  for (const std::string_view line : sweepbox::lines_of(content))
    if (line.starts_with(key)) {
      std::vector<double> numbers;
      for (const std::string_view word : split_blanks(line.substr(key.size())))
        numbers.push_back(*to_double(word));
      return numbers;
    }
  return {};
}

/// A matrix of rows of `width`, filled up to 4 × 4.
Eigen::Matrix4d matrix_of(const std::vector<double>& numbers, int width) {
  Eigen::Matrix4d matrix = Eigen::Matrix4d::Identity();
  for (int i = 0; i < static_cast<int>(numbers.size()); ++i)
    matrix(i / width, i % width) = numbers[static_cast<std::size_t>(i)];
  return matrix;
}

/// Lidar direction of a camera's optical axis, in ego.
Vec3 view_direction(const Drive& drive, std::string_view camera, int frame) {
  return drive.ego_from(camera, frame)->rotation * Vec3::UnitZ();
}

}  // namespace

TEST_CASE("KITTI object: 8 single frames with sweep and image, points and sizes as in the README") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const auto drive = opened(folder);
  check_no_false_problems(*drive);
  CHECK(drive->problems().empty());
  CHECK(drive->info().format == "kitti_object");
  CHECK_FALSE(drive->info().sequence);
  CHECK_FALSE(drive->info().poses);
  REQUIRE(drive->frames().size() == 8);
  CHECK(counts_of(*drive) == Counts{8, 8});
  REQUIRE(drive->info().cameras.size() == 1);
  CHECK(drive->info().cameras[0].name == "image_2");
  CHECK(drive->info().cameras[0].lens == "pinhole");
  CHECK(drive->read_sweep(*drive->frame_table().named("000008"), 0)->size() == 17238);
  CHECK(drive->read_sweep(*drive->frame_table().named("007347"), 0)->size() == 19590);
  check_every_file(*drive);
  REQUIRE(drive->info().labels.size() == 1);
  CHECK(drive->info().labels[0].path == folder / "training/label_2");
}

TEST_CASE(
    "KITTI object: the camera projects as P2 · R0_rect · Tr_velo_to_cam does, to 0.01 pixel") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const auto drive = opened(folder);
  for (int i = 0; i < 8; ++i) {
    const FrameInfo& frame = drive->frames()[static_cast<std::size_t>(i)];
    const std::string text = *read_text(folder / "training/calib" / (frame.name + ".txt"));
    const Eigen::Matrix4d plain = matrix_of(numbers_of(text, "P2:"), 4) *
                                  matrix_of(numbers_of(text, "R0_rect:"), 3) *
                                  matrix_of(numbers_of(text, "Tr_velo_to_cam:"), 4);
    const Camera& camera = *frame.image(0)->calibration;
    for (const Vec3& point : {Vec3(5, 1, -1), Vec3(20, -8, 0.5), Vec3(60, 30, 2)}) {
      const Eigen::Vector4d uvw = plain * point.homogeneous();
      const auto pixel = camera.project(camera.camera_from_ego * point);
      REQUIRE(pixel);
      // The text's matrices are rotations to six digits only: 1e-6 of 1000 px and a little.
      CHECK(pixel->x() == Approx(uvw.x() / uvw.z()).margin(0.01).epsilon(0));
      CHECK(pixel->y() == Approx(uvw.y() / uvw.z()).margin(0.01).epsilon(0));
    }
  }
}

TEST_CASE(
    "KITTI tracking: frames 104 to 113 of sequence 0000 with poses, and a note of "
    "0003") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const Listing listing = find_drives(folder);
  REQUIRE(listing.drives.size() == 1);
  CHECK(listing.drives[0].name == "0000");
  REQUIRE(listing.notes.size() == 1);
  CHECK(listing.notes[0].severity == Severity::note);
  CHECK(english(listing.notes[0].expected) == "sweeps or images of sequence 0003");
  const auto drive = opened(folder);
  check_no_false_problems(*drive);
  REQUIRE(drive->frames().size() == 10);
  CHECK(drive->frames().front().name == "000104");
  CHECK(drive->frames().back().name == "000113");
  CHECK(drive->frames().front().stamp.ns == 10'400'000'000);
  CHECK(counts_of(*drive) == Counts{10, 0});
  CHECK(drive->info().sequence);
  CHECK(drive->info().poses);
  check_every_file(*drive);
}

TEST_CASE(
    "KITTI tracking: the parked van stays within 0.058 m in the world and moves 4.34 m in the "
    "lidar's") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const auto drive = opened(folder);
  const std::string labels = *read_text(drive->info().labels[0].path);
  std::vector<Vec3> in_ego, in_world;
  for (const std::string_view line : sweepbox::lines_of(labels)) {
    const auto words = split_blanks(line);
    const int number = static_cast<int>(*to_integer(words[0]));
    if (words[1] != "3" || number < 104 || number > 113) continue;
    const int frame = number - 104;
    // Columns 10 and 13 … 15: height, then the middle of the bottom face; camera y points down.
    const Vec3 centre(*to_double(words[13]),
                      *to_double(words[14]) - *to_double(words[10]) / 2,
                      *to_double(words[15]));
    in_ego.push_back(*drive->ego_from("camera_rect_0", frame) * centre);
    const Stamp stamp = drive->frames()[static_cast<std::size_t>(frame)].stamp;
    in_world.push_back(*drive->world_from_ego(stamp) * in_ego.back());
  }
  REQUIRE(in_ego.size() == 10);
  // data README, "Verified".
  CHECK((in_ego.back() - in_ego.front()).norm() == Approx(4.34).margin(0.01));
  Vec3 mean = Vec3::Zero();
  for (const Vec3& place : in_world) mean += place / 10;
  for (const Vec3& place : in_world) CHECK((place - mean).norm() < 0.059);
}

TEST_CASE(
    "KITTI raw: two drives, 0001 has 2 sweeps with stamps and poses, 9001 twelve of all without") {
  SHARED_DATA_OR_SKIP(folder, "kitti_raw");
  const Listing listing = find_drives(folder);
  REQUIRE(listing.drives.size() == 2);
  CHECK(listing.drives[0].name == "2011_09_26_drive_0001_sync");
  CHECK(listing.drives[1].name == "2011_09_26_drive_9001_sync");
  CHECK_FALSE(open_drive(folder, {}, {}, {}));  // which of two?

  const auto first = opened(folder, {}, "2011_09_26_drive_0001_sync");
  check_no_false_problems(*first);
  CHECK(counts_of(*first) == Counts{2, 0});
  CHECK(first->info().sequence);
  CHECK(first->info().poses);
  CHECK(first->frames()[0].name == "0000000001");
  // velodyne_points/timestamps.txt, second line: 13:02:26.054281661 on 26 September 2011, as UTC.
  CHECK(first->frames()[0].stamp.ns == 1317042146054281661);
  REQUIRE(first->info().labels.size() == 1);
  CHECK(first->info().labels[0].format == "kitti_raw");
  // 108 stamps, 2 clouds (data README): 106 without.
  bool told = false;
  for (const Problem& problem : first->problems())
    told = told || english(problem.found).starts_with("106 stamps");
  CHECK(told);
  check_every_file(*first);

  const auto second = opened(folder, {}, "2011_09_26_drive_9001_sync");
  check_no_false_problems(*second);
  CHECK(counts_of(*second) == Counts{12, 12});
  CHECK(second->info().sequence);
  CHECK_FALSE(second->info().poses);
  CHECK(second->info().labels.empty());
  CHECK(second->info().cameras[0].width == 1242);
  CHECK(lines_of(second->problems(), Severity::note).size() ==
        3);  // stamps, cameras without images, poses
  CHECK(second->frame_table().gap_ns() == 100'000'000);
  check_every_file(*second);
}

TEST_CASE("KITTI raw: poses move as fast as oxts says, along the vehicle's own x") {
  SHARED_DATA_OR_SKIP(folder, "kitti_raw");
  const auto drive = opened(folder, {}, "2011_09_26_drive_0001_sync");
  // vf, the ninth number of oxts/data/0000000001.txt.
  const std::string oxts = *read_text(drive->info().root / "oxts/data/0000000001.txt");
  const double speed = *to_double(split_blanks(oxts)[8]);
  const FrameInfo& a = drive->frames()[0];
  const FrameInfo& b = drive->frames()[1];
  const Pose a_from_b = drive->world_from_ego(a.stamp)->inverse() * *drive->world_from_ego(b.stamp);
  const double moved = speed * seconds_between(a.stamp, b.stamp);
  CHECK(a_from_b.translation.x() == Approx(moved).margin(0.05));
  CHECK(std::abs(a_from_b.translation.y()) < 0.1);
  CHECK(std::abs(a_from_b.translation.z()) < 0.1);
}

TEST_CASE("SUSTechPOINTS: 3 sweeps, 6 images, ego's x where the front camera looks") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const auto drive = opened(folder);
  check_no_false_problems(*drive);
  CHECK(drive->info().name == "example");
  CHECK(counts_of(*drive) == Counts{3, 6});
  CHECK(drive->frames()[0].images.empty());  // data README: 000950 has no images
  CHECK(drive->info().sequence);
  CHECK_FALSE(drive->info().poses);
  REQUIRE(drive->info().cameras.size() == 3);
  CHECK(drive->info().cameras[0].width == 2048);
  check_every_file(*drive);
  // data README: front looks along lidar −y, left along lidar +x.
  const Pose ego_from_lidar = *drive->ego_from("lidar", 0);
  CHECK((ego_from_lidar.rotation * Vec3(0, -1, 0) - Vec3::UnitX()).norm() < 1e-12);
  CHECK((ego_from_lidar.rotation * Vec3(1, 0, 0) - Vec3::UnitY()).norm() < 1e-12);
  CHECK(view_direction(*drive, "front", 1).x() > 0.99);
  CHECK(view_direction(*drive, "left", 1).y() > 0.99);
  CHECK(view_direction(*drive, "right", 1).y() < -0.99);
  CHECK(drive->read_sweep(0, 0)->ego_from_points == ego_from_lidar);
}

TEST_CASE("SUSTechPOINTS: the camera projects as intrinsic · extrinsic does") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const auto drive = opened(folder);
  const Camera& front = *drive->frames()[1].image(0)->calibration;
  REQUIRE(front.name == "front");
  // calib/camera/front.json by hand for the lidar point (1, -10, 0.5):
  // X = −0.9994466·1 + 0.0330334·(−10) − 0.0039066·0.5 + 0.2048790 = −1.1268546
  // Y = 0.0025198 + 0.4191785 − 0.4995589 + 0.0013696 = −0.0764910
  // Z = −0.0331680 + 9.9857483 + 0.0209057 − 0.1094348 = 9.8640512
  const Vec3 in_ego = *drive->ego_from("lidar", 1) * Vec3(1, -10, 0.5);
  const auto pixel = front.project(front.camera_from_ego * in_ego);
  REQUIRE(pixel);
  CHECK(pixel->x() ==
        Approx(1210.062981 * -1.1268546 / 9.8640512 + 1022.429903).margin(0.01).epsilon(0));
  CHECK(pixel->y() ==
        Approx(1205.850714 * -0.0764910 / 9.8640512 + 792.541644).margin(0.01).epsilon(0));
}

TEST_CASE("each real drive is found from its own folder and from the folder above it") {
  SHARED_DATA_OR_SKIP(object, "kitti_object");
  SHARED_DATA_OR_SKIP(raw, "kitti_raw");
  SHARED_DATA_OR_SKIP(sustech, "sustechpoints");
  CHECK(find_drives(object / "training").drives.size() == 1);
  CHECK(find_drives(raw / "2011_09_26").drives.size() == 2);
  CHECK(find_drives(raw / "2011_09_26/2011_09_26_drive_9001_sync/").drives.size() == 1);
  CHECK(find_drives(sustech / "example").drives.size() == 1);
  CHECK(find_drives(object, "kitti_raw").drives.empty());
}

}  // namespace sweepbox
