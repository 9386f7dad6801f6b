#include <liblzf/lzf.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

const CloudFormat& pcd() {
  return cloud_formats()[0];
}

Result<CloudRead> read(std::span<const std::byte> file) {
  return pcd().read(file, {});
}

Result<CloudRead> read(std::string_view file) {
  return read(std::as_bytes(std::span(file)));
}

PointCloud three_points() {
  PointCloud cloud;
  cloud.x = {1, 2, 3};
  cloud.y = {-1.5f, 0, 8};
  cloud.z = {0.25f, -2, 100};
  cloud.channels = {{"intensity", {0, 0.5f, 1}}, {"ring", {0, 31, 63}}};
  cloud.rgb = {0x00FF0000, 0x00123456, 0x00FFFFFF};
  return cloud;
}

template <class Number>
void add(std::string& file, Number value) {
  file.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string packed(std::string header, const std::string& content) {
  std::string stream(content.size() * 2 + 64, '\0');
  const unsigned size = lzf_compress(content.data(),
                                     static_cast<unsigned>(content.size()),
                                     stream.data(),
                                     static_cast<unsigned>(stream.size()));
  REQUIRE(size > 0);
  add(header, static_cast<std::uint32_t>(size));
  add(header, static_cast<std::uint32_t>(content.size()));
  return header + stream.substr(0, size);
}

}  // namespace

TEST_CASE("a PCD that was written is read back bit by bit") {
  const PointCloud cloud = three_points();
  const auto file = pcd().write(cloud);
  REQUIRE(file);
  const auto again = read(*file);
  REQUIRE(again);
  CHECK(again->problems.empty());
  CHECK(again->cloud.x == cloud.x);
  CHECK(again->cloud.y == cloud.y);
  CHECK(again->cloud.z == cloud.z);
  CHECK(again->cloud.rgb == cloud.rgb);
  REQUIRE(again->cloud.channels.size() == 2);
  CHECK(again->cloud.channel("ring")->values == cloud.channels[1].values);
  CHECK(again->cloud.bounds.max().z() == 100);
}

TEST_CASE("every prefix of a good binary PCD file is refused or read short, none past its end") {
  const auto good = *pcd().write(three_points());
  int refused = 0, read_short = 0;
  for (std::size_t n = 0; n < good.size(); ++n) {
    const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
    const auto found = read(cut);  // own buffer, for ASan
    if (!found) {
      ++refused;
      continue;
    }
    ++read_short;
    REQUIRE(found->cloud.size() < 3);
    REQUIRE(found->problems.size() == 1);
    REQUIRE(found->problems[0].severity == Severity::error);
    REQUIRE(english(found->problems[0].expected) == "3 as the header says");
  }
  CHECK(read_short == 2 * 24);  // one or two whole points of 24 bytes, then a part of the next
  CHECK(refused == static_cast<int>(good.size()) - 48);
}

TEST_CASE(
    "a PCD header that lies about its count takes no memory and gives the points that are there") {
  const std::string header =
      "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 4000000000\nHEIGHT "
      "1000000\n"
      "POINTS 4000000000000000\nDATA ";
  std::string binary = header + "binary\n";
  for (const float value : {1.f, 2.f, 3.f}) add(binary, value);
  const auto found = read(binary);
  REQUIRE(found);
  CHECK(found->cloud.size() == 1);
  REQUIRE(found->problems.size() == 1);
  CHECK(english(found->problems[0].found) == "1");

  const auto ascii = read(header + "ascii\n1 2 3\n");
  REQUIRE(ascii);
  CHECK(ascii->cloud.size() == 1);

  std::string compressed = header + "binary_compressed\n";
  add(compressed, std::uint32_t{3});
  add(compressed, std::uint32_t{0xFFFFFFFF});
  CHECK_FALSE(read(compressed + "abc"));
}

TEST_CASE(
    "a PCD with negative, absurd or unequal header values is refused with the line or field") {
  CHECK(read("FIELDS x y z\nPOINTS -1\nDATA ascii\n").error().where == "line 2, POINTS");
  CHECK(read("FIELDS x y z\nSIZE 4 4\nPOINTS 1\nDATA ascii\n1 2 3\n").error().where ==
        "SIZE, TYPE, COUNT");
  CHECK_FALSE(read("FIELDS x y z\nSIZE 4 3 4\nPOINTS 1\nDATA ascii\n1 2 3\n"));
  CHECK_FALSE(read("FIELDS x y z\nCOUNT 1 99999999999 1\nPOINTS 1\nDATA binary\n1 2 3\n"));
  CHECK_FALSE(read("FIELDS x y z\nPOINTS 1\nDATA zipped\n1 2 3\n"));
  CHECK(english(read("FIELDS a b\nPOINTS 1\nDATA ascii\n1 2\n").error().expected) == "x, y and z");
}

TEST_CASE(
    "old and foreign PCD headers are read: no SIZE, TYPE, COUNT, WIDTH or POINTS, COLUMNS, CRLF") {
  const auto found = read(
      "# .PCD v.5 - old\r\nVERSION .5\r\nCOLUMNS x y z\r\nDATA ascii\r\n1 2 3\r\n-4 5.5 6e-1\r\n");
  REQUIRE(found);
  CHECK(found->problems.empty());
  REQUIRE(found->cloud.size() == 2);
  CHECK(found->cloud.x[1] == -4.f);
  CHECK(found->cloud.z[1] == 0.6f);
}

TEST_CASE("padding in a binary PCD is skipped, counted right or as PCL miscounts it") {
  // The struct: float x y z at 0 4 8, intensity at 16, double timestamp at 24, uint16 ring at 32,
  // 48 bytes in all. The second line of counts is that of SUSTechPOINTS' example.
  for (const std::string counts : {"1 1 1 4 1 4 1 1 14", "1 1 1 4 1 0 1 6 1 12"}) {
    const bool right = counts.ends_with("14");
    std::string file =
        right ? "FIELDS x y z _ intensity _ timestamp ring _\nSIZE 4 4 4 1 4 1 8 2 1\n"
                "TYPE F F F U F U F U U\nCOUNT "
              : "FIELDS x y z _ intensity _ timestamp _ ring _\nSIZE 4 4 4 1 4 1 8 1 2 1\n"
                "TYPE F F F U F U F U U U\nCOUNT ";
    file += counts + "\nPOINTS 2\nDATA binary\n";
    for (const double moment : {1569000000.0, 1569000000.1}) {
      for (const float value : {1.f, 2.f, 3.f}) add(file, value);
      add(file, std::uint32_t{0xDEADBEEF});
      add(file, 42.f);
      add(file, std::uint32_t{0xDEADBEEF});
      add(file, moment);
      add(file, std::uint16_t{17});
      file += "fourteen bytes";
    }
    const auto found = read(file);
    REQUIRE(found);
    CHECK(found->problems.empty());
    const PointCloud& cloud = found->cloud;
    REQUIRE(cloud.size() == 2);
    REQUIRE(cloud.channels.size() == 3);
    CHECK(cloud.channel("intensity")->values[1] == 42.f);
    CHECK(cloud.channel("ring")->values[1] == 17.f);
    CHECK(found->time_base_s == 1569000000.0);
    CHECK(cloud.channel("time")->values[0] == 0.f);
    // A double of 1.6e9 steps by 2.4e-7.
    CHECK(cloud.channel("time")->values[1] == Approx(0.1).margin(5e-7));
  }
}

TEST_CASE("a compressed PCD is read column by column, with its padding dropped or kept") {
  const std::string header =
      "FIELDS x y z _ ring\nSIZE 4 4 4 1 2\nTYPE F F F U U\nCOUNT 1 1 1 3 1\nPOINTS 2\n"
      "DATA binary_compressed\n";
  std::string axes, rings;
  for (const float value : {1.f, 2.f, 3.f, 4.f, 5.f, 6.f}) add(axes, value);
  for (const int value : {7, 8}) add(rings, static_cast<std::uint16_t>(value));
  for (const std::string& content : {axes + rings, axes + "abcabc" + rings}) {
    const auto found = read(packed(header, content));
    REQUIRE(found);
    CHECK(found->problems.empty());
    REQUIRE(found->cloud.size() == 2);
    CHECK(found->cloud.x == std::vector<float>{1, 2});
    CHECK(found->cloud.z == std::vector<float>{5, 6});
    CHECK(found->cloud.channel("ring")->values == std::vector<float>{7, 8});
  }
}

TEST_CASE("a compressed PCD that unpacks to more than its size explains is refused by its header") {
  // LZF makes at most 88 bytes of one; as a cloud each of these bytes is a float of four.
  std::string header =
      "FIELDS x y z a b c d\nSIZE 4 4 4 1 1 1 1\nTYPE F F F U U U U\n"
      "COUNT 1 1 1 1 1 1 1\nPOINTS 0\nDATA binary_compressed\n";
  const std::uint32_t packed_size = 4'000'000, full = 240'000'000;  // 15 million points
  add(header, packed_size);
  add(header, full);
  const auto found = read(header + std::string(packed_size, '\0'));
  REQUIRE_FALSE(found);
  // 256 MB and 64 times 4,000,008; 240 MB of bytes and 15 million times seven floats.
  CHECK(to_line(found.error()) ==
        "compressed points: expected at most 512000512 bytes of points in a file of 4000008, found "
        "660000000; take this file from the data set again");
}

TEST_CASE("every prefix of a compressed PCD is refused") {
  std::string content;
  for (int i = 0; i < 300; ++i) add(content, static_cast<float>(i / 10));
  const std::string good = packed("FIELDS x y z\nPOINTS 100\nDATA binary_compressed\n", content);
  REQUIRE(read(good)->cloud.size() == 100);
  for (std::size_t n = 0; n < good.size(); ++n)
    if (read(std::string(good, 0, n))) FAIL("a prefix of " << n << " bytes was read");
}

TEST_CASE(
    "NaN and infinite points of a PCD are dropped and counted, channels stay with their points") {
  const auto found = read(
      "FIELDS x y z intensity\nPOINTS 4\nDATA ascii\n1 1 1 10\nnan nan nan 20\n3 3 3 30\n4 inf 4 "
      "40\n");
  REQUIRE(found);
  CHECK(found->cloud.x == std::vector<float>{1, 3});
  CHECK(found->cloud.channel("intensity")->values == std::vector<float>{10, 30});
  REQUIRE(found->problems.size() == 1);
  CHECK(english(found->problems[0].found) == "2 of 4 points with NaN or infinity");
}

TEST_CASE("a broken line of an ASCII PCD ends the reading and is named") {
  const auto found = read("FIELDS x y z\nPOINTS 3\nDATA ascii\n1 1 1\n2 2\n3 3 3\n");
  REQUIRE(found);
  CHECK(found->cloud.size() == 1);
  REQUIRE(found->problems.size() == 2);
  CHECK(found->problems[1].where == "line 2 of the points");
}

TEST_CASE("skipped numbers of an ASCII PCD take no memory, however many its header claims") {
  const auto found =
      read("FIELDS x _ y hist z\nCOUNT 1 2 1 9 1\nDATA ascii\n1 0 0 2 1 2 3 4 5 6 7 8 9 3\n");
  REQUIRE(found);
  REQUIRE(found->cloud.size() == 1);
  CHECK(found->cloud.point(0) == Vec3(1, 2, 3));
  std::string fields = "FIELDS x y z", counts = "COUNT 1 1 1";
  for (int i = 0; i < 100; ++i) {  // once 7 GB
    fields += " _";
    counts += " 1048576";
  }
  CHECK_FALSE(read(fields + "\n" + counts + "\nPOINTS 1\nDATA ascii\n1 2 3\n"));
}

TEST_CASE("colours of a PCD are the bits of their field, in text as float or whole number") {
  // 0x00123456 = 1193046; as the bits of a float it is 1.6718135e-39 (denormal).
  for (const std::string color : {"1193046", "1.6718135e-39"}) {
    const auto found = read("FIELDS x y z rgb\nPOINTS 1\nDATA ascii\n1 2 3 " + color + "\n");
    REQUIRE(found);
    CHECK(found->cloud.rgb == std::vector<std::uint32_t>{0x00123456});
    CHECK(found->cloud.channels.empty());
  }
}

TEST_CASE("coordinates in double keep their millimetres by an origin of their own") {
  std::string file = "FIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\nPOINTS 2\nDATA binary\n";
  for (const double value : {448262.1234, 5411938.4321, 12.5, 448263.5678, 5411938.9876, 12.25})
    add(file, value);
  const auto found = read(file);
  REQUIRE(found);
  CHECK(found->cloud.origin.y() == 5411938);
  CHECK(found->cloud.point(1).x() == Approx(448263.5678).margin(1e-6).epsilon(0));
  CHECK(found->cloud.point(1).y() == Approx(5411938.9876).margin(1e-6).epsilon(0));
  CHECK_FALSE(pcd().write(found->cloud));  // float32 would lose them again
}

TEST_CASE("point times become seconds, whatever their unit") {
  const std::string header = "FIELDS x y z t\nSIZE 4 4 4 4\nTYPE F F F U\nPOINTS 2\nDATA ascii\n";
  const auto nanoseconds = read(header + "1 1 1 0\n1 1 1 100000000\n");
  REQUIRE(nanoseconds);
  CHECK(nanoseconds->cloud.channel("time")->values[1] == Approx(0.1));
  CHECK_FALSE(nanoseconds->time_base_s);
  const auto microseconds = read(header + "1 1 1 0\n1 1 1 100000\n");
  CHECK(microseconds->cloud.channel("time")->values[1] == Approx(0.1));
  const auto milliseconds = read("FIELDS x y z t\nPOINTS 2\nDATA ascii\n1 1 1 -50\n1 1 1 50\n");
  CHECK(milliseconds->cloud.channel("time")->values[0] == Approx(-0.05));
  const auto seconds = read("FIELDS x y z t\nPOINTS 2\nDATA ascii\n1 1 1 -0.05\n1 1 1 0.05\n");
  CHECK(seconds->cloud.channel("time")->values[0] == Approx(-0.05));
  std::string file = "FIELDS x y z timestamp\nSIZE 4 4 4 8\nTYPE F F F U\nPOINTS 2\nDATA binary\n";
  for (const std::uint64_t moment : {1569000000000000000u, 1569000000000000500u}) {
    for (const float value : {1.f, 2.f, 3.f}) add(file, value);
    add(file, moment);
  }
  const auto clock = read(file);
  REQUIRE(clock);
  CHECK(clock->cloud.channel("time")->values[1] == Approx(5e-7));
  CHECK(clock->time_base_s == 1569000000.0);
}

TEST_CASE("a packed PCD of bytes, shorts and floats is read, whatever stands behind its points") {
  // nuScenes' radar: nothing is aligned, and a stray byte follows.
  std::string file =
      "VERSION 0.7\nFIELDS x y z dyn_prop id rcs\nSIZE 4 4 4 1 2 4\nTYPE F F F I I F\n"
      "COUNT 1 1 1 1 1 1\nWIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA binary\n";
  for (const float x : {1.f, 2.f}) {
    for (const float value : {x, -x, 0.f}) add(file, value);
    add(file, std::int8_t{-3});
    add(file, static_cast<std::int16_t>(-300 * static_cast<int>(x)));
    add(file, x / 2);
  }
  file += '\0';
  const auto found = read(file);
  REQUIRE(found);
  CHECK(found->problems.empty());
  REQUIRE(found->cloud.size() == 2);
  CHECK(found->cloud.y[1] == -2);
  CHECK(found->cloud.channel("dyn_prop")->values[1] == -3);
  CHECK(found->cloud.channel("id")->values[1] == -600);
  CHECK(found->cloud.channel("rcs")->values[1] == 1);
}

TEST_CASE("PCL's own sample files are read") {
  SHARED_DATA_OR_SKIP(folder, "formats/pcl");
  const std::pair<const char*, std::size_t> files[] = {
      // The points that each header names; it was looked at with a text viewer.
      {"bun0.pcd", 397},
      {"car6.pcd", 10031},
      {"colored_cloud.pcd", 1000},
      {"milk_color.pcd", 13704},
      {"nhood_test.pcd", 36},
      {"octants.pcd", 8},
      {"office1_keypoints.pcd", 1318}};
  for (const auto& [name, points] : files) {
    INFO(name);
    const auto found = read_cloud(folder / name);
    REQUIRE(found);
    std::size_t dropped = 0;
    for (const Problem& problem : found->problems)
      if (problem.where == "points") dropped = std::stoul(english(problem.found));
    CHECK(found->cloud.size() + dropped == points);
    for (const Problem& problem : found->problems) CHECK(problem.severity != Severity::error);
  }
  CHECK(read_cloud(folder / "milk_color.pcd")->cloud.rgb.size() == 13704);
  CHECK(read_cloud(folder / "colored_cloud.pcd")->cloud.rgb.size() == 1000);
  CHECK(read_cloud(folder / "octants.pcd")->cloud.x[0] == -9.f);
}

TEST_CASE("the padded PCD of SUSTechPOINTS is read with intensity, ring and relative times") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const auto found = read_cloud(folder / "example/lidar/000950.pcd");
  REQUIRE(found);
  CHECK(found->problems.empty());  // data README: no NaN
  CHECK(found->cloud.size() == 68242);
  REQUIRE(found->cloud.channel("ring"));
  CHECK(found->cloud.channel("ring")->values[5] == 5);  // the first points are rings 0 1 2 3 4 5
  REQUIRE(found->time_base_s);
  // The first eight bytes at 24 of the first point, read with Python: seconds since the machine's
  // start.
  CHECK(*found->time_base_s == Approx(1818.81074464).epsilon(0).margin(1e-8));
  for (const float time : found->cloud.channel("time")->values)
    if (std::abs(time) > 0.2f) FAIL("a point is " << time << " s from the first");
}

}  // namespace sweepbox
