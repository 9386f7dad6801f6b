#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"
#include "core/table/arrow.hpp"
#include "core/table/npy.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;

TEST_CASE("a sweep of Argoverse 2 has its points, rings and seconds") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const fs::path path = data / "sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede/sensors/lidar" /
                        "315966265259836000.feather";
  const auto read = read_cloud(path);
  REQUIRE(read);
  CHECK(read->problems.empty());
  const PointCloud& cloud = read->cloud;
  REQUIRE(cloud.size() == 99229);
  // The first row as pyarrow prints it.
  CHECK(cloud.x[0] == -1.537109375f);
  CHECK(cloud.y[0] == 3.060546875f);
  CHECK(cloud.z[0] == -0.322509765625f);
  REQUIRE(cloud.channel("intensity"));
  CHECK(cloud.channel("intensity")->values[0] == 10);
  REQUIRE(cloud.channel("ring"));
  CHECK(cloud.channel("ring")->values[0] == 31);
  REQUIRE(cloud.channel("time"));
  CHECK(cloud.channel("time")->values[0] == Approx(0.002654).epsilon(1e-6));
  CHECK(cloud.channel("time")->values[1] == Approx(0.002656303).epsilon(1e-6));
  CHECK_FALSE(read->time_base_s);
}

TEST_CASE("few nanoseconds stay nanoseconds where the name says so") {
  Table table;
  for (const char* name : {"x", "y", "z"}) table.columns.emplace_back(name, ColumnType::f32);
  table.columns.emplace_back("offset_ns", ColumnType::i32);
  for (int row = 0; row < 2; ++row)
    for (TableColumn& column : table.columns) column.add_number(row);
  table.columns[3].add_number(7);
  for (int axis = 0; axis < 3; ++axis) table.columns[static_cast<std::size_t>(axis)].add_null();
  const test::TempFolder folder;
  const auto written = write_arrow(table);
  REQUIRE(written);
  REQUIRE(write_file(folder / "few.feather", std::span<const std::byte>(*written)));
  const auto read = read_cloud(folder / "few.feather");
  REQUIRE(read);
  CHECK(read->cloud.channel("time")->values == std::vector<float>{0, 1e-9f});
  CHECK(read->cloud.size() == 2);  // the row without coordinates is left out
  REQUIRE(read->problems.size() == 1);
  CHECK(read->problems[0].where == "points");
}

TEST_CASE("plain arrays are named by what they hold, structured ones name themselves") {
  const test::TempFolder folder;
  const auto cloud_of = [&](const Table& table, NpyForm form, const CloudOptions& options = {}) {
    const auto written = write_npy(table, form);
    REQUIRE(written);
    REQUIRE(write_file(folder / "cloud.NPY", std::span<const std::byte>(*written)));
    return read_cloud(folder / "cloud.NPY", options);
  };
  Table table;
  for (const char* name : {"x", "y", "z", "i", "timestamp"})
    table.columns.emplace_back(name, ColumnType::i64);
  for (std::size_t i = 0; i < 5; ++i) {
    table.columns[i].add_number(static_cast<double>(i));
    table.columns[i].add_number(static_cast<double>(10 * i));
  }
  const auto named = cloud_of(table, NpyForm::structured);
  REQUIRE(named);
  CHECK(named->cloud.channel("intensity")->values == std::vector<float>{3, 30});
  CHECK(named->cloud.channel("time"));
  const auto plain = cloud_of(table, NpyForm::matrix);
  REQUIRE(plain);
  CHECK(plain->cloud.y == std::vector<float>{1, 10});
  CHECK(plain->cloud.channel("channel_4")->values == std::vector<float>{4, 40});
  const auto asked = cloud_of(table, NpyForm::matrix, {{"x", "y", "z", "_", "ring"}});
  REQUIRE(asked);
  CHECK(asked->cloud.channels.size() == 1);
  CHECK(asked->cloud.channel("ring"));
  table.columns.erase(table.columns.begin() + 2, table.columns.end());
  CHECK_FALSE(cloud_of(table, NpyForm::matrix));
}

TEST_CASE("a table of bits that would fill the memory as floats is refused") {
  // 12 million rows of seven columns of zeros: 84 MB of bytes that LZ4 makes 0.3 MB of, 336 MB as
  // floats; 256 MB and 64 times the file are less.
  Table table;
  const std::vector<std::byte> zeros(12'000'000);
  for (const char* name : {"x", "y", "z", "a", "b", "c", "d"}) {
    TableColumn column(name, ColumnType::u8);
    column.append_values(zeros, zeros.size(), {});
    table.columns.push_back(std::move(column));
  }
  table.packing = TablePacking::lz4;
  const auto file = write_arrow(table);
  REQUIRE(file);
  REQUIRE(file->size() < 1'200'000);
  const auto format = std::find_if(cloud_formats().begin(),
                                   cloud_formats().end(),
                                   [](const CloudFormat& one) { return one.name == "feather"; });
  const auto read = format->read(*file, {});
  REQUIRE_FALSE(read);
  CHECK(to_line(read.error()).find("bytes of points in a file of") != std::string::npos);
}

TEST_CASE("tables keep the millimetres of an origin and the colours") {
  PointCloud cloud;
  cloud.origin = Vec3(500'000, 5'400'000, 0);
  cloud.x = {0.001f, 1};
  cloud.y = {0.25f, 2};
  cloud.z = {0.5f, 3};
  cloud.rgb = {0x00FF8001u, 0x00000002u};
  cloud.channels = {{"ring", {5, 6}}};
  for (const CloudFormat& format : cloud_formats()) {
    if (format.name != "feather" && format.name != "npy") continue;
    INFO(format.name);
    const auto file = format.write(cloud);
    REQUIRE(file);
    const auto read = format.read(*file, {});
    REQUIRE(read);
    CHECK((read->cloud.point(0) - cloud.point(0)).norm() < 1e-6);
    CHECK((read->cloud.point(1) - cloud.point(1)).norm() < 1e-6);
    CHECK(read->cloud.rgb == cloud.rgb);
    CHECK(read->cloud.channel("ring")->values == std::vector<float>{5, 6});
  }
}
