#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

std::vector<std::byte> floats(std::initializer_list<float> values) {
  const auto bytes = std::as_bytes(std::span(values.begin(), values.size()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("every cloud format has a name, a title and an extension, and refuses an empty file") {
  for (const CloudFormat& format : cloud_formats()) {
    INFO(format.name);
    CHECK_FALSE(format.title.empty());
    REQUIRE_FALSE(format.extensions.empty());
    CHECK(format.extensions[0].front() == '.');
    CHECK_FALSE(format.read({}, {}));
  }
}

TEST_CASE("what a cloud format writes it reads again") {
  PointCloud cloud;
  cloud.x = {1, 2};
  cloud.y = {3, 4};
  cloud.z = {5, 6};
  cloud.channels = {{"intensity", {0.5f, 1}}};
  for (const CloudFormat& format : cloud_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    const auto file = format.write(cloud);
    REQUIRE(file);
    const auto again = format.read(*file, {});
    REQUIRE(again);
    CHECK(again->cloud.y == cloud.y);
    CHECK(again->cloud.channel("intensity")->values == cloud.channels[0].values);
  }
}

TEST_CASE("a truncated .bin gives its whole points and says where it was cut") {
  const test::TempFolder folder;
  auto bytes = floats({1, 2, 3, 0.5f, 4, 5, 6, 0.25f});
  bytes.resize(bytes.size() - 6);
  REQUIRE(write_file(folder / "cut.bin", bytes));
  const auto found = read_cloud(folder / "cut.bin");
  REQUIRE(found);
  CHECK(found->cloud.size() == 1);
  REQUIRE(found->problems.size() == 1);
  CHECK(found->problems[0].severity == Severity::error);
  CHECK(found->problems[0].where == "byte 16");
  bytes.resize(15);
  REQUIRE(write_file(folder / "nothing.bin", bytes));
  const auto nothing = read_cloud(folder / "nothing.bin");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().file == (folder / "nothing.bin").string());
}

TEST_CASE("a .bin with other channels is read by their names, padding skipped") {
  CloudOptions options;
  options.bin_channels = {"x", "y", "z", "i", "_", "laser_id"};
  const auto found = cloud_formats().back().read(floats({1, 2, 3, 4, 5, 6}), options);
  REQUIRE(found);
  REQUIRE(found->cloud.channels.size() == 2);
  CHECK(found->cloud.channel("intensity")->values[0] == 4);
  CHECK(found->cloud.channel("ring")->values[0] == 6);
  CHECK(found->cloud.channel("_") == nullptr);
}

TEST_CASE("NaN points of a .bin are dropped and counted in one problem") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto found =
      cloud_formats().back().read(floats({nan, 2, 3, 1, 4, 5, 6, 2, 7, nan, 9, 3}), CloudOptions());
  REQUIRE(found);
  CHECK(found->cloud.x == std::vector<float>{4});
  CHECK(found->cloud.channel("intensity")->values == std::vector<float>{2});
  REQUIRE(found->problems.size() == 1);
  CHECK(english(found->problems[0].found) == "2 of 3 points with NaN or infinity");
}

TEST_CASE("a cloud is told by its content where its name says nothing") {
  const test::TempFolder folder;
  REQUIRE(
      write_file(folder / "cloud.txt", "# .PCD v0.7\nFIELDS x y z\nPOINTS 1\nDATA ascii\n1 2 3\n"));
  REQUIRE(read_cloud(folder / "cloud.txt"));
  CHECK(read_cloud(folder / "cloud.txt")->cloud.size() == 1);
}

TEST_CASE("a PLY in ASCII is read with its byte colours and CloudCompare's names") {
  const std::string file =
      "ply\nformat ascii 1.0\ncomment made by hand\nelement vertex 2\nproperty double x\nproperty "
      "double y\n"
      "property double z\nproperty uchar red\nproperty uchar green\nproperty uchar blue\n"
      "property float scalar_Intensity\nelement face 0\nproperty list uchar int "
      "vertex_indices\nend_header\n"
      "1 2 3 255 0 16 0.5\n4 5 6 1 2 3 0.75\n";
  const CloudFormat& ply = cloud_formats()[1];
  const auto found = ply.read(std::as_bytes(std::span(file)), {});
  REQUIRE(found);
  CHECK(found->problems.empty());
  CHECK(found->cloud.x == std::vector<float>{1, 4});
  CHECK(found->cloud.rgb == std::vector<std::uint32_t>{0xFF0010, 0x010203});
  CHECK(found->cloud.channel("intensity")->values[1] == 0.75f);
}

TEST_CASE("a big-endian PLY is read in this machine's order") {
  std::string file =
      "ply\nformat binary_big_endian 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
      "property float z\nend_header\n";
  for (const float value : {1.f, -2.f, 0.5f}) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    for (int i = 3; i >= 0; --i) file += bytes[i];
  }
  const auto found = cloud_formats()[1].read(std::as_bytes(std::span(file)), {});
  REQUIRE(found);
  CHECK(found->cloud.y[0] == -2.f);
  CHECK_FALSE(cloud_formats()[1].read(std::as_bytes(std::span(file)).first(file.size() - 1), {}));
}

TEST_CASE("what stands before the points of a PLY is walked over, lists item by item") {
  const std::string body =
      "element vertex 1\nproperty double x\nproperty double y\nproperty double z\nend_header\n";
  const std::string faces =
      "element face 2\nproperty list uchar int vertex_indices\nproperty uchar flags\n";
  const auto bytes_of = [](const auto& values) { return std::as_bytes(std::span(values)); };
  const double point[] = {1, 5'400'000.25, 3};

  std::string text =
      "ply\nformat binary_little_endian 1.0\nelement camera 1\nproperty float f\n" + faces + body;
  std::vector<std::byte> file(bytes_of(text).begin(), bytes_of(text).end());
  const auto add = [&](std::initializer_list<int> values) {
    for (const int value : values) file.push_back(static_cast<std::byte>(value));
  };
  add({0, 0, 0, 0});                    // the camera
  add({2, 1, 0, 0, 0, 2, 0, 0, 0, 7});  // two indices and a flag
  add({0, 7});                          // none and a flag
  file.insert(file.end(), bytes_of(point).begin(), bytes_of(point).end());
  const auto& ply = *std::find_if(cloud_formats().begin(),
                                  cloud_formats().end(),
                                  [](const CloudFormat& one) { return one.name == "ply"; });
  const auto binary = ply.read(file, {});
  REQUIRE(binary);
  REQUIRE(binary->cloud.size() == 1);
  CHECK((binary->cloud.point(0) - Vec3(1, 5'400'000.25, 3)).norm() < 1e-6);
  for (std::size_t n = text.size(); n < file.size(); ++n)
    CHECK_FALSE(ply.read(std::span(file).first(n), {}));

  text = "ply\nformat ascii 1.0\n" + faces + body + "2 1 2 7\n\n0 7\n1 2.5 3\n";
  const auto ascii = ply.read(bytes_of(text), {});
  REQUIRE(ascii);
  REQUIRE(ascii->cloud.size() == 1);
  CHECK(ascii->cloud.y[0] == 2.5f);
}

TEST_CASE("real PLY files are read") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  const auto found = read_cloud(folder / "labelcloud/pointclouds/exemplary.ply");
  REQUIRE(found);
  CHECK(found->cloud.size() == 86357);  // data README
  CHECK(found->cloud.rgb.size() == 86357);
}

}  // namespace sweepbox
