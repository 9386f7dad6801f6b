#include "core/cloud/bin_layout.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/files.hpp"
#include "tests/support/shared_data.hpp"

using namespace sweepbox;

namespace {

using Names = std::vector<std::string>;

/// Points on rings around the sensor, as a spinning lidar sees a flat street with walls.
std::vector<float> rows(std::size_t points, std::initializer_list<float (*)(std::size_t)> rest) {
  std::vector<float> values;
  for (std::size_t i = 0; i < points; ++i) {
    const float angle = 0.01f * static_cast<float>(i);
    const float range = 6 + 25 * std::abs(std::sin(3.7f * angle));
    values.insert(values.end(),
                  {range * std::cos(angle),
                   range * std::sin(angle),
                   -1.7f + 0.1f * static_cast<float>(i % 7)});
    for (const auto& next : rest) values.push_back(next(i));
  }
  return values;
}

float intensity(std::size_t i) {
  return static_cast<float>(i * 37 % 256) / 255;
}

float ring(std::size_t i) {
  return static_cast<float>(i % 32);
}

float millis(std::size_t i) {
  return 1e-5f * static_cast<float>(i);
}

float decibels(std::size_t i) {
  return static_cast<float>(i * 11 % 40) - 20;
}

float speed(std::size_t i) {
  return static_cast<float>(i * 7 % 19) - 9;
}

float scan(std::size_t i) {
  return -static_cast<float>(i % 3);
}

std::vector<Names> guessed(const std::vector<float>& values) {
  std::vector<Names> result;
  for (const BinLayout& layout :
       guess_bin_channels(values.size() * sizeof(float), std::as_bytes(std::span(values))))
    result.push_back(layout.channels);
  return result;
}

}  // namespace

TEST_CASE("the width of a headerless cloud is found, whatever widths its size allows") {
  // 420 points of 3 to 7 floats: every size is a multiple of all the other widths.
  CHECK(guessed(rows(420, {})) == std::vector<Names>{{"x", "y", "z"}});
  CHECK(guessed(rows(420, {intensity})) == std::vector<Names>{{"x", "y", "z", "intensity"}});
  CHECK(guessed(rows(420, {intensity, ring})) ==
        std::vector<Names>{{"x", "y", "z", "intensity", "ring"}});
  CHECK(guessed(rows(420, {intensity, millis})) ==
        std::vector<Names>{{"x", "y", "z", "intensity", "time"}});
  CHECK(guessed(rows(420, {intensity, intensity, millis})) ==
        std::vector<Names>{{"x", "y", "z", "intensity", "elongation", "time"}});
  CHECK(guessed(rows(420, {decibels, speed, speed, scan})) ==
        std::vector<Names>{{"x", "y", "z", "rcs", "v_r", "v_r_compensated", "time"}});
}

TEST_CASE("a few points that fit two widths are given with both") {
  // Five rows of four numbers are four rows of five, all of them small and whole.
  const std::vector<float> values(20, 1);
  const auto layouts = guessed(values);
  CHECK(layouts.size() >= 2);
}

TEST_CASE("what is no cloud of a drive fits no width") {
  CHECK(guess_bin_channels(0, {}).empty());
  const std::vector<std::byte> noise(4096, std::byte{0xff});  // every float is NaN
  CHECK(guess_bin_channels(noise.size(), noise).empty());
  const std::vector<float> utm(420 * 4, 5'400'000);
  CHECK(guessed(utm).empty());
  CHECK(guess_bin_channels(17, std::as_bytes(std::span(utm))).empty());
}

TEST_CASE("real clouds have one width each: KITTI 4, nuScenes 5, View-of-Delft 4 and 7") {
  SHARED_DATA_OR_SKIP(data, "kitti_object");
  const fs::path root = data.parent_path();

  struct Case {
    fs::path folder;
    const char* extension;
    std::size_t width;
  };

  const Case cases[] = {{"kitti_object/training/velodyne", ".bin", 4},
                        {"kitti_tracking/training/velodyne/0000", ".bin", 4},
                        {"nuscenes/samples/LIDAR_TOP", ".bin", 5},
                        {"view_of_delft/lidar/training/velodyne", ".bin", 4},
                        {"view_of_delft/radar/training/velodyne", ".bin", 7}};
  for (const Case& one : cases)
    for (const fs::path& path : list_files(root / one.folder, {one.extension})) {
      INFO(path.string());
      const auto bytes = read_bytes(path);
      REQUIRE(bytes);
      for (const std::size_t most :
           {bytes->size(), std::min<std::size_t>(bytes->size(), 1 << 20)}) {
        const auto layouts = guess_bin_channels(bytes->size(), std::span(*bytes).first(most));
        REQUIRE(layouts.size() == 1);
        CHECK(layouts[0].channels.size() == one.width);
      }
    }
}
