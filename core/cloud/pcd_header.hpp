#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cloud/columns.hpp"

// Inside the room cloud: the text before a PCD file's points (formats.md 3.1).
namespace sweepbox::pcd {

struct Field {
  std::string name;
  std::optional<columns::Type> type;  ///< empty for a kind of number that nobody writes: skipped
  std::size_t size = 4;               ///< bytes of one number
  std::size_t count = 1;   ///< numbers a point; 0 takes no room (some converters write that)
  std::size_t offset = 0;  ///< of its first number in a point of binary data

  bool is_padding() const { return name == "_"; }

  std::size_t bytes() const { return size * count; }
};

enum class Data { ascii, binary, compressed };

struct Header {
  std::vector<Field> fields;
  std::optional<std::uint64_t> points;  ///< POINTS, else WIDTH · HEIGHT
  bool size_disagrees = false;          ///< WIDTH · HEIGHT is not POINTS
  Data data = Data::ascii;
  std::size_t stride = 0;  ///< bytes of a point of binary data
  std::size_t begin = 0;   ///< of the points, bytes from the file's start
};

/// Lines in any order, DATA last; versions without SIZE, TYPE, COUNT, WIDTH or POINTS; CRLF.
Result<Header> read_header(std::span<const std::byte> file);

}  // namespace sweepbox::pcd
