#include "core/drive/recording_cloud.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/cloud/columns.hpp"

namespace sweepbox::recorded {
namespace {

columns::Type type_of(FieldType type) {
  switch (type) {
    case FieldType::i8:
      return columns::Type::i8;
    case FieldType::u8:
      return columns::Type::u8;
    case FieldType::i16:
      return columns::Type::i16;
    case FieldType::u16:
      return columns::Type::u16;
    case FieldType::i32:
      return columns::Type::i32;
    case FieldType::u32:
      return columns::Type::u32;
    case FieldType::f32:
      return columns::Type::f32;
    case FieldType::f64:
      return columns::Type::f64;
  }
  return columns::Type::f32;
}

const CloudField* field_named(const CloudMessage& message, std::string_view name) {
  for (const CloudField& field : message.fields)
    if (field.name == name) return &field;
  return nullptr;
}

/// Nanoseconds from the sweep's begin.
const CloudField* offset_field(const CloudMessage& message) {
  for (const char* name : {"t", "offset_time", "time_offset", "timeOffset"})
    if (const CloudField* field = field_named(message, name);
        field && (field->type == FieldType::u32 || field->type == FieldType::i32))
      return field;
  return nullptr;
}

struct SplitTime {
  const CloudField* seconds;
  const CloudField* ns;
};

/// Luminar's clock in two numbers.
std::optional<SplitTime> split_fields(const CloudMessage& message) {
  const CloudField* seconds = field_named(message, "time_sec");
  const CloudField* ns = field_named(message, "time_nsec");
  const auto whole = [](const CloudField* field) {
    return field && (field->type == FieldType::u32 || field->type == FieldType::i32);
  };
  if (!whole(seconds) || !whole(ns)) return std::nullopt;
  return SplitTime{seconds, ns};
}

/// Where the points of a message stand: one after the other, little-endian. Padded rows and
/// big-endian numbers are brought into that form in a copy.
class Points {
 public:
  explicit Points(const CloudMessage& message)
      : message_(message), count_(std::size_t{message.width} * message.height) {
    data_ = message.data.data();
    const std::size_t row = std::size_t{message.width} * message.point_step;
    const bool padded = message.height > 1 && message.row_step != row;
    if (count_ == 0 || (!padded && !message.big_endian)) return;
    copy_.resize(count_ * message.point_step);
    for (std::size_t i = 0; i < message.height; ++i) {
      const auto from = message.data.subspan(i * message.row_step);
      std::memcpy(copy_.data() + i * row, from.data(), std::min(row, from.size()));
    }
    if (message.big_endian) turn_round();
    data_ = copy_.data();
  }

  std::size_t count() const { return count_; }

  columns::Column column(const CloudField& field) const {
    return {field.name,
            type_of(field.type),
            data_ ? data_ + field.offset : nullptr,
            message_.point_step};
  }

  std::int64_t integer(const CloudField& field, std::size_t i) const {
    const std::byte* at = data_ + field.offset + i * message_.point_step;
    if (field.type == FieldType::u32) {
      std::uint32_t value;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    std::int32_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

 private:
  void turn_round() {
    // Fields that lie on each other would be turned twice: each byte range once.
    std::vector<std::pair<std::uint32_t, std::size_t>> ranges;
    for (const CloudField& field : message_.fields)
      ranges.emplace_back(field.offset, size_of(field.type));
    std::sort(ranges.begin(), ranges.end());
    ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
    for (std::size_t i = 0; i < count_; ++i)
      for (const auto& [offset, size] : ranges) {
        const auto begin =
            copy_.begin() + static_cast<std::ptrdiff_t>(i * message_.point_step + offset);
        std::reverse(begin, begin + static_cast<std::ptrdiff_t>(size));
      }
  }

  const CloudMessage& message_;
  std::size_t count_;
  const std::byte* data_ = nullptr;
  std::vector<std::byte> copy_;
};

/// Seconds relative to the stamp, where the units are known; empty elsewhere.
std::vector<float> known_times(const CloudMessage& message,
                               const Points& points,
                               std::int64_t stamp_ns) {
  std::vector<float> times;
  if (const auto split = split_fields(message)) {
    times.resize(points.count());
    for (std::size_t i = 0; i < times.size(); ++i) {
      const std::int64_t clock =
          points.integer(*split->seconds, i) * kNsPerSecond + points.integer(*split->ns, i);
      times[i] = static_cast<float>(static_cast<double>(clock - stamp_ns) * 1e-9);
    }
  } else if (const CloudField* offsets = offset_field(message)) {
    // Livox counts from its own time base; where that is another clock, it is the stamp's instant.
    std::int64_t behind = 0;
    const bool other_clock = __builtin_sub_overflow(message.time_base_ns, stamp_ns, &behind) ||
                             behind < -kNsPerSecond || behind > kNsPerSecond;
    const double first = other_clock ? 0.0 : static_cast<double>(behind) * 1e-9;
    times.resize(points.count());
    for (std::size_t i = 0; i < times.size(); ++i)
      times[i] =
          static_cast<float>(first + static_cast<double>(points.integer(*offsets, i)) * 1e-9);
  }
  return times;
}

}  // namespace

PointTimes times_of(const CloudMessage& message) {
  if (split_fields(message)) return PointTimes::absolute;
  if (offset_field(message)) return PointTimes::relative;
  for (const CloudField& field : message.fields)
    if (standard_channel_name(field.name) == "time")
      return field.type == FieldType::f64 ? PointTimes::absolute : PointTimes::relative;
  return PointTimes::none;
}

Result<CloudRead> cloud_of(const CloudMessage& message, std::int64_t stamp_ns) {
  const Points points(message);
  const std::vector<float> times = known_times(message, points, stamp_ns);
  const bool split = split_fields(message).has_value();
  std::vector<columns::Column> table;
  // Ours goes first: of two columns of one name the first counts.
  if (!times.empty()) {
    table.push_back({"known time",
                     columns::Type::f32,
                     reinterpret_cast<const std::byte*>(times.data()),
                     sizeof(float)});
  }
  for (const CloudField& field : message.fields) {
    const bool is_time = standard_channel_name(field.name) == "time" ||
                         (split && (field.name == "time_sec" || field.name == "time_nsec"));
    if (!times.empty() && (is_time || field.name == "timeOffset")) continue;
    table.push_back(points.column(field));
  }
  auto read = columns::to_cloud(table, points.count());
  if (!read) return read;
  for (Channel& channel : read->cloud.channels)
    if (channel.name == "known time") channel.name = "time";
  return read;
}

}  // namespace sweepbox::recorded
