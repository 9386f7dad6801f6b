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

/// The columns of a file. They look into its bytes and are unpacked where they are wanted.
class LasColumns {
 public:
  LasColumns(const Header& header, std::span<const std::byte> file, const CloudOptions& options)
      : header_(header),
        first_(file.data() + header.begin),
        count_(static_cast<std::size_t>(
            std::min<std::uint64_t>(header.points, (file.size() - header.begin) / header.record))),
        places_(places_of(header.format)) {
    for (int axis = 0; axis < 3; ++axis)
      add_scaled(std::string(1, static_cast<char>('x' + axis)),
                 Type::i32,
                 4 * static_cast<std::size_t>(axis),
                 header.scale[axis],
                 header.offset[axis]);
    add("intensity", Type::u16, 12);
    add_bits();
    add("user_data", Type::u8, places_.user_data);
    add("point_source_id", Type::u16, places_.source);
    if (places_.rgb && options.wants("rgb")) add_colors(*places_.rgb);
    if (places_.nir) add("nir", Type::u16, *places_.nir);
    for (const las::ExtraField& field : header.extra)
      add_scaled(field.name, field.type, field.offset, field.scale, field.shift);
    if (places_.time && options.wants("time")) add_time(*places_.time);
  }

  std::size_t count() const { return count_; }

  Result<CloudRead> cloud(const CloudOptions& options) const {
    CloudOptions with_time = options;
    if (with_time.channels) with_time.channels->push_back(kSeconds);
    auto read = columns::to_cloud(columns_, count_, with_time);
    if (!read || !first_time_) return read;
    for (Channel& channel : read->cloud.channels)
      if (channel.name == kSeconds) channel.name = "time";
    read->time_base_s = header_.standard_gps_time ? *first_time_ + 1e9 : *first_time_;
    return read;
  }

 private:
  /// Of a column of times that are seconds from the first point's already.
  static constexpr const char* kSeconds = "seconds from the first point";

  void add(std::string name, Type type, std::size_t place) {
    columns_.push_back({std::move(name), type, first_ + place, header_.record});
  }

  void add_scaled(std::string name, Type type, std::size_t place, double scale, double shift) {
    columns_.push_back({std::move(name), type, first_ + place, header_.record, scale, shift});
  }

  void add_part_of_byte(std::string name, std::size_t place, unsigned first_bit, unsigned bits) {
    columns_.push_back(
        {std::move(name), Type::u8, first_ + place, header_.record, 1, 0, first_bit, bits});
  }

  /// What older formats pack into bits: returns, the class, the angle in whole degrees.
  void add_bits() {
    const bool wide = header_.format >= 6;
    const unsigned bits = wide ? 4 : 3;
    add_part_of_byte("return_number", 14, 0, bits);
    add_part_of_byte("return_count", 14, bits, bits);
    // Of the older byte five bits are the class; the flags beside it are none.
    add_part_of_byte("classification", places_.classification, 0, wide ? 8 : 5);
    if (wide) add_part_of_byte("scanner_channel", 15, 4, 2);
    constexpr double kStep = 0.006;  // degrees
    if (wide)
      add_scaled("scan_angle", Type::i16, places_.scan_angle, kStep, 0);
    else
      add("scan_angle", Type::i8, places_.scan_angle);
  }

  /// Sixteen bits each; many writers use eight of them.
  void add_colors(std::size_t place) {
    constexpr unsigned kMostOfEight = 255;
    unsigned most = 0;
    for (std::size_t i = 0; i < count_ && most <= kMostOfEight; ++i)
      for (std::size_t part = 0; part < 3; ++part)
        most = std::max<unsigned>(most,
                                  at<std::uint16_t>(first_ + i * header_.record, place + 2 * part));
    const Type type = most <= kMostOfEight ? Type::u8 : Type::u16;
    static constexpr const char* kNames[] = {"red", "green", "blue"};
    for (std::size_t part = 0; part < 3; ++part) add(kNames[part], type, place + 2 * part);
  }

  /// Always seconds, over hours where an aeroplane flew: nothing to be told from their size. An
  /// extra field of that name goes first.
  void add_time(std::size_t place) {
    const bool known = std::any_of(columns_.begin(), columns_.end(), [](const Column& column) {
      return standard_channel_name(column.name) == "time";
    });
    if (known || count_ == 0) return;
    const double first = at<double>(first_, place);
    if (!std::isfinite(first)) return;
    first_time_ = first;
    add_scaled(kSeconds, Type::f64, place, 1, -first);
  }

  const Header& header_;
  const std::byte* first_;
  std::size_t count_;
  Places places_;
  std::optional<double> first_time_;
  std::vector<Column> columns_;
};

Result<CloudRead> read_las(std::span<const std::byte> file, const CloudOptions& options) {
  auto header = las::read_header(file);
  if (!header) return tl::unexpected(header.error());
  const LasColumns found(*header, file, options);
  if (found.count() == 0 && header->points > 0)
    return fail({},
                "points",
                text("{} as the header says", header->points),
                "none that is whole",
                "take this file from the data set again");
  auto read = found.cloud(options);
  if (!read) return read;
  for (Problem& problem : header->problems) read->problems.push_back(std::move(problem));
  if (found.count() < header->points)
    read->problems.push_back({Severity::error,
                              {},
                              "points",
                              text("{} as the header says", header->points),
                              text("{}", found.count()),
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
