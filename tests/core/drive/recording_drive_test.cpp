#include <catch2/catch.hpp>

#include "core/drive/formats.hpp"
#include "tests/support/mcap_writer.hpp"
#include "tests/support/ros_messages.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

std::vector<std::byte> floats(std::initializer_list<float> values) {
  const auto bytes = std::as_bytes(std::span(values.begin(), values.size()));
  return {bytes.begin(), bytes.end()};
}

const std::vector<Field> kXyz = {{"x", 0, 7}, {"y", 4, 7}, {"z", 8, 7}, {"intensity", 12, 7}};
const std::vector<Field> kXyzTime = {{"x", 0, 7}, {"y", 4, 7}, {"z", 8, 7}, {"time", 12, 7}};

bool has_problem(const Drive& drive, std::string_view where, std::string_view words) {
  for (const Problem& problem : drive.problems())
    if (problem.where == where && to_line(problem).find(words) != std::string::npos) return true;
  return false;
}

/// A vehicle that drives along x at 10 m/s, its lidar 1.5 m above it and turned by 90°, its camera
/// looking ahead; three sweeps and images a tenth of a second apart.
void write_drive(const std::filesystem::path& path,
                 const McapLayout& layout,
                 const std::vector<Field>& fields = kXyz) {
  McapWriter writer(path, layout);
  const auto tf_static = writer.channel("/tf_static", "tf2_msgs/msg/TFMessage");
  const auto tf = writer.channel("/tf", "tf2_msgs/msg/TFMessage");
  const auto points = writer.channel("/lidar/points", "sensor_msgs/msg/PointCloud2");
  const auto image = writer.channel("/front/image_raw", "sensor_msgs/msg/Image");
  const auto info = writer.channel("/front/camera_info", "sensor_msgs/msg/CameraInfo");
  const auto chatter = writer.channel("/chatter", "std_msgs/msg/String");
  writer.unknown_record();
  const double half = std::sqrt(0.5);
  writer.message(
      tf_static,
      kStart,
      tf_message(Wire::cdr,
                 {{kStart, "base_link", "lidar", {0, 0, 1.5}, {0, 0, half, half}},
                  // z forward, x right, y down
                  {kStart, "base_link", "front_optical", {1, 0, 1}, {-.5, .5, -.5, .5}}}));
  for (int i = -1; i <= 30; ++i) {
    const std::int64_t now = kStart + std::int64_t{i} * 10'000'000;
    writer.message(
        tf,
        now,
        tf_message(Wire::cdr, {{now, "odom", "base_link", {0.1 * i, 0, 0}, {0, 0, 0, 1}}}));
    if (i < 0 || i % 10 != 0 || i == 30) continue;
    writer.message(info,
                   now,
                   camera_info(Wire::cdr,
                               now,
                               "front_optical",
                               4,
                               2,
                               "plumb_bob",
                               {0, 0, 0, 0, 0},
                               {100, 0, 1.5, 0, 100, 0.5, 0, 0, 1},
                               {90, 0, 1.5, 0, 0, 90, 0.5, 0, 0, 0, 1, 0}));
    std::vector<std::byte> pixels(4 * 2 * 3, std::byte{0});
    pixels[0] = std::byte{200};  // red of the first pixel
    // Logged 40 ms after its stamp: the stamp counts.
    writer.message(
        image,
        now + 40'000'000,
        raw_image(Wire::cdr, now + 5'000'000, "front_optical", 4, 2, "rgb8", 12, pixels));
    writer.message(
        points,
        now + 30'000'000,
        point_cloud2(
            Wire::cdr, now, "lidar", fields, 16, floats({2, 0, 0, 0.F, 0, 3, 0, 0.05F}), 2));
    writer.message(chatter, now, RosMessage(Wire::cdr).text("hello").bytes());
  }
  writer.close();
}

}  // namespace

TEST_CASE("the five clouds of the ROS 1 bag of a real lidar") {
  SHARED_DATA_OR_SKIP(folder, "formats/ros1");
  const auto drive = open_drive(folder / "test.bag", {}, {}, {});
  if (!drive) FAIL(to_line(drive.error()));
  CHECK((*drive)->info().format == "rosbag1");
  REQUIRE((*drive)->frames().size() == 5);
  REQUIRE((*drive)->info().lidars.size() == 1);
  CHECK((*drive)->info().lidars[0].name == "luminar_pointcloud");
  for (int i = 0; i < 5; ++i) {
    const auto sweep = (*drive)->read_sweep(i, 0);
    if (!sweep) FAIL(to_line(sweep.error()));
    // The data's README: about 36,000 points each.
    CHECK(sweep->size() > 30'000);
    CHECK(sweep->size() < 40'000);
    const PointCloud& cloud = *sweep->pieces.front();
    CHECK(cloud.channel("intensity"));
    REQUIRE(cloud.channel("time"));
    // A sweep of this lidar takes a tenth of a second or two around its stamp.
    for (const float time : cloud.channel("time")->values)
      if (std::abs(time) > 1) FAIL("a time of " << time);
  }
  const auto& topics = (*drive)->info().topics;
  CHECK(topics.size() >= 3);
  for (const TopicInfo& topic : topics)
    if (topic.name == "/luminar_pointcloud") CHECK((topic.used && topic.messages == 5));
}

TEST_CASE("the two small ROS 2 recordings say that they hold no cloud, and what they hold") {
  SHARED_DATA_OR_SKIP(folder, "formats/ros2");
  for (const char* name : {"only_topics.mcap", "topics_and_services.db3"}) {
    const auto drive = open_drive(folder / name, {}, {}, {});
    REQUIRE_FALSE(drive);
    const std::string line = to_line(drive.error());
    INFO(line);
    CHECK(line.find("expected a topic of point clouds") != std::string::npos);
    CHECK(line.find("/rosout") != std::string::npos);
    CHECK(line.find(name) != std::string::npos);
  }
  // Named by their folder both are there to choose from.
  CHECK(find_drives(folder).drives.size() == 2);
}

TEST_CASE("an MCAP recording: frames, transforms, camera and times of its headers") {
  TempFolder folder;
  write_drive(folder / "drive.mcap", {});
  const auto opened = open_drive(folder / "drive.mcap", {}, {}, {});
  if (!opened) FAIL(to_line(opened.error()));
  const Drive& drive = **opened;
  REQUIRE(drive.frames().size() == 3);
  CHECK(drive.info().name == "drive");
  CHECK(drive.frames()[1].stamp.ns == kStart + 100'000'000);
  REQUIRE(drive.frames()[1].image(0));
  CHECK(drive.frames()[1].image(0)->stamp.ns == kStart + 105'000'000);
  CHECK(drive.info().cameras[0].name == "front");
  CHECK(drive.frames()[1].image(0)->file == "drive.mcap");

  // 10 m/s: a metre a frame, and half of one at half of a frame.
  REQUIRE(drive.info().poses);
  const auto pose = drive.world_from_ego(Stamp{kStart + 155'000'000});
  REQUIRE(pose);
  CHECK(pose->translation.x() == Approx(1.55));

  const auto sweep = drive.read_sweep(0, 0);
  REQUIRE(sweep);
  const Vec3 point = sweep->ego_from_points * sweep->pieces[0]->point(0);
  CHECK((point - Vec3(0, 2, 1.5)).norm() < 1e-6);  // (2, 0, 0) of a lidar turned to the left

  // Ten metres ahead of the camera, one to the left, one down: u = 1.5 − 100/10, v = 0.5 + 10.
  const Camera& camera = *drive.frames()[0].image(0)->calibration;
  const auto pixel = camera.project(camera.camera_from_ego * Vec3(11, 1, 0));
  REQUIRE(pixel);
  CHECK((*pixel - Vec2(-8.5, 10.5)).norm() < 1e-9);
  const auto image = drive.read_image(0, 0, 0);
  REQUIRE(image);
  CHECK(image->width == 4);
  CHECK(image->rgba[0] == 200);
  CHECK(image->rgba[4] == 0);

  CHECK(drive.ego_from("front_optical", -1));
  for (const TopicInfo& topic : drive.info().topics) {
    INFO(topic.name);
    CHECK(topic.used == (topic.name != "/chatter"));
    if (topic.name == "/tf") CHECK(topic.messages == 32);
  }
}

TEST_CASE("points with times are brought to their sweep's stamp, and shown as stored if asked") {
  TempFolder folder;
  write_drive(folder / "drive.mcap", {}, kXyzTime);
  const auto drive = open_drive(folder / "drive.mcap", {}, {}, {});
  REQUIRE(drive);
  CHECK((*drive)->info().lidars[0].compensated_here);
  CHECK(has_problem(**drive, "/lidar/points", "motion.lidar/points=stored"));
  const auto sweep = (*drive)->read_sweep(0, 0);
  REQUIRE(sweep);
  // Seen 0.05 s after the stamp, when the vehicle had driven half a metre along the lidar's −y: a
  // point (0, 3, 0) of the lidar stood at (0, 2.5, 0) of where it was at the stamp.
  CHECK((sweep->pieces[0]->point(1) - Vec3(0, 2.5, 0)).norm() < 0.006);  // steps of a millisecond
  Repairs repairs;
  REQUIRE(add_repair(repairs, "motion.lidar/points=stored"));
  const auto stored = open_drive(folder / "drive.mcap", {}, {}, repairs);
  REQUIRE(stored);
  CHECK(((*stored)->read_sweep(0, 0)->pieces[0]->point(1) - Vec3(0, 3, 0)).norm() < 1e-6);
}

TEST_CASE("what cannot be placed is left out and said: no transform, no calibration, a map") {
  TempFolder folder;
  McapWriter writer(folder / "drive.mcap");
  const auto near = writer.channel("/near", "sensor_msgs/msg/PointCloud2");
  const auto far = writer.channel("/far", "sensor_msgs/msg/PointCloud2");
  const auto map = writer.channel("/map", "sensor_msgs/msg/PointCloud2");
  const auto image = writer.channel("/front/image_raw", "sensor_msgs/msg/Image");
  const std::vector<std::byte> pixels(4, std::byte{0});
  for (int i = 0; i < 3; ++i) {
    const std::int64_t now = kStart + i * 100'000'000;
    const auto cloud = [&](const char* frame, std::initializer_list<float> values) {
      return point_cloud2(Wire::cdr,
                          now,
                          frame,
                          kXyz,
                          16,
                          floats(values),
                          static_cast<std::uint32_t>(values.size() / 4));
    };
    writer.message(near, now, cloud("near", {1, 2, 3, 4, 5, 6, 7, 8}));
    writer.message(far, now, cloud("far", {1, 2, 3, 4}));
    if (i == 0) writer.message(map, now, cloud("near", {1, 2, 3, 4}));
    writer.message(image, now, raw_image(Wire::cdr, now, "front", 2, 2, "mono8", 2, pixels));
  }
  writer.close();
  const auto drive = open_drive(folder / "drive.mcap", {}, {}, {});
  if (!drive) FAIL(to_line(drive.error()));
  REQUIRE((*drive)->info().lidars.size() == 1);
  CHECK((*drive)->info().lidars[0].name == "near");  // the larger clouds are the reference
  CHECK((*drive)->info().cameras.empty());
  CHECK_FALSE((*drive)->info().poses);
  CHECK(has_problem(**drive, "/far", "a transform from far to near"));
  CHECK(has_problem(**drive, "/map", "taken for a map"));
  CHECK(has_problem(**drive, "/front/image_raw", "a calibration (CameraInfo)"));
}
