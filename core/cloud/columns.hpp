#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/cloud/cloud_file.hpp"

// What every point file, and every cloud of a recording, comes down to before it is a PointCloud.
namespace sweepbox::columns {

/// Little-endian number types of point files.
enum class Type { f32, f64, i8, i16, i32, i64, u8, u16, u32, u64 };

std::size_t size_of(Type type);

/// One number a point: the first at `data`, the next `stride` bytes on. Borrowed; the maker has
/// checked that all of them lie inside its buffer.
struct Column {
  std::string name;  ///< the file's own word
  Type type = Type::f32;
  const std::byte* data = nullptr;
  std::size_t stride = 0;
  double scale = 1;  ///< value = number · scale + shift
  double shift = 0;
  unsigned first_bit = 0;  ///< of a u8 that holds several numbers: where this one begins …
  unsigned bits = 8;       ///< … and how long it is; such a column has no scale

  /// Whether its values are the numbers as they stand.
  bool is_plain() const { return scale == 1 && shift == 0 && bits == 8; }
};

/// The value of a point.
double value_at(const Column& column, std::size_t i);

/// A cloud of `count` points. Columns "x", "y", "z" are needed; "rgb" and "rgba" give colours by
/// their bits, "red", "green", "blue" by their values; the others become channels of their standard
/// name (of two columns of one name the first counts). Points with a coordinate that is not finite
/// are dropped and counted in a problem. Coordinates beyond what float holds to a millimetre get a
/// double origin where they are doubles. Absolute times become relative to the first point's.
/// Channels that the options do not want are left out. One pass through the columns' memory, and
/// one more for times.
Result<CloudRead> to_cloud(std::span<const Column> columns,
                           std::size_t count,
                           const CloudOptions& options = {});

}  // namespace sweepbox::columns
