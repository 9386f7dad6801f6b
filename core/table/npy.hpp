#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/error.hpp"
#include "core/table/table.hpp"

namespace sweepbox {

struct NpyRead {
  /// A column for each field of a structured array (its sub-arrays as NAME_0, NAME_1 …), in the
  /// file's order; for each column of a plain one, "0", "1" … . Dates and durations are their
  /// int64 numbers.
  Table table;
  bool structured = false;
  std::vector<Problem> problems;  ///< fields left out, rows that are not there; `file` is empty
};

/// A NumPy array (.npy, versions 1 to 3): plain of one or two dimensions in either order, or
/// structured, gaps between its fields included; numbers of either byte order. Refused: arrays of
/// Python objects (they are programs), more dimensions, more than 1,024 columns. Of a file that is
/// cut short the whole rows are read.
/// Source: numpy/numpy, numpy/lib/format.py ("NPY format").
[[nodiscard]] Result<NpyRead> read_npy(std::span<const std::byte> file);

enum class NpyForm {
  structured,  ///< one field a column, packed
  matrix       ///< rows × columns of float32
};

/// Version 1, or 2 where the names need it. Columns of numbers alone, all of them valid and equally
/// long; else an error.
[[nodiscard]] Result<std::vector<std::byte>> write_npy(const Table& table, NpyForm form);

}  // namespace sweepbox
