#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/cloud/cloud_file.hpp"
#include "tests/core/cloud/counted_allocations.hpp"

// What reading a cloud may cost: memory that is asked for, and channels that nobody wants.

namespace sweepbox {
namespace {

const CloudFormat& format_named(std::string_view name) {
  for (const CloudFormat& format : cloud_formats())
    if (format.name == name) return format;
  FAIL("no format " << name);
  return cloud_formats()[0];
}

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{}.25 -{}.5 1e-3 {}\n", i, i, i % 64);
  return text;
}

std::string ply(int count) {
  return fmt::format(
             "ply\nformat ascii 1.0\nelement vertex {}\nproperty float x\nproperty float y\n"
             "property double z\nproperty uchar ring\nend_header\n",
             count) +
         lines(count);
}

std::string pcd(int count) {
  return fmt::format(
             "FIELDS x y z ring\nSIZE 4 4 8 1\nTYPE F F F U\nCOUNT 1 1 1 1\nPOINTS {}\n"
             "DATA ascii\n",
             count) +
         lines(count);
}

int allocations_of(std::string_view name, const std::string& file) {
  const CloudFormat& format = format_named(name);
  const int before = test::allocations();
  const auto read = format.read(std::as_bytes(std::span(file)), {});
  const int after = test::allocations();
  REQUIRE(read);
  CHECK(read->problems.empty());
  return after - before;
}

}  // namespace

TEST_CASE("Reading a text of ten thousand points asks for memory as often as one of ten") {
  CHECK(allocations_of("ply", ply(10'000)) == allocations_of("ply", ply(10)));
  CHECK(allocations_of("pcd", pcd(10'000)) == allocations_of("pcd", pcd(10)));
}

TEST_CASE("Every point of a long text keeps its own numbers") {
  constexpr int kPoints = 1000;
  for (const auto& [name, file] : {std::pair("ply", ply(kPoints)), {"pcd", pcd(kPoints)}}) {
    INFO(name);
    const auto read = format_named(name).read(std::as_bytes(std::span(file)), {});
    REQUIRE(read);
    REQUIRE(read->cloud.size() == kPoints);
    for (std::size_t i = 0; i < kPoints; ++i) {
      const auto number = static_cast<float>(i);
      REQUIRE(read->cloud.x[i] == number + 0.25f);
      REQUIRE(read->cloud.y[i] == -(number + 0.5f));
      REQUIRE(read->cloud.z[i] == 0.001f);
      REQUIRE(read->cloud.channel("ring")->values[i] == static_cast<float>(i % 64));
    }
    CHECK(read->cloud.bounds.min() == Eigen::Vector3f(0.25f, -999.5f, 0.001f));
    CHECK(read->cloud.bounds.max() == Eigen::Vector3f(999.25f, -0.5f, 0.001f));
  }
}

TEST_CASE("A text that promises more points than its bytes can hold takes no memory for them") {
  std::string file = ply(10);
  file.replace(file.find("vertex 10"), 9, "vertex 4000000000000");
  const auto read = format_named("ply").read(std::as_bytes(std::span(file)), {});
  REQUIRE(read);
  CHECK(read->cloud.size() == 10);
}

TEST_CASE("Points that are left out anywhere in a long cloud take their channels with them") {
  // Point i is (i, −i, i / 2) with ring i % 100 and colour i; every 700th and the last are not
  // finite.
  constexpr std::size_t kPoints = 5000;

  struct Point {
    float x, y, z;
    std::uint32_t rgb;
    float ring;
    double time;
  };

  const auto lost = [](std::size_t i) { return i % 700 == 699 || i == kPoints - 1; };
  std::string file =
      "FIELDS x y z rgb ring time\nSIZE 4 4 4 4 4 8\nTYPE F F F U F F\nCOUNT 1 1 1 1 1 1\n"
      "POINTS 5000\nDATA binary\n";
  for (std::size_t i = 0; i < kPoints; ++i) {
    const auto number = static_cast<float>(i);
    Point point{number,
                -number,
                number / 2,
                static_cast<std::uint32_t>(i),
                static_cast<float>(i % 100),
                1e9 + static_cast<double>(i) * 1e-5};
    if (lost(i)) (i % 2 ? point.y : point.z) = std::numeric_limits<float>::infinity();
    for (const auto& [bytes, size] : {std::pair<const void*, std::size_t>(&point.x, 12),
                                      {&point.rgb, 4},
                                      {&point.ring, 4},
                                      {&point.time, 8}})
      file.append(static_cast<const char*>(bytes), size);
  }
  const auto read = format_named("pcd").read(std::as_bytes(std::span(file)), {});
  REQUIRE(read);
  REQUIRE(read->problems.size() == 1);
  CHECK(english(read->problems[0].found) == "8 of 5000 points with NaN or infinity");
  const PointCloud& cloud = read->cloud;
  REQUIRE(cloud.size() == kPoints - 8);
  REQUIRE(cloud.rgb.size() == cloud.size());
  CHECK(read->time_base_s == 1e9);
  for (std::size_t i = 0, at = 0; i < kPoints; ++i) {
    if (lost(i)) continue;
    REQUIRE(cloud.x[at] == static_cast<float>(i));
    REQUIRE(cloud.y[at] == -static_cast<float>(i));
    REQUIRE(cloud.z[at] == static_cast<float>(i) / 2);
    REQUIRE(cloud.rgb[at] == i);
    REQUIRE(cloud.channel("ring")->values[at] == static_cast<float>(i % 100));
    REQUIRE(cloud.channel("time")->values[at] ==
            Approx(static_cast<double>(i) * 1e-5).margin(2.4e-7));
    ++at;
  }
  CHECK(cloud.bounds.min().y() == -4998);  // the last point is lost
  CHECK(cloud.bounds.max().x() == 4998);
}

TEST_CASE("Only the channels that are wanted are unpacked, whatever the format") {
  PointCloud cloud;
  cloud.x = {1, 2};
  cloud.y = {3, 4};
  cloud.z = {5, 6};
  cloud.channels = {{"intensity", {0.5f, 1}}, {"ring", {7, 8}}, {"time", {0, 0.5f}}};
  CloudOptions options;
  options.bin_channels = {"x", "y", "z", "intensity", "ring", "time"};
  for (const CloudFormat& format : cloud_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    const auto file = format.write(cloud);
    REQUIRE(file);
    options.channels = {"ring"};
    const auto ring = format.read(*file, options);
    REQUIRE(ring);
    CHECK(ring->cloud.z == cloud.z);
    REQUIRE(ring->cloud.channels.size() == 1);
    CHECK(ring->cloud.channels[0].name == "ring");
    CHECK(ring->cloud.channels[0].values == cloud.channels[1].values);
    options.channels.emplace();
    CHECK(format.read(*file, options)->cloud.channels.empty());
    options.channels.reset();
    CHECK(format.read(*file, options)->cloud.channels.size() == 3);
  }
}

TEST_CASE("Colours that nobody wants are not unpacked") {
  PointCloud cloud;
  cloud.x = cloud.y = cloud.z = {1};
  cloud.rgb = {0x00123456};
  const CloudFormat& format = format_named("pcd");
  const auto file = format.write(cloud);
  REQUIRE(file);
  CloudOptions options;
  options.channels = {"rgb"};
  CHECK(format.read(*file, options)->cloud.rgb == cloud.rgb);
  options.channels = {"ring"};
  CHECK(format.read(*file, options)->cloud.rgb.empty());
}

}  // namespace sweepbox
