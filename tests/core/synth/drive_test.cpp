#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "core/synth/synth.hpp"
#include "tests/core/synth/small_street.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

std::shared_ptr<const Drive> opened(const fs::path& folder) {
  const auto drive = open_drive(folder, "sweepbox", {}, {});
  INFO((drive ? std::string() : to_line(drive.error())));
  REQUIRE(drive);
  return *drive;
}

SynthSpec parsed(std::string_view json) {
  const auto spec = parse_synth_spec(json, "small.json");
  INFO((spec ? std::string() : to_line(spec.error())));
  REQUIRE(spec);
  return *spec;
}

void make(const SynthSpec& spec, const fs::path& folder, const SynthOptions& options = {}) {
  const auto made = make_synthetic_drive(spec, folder, options);
  INFO((made ? std::string() : to_line(made.error())));
  REQUIRE(made);
}

TEST_CASE("a synthetic drive opens with its sensors, frames and poses and without problems") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  CHECK(drive->info().name == "small");
  CHECK(drive->info().sequence);
  CHECK(drive->info().poses);
  CHECK(drive->problems().empty());
  REQUIRE(drive->frames().size() == 3);
  REQUIRE(drive->info().lidars.size() == 1);
  REQUIRE(drive->info().cameras.size() == 2);
  for (int i = 0; i < 3; ++i) {
    const FrameInfo& frame = drive->frames()[static_cast<std::size_t>(i)];
    CHECK(frame.name == fmt::format("{:06}", i));
    CHECK(frame.stamp.ns == 1'000'000'000 + i * 100'000'000);  // start_ns and 10 Hz
    REQUIRE(frame.image(0));
    REQUIRE(frame.image(1));
    const auto sweep = drive->read_sweep(i, 0);
    REQUIRE(sweep);
    CHECK(sweep->size() > 1000);
  }
  // offset_ms of the two cameras, whatever their order.
  std::map<std::string, double> offsets;
  for (int camera = 0; camera < 2; ++camera)
    offsets[drive->info().cameras[static_cast<std::size_t>(camera)].name] =
        time_offset_s(drive->frames()[1], camera).value();
  CHECK(offsets["ahead"] == Approx(0.004).margin(1e-9));
  CHECK(offsets["astern"] == Approx(-0.03).margin(1e-9));
  const auto image = drive->read_image(0, 0, 0);
  REQUIRE(image);
  CHECK(image->width == 160);
  CHECK(image->height == 100);
}

TEST_CASE("poses that the reader interpolates are within 1 mm of where the ego vehicle was") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  // Between the 100 Hz poses too: 3.7 ms is no multiple of 10 ms.
  for (double t = -0.05; t < 0.25; t += 0.0037) {
    const Stamp stamp = later(spec.start, t);
    const auto read = drive->world_from_ego(stamp);
    REQUIRE(read);
    const Pose truth = world_from_ego_at(spec, stamp);
    CHECK((read->translation - truth.translation).norm() < 1e-3);
    CHECK(angle_between(read->rotation, truth.rotation) < 1e-4);
  }
}

TEST_CASE("labels read back are the truth to 1 mm in every frame") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  const auto labels = read_own_labels(*drive);
  REQUIRE(labels);
  CHECK(labels->problems.empty());
  // Seven of the eight objects: the last is 300 m away, beyond label_distance.
  CHECK(labels->labels.size() == 3 * 7);
  for (int frame = 0; frame < 3; ++frame) {
    const Stamp stamp = drive->frames()[static_cast<std::size_t>(frame)].stamp;
    std::map<std::string, SynthTruth> truths;
    for (SynthTruth& truth : labels_at(spec, stamp)) truths[truth.name] = truth;
    REQUIRE(truths.size() == 7);
    for (const Label& label : labels->labels) {
      if (label.frame != frame) continue;
      const SynthTruth& truth = truths.at(label.track);
      CHECK(label.class_name == truth.class_name);
      const auto read = corners(*drive->world_from_ego(stamp) * label.cuboid_in_ego);
      const auto expected = corners(truth.cuboid_in_world);
      for (std::size_t i = 0; i < 8; ++i) CHECK((read[i] - expected[i]).norm() < 1e-3);
    }
  }
}

TEST_CASE("corners projected through the drive's own cameras are the truth's to 0.1 px") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  int compared = 0;
  for (const FrameInfo& frame : drive->frames())
    for (const ImageFile& image : frame.images) {
      const auto camera =
          std::find_if(spec.cameras.begin(), spec.cameras.end(), [&](const CameraSpec& c) {
            return c.camera.name == image.calibration->name;
          });
      REQUIRE(camera != spec.cameras.end());
      const Pose read_camera_from_world =
          image.calibration->camera_from_ego * drive->world_from_ego(image.stamp)->inverse();
      const Pose true_camera_from_world =
          camera->camera.camera_from_ego * world_from_ego_at(spec, image.stamp).inverse();
      for (const SynthTruth& truth : labels_at(spec, image.stamp))
        for (const Vec3& corner : corners(truth.cuboid_in_world)) {
          const auto expected = camera->camera.project(true_camera_from_world * corner);
          if (!expected || !in_image(camera->camera, *expected)) continue;
          const auto read = image.calibration->project(read_camera_from_world * corner);
          REQUIRE(read);
          CHECK((*read - *expected).norm() < 0.1);
          ++compared;
        }
    }
  CHECK(compared > 100);
}

TEST_CASE("every point of a still object lies in its label, and no other point does") {
  const test::TempFolder folder;
  SynthSpec spec = parsed(kSmallStreet);
  spec.lidars[0].noise = 0;
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  const auto labels = read_own_labels(*drive);
  REQUIRE(labels);
  std::set<std::string> still;
  for (std::size_t i = 0; i < 7; ++i)  // the labelled ones are numbered from 1 in the spec's order
    if (spec.objects[i].motion.points.size() == 1) still.insert(std::to_string(i + 1));
  int inside_all = 0;
  for (int frame = 0; frame < 3; ++frame) {
    const auto sweep = drive->read_sweep(frame, 0);
    REQUIRE(sweep);
    for (const Label& label : labels->labels) {
      if (label.frame != frame || !still.contains(label.track)) continue;
      Cuboid grown = label.cuboid_in_ego;
      grown.size.array() += 2e-3;  // poses between the 100 Hz ones, and float coordinates
      int of_object = 0, inside_of_object = 0, others_inside = 0;
      for (const auto& piece : sweep->pieces) {
        const Channel* track = piece->channel("track");
        REQUIRE(track);
        for (std::size_t i = 0; i < piece->size(); ++i) {
          const bool mine = fmt::format("{}", track->values[i]) == label.track;
          const Vec3 in_box = grown.pose.inverse() * (sweep->ego_from_points * piece->point(i));
          const bool in = (in_box.cwiseAbs() - grown.size / 2).maxCoeff() <= 0;
          of_object += mine;
          // The road bends under a box whose floor is flat: up to 15 mm of it may come in.
          others_inside += in && !mine && in_box.z() > 0.015 - grown.size.z() / 2;
          inside_of_object += mine && in;
        }
      }
      INFO("frame " << frame << ", track " << label.track << ", " << label.class_name);
      CHECK(inside_of_object == of_object);
      CHECK(others_inside == 0);
      inside_all += inside_of_object;
    }
  }
  CHECK(inside_all > 300);
}

TEST_CASE("a moving object's points lie in its box at the time that the point says") {
  const test::TempFolder folder;
  SynthSpec spec = parsed(kSmallStreet);
  spec.lidars[0].noise = 0;
  make(spec, folder.path() / "drive");
  const auto drive = opened(folder.path() / "drive");
  const auto sweep = drive->read_sweep(1, 0);
  REQUIRE(sweep);
  const Pose world_from_ego = world_from_ego_at(spec, sweep->stamp);
  int checked = 0;
  for (const auto& piece : sweep->pieces) {
    const Channel* track = piece->channel("track");
    const Channel* time = piece->channel("time");
    REQUIRE(track);
    REQUIRE(time);
    for (std::size_t i = 0; i < piece->size(); ++i) {
      if (track->values[i] != 1) continue;  // the oncoming car, 10 m/s
      // The points are compensated for the ego's motion alone, so in the world each stands where
      // its ray ended.
      const Vec3 in_world = world_from_ego * (sweep->ego_from_points * piece->point(i));
      Cuboid box = labels_at(spec, later(sweep->stamp, static_cast<double>(time->values[i])))[0]
                       .cuboid_in_world;
      box.size.array() += 4e-3;
      CHECK(contains(box, in_world));
      if (++checked >= 60) return;  // each costs all labels
    }
  }
  CHECK(checked > 10);
}

TEST_CASE("uncompensated points stand where the lidar saw them at their own time") {
  const test::TempFolder folder;
  SynthSpec spec = parsed(kSmallStreet);
  spec.lidars[0].noise = 0;
  spec.lidars[0].dropouts = 0;
  make(spec, folder.path() / "compensated");
  spec.lidars[0].compensated = false;
  make(spec, folder.path() / "raw");
  const auto moved = opened(folder.path() / "compensated")->read_sweep(1, 0);
  const auto raw = opened(folder.path() / "raw")->read_sweep(1, 0);
  REQUIRE(moved);
  REQUIRE(raw);
  REQUIRE(moved->size() == raw->size());
  const PointCloud& a = *moved->pieces[0];
  const PointCloud& b = *raw->pieces[0];
  const Pose stamp_from_world = world_from_ego_at(spec, moved->stamp).inverse();
  double farthest = 0;
  for (std::size_t i = 0; i < a.size(); i += 97) {
    const Stamp then = later(moved->stamp, static_cast<double>(b.channel("time")->values[i]));
    const Vec3 expected =
        stamp_from_world * (world_from_ego_at(spec, then) * (raw->ego_from_points * b.point(i)));
    CHECK((moved->ego_from_points * a.point(i) - expected).norm() < 1e-3);
    farthest = std::max(farthest, (a.point(i) - b.point(i)).norm());
  }
  CHECK(farthest > 0.2);  // 8 m/s for up to 50 ms
}

std::map<std::string, FileBytes> files_of(const fs::path& folder) {
  std::map<std::string, FileBytes> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = read_bytes(entry.path()).value();
  return files;
}

TEST_CASE("the same seed gives the same bytes, another seed other noise") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  make(spec, folder.path() / "a");
  make(spec, folder.path() / "b");
  SynthOptions other;
  other.seed = 99;
  make(spec, folder.path() / "c", other);
  const auto a = files_of(folder.path() / "a");
  CHECK(a.size() ==
        3 * 3 + 3);  // a sweep and two images a frame; drive.json, poses.csv, labels.json
  CHECK(a == files_of(folder.path() / "b"));
  const auto c = files_of(folder.path() / "c");
  CHECK(a.at("sweeps/lidar/000000.pcd") != c.at("sweeps/lidar/000000.pcd"));
  CHECK(a.at("labels.json") == c.at("labels.json"));
}

TEST_CASE("a cancelled drive is no drive, and a folder with files in it is left alone") {
  const test::TempFolder folder;
  const SynthSpec spec = parsed(kSmallStreet);
  SynthOptions options;
  options.progress = [cancel = options.cancel](int, int) mutable { cancel.request(); };
  CHECK_FALSE(make_synthetic_drive(spec, folder.path() / "cut", options));
  CHECK_FALSE(fs::exists(folder.path() / "cut" / "drive.json"));
  REQUIRE(write_file(folder.path() / "mine.txt", std::string_view("mine")));
  const auto refused = make_synthetic_drive(spec, folder.path());
  REQUIRE_FALSE(refused);
  CHECK(english(refused.error().expected) == "an empty folder");
  CHECK(read_text(folder.path() / "mine.txt").value() == "mine");
}

}  // namespace
}  // namespace sweepbox
