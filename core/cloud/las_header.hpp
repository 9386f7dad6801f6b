#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/cloud/columns.hpp"
#include "core/geometry/pose.hpp"

// Inside the room cloud: what stands before the points of a LAS file (formats.md 3.5).
namespace sweepbox::las {

/// A number of each point beyond those of the point format.
struct ExtraField {
  std::string name;
  columns::Type type = columns::Type::u8;
  std::size_t offset = 0;  ///< in the record
  double scale = 1;        ///< value = number · scale + shift
  double shift = 0;
};

struct Header {
  int minor = 0;  ///< of version 1.minor
  int format = 0;
  std::size_t record = 0;  ///< bytes a point
  std::size_t begin = 0;   ///< of the points, bytes from the file's start
  std::uint64_t points = 0;
  Vec3 scale, offset;              ///< coordinate = number · scale + offset
  bool standard_gps_time = false;  ///< GPS seconds − 10⁹, else seconds of the week
  std::vector<ExtraField> extra;
  std::vector<Problem> problems;
};

/// Versions 1.0 to 1.4, point formats 0 to 10. A compressed file (LAZ) is refused with what helps.
/// Source: ASPRS, LAS Specification 1.4 R15, tables 1 to 5 and 24.
Result<Header> read_header(std::span<const std::byte> file);

}  // namespace sweepbox::las
