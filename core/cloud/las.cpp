#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/cloud/las_header.hpp"

namespace sweepbox {
namespace {

using columns::Column;
using columns::Type;
using las::Header;

/// Where a point format has what.
struct Places {
  std::size_t scan_angle, user_data, source, classification;
  std::optional<std::size_t> time, rgb, nir;
};

Places places_of(int format) {
  Places places{16, 17, 18, 15, {}, {}, {}};
  if (format >= 6) {
    places = {18, 17, 20, 16, std::size_t{22}, {}, {}};
    if (format == 7 || format == 8 || format == 10) places.rgb = 30;
    if (format == 8 || format == 10) places.nir = 36;
    return places;
  }
  if (format == 1 || format >= 3) places.time = 20;
  if (format == 2) places.rgb = 20;
  if (format == 3 || format == 5) places.rgb = 28;
  return places;
}

template <class Number>
Number at(const std::byte* record, std::size_t place) {
  Number value;
  std::memcpy(&value, record + place, sizeof value);
  return value;
}

class LasReader {
 public:
  LasReader(const Header& header, std::span<const std::byte> file)
      : header_(header),
        first_(file.data() + header.begin),
        count_(static_cast<std::size_t>(
            std::min<std::uint64_t>(header.points, (file.size() - header.begin) / header.record))) {
    made_.reserve(kMostMade);
    bytes_.reserve(kMostMade);
  }

  std::size_t count() const { return count_; }

  Result<CloudRead> read() {
    const Places places = places_of(header_.format);
    add_coordinates();
    columns_.push_back({"intensity", Type::u16, first_ + 12, header_.record});
    add_bits(places);
    columns_.push_back({"user_data", Type::u8, first_ + places.user_data, header_.record});
    columns_.push_back({"point_source_id", Type::u16, first_ + places.source, header_.record});
    if (places.rgb) add_colors(*places.rgb);
    if (places.nir) columns_.push_back({"nir", Type::u16, first_ + *places.nir, header_.record});
    add_extra();
    auto read = columns::to_cloud(columns_, count_);
    if (read && places.time) add_time(*places.time, *read);
    return read;
  }

 private:
  // Coordinates, scan angle and scaled extra fields are doubles of their own; the bits bytes.
  static constexpr std::size_t kMostMade = 4 + 512;

  const std::byte* record(std::size_t i) const { return first_ + i * header_.record; }

  /// A column of numbers that are reckoned.
  template <class Value>
  void add_made(std::string name, Value value) {
    if (made_.size() == kMostMade) return;  // columns look into what must not move
    std::vector<double>& values = made_.emplace_back(count_);
    for (std::size_t i = 0; i < count_; ++i) values[i] = value(record(i));
    columns_.push_back({std::move(name),
                        Type::f64,
                        reinterpret_cast<const std::byte*>(values.data()),
                        sizeof(double)});
  }

  template <class Value>
  void add_byte(std::string name, Value value) {
    std::vector<std::byte>& values = bytes_.emplace_back(count_);
    for (std::size_t i = 0; i < count_; ++i) values[i] = static_cast<std::byte>(value(record(i)));
    columns_.push_back({std::move(name), Type::u8, values.data(), 1});
  }

  void add_coordinates() {
    for (int axis = 0; axis < 3; ++axis)
      add_made(std::string(1, static_cast<char>('x' + axis)), [&](const std::byte* point) {
        return at<std::int32_t>(point, 4 * static_cast<std::size_t>(axis)) * header_.scale[axis] +
               header_.offset[axis];
      });
  }

  /// What older formats pack into bits: returns, the class, the angle in whole degrees.
  void add_bits(const Places& places) {
    const bool wide = header_.format >= 6;
    const unsigned bits = wide ? 4 : 3, mask = (1u << bits) - 1;
    add_byte("return_number",
             [&](const std::byte* point) { return at<std::uint8_t>(point, 14) & mask; });
    add_byte("return_count",
             [&](const std::byte* point) { return at<std::uint8_t>(point, 14) >> bits & mask; });
    constexpr unsigned kClass = 31;  // the flags beside it are no class
    add_byte("classification", [&](const std::byte* point) {
      const unsigned value = at<std::uint8_t>(point, places.classification);
      return wide ? value : value & kClass;
    });
    if (wide)
      add_byte("scanner_channel",
               [](const std::byte* point) { return at<std::uint8_t>(point, 15) >> 4 & 3u; });
    constexpr double kStep = 0.006;  // degrees
    add_made("scan_angle", [&](const std::byte* point) {
      return wide ? at<std::int16_t>(point, places.scan_angle) * kStep
                  : 1.0 * at<std::int8_t>(point, places.scan_angle);
    });
  }

  /// Sixteen bits each; many writers use eight of them.
  void add_colors(std::size_t place) {
    static constexpr const char* kNames[] = {"red", "green", "blue"};
    std::uint16_t most = 0;
    for (std::size_t i = 0; i < count_; ++i)
      for (std::size_t part = 0; part < 3; ++part)
        most = std::max(most, at<std::uint16_t>(record(i), place + 2 * part));
    const Type type = most <= 255 ? Type::u8 : Type::u16;
    for (std::size_t part = 0; part < 3; ++part)
      columns_.push_back({kNames[part], type, first_ + place + 2 * part, header_.record});
  }

  void add_extra() {
    for (const las::ExtraField& field : header_.extra) {
      const Column stored{field.name, field.type, first_ + field.offset, header_.record};
      if (field.scale == 1 && field.shift == 0)
        columns_.push_back(stored);
      else
        add_made(field.name, [&](const std::byte* point) {
          const Column one{{}, field.type, point + field.offset, header_.record};
          return columns::value_at(one, 0) * field.scale + field.shift;
        });
    }
  }

  /// Always seconds, over hours where an aeroplane flew: nothing to be told from their size.
  void add_time(std::size_t place, CloudRead& read) const {
    if (count_ == 0 || read.cloud.size() != count_ || read.cloud.channel("time")) return;
    const double first = at<double>(first_, place);
    if (!std::isfinite(first)) return;
    Channel channel{"time", std::vector<float>(count_)};
    for (std::size_t i = 0; i < count_; ++i)
      channel.values[i] = static_cast<float>(at<double>(record(i), place) - first);
    read.time_base_s = header_.standard_gps_time ? first + 1e9 : first;
    read.cloud.channels.push_back(std::move(channel));
  }

  const Header& header_;
  const std::byte* first_;
  std::size_t count_;
  std::vector<Column> columns_;
  std::vector<std::vector<double>> made_;
  std::vector<std::vector<std::byte>> bytes_;
};

Result<CloudRead> read_las(std::span<const std::byte> file, const CloudOptions&) {
  auto header = las::read_header(file);
  if (!header) return tl::unexpected(header.error());
  LasReader reader(*header, file);
  if (reader.count() == 0 && header->points > 0)
    return fail({},
                "points",
                text("{} as the header says", header->points),
                "none that is whole",
                "take this file from the data set again");
  auto read = reader.read();
  if (!read) return read;
  for (Problem& problem : header->problems) read->problems.push_back(std::move(problem));
  if (reader.count() < header->points)
    read->problems.push_back({Severity::error,
                              {},
                              "points",
                              text("{} as the header says", header->points),
                              text("{}", reader.count()),
                              "the file is cut short: take it from the data set again"});
  return read;
}

}  // namespace

CloudFormat las_format() {
  return {"las",
          "LAS 1.0 to 1.4 (.las; compressed .laz is refused with the way out)",
          {".las", ".laz"},
          read_las,
          nullptr};
}

}  // namespace sweepbox
