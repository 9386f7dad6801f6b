#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/error.hpp"
#include "core/table/table.hpp"

namespace sweepbox {

/// A table, and what of its file it does not hold.
struct TableRead {
  Table table;
  std::vector<Problem> left_out;  ///< one a column of a kind that is not read; `file` is empty
};

/// An Arrow IPC file (Feather version 2): columns of booleans, integers, floats, texts and texts by
/// dictionary, buffers stored or compressed (LZ4 frame, Zstandard). Columns of other kinds (nested,
/// times, decimals …) are left out with a problem. Refused: Feather version 1, streams, big-endian
/// files, and what unpacks to more than 32 MB and 255 times its size (4 GB at most).
/// Source: apache/arrow, docs/source/format/Columnar.rst and format/*.fbs.
[[nodiscard]] Result<TableRead> read_arrow(std::span<const std::byte> file);

/// The same kind of file, metadata version 5, in the table's batches. Columns of different length
/// are an error.
[[nodiscard]] Result<std::vector<std::byte>> write_arrow(const Table& table);

}  // namespace sweepbox
