#include "tests/support/golden_drive.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "core/drive/table_drive.hpp"

namespace sweepbox::test {
namespace {

constexpr int kFrames = 3;

Stamp stamp_of(int frame) {
  // Whole microseconds: clocks of some formats have no finer ones.
  return {1'600'000'000'123'456'000 + frame * 100'000'000};
}

Quat turned(double roll_deg, double pitch_deg, double yaw_deg) {
  const double rad = kPi / 180;
  return from_roll_pitch_yaw(roll_deg * rad, pitch_deg * rad, yaw_deg * rad);
}

Pose world_from_ego(const GoldenDrive& golden, double n) {
  return {turned(1.5 - 0.5 * n, -2 + 0.7 * n, 35 + 4 * n),
          golden.world_origin + Vec3(1.2 + 0.9 * n, -0.4 + 0.6 * n, 0.2 + 0.03 * n)};
}

Pose ego_from_lidar() {
  return {turned(1, -3, 50), {0.9, 0.15, 1.75}};
}

/// Axes of a camera that looks along ego's x, then turned.
Pose ego_from_camera(double roll_deg, double pitch_deg, double yaw_deg, const Vec3& place) {
  Mat3 axes;
  axes << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  return {turned(roll_deg, pitch_deg, yaw_deg) * Quat(axes), place};
}

Pose ego_from_rect() {
  return ego_from_camera(0.6, 2.2, -1.5, {1.4, 0.3, 1.5});
}

TableCamera camera(const std::string& name, const Pose& ego_from_camera, std::int64_t late_ns) {
  Camera one;
  one.name = name;
  one.width = 1242;
  one.height = 375;
  one.camera_from_ego = ego_from_camera.inverse();
  one.lens =
      *make_lens("pinhole", {{"fx", 721.5}, {"fy", 718}, {"cx", 609.5}, {"cy", 172.9}}, 1242, 375);
  const auto calibration = std::make_shared<const Camera>(one);
  TableCamera result{name, {}};
  for (int n = 0; n < kFrames; ++n) {
    const std::string frame = fmt::format("{:06}", 10 + n);
    TableImage image{frame, {stamp_of(n).ns + late_ns}, name + "/" + frame + ".png", calibration};
    image.read = [](int) -> Result<Image> { return fail({}, {}, "an image", "none"); };
    result.images.push_back(std::move(image));
  }
  return result;
}

}  // namespace

Vec3 utm_origin() {
  return {691'012.345'6, 5'335'678.901'2, 512.25};
}

std::shared_ptr<const Drive> golden_drive(const GoldenDrive& golden) {
  DriveTables tables;
  tables.info.name = "golden";
  tables.info.format = "test";
  tables.info.root = golden.root;
  tables.info.sequence = true;
  tables.match_by_name = true;
  TableLidar lidar{"velodyne", ego_from_lidar(), {}, {}};
  for (int n = 0; n < kFrames; ++n) {
    const std::string frame = fmt::format("{:06}", 10 + n);
    TableSweep sweep{frame, stamp_of(n), golden.root / "velodyne" / (frame + ".bin")};
    sweep.read = []() -> Result<CloudRead> { return fail({}, {}, "a sweep", "none"); };
    lidar.sweeps.push_back(std::move(sweep));
  }
  tables.lidars.push_back(std::move(lidar));
  tables.cameras.push_back(
      camera("image_2", ego_from_rect() * Pose{Quat::Identity(), {0.06, 0, 0}}, 7'000'000));
  tables.cameras.push_back(
      camera("side", ego_from_camera(-1, 4, 100, {0.8, 0.9, 1.6}), -12'000'000));
  // Half steps in between: formats with their own clocks ask for poses beside the frames.
  for (int n = -1; n <= 2 * kFrames; ++n)
    tables.poses.push_back({{stamp_of(0).ns + n * 50'000'000}, world_from_ego(golden, 0.5 * n)});
  for (const char* name : {"lidar", "LIDAR_TOP"})
    tables.frames_of_reference[{name, -1}] = ego_from_lidar();
  tables.frames_of_reference[{"camera_rect_0", -1}] = ego_from_rect();
  auto drive = make_table_drive(std::move(tables), {});
  if (!drive) std::abort();  // made above
  return std::move(*drive);
}

Cuboid golden_cuboid(const GoldenDrive& golden, int frame) {
  const double n = frame;
  return {pose_from_yaw(0.3 + 0.05 * n,
                        golden.world_origin + Vec3(12.3 + 0.8 * n, -4.5 + 0.25 * n, 0.6)),
          {4.1, 1.7, 1.5}};
}

Document golden_document(const GoldenDrive& golden, const Drive& drive) {
  Mat3 axes;  // camera_rect_0 from x forward, y left, z up
  axes << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  const Pose ego_from_upright = ego_from_rect() * Pose{Quat(axes), Vec3::Zero()};
  const auto in_ego = [](double yaw, const Vec3& place, const Vec3& size) {
    return Cuboid{pose_from_yaw(yaw, place), size};
  };
  Document document;
  const auto add = [&](const char* name, const char* class_name, const auto& world_cuboid) {
    Track track;
    track.uid = static_cast<TrackId>(100 + std::atoi(name));
    track.name = std::string(name);  // a plain assignment warns in GCC 12
    track.class_name = std::string(class_name);
    for (int n = 0; n < kFrames; ++n) {
      const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(n)];
      const Cuboid cuboid = world_cuboid(n, *drive.world_from_ego(frame.stamp));
      Keyframe key;
      key.frame = frame.name;
      key.stamp = frame.stamp;
      key.world_from_box = cuboid.pose;
      key.size = cuboid.size;
      track.keys.push_back(key);
    }
    track.first = track.keys.front().stamp;
    track.last = track.keys.back().stamp;
    document = document.with({Kind::track, to_hex(track.uid)},
                             std::make_shared<const Track>(std::move(track)));
  };
  add(kGolden, "car", [&](int n, const Pose&) { return golden_cuboid(golden, n); });
  add(kTilted, "truck", [&](int n, const Pose&) {
    return Cuboid{{turned(5, -5, -70 + 3 * n), golden.world_origin + Vec3(20.5 - n, 9.25, 1.4)},
                  {7.9, 2.6, 3.1}};
  });
  add(kInCamera, "pedestrian", [&](int n, const Pose& world_from_ego) {
    return world_from_ego * ego_from_upright *
           in_ego(2.1 + 0.1 * n, {9, 1.5, -0.6}, {0.75, 0.65, 1.82});
  });
  add(kInLidar, "bicycle", [&](int n, const Pose& world_from_ego) {
    return world_from_ego * ego_from_lidar() *
           in_ego(-1.3, {11, -6.5 + 0.3 * n, -0.9}, {1.76, 0.62, 1.1});
  });
  add(kInEgo, "car", [&](int n, const Pose& world_from_ego) {
    return world_from_ego * in_ego(3.05 + 0.05 * n, {-15, 3.5, 0.8}, {4.6, 1.85, 1.45});
  });
  return document;
}

}  // namespace sweepbox::test
