#include "core/cloud/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "core/cloud/column_types.hpp"

namespace sweepbox::columns {
namespace {

template <class Number>
Number number_at(const Column& column, std::size_t i) {
  Number value;
  std::memcpy(&value, column.data + i * column.stride, sizeof value);  // files align nothing
  return value;
}

/// Calls with a function of i that gives the value of point i, in the narrowest type that holds it:
/// what a column is gets decided once, not for each point.
template <class Function>
auto with_values(const Column& column, Function function) {
  if (column.bits < 8)
    return function([&, mask = (1u << column.bits) - 1](std::size_t i) {
      return static_cast<std::uint8_t>(number_at<std::uint8_t>(column, i) >> column.first_bit &
                                       mask);
    });
  return with_type(column.type, [&]<class Number>(Number) {
    if (column.is_plain())
      return function([&](std::size_t i) { return number_at<Number>(column, i); });
    return function([&](std::size_t i) {
      return static_cast<double>(number_at<Number>(column, i)) * column.scale + column.shift;
    });
  });
}

}  // namespace

double value_at(const Column& column, std::size_t i) {
  return with_values(column, [&](auto value) { return static_cast<double>(value(i)); });
}

namespace {

const Column* find(std::span<const Column> columns, std::string_view name) {
  const auto found = std::find_if(
      columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

/// Beyond this, neighbouring floats are more than half a millimetre apart.
constexpr double kFarForFloat = 4096;

using Axes = std::array<const Column*, 3>;

Result<Axes> axes_of(std::span<const Column> columns) {
  const Axes axes = {find(columns, "x"), find(columns, "y"), find(columns, "z")};
  if (axes[0] && axes[1] && axes[2]) return axes;
  std::string names;
  for (const Column& column : columns) names += (names.empty() ? "" : " ") + column.name;
  return fail({}, "fields", "x, y and z", names.empty() ? Text("none") : text("{}", names), {});
}

/// Whole metres near the first finite point where floats would lose millimetres, else zero.
Vec3 origin_of(const Axes& axes, std::size_t count) {
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

/// Points are taken in blocks whose records and columns stay in the first cache of the processor.
constexpr std::size_t kBlock = 512;

/// Which points are kept: indices, or nothing where all are (the usual case copies no index).
struct Kept {
  std::size_t count = 0;
  std::vector<std::uint32_t> indices;
  bool all = true;

  std::size_t operator[](std::size_t i) const { return all ? i : indices[i]; }
};

/// The points of a block, and the kept ones among them by their place in Kept.
struct Block {
  std::size_t begin = 0, end = 0;
  std::size_t kept_begin = 0, kept_end = 0;
};

/// Appends value(begin) … value(end − 1). The vector has room: what `resize` zeroes is a block in
/// the first cache, at once written over.
template <class Number, class Value>
void append(std::vector<Number>& numbers, std::size_t begin, std::size_t end, Value value) {
  const std::size_t before = numbers.size();
  numbers.resize(before + end - begin);
  Number* to = numbers.data() + before;
  for (std::size_t i = begin; i < end; ++i) *to++ = value(i);
}

/// The same for the kept points of a block.
template <class Number, class Value>
void append(std::vector<Number>& numbers, const Block& block, const Kept& kept, Value value) {
  if (kept.all)
    append(numbers, block.begin, block.end, value);
  else
    append(numbers, block.kept_begin, block.kept_end, [&](std::size_t i) {
      return value(kept.indices[i]);
    });
}

void append_axis(std::vector<float>& values,
                 const Column& column,
                 const Block& block,
                 double origin) {
  with_values(column, [&](auto value) {
    const auto metres = [&](std::size_t i) { return static_cast<double>(value(i)); };
    if (origin == 0)  // of floats nothing but a copy is left
      append(values, block.begin, block.end, [&](std::size_t i) {
        return static_cast<float>(metres(i));
      });
    else
      append(values, block.begin, block.end, [&](std::size_t i) {
        return static_cast<float>(metres(i) - origin);
      });
  });
}

constexpr std::size_t kAdjacent = 4;

/// Whether columns of floats lie one behind the other, as x y z intensity do in most files.
bool are_adjacent(const std::array<const Column*, kAdjacent>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i]->type != Type::f32 || !columns[i]->is_plain() ||
        columns[i]->stride != columns[0]->stride ||
        columns[i]->data != columns[0]->data + i * sizeof(float))
      return false;
  return true;
}

/// Appends a block of four adjacent columns. Four points are turned at once, in vectors that GCC
/// and Clang have on every processor: 0.13 ns a number where one by one takes 0.36 (perf, a sweep
/// of 120,000 points).
void append_adjacent(const Column& first_column,
                     const Block& block,
                     std::span<std::vector<float>* const> to) {
  using Four = float __attribute__((vector_size(16)));
  const std::size_t count = block.end - block.begin, before = to.front()->size();
  std::array<float*, kAdjacent> out;
  for (std::size_t i = 0; i < kAdjacent; ++i) {
    to[i]->resize(before + count);
    out[i] = to[i]->data() + before;
  }
  const auto point = [&](std::size_t i) {
    Four numbers;
    std::memcpy(&numbers, first_column.data + (block.begin + i) * first_column.stride, 16);
    return numbers;
  };
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const Four a = point(i), b = point(i + 1), c = point(i + 2), d = point(i + 3);
    const Four ab01 = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Four ab23 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Four cd01 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Four cd23 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const Four turned[] = {__builtin_shufflevector(ab01, cd01, 0, 1, 4, 5),
                           __builtin_shufflevector(ab01, cd01, 2, 3, 6, 7),
                           __builtin_shufflevector(ab23, cd23, 0, 1, 4, 5),
                           __builtin_shufflevector(ab23, cd23, 2, 3, 6, 7)};
    for (std::size_t column = 0; column < kAdjacent; ++column)
      std::memcpy(out[column] + i, &turned[column], 16);
  }
  for (; i < count; ++i) {
    const Four numbers = point(i);
    for (std::size_t column = 0; column < kAdjacent; ++column) out[column][i] = numbers[column];
  }
}

/// Drops the points of the block that are not finite from vectors that have it at their ends; the
/// first three are the axes.
void keep_finite(std::span<std::vector<float>* const> vectors, Block& block, Kept& kept) {
  const std::vector<float>&x = *vectors[0], &y = *vectors[1], &z = *vectors[2];
  const std::size_t first = kept.count, end = x.size();
  const auto finite = [&](std::size_t i) {
    return int{std::isfinite(x[i])} & int{std::isfinite(y[i])} & int{std::isfinite(z[i])};
  };
  block.kept_begin = first;
  int all = 1;  // without a branch in the loop, which is one of vector instructions then
  for (std::size_t i = first; i < end; ++i) all &= finite(i);
  if (!all && kept.all) {
    kept.all = false;
    for (std::size_t i = 0; i < block.begin; ++i)
      kept.indices.push_back(static_cast<std::uint32_t>(i));
  }
  std::size_t to = first;
  for (std::size_t i = first; !kept.all && i < end; ++i) {
    if (!finite(i)) continue;
    kept.indices.push_back(static_cast<std::uint32_t>(block.begin + i - first));
    for (std::vector<float>* values : vectors) (*values)[to] = (*values)[i];
    ++to;
  }
  if (kept.all) to = end;
  for (std::vector<float>* values : vectors) values->resize(to);
  kept.count = block.kept_end = to;
}

void append_channel(std::vector<float>& values,
                    const Column& column,
                    const Block& block,
                    const Kept& kept) {
  with_values(column, [&](auto value) {
    append(values, block, kept, [&](std::size_t i) { return static_cast<float>(value(i)); });
  });
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

/// The channel `time`, and the base that was taken from absolute times. Those are told by
/// lying close together and far from zero: some clocks count from when the machine was switched on.
template <class Value>
Channel times_of(Value value, const Kept& kept, std::optional<double>& base_s) {
  using Number = decltype(value(0));
  constexpr bool kIntegers = std::is_integral_v<Number>;
  constexpr double kLongest = 10;  // s; no sweep lasts longer
  const auto time_of = [&](std::size_t i) { return value(kept[i]); };
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
  Channel channel{"time", {}};
  channel.values.reserve(kept.count);
  append(channel.values, 0, kept.count, [&](std::size_t i) {
    return static_cast<float>(
        (absolute ? difference(time_of(i), first) : static_cast<double>(time_of(i))) * unit);
  });
  if (absolute) base_s = clock * unit;
  return channel;
}

/// 0 … 255 of a part of a colour: so many it is, or 0 … 65535, or 0 … 1 where it is a float.
template <class Number>
std::uint32_t level_of(Number number) {
  if constexpr (std::is_same_v<Number, std::uint8_t>) return number;
  // 257 is odd: no number lies in the middle between two levels.
  if constexpr (std::is_same_v<Number, std::uint16_t>) return (number + 128u) / 257u;
  const double value = static_cast<double>(number) * (std::is_floating_point_v<Number> ? 255 : 1);
  return value > 0 ? static_cast<std::uint32_t>(std::min(std::round(value), 255.0)) : 0;  // NaN: 0
}

/// Where a cloud's colours come from: the bits of one column, or three columns, or nothing.
struct Colors {
  const Column* packed = nullptr;
  std::array<const Column*, 3> parts = {};

  bool any() const { return packed || (parts[0] && parts[1] && parts[2]); }
};

void append_colors(std::vector<std::uint32_t>& rgb,
                   const Colors& colors,
                   const Block& block,
                   const Kept& kept) {
  if (colors.packed)
    return append(rgb, block, kept, [&](std::size_t i) {
      return number_at<std::uint32_t>(*colors.packed, i) & 0x00FFFFFFu;
    });
  const std::size_t before = rgb.size();
  append(rgb, block, kept, [](std::size_t) { return 0u; });
  for (const Column* part : colors.parts)
    with_values(*part, [&](auto value) {
      for (std::size_t i = before; i < rgb.size(); ++i)
        rgb[i] = rgb[i] << 8 | level_of(value(kept[block.kept_begin + i - before]));
    });
}

bool is_color(const Column& column) {
  static constexpr std::string_view kNames[] = {"rgb", "rgba", "red", "green", "blue", "alpha"};
  return std::find(std::begin(kNames), std::end(kNames), column.name) != std::end(kNames);
}

Colors colors_of(std::span<const Column> columns) {
  for (const std::string_view name : {"rgb", "rgba"})
    if (const Column* packed = find(columns, name); packed && size_of(packed->type) >= 4)
      return {packed, {}};
  return {nullptr, {find(columns, "red"), find(columns, "green"), find(columns, "blue")}};
}

/// A channel, and the column that it comes from.
struct Wanted {
  const Column* column = nullptr;
  std::string name;

  /// Times are looked at as a whole before they become seconds.
  bool is_time() const { return name == "time"; }
};

std::vector<Wanted> wanted_channels(std::span<const Column> columns, const CloudOptions& options) {
  std::vector<Wanted> wanted;
  for (const Column& column : columns) {
    std::string name = standard_channel_name(column.name);
    const bool known = std::any_of(
        wanted.begin(), wanted.end(), [&](const Wanted& other) { return other.name == name; });
    if (name != "x" && name != "y" && name != "z" && !is_color(column) && !known &&
        options.wants(name))
      wanted.push_back({&column, std::move(name)});
  }
  return wanted;
}

/// The channel that lies behind the axes and is read with them; beyond the last where none does.
std::size_t channel_behind(const Axes& axes, std::span<const Wanted> wanted) {
  std::size_t i = 0;
  for (; i < wanted.size(); ++i)
    if (!wanted[i].is_time() && are_adjacent({axes[0], axes[1], axes[2], wanted[i].column})) break;
  return i;
}

}  // namespace

std::size_t size_of(Type type) {
  return with_type(type, [](auto number) { return sizeof number; });
}

Result<CloudRead> to_cloud(std::span<const Column> columns,
                           std::size_t count,
                           const CloudOptions& options) {
  const auto axes = axes_of(columns);
  if (!axes) return tl::unexpected(axes.error());
  CloudRead read;
  PointCloud& cloud = read.cloud;
  cloud.origin = origin_of(*axes, count);
  const std::vector<Wanted> wanted = wanted_channels(columns, options);
  const Colors colors = options.wants("rgb") ? colors_of(columns) : Colors();
  for (std::vector<float>* axis : {&cloud.x, &cloud.y, &cloud.z}) axis->reserve(count);
  for (const Wanted& one : wanted) {
    cloud.channels.push_back({one.name, {}});
    if (!one.is_time()) cloud.channels.back().values.reserve(count);
  }
  if (colors.any()) cloud.rgb.reserve(count);
  // Columns without points point nowhere.
  const std::size_t with_axes = count > 0 ? channel_behind(*axes, wanted) : wanted.size();
  std::vector<std::vector<float>*> vectors = {&cloud.x, &cloud.y, &cloud.z};
  if (with_axes < wanted.size()) vectors.push_back(&cloud.channels[with_axes].values);
  Kept kept;
  for (Block block; block.end < count;) {
    block.begin = block.end;
    block.end = std::min(count, block.begin + kBlock);
    if (vectors.size() == kAdjacent)
      append_adjacent(*axes->front(), block, vectors);
    else
      for (std::size_t axis = 0; axis < 3; ++axis)
        append_axis(*vectors[axis], *(*axes)[axis], block, cloud.origin[static_cast<int>(axis)]);
    keep_finite(vectors, block, kept);
    extend_bounds(cloud, block.kept_begin);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!wanted[i].is_time() && i != with_axes)
        append_channel(cloud.channels[i].values, *wanted[i].column, block, kept);
    if (colors.any()) append_colors(cloud.rgb, colors, block, kept);
  }
  if (const std::size_t dropped = count - kept.count; dropped > 0)
    read.problems.push_back({Severity::warning,
                             {},
                             "points",
                             "finite coordinates",
                             text("{} of {} points with NaN or infinity", dropped, count),
                             "they are left out"});
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i].is_time())
      with_values(*wanted[i].column,
                  [&](auto value) { cloud.channels[i] = times_of(value, kept, read.time_base_s); });
  return read;
}

}  // namespace sweepbox::columns
