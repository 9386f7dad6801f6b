#include <catch2/catch.hpp>
#include <cstring>

#include "core/drive/recording_cloud.hpp"
#include "core/drive/recording_image.hpp"
#include "core/drive/transform_tree.hpp"

using namespace sweepbox;

namespace {

constexpr std::int64_t kStamp = 1'700'000'000'500'000'000;

template <class Number>
void put(std::vector<std::byte>& bytes, std::size_t at, Number value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// Two points, the second 20 ms after the first, with the fields of a dialect after x, y, z.
struct TwoPoints {
  std::vector<std::byte> bytes = std::vector<std::byte>(64);
  CloudMessage message;

  explicit TwoPoints(std::vector<CloudField> more) {
    message.width = 2;
    message.height = 1;
    message.point_step = 32;
    message.row_step = 64;
    message.fields = {{"x", 0, FieldType::f32}, {"y", 4, FieldType::f32}, {"z", 8, FieldType::f32}};
    message.fields.insert(message.fields.end(), more.begin(), more.end());
    message.data = bytes;
  }

  std::vector<float> times() const {
    const auto read = recorded::cloud_of(message, kStamp);
    if (!read) FAIL(to_line(read.error()));
    REQUIRE(read->cloud.channel("time"));
    return read->cloud.channel("time")->values;
  }
};

ImageMessage image_of(std::string encoding, std::uint32_t width, std::vector<std::byte>& bytes) {
  ImageMessage image;
  image.encoding = std::move(encoding);
  image.width = width;
  image.height = 2;
  image.step = static_cast<std::uint32_t>(bytes.size() / 2);
  image.data = bytes;
  return image;
}

std::array<int, 3> pixel(const Image& image, std::size_t i) {
  return {image.rgba[4 * i], image.rgba[4 * i + 1], image.rgba[4 * i + 2]};
}

}  // namespace

TEST_CASE("point times of each dialect become seconds relative to the stamp") {
  TwoPoints ouster({{"t", 12, FieldType::u32}});
  put(ouster.bytes, 32 + 12, std::uint32_t{20'000'000});
  CHECK(ouster.times()[1] == Approx(0.02).epsilon(1e-6));
  CHECK(recorded::times_of(ouster.message) == recorded::PointTimes::relative);

  TwoPoints velodyne({{"time", 12, FieldType::f32}});
  put(velodyne.bytes, 12, -0.02F);
  CHECK(velodyne.times()[0] == Approx(-0.02).epsilon(1e-6));

  TwoPoints luminar({{"time_sec", 12, FieldType::u32}, {"time_nsec", 16, FieldType::u32}});
  for (const std::size_t point : {std::size_t{0}, std::size_t{1}}) {
    put(luminar.bytes, 32 * point + 12, std::uint32_t{1'700'000'000});
    put(luminar.bytes,
        32 * point + 16,
        std::uint32_t{500'000'000} + 20'000'000U * static_cast<unsigned>(point));
  }
  CHECK(luminar.times()[0] == Approx(0));
  CHECK(luminar.times()[1] == Approx(0.02).epsilon(1e-6));
  CHECK(recorded::times_of(luminar.message) == recorded::PointTimes::absolute);

  TwoPoints livox({{"offset_time", 12, FieldType::u32}});
  livox.message.time_base_ns = kStamp - 10'000'000;
  put(livox.bytes, 32 + 12, std::uint32_t{20'000'000});
  CHECK(livox.times()[1] == Approx(0.01).epsilon(1e-6));

  CHECK(recorded::times_of(TwoPoints({}).message) == recorded::PointTimes::none);
}

TEST_CASE("padded rows and big-endian numbers") {
  TwoPoints rows({});
  rows.message.width = 1;
  rows.message.height = 2;
  rows.message.point_step = 12;
  rows.message.row_step = 40;
  put(rows.bytes, 40, 3.5F);
  auto read = recorded::cloud_of(rows.message, 0);
  REQUIRE(read);
  REQUIRE(read->cloud.size() == 2);
  CHECK(read->cloud.x[1] == 3.5F);

  TwoPoints turned({});
  turned.message.big_endian = true;
  turned.bytes[32] = std::byte{0x40};  // 40 60 00 00 is 3.5
  turned.bytes[33] = std::byte{0x60};
  read = recorded::cloud_of(turned.message, 0);
  REQUIRE(read);
  CHECK(read->cloud.x[1] == 3.5F);
}

TEST_CASE("pixels of each encoding") {
  const auto of = [](std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
  };
  auto bytes = of({1, 2, 3, 9, 4, 5, 6, 9});  // a row of one pixel and a byte of padding
  CHECK(pixel(*recorded::pixels_of(image_of("bgr8", 1, bytes), 0), 1) == std::array{6, 5, 4});
  CHECK(pixel(*recorded::pixels_of(image_of("rgb8", 1, bytes), 0), 1) == std::array{4, 5, 6});
  CHECK(pixel(*recorded::pixels_of(image_of("mono8", 4, bytes), 0), 3) == std::array{9, 9, 9});
  CHECK(pixel(*recorded::pixels_of(image_of("mono16", 2, bytes), 0), 1) == std::array{9, 9, 9});
  auto grey = of({128, 235, 128, 16, 128, 235, 128, 16});  // uyvy: white and black of BT.601
  const auto yuv = recorded::pixels_of(image_of("yuv422", 2, grey), 0);
  CHECK(pixel(*yuv, 0) == std::array{255, 255, 255});
  CHECK(pixel(*yuv, 1) == std::array{0, 0, 0});
  auto mosaic = of({200, 100, 100, 50});  // red, green / green, blue
  CHECK(pixel(*recorded::pixels_of(image_of("bayer_rggb8", 2, mosaic), 0), 0) ==
        std::array{200, 100, 50});
  CHECK(recorded::pixels_of(image_of("mono8", 4, bytes), 2)->width == 2);
  CHECK_FALSE(recorded::pixels_of(image_of("rgb8", 2, bytes), 0));  // fewer bytes than pixels
  CHECK_FALSE(recorded::pixels_of(image_of("fancy", 1, bytes), 0));
}

TEST_CASE("calibrations of raw, rectified, binned and fisheye cameras") {
  CalibrationMessage message;
  message.width = 800;
  message.height = 600;
  message.model = "plumb_bob";
  message.d = {0.1, -0.2, 0.001, 0.002, 0.05};
  message.k = {500, 0, 400, 0, 510, 300, 0, 0, 1};
  message.r = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  message.p = {480, 0, 390, -48, 0, 490, 290, 0, 0, 0, 1, 0};
  const auto raw = recorded::calibrated(message, false, 800, 600);
  REQUIRE(raw);
  const auto& brown = std::get<BrownConrady>(raw->lens);
  CHECK(brown.fx == 500);
  CHECK(brown.k[2] == 0.05);  // k1 k2 p1 p2 k3
  CHECK(brown.p1 == 0.001);

  const auto rectified = recorded::calibrated(message, true, 800, 600);
  REQUIRE(rectified);
  CHECK(std::get<Pinhole>(rectified->lens).fy == 490);
  CHECK(rectified->camera_from_frame.translation.x() == Approx(-0.1));  // Tx / fx

  // Half as wide: pixel edges are halved, so cx = (400 + 0.5) / 2 − 0.5.
  message.binning_x = message.binning_y = 2;
  const auto binned = recorded::calibrated(message, false, 400, 300);
  REQUIRE(binned);
  CHECK(std::get<BrownConrady>(binned->lens).fx == 250);
  CHECK(std::get<BrownConrady>(binned->lens).cx == Approx(199.75));

  message.model = "equidistant";
  message.d = {0.01, 0.02, 0.03, 0.04};
  const auto fisheye = recorded::calibrated(message, false, 400, 300);
  REQUIRE(fisheye);
  CHECK(std::get<KannalaBrandt>(fisheye->lens).k[3] == 0.04);

  message.model = "fancy";
  CHECK_FALSE(recorded::calibrated(message, false, 400, 300));
  message.k[0] = 0;
  CHECK_FALSE(recorded::calibrated(message, false, 400, 300));
}

TEST_CASE("frames hang together over their common ancestor, and circles end") {
  TransformTree tree;
  const auto at = [](double x) { return Pose{Quat::Identity(), Vec3(x, 0, 0)}; };
  CHECK(tree.add("base", "lidar", {0}, at(1)));
  CHECK(tree.add("base", "camera", {0}, at(5)));
  CHECK(tree.add("odom", "base", {0}, at(0)));
  CHECK(tree.add("odom", "base", {kNsPerSecond}, at(10)));
  CHECK_FALSE(tree.add("map", "lidar", {0}, at(1)));  // it has a parent already
  CHECK_FALSE(tree.add("base", "base", {0}, at(1)));
  CHECK(tree.add("b", "a", {0}, at(1)));
  CHECK(tree.add("a", "b", {0}, at(1)));
  tree.finish();
  CHECK(tree.between_frames("camera", "lidar", {0})->translation.x() == Approx(-4));
  CHECK(tree.between_frames("odom", "lidar", {kNsPerSecond / 2})->translation.x() == Approx(6));
  CHECK(tree.between_frames("odom", "lidar", {9 * kNsPerSecond})->translation.x() == Approx(11));
  CHECK(tree.is_rigid("camera", "lidar"));
  CHECK_FALSE(tree.is_rigid("odom", "lidar"));
  CHECK_FALSE(tree.between_frames("odom", "a", {0}));
  CHECK_FALSE(tree.between_frames("odom", "nobody", {0}));
}
