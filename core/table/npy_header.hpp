#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/table/table.hpp"

// Inside the room table: the text before a NumPy array's numbers.
namespace sweepbox::npy {

/// Some numbers of one kind that stand side by side in an element.
struct Field {
  std::string name;                ///< empty for gaps, and for plain arrays
  std::optional<ColumnType> type;  ///< empty for what is no number: texts, gaps, complex ones …
  std::string written;             ///< "<f4"
  bool swapped = false;            ///< big-endian
  std::size_t offset = 0;          ///< in the element, bytes
  std::size_t size = 0;            ///< bytes of one number
  std::size_t count = 1;           ///< numbers (of a sub-array)
};

struct Header {
  std::vector<Field> fields;  ///< one for a plain array
  bool structured = false;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t element = 0;  ///< bytes
  std::size_t begin = 0;    ///< of the numbers, bytes from the file's start
};

Result<Header> read_header(std::span<const std::byte> file);

}  // namespace sweepbox::npy
