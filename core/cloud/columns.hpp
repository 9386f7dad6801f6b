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
};

/// The number of a point.
double value_at(const Column& column, std::size_t i);

/// Appends a number that was written as text, in its declared type: rounded and held inside the
/// range of an integer (NaN becomes 0 there).
void append(std::vector<std::byte>& bytes, Type type, double value);

/// Cuts the first line (without its \n) off a text. A file of nothing but line ends would fill the
/// memory if all its lines were listed first.
std::string_view take_line(std::string_view& rest);

/// A cloud of `count` points. Columns "x", "y", "z" are needed; "rgb" and "rgba" give colours by
/// their bits, "red", "green", "blue" by their values; the others become channels of their standard
/// name (of two columns of one name the first counts). Points with a coordinate that is not finite
/// are dropped and counted in a problem. Coordinates beyond what float holds to a millimetre get a
/// double origin where they are doubles. Absolute times become relative to the first point's.
Result<CloudRead> to_cloud(std::span<const Column> columns, std::size_t count);

}  // namespace sweepbox::columns
