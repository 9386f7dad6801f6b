#include <catch2/catch.hpp>
#include <cstring>

#include "core/base/files.hpp"
#include "core/cloud/cloud_file.hpp"
#include "tests/support/shared_data.hpp"

using namespace sweepbox;

namespace {

template <class Number>
void put(std::vector<std::byte>& file, std::size_t at, Number value) {
  std::memcpy(file.data() + at, &value, sizeof value);
}

/// A LAS file of that point format by the specification's tables: `points` zeroed records.
std::vector<std::byte> las_of(int minor,
                              int format,
                              std::size_t record,
                              std::uint32_t points,
                              const std::vector<std::byte>& vlr = {}) {
  const std::size_t header = minor == 4 ? 375 : minor == 3 ? 235 : 227;
  const std::size_t begin = header + vlr.size();
  std::vector<std::byte> file(begin + record * points);
  std::memcpy(file.data(), "LASF", 4);
  put(file, 24, std::uint8_t{1});
  put(file, 25, static_cast<std::uint8_t>(minor));
  put(file, 94, static_cast<std::uint16_t>(header));
  put(file, 96, static_cast<std::uint32_t>(begin));
  put(file, 100, std::uint32_t{vlr.empty() ? 0u : 1u});
  put(file, 104, static_cast<std::uint8_t>(format));
  put(file, 105, static_cast<std::uint16_t>(record));
  put(file, 107, points);
  for (std::size_t axis = 0; axis < 3; ++axis) put(file, 131 + 8 * axis, 0.001);
  put(file, 155, 500'000.0);
  put(file, 163, 5'400'000.0);
  std::copy(vlr.begin(), vlr.end(), file.begin() + static_cast<std::ptrdiff_t>(header));
  return file;
}

Result<CloudRead> read(const std::vector<std::byte>& file, const CloudOptions& options = {}) {
  for (const CloudFormat& format : cloud_formats())
    if (format.name == "las") return format.read(file, options);
  FAIL();
  return {};
}

float value(const CloudRead& read, const char* channel, std::size_t i) {
  REQUIRE(read.cloud.channel(channel));
  return read.cloud.channel(channel)->values[i];
}

double sum(const CloudRead& read, const char* channel) {
  REQUIRE(read.cloud.channel(channel));
  double total = 0;
  for (const float each : read.cloud.channel(channel)->values) total += each;
  return total;
}

}  // namespace

TEST_CASE("coordinates of a UTM zone keep the millimetre in every LAS format") {
  // Record lengths: LAS 1.4 R15, tables 7 to 17.
  const std::size_t records[] = {20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67};
  for (int format = 0; format <= 10; ++format) {
    INFO(format);
    const std::size_t record = records[format];
    auto file = las_of(format >= 6 ? 4 : format >= 4 ? 3 : 2, format, record, 2);
    const std::size_t second = file.size() - record;
    put(file, second, std::int32_t{1'234'567});
    put(file, second + 4, std::int32_t{-2'000'001});
    put(file, second + 8, std::int32_t{98'765});
    put(file, second + 12, std::uint16_t{40'000});
    const auto found = read(file);
    REQUIRE(found);
    REQUIRE(found->cloud.size() == 2);
    const Vec3 point = found->cloud.point(1);
    CHECK(point.x() == Approx(501'234.567).margin(5e-4));
    CHECK(point.y() == Approx(5'397'999.999).margin(5e-4));
    CHECK(point.z() == Approx(98.765).margin(5e-4));
    CHECK(value(*found, "intensity", 1) == 40'000);
    CHECK((found->cloud.channel("time") != nullptr) == (format == 1 || format >= 3));
    CHECK(found->cloud.rgb.size() ==
          (format == 2 || format == 3 || format == 5 || format == 7 || format == 8 || format == 10
               ? 2
               : 0));
  }
}

TEST_CASE("bits, angle, class, time and colours of LAS stand where the format says") {
  auto old = las_of(2, 3, 34, 1);
  std::size_t point = old.size() - 34;
  put(old, point + 14, std::uint8_t{0b01'011'010});  // return 2 of 3
  put(old, point + 15, std::uint8_t{0b100'00010});   // withheld, ground
  put(old, point + 16, std::int8_t{-12});
  put(old, point + 28, std::uint16_t{255 * 257});
  put(old, point + 32, std::uint16_t{128 * 257});
  const auto first = read(old);
  REQUIRE(first);
  CHECK(value(*first, "return_number", 0) == 2);
  CHECK(value(*first, "return_count", 0) == 3);
  CHECK(value(*first, "label", 0) == 2);
  CHECK(value(*first, "scan_angle", 0) == -12);
  CHECK(first->cloud.rgb[0] == 0xFF0080u);

  auto wide = las_of(4, 8, 40, 2);
  put(wide, 6, std::uint16_t{1});  // GPS seconds less 10⁹
  put(wide, 247, std::uint64_t{2});
  point = wide.size() - 40;
  put(wide, point + 14, std::uint8_t{0x51});          // return 1 of 5
  put(wide, point + 15, std::uint8_t{0b00'10'0000});  // channel 2
  put(wide, point + 16, std::uint8_t{64});
  put(wide, point + 18, std::int16_t{-1000});
  put(wide, point + 22 - 40, 1000.0);
  put(wide, point + 22, 1000.25);
  put(wide, point + 30, std::uint16_t{200});  // eight bits of sixteen
  put(wide, point + 36, std::uint16_t{7});
  const auto second = read(wide);
  REQUIRE(second);
  CHECK(value(*second, "return_number", 1) == 1);
  CHECK(value(*second, "return_count", 1) == 5);
  CHECK(value(*second, "scanner_channel", 1) == 2);
  CHECK(value(*second, "label", 1) == 64);
  CHECK(value(*second, "scan_angle", 1) == Approx(-6));
  CHECK(value(*second, "time", 1) == 0.25f);
  CHECK(second->time_base_s == 1e9 + 1000);
  CHECK(second->cloud.rgb[1] == 0xC80000u);
  CHECK(value(*second, "nir", 1) == 7);
}

TEST_CASE("Only the fields of a LAS file that are wanted are unpacked") {
  auto file = las_of(4, 8, 40, 2);
  put(file, file.size() - 40 + 22, 1000.25);
  put(file, file.size() - 40 + 15, std::uint8_t{0b00'10'0000});
  CloudOptions options;
  options.channels = {"time", "scanner_channel"};
  const auto some = read(file, options);
  REQUIRE(some);
  CHECK(some->cloud.rgb.empty());
  REQUIRE(some->cloud.channels.size() == 2);
  CHECK(value(*some, "scanner_channel", 1) == 2);
  CHECK(value(*some, "time", 1) == 1000.25f);
  CHECK(some->time_base_s == 0);
  options.channels = {"rgb"};
  const auto colors = read(file, options);
  REQUIRE(colors);
  CHECK(colors->cloud.rgb.size() == 2);
  CHECK(colors->cloud.channels.empty());
  CHECK_FALSE(colors->time_base_s);
}

TEST_CASE("Sixteen bits of a LAS colour are rounded to eight") {
  auto file = las_of(2, 2, 26, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t color = file.size() - 26 * (3 - i) + 20;
    put(file, color, static_cast<std::uint16_t>(65'535));
    put(file, color + 2, static_cast<std::uint16_t>(128 + i * 257));  // 0.498 + i
    put(file, color + 4, static_cast<std::uint16_t>(129 + i * 257));  // 0.502 + i
  }
  const auto found = read(file);
  REQUIRE(found);
  CHECK(found->cloud.rgb == std::vector<std::uint32_t>{0xFF0001, 0xFF0102, 0xFF0203});
}

TEST_CASE("extra bytes of LAS are channels, scaled where they say so") {
  std::vector<std::byte> vlr(54 + 2 * 192);
  std::memcpy(vlr.data() + 2, "LASF_Spec", 9);
  put(vlr, 18, std::uint16_t{4});
  put(vlr, 20, std::uint16_t{2 * 192});
  put(vlr, 54 + 2, std::uint8_t{4});  // int16
  put(vlr, 54 + 3, std::uint8_t{8 + 16});
  std::memcpy(vlr.data() + 54 + 4, "height", 6);
  put(vlr, 54 + 112, 0.01);
  put(vlr, 54 + 136, 100.0);
  put(vlr, 54 + 192 + 2, std::uint8_t{11});  // two uint8, the older form
  std::memcpy(vlr.data() + 54 + 192 + 4, "pair", 4);
  auto file = las_of(4, 6, 34, 1, vlr);
  put(file, file.size() - 4, std::int16_t{-250});
  put(file, file.size() - 2, std::uint8_t{3});
  put(file, file.size() - 1, std::uint8_t{4});
  const auto found = read(file);
  REQUIRE(found);
  CHECK(found->problems.empty());
  CHECK(value(*found, "height", 0) == Approx(97.5));
  CHECK(value(*found, "pair_0", 0) == 3);
  CHECK(value(*found, "pair_1", 0) == 4);
}

TEST_CASE("LAS files that lie are refused or read short") {
  const auto good = las_of(2, 1, 28, 3);
  for (std::size_t n = 0; n < good.size(); ++n) {
    const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
    if (const auto found = read(cut)) {
      CHECK(found->cloud.size() == (n - 227) / 28);
      CHECK(found->problems.size() == 1);
    }
  }
  auto file = good;
  put(file, 107, std::uint32_t{0xFFFFFFFF});
  REQUIRE(read(file));
  CHECK(read(file)->cloud.size() == 3);
  file = good;
  put(file, 105, std::uint16_t{27});
  CHECK_FALSE(read(file));
  file = good;
  put(file, 131, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(read(file));
  file = good;
  put(file, 104, std::uint8_t{11});
  CHECK_FALSE(read(file));
  file = good;
  put(file, 96, std::uint32_t{0xFFFFFF00});
  CHECK_FALSE(read(file));
}

TEST_CASE("a compressed LAS file is refused with what helps") {
  auto file = las_of(2, 3, 34, 1);
  put(file, 104, std::uint8_t{0x80 | 3});
  const auto found = read(file);
  REQUIRE_FALSE(found);
  CHECK(to_line(found.error()).find("LAZ") != std::string::npos);
  SHARED_DATA_OR_SKIP(data, "formats/las");
  const auto real = read_cloud(data / "simple.laz");
  REQUIRE_FALSE(real);
  CHECK(to_line(real.error()).find("LAZ") != std::string::npos);
}

TEST_CASE("laspy's own sample files are read as laspy reads them") {
  SHARED_DATA_OR_SKIP(data, "formats/las");
  // Every figure: laspy 2.
  const auto simple = read_cloud(data / "simple.las");
  REQUIRE(simple);
  REQUIRE(simple->cloud.size() == 1065);
  const auto close = [](const Vec3& a, double x, double y, double z) {
    return (a - Vec3(x, y, z)).cwiseAbs().maxCoeff() < 5e-4;
  };
  CHECK(close(simple->cloud.point(0), 637012.24, 849028.31, 431.66));
  CHECK(close(simple->cloud.point(1064), 637342.85, 853240.32, 423.92));
  CHECK(sum(*simple, "intensity") == 81361);
  CHECK(sum(*simple, "return_number") == 1236);
  CHECK(sum(*simple, "return_count") == 1432);
  CHECK(sum(*simple, "label") == 1341);
  CHECK(value(*simple, "scan_angle", 1) == -11);
  CHECK(value(*simple, "point_source_id", 0) == 7326);
  CHECK(*simple->time_base_s == Approx(245380.78254962614).epsilon(1e-15));
  CHECK(value(*simple, "time", 1064) == Approx(4392.41917));
  CHECK(simple->cloud.rgb[0] == (68u << 16 | 77u << 8 | 88u));

  const auto newer = read_cloud(data / "test1_4.las");
  REQUIRE(newer);
  REQUIRE(newer->cloud.size() == 1000);
  CHECK(close(newer->cloud.point(999), 1694291.6363326558, 1816493.0662305846, 5597.0896525375));
  CHECK(sum(*newer, "intensity") == 38007);
  CHECK(sum(*newer, "label") == 2000);
  CHECK(value(*newer, "scan_angle", 0) == Approx(3005 * 0.006));
  CHECK(*newer->time_base_s == Approx(1e9 + 83177420.534005).epsilon(1e-15));

  const auto extra = read_cloud(data / "extrabytes.las");
  REQUIRE(extra);
  CHECK(extra->problems.empty());
  CHECK(value(*extra, "Colors_1", 0) == 77);
  CHECK(value(*extra, "Colors_2", 1) == 68);
  CHECK(value(*extra, "Flags_1", 1) == 2);
  CHECK(value(*extra, "Time", 1) == 245381);
}
