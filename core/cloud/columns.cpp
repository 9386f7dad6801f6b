#include "core/cloud/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sweepbox::columns {
namespace {

/// Calls with a value of the column's number type.
template <class Function>
auto with_type(Type type, Function function) {
  switch (type) {
    case Type::f32:
      return function(float{});
    case Type::f64:
      return function(double{});
    case Type::i8:
      return function(std::int8_t{});
    case Type::i16:
      return function(std::int16_t{});
    case Type::i32:
      return function(std::int32_t{});
    case Type::i64:
      return function(std::int64_t{});
    case Type::u8:
      return function(std::uint8_t{});
    case Type::u16:
      return function(std::uint16_t{});
    case Type::u32:
      return function(std::uint32_t{});
    case Type::u64:
      return function(std::uint64_t{});
  }
  return function(float{});
}

template <class Number>
Number number_at(const Column& column, std::size_t i) {
  Number value;
  std::memcpy(&value, column.data + i * column.stride, sizeof value);  // files align nothing
  return value;
}

}  // namespace

double value_at(const Column& column, std::size_t i) {
  return with_type(column.type, [&]<class Number>(Number) {
    return static_cast<double>(number_at<Number>(column, i));
  });
}

namespace {

const Column* find(std::span<const Column> columns, std::string_view name) {
  const auto found = std::find_if(
      columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

/// Beyond this, neighbouring floats are more than half a millimetre apart.
constexpr double kFarForFloat = 4096;

/// Whole metres near the first finite point where floats would lose millimetres, else zero.
Vec3 origin_of(const std::array<const Column*, 3>& axes, std::size_t count) {
  const bool holds_more_than_float = std::any_of(
      axes.begin(), axes.end(), [](const Column* axis) { return axis->type != Type::f32; });
  if (!holds_more_than_float) return Vec3::Zero();
  for (std::size_t i = 0; i < count; ++i) {
    const Vec3 point(value_at(*axes[0], i), value_at(*axes[1], i), value_at(*axes[2], i));
    if (!point.allFinite()) continue;
    if (point.cwiseAbs().maxCoeff() < kFarForFloat) return Vec3::Zero();
    return point.array().round();
  }
  return Vec3::Zero();
}

std::vector<float> axis_values(const Column& column, std::size_t count, double origin) {
  std::vector<float> values(count);
  with_type(column.type, [&]<class Number>(Number) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<float>(static_cast<double>(number_at<Number>(column, i)) - origin);
    }
  });
  return values;
}

/// Which points are kept: indices, or nothing where all are (the usual case copies no index).
struct Kept {
  std::size_t count = 0;
  std::vector<std::uint32_t> indices;
  bool all = true;

  std::size_t operator[](std::size_t i) const { return all ? i : indices[i]; }
};

Kept finite_points(const PointCloud& cloud) {
  Kept kept;
  kept.count = cloud.size();
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    const bool finite =
        std::isfinite(cloud.x[i]) && std::isfinite(cloud.y[i]) && std::isfinite(cloud.z[i]);
    if (finite == kept.all && finite) continue;
    if (kept.all) {
      kept.all = false;
      for (std::size_t before = 0; before < i; ++before)
        kept.indices.push_back(static_cast<std::uint32_t>(before));
    }
    if (finite) kept.indices.push_back(static_cast<std::uint32_t>(i));
  }
  if (!kept.all) kept.count = kept.indices.size();
  return kept;
}

void keep(std::vector<float>& values, const Kept& kept) {
  if (kept.all) return;
  for (std::size_t i = 0; i < kept.count; ++i) values[i] = values[kept.indices[i]];
  values.resize(kept.count);
}

Channel channel_of(const Column& column, std::string name, const Kept& kept) {
  Channel channel{std::move(name), std::vector<float>(kept.count)};
  with_type(column.type, [&]<class Number>(Number) {
    for (std::size_t i = 0; i < kept.count; ++i)
      channel.values[i] = static_cast<float>(number_at<Number>(column, kept[i]));
  });
  return channel;
}

/// Seconds in one unit of an absolute clock, told by the size of its numbers (2001 … 2286).
double unit_of_clock(double value) {
  const double size = std::abs(value);
  if (size >= 1e17) return 1e-9;
  if (size >= 1e14) return 1e-6;
  if (size >= 1e11) return 1e-3;
  return 1;
}

/// Seconds in one unit of times that count from the sweep's start, told by their span: a sweep
/// lasts 0.02 … 1 s. Integers are never seconds.
double unit_of_offsets(double span, bool integers) {
  if (span > 2e6) return 1e-9;
  if (span > 2e3) return 1e-6;
  if (span > 10 || integers) return 1e-3;
  return 1;
}

/// value − first. Subtracted as integers where they are: nanoseconds since 1970 are finer than
/// double.
template <class Number>
double difference(Number value, Number first) {
  if constexpr (std::is_integral_v<Number>)
    return static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) -
                                                         static_cast<std::uint64_t>(first)));
  else
    return static_cast<double>(value) - static_cast<double>(first);
}

/// Fills the channel `time` and the base that was taken from absolute times. Those are told by
/// lying close together and far from zero: some clocks count from when the machine was switched on.
template <class Number>
void add_times(const Column& column, const Kept& kept, CloudRead& read) {
  constexpr bool kIntegers = std::is_integral_v<Number>;
  constexpr double kLongest = 10;  // s; no sweep lasts longer
  const auto time_of = [&](std::size_t i) { return number_at<Number>(column, kept[i]); };
  const Number first = kept.count > 0 ? time_of(0) : Number{};
  const double clock = static_cast<double>(first);
  const double clock_unit = unit_of_clock(clock);
  double span = 0;
  std::size_t near = 0;
  for (std::size_t i = 0; i < kept.count; ++i) {
    span = std::max(span, std::abs(static_cast<double>(time_of(i))));
    near += std::abs(difference(time_of(i), first)) * clock_unit <= kLongest;
  }
  // Half is enough: points without a return may have no time either.
  const bool absolute =
      std::isfinite(clock) && std::abs(clock) * clock_unit > kLongest && near * 2 > kept.count;
  const double unit = absolute ? clock_unit : unit_of_offsets(span, kIntegers);
  Channel channel{"time", std::vector<float>(kept.count)};
  for (std::size_t i = 0; i < kept.count; ++i)
    channel.values[i] = static_cast<float>(
        (absolute ? difference(time_of(i), first) : static_cast<double>(time_of(i))) * unit);
  if (absolute) read.time_base_s = clock * unit;
  read.cloud.channels.push_back(std::move(channel));
}

void add_time(const Column& column, const Kept& kept, CloudRead& read) {
  with_type(column.type, [&]<class Number>(Number) { add_times<Number>(column, kept, read); });
}

/// Colours packed into the bits of one column.
std::vector<std::uint32_t> packed_colors(const Column& column, const Kept& kept) {
  std::vector<std::uint32_t> colors(kept.count);
  for (std::size_t i = 0; i < kept.count; ++i)
    colors[i] = number_at<std::uint32_t>(column, kept[i]) & 0x00FFFFFFu;
  return colors;
}

/// Colours of three columns: 0 … 255, or 0 … 1 where they are floats.
std::vector<std::uint32_t> mixed_colors(std::array<const Column*, 3> parts, const Kept& kept) {
  std::vector<std::uint32_t> colors(kept.count);
  for (const Column* part : parts) {
    const bool is_float = part->type == Type::f32 || part->type == Type::f64;
    const double scale = is_float ? 255 : part->type == Type::u16 ? 1.0 / 257 : 1;
    for (std::size_t i = 0; i < kept.count; ++i) {
      const double value = value_at(*part, kept[i]) * scale;
      const double level = value > 0 ? std::min(std::round(value), 255.0) : 0;  // NaN is 0
      colors[i] = colors[i] << 8 | static_cast<std::uint32_t>(level);
    }
  }
  return colors;
}

bool is_color(const Column& column) {
  static constexpr std::string_view kNames[] = {"rgb", "rgba", "red", "green", "blue", "alpha"};
  return std::find(std::begin(kNames), std::end(kNames), column.name) != std::end(kNames);
}

void add_colors(std::span<const Column> columns, const Kept& kept, PointCloud& cloud) {
  for (const std::string_view name : {"rgb", "rgba"})
    if (const Column* packed = find(columns, name); packed && size_of(packed->type) >= 4) {
      cloud.rgb = packed_colors(*packed, kept);
      return;
    }
  const std::array parts = {find(columns, "red"), find(columns, "green"), find(columns, "blue")};
  if (parts[0] && parts[1] && parts[2]) cloud.rgb = mixed_colors(parts, kept);
}

}  // namespace

std::size_t size_of(Type type) {
  return with_type(type, [](auto number) { return sizeof number; });
}

void append(std::vector<std::byte>& bytes, Type type, double value) {
  with_type(type, [&]<class Number>(Number) {
    Number number{};
    if constexpr (std::is_integral_v<Number>) {
      // The largest 64-bit integers round up as doubles, hence the comparisons with ≥ and ≤.
      constexpr auto kLow = std::numeric_limits<Number>::min();
      constexpr auto kHigh = std::numeric_limits<Number>::max();
      if (value >= static_cast<double>(kHigh))
        number = kHigh;
      else if (value <= static_cast<double>(kLow))
        number = kLow;
      else if (!std::isnan(value))
        number = static_cast<Number>(std::round(value));
    } else {
      number = static_cast<Number>(value);
    }
    const auto* first = reinterpret_cast<const std::byte*>(&number);
    bytes.insert(bytes.end(), first, first + sizeof number);
  });
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

Result<CloudRead> to_cloud(std::span<const Column> columns, std::size_t count) {
  const std::array axes = {find(columns, "x"), find(columns, "y"), find(columns, "z")};
  if (!axes[0] || !axes[1] || !axes[2]) {
    std::string names;
    for (const Column& column : columns) names += (names.empty() ? "" : " ") + column.name;
    return fail({}, "fields", "x, y and z", names.empty() ? Text("none") : text("{}", names), {});
  }
  CloudRead read;
  PointCloud& cloud = read.cloud;
  cloud.origin = origin_of(axes, count);
  cloud.x = axis_values(*axes[0], count, cloud.origin.x());
  cloud.y = axis_values(*axes[1], count, cloud.origin.y());
  cloud.z = axis_values(*axes[2], count, cloud.origin.z());
  const Kept kept = finite_points(cloud);
  if (const std::size_t dropped = count - kept.count; dropped > 0)
    read.problems.push_back({Severity::warning,
                             {},
                             "points",
                             "finite coordinates",
                             text("{} of {} points with NaN or infinity", dropped, count),
                             "they are left out"});
  for (std::vector<float>* values : {&cloud.x, &cloud.y, &cloud.z}) keep(*values, kept);
  for (const Column& column : columns) {
    std::string name = standard_channel_name(column.name);
    if (name == "x" || name == "y" || name == "z" || is_color(column) || cloud.channel(name))
      continue;
    if (name == "time")
      add_time(column, kept, read);
    else
      cloud.channels.push_back(channel_of(column, std::move(name), kept));
  }
  add_colors(columns, kept, cloud);
  update_bounds(cloud);
  return read;
}

}  // namespace sweepbox::columns
