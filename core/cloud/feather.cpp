#include "core/base/limits.hpp"
#include "core/cloud/table_columns.hpp"
#include "core/table/arrow.hpp"

// An Arrow file with columns x, y, z (Argoverse 2's sweeps: float16; formats.md 2.7 and 3.6).

namespace sweepbox {
namespace {

Result<CloudRead> read_feather(std::span<const std::byte> file, const CloudOptions& options) {
  auto table = read_arrow(file);
  if (!table) return tl::unexpected(table.error());
  // A cloud holds each number as a float: of bits and bytes, many times what the file has.
  const std::uint64_t most = most_unpacked_from(file.size());
  const std::uint64_t numbers = std::uint64_t{table->table.rows()} * table->table.columns.size();
  if (numbers > most / sizeof(float))
    return fail({},
                "rows",
                text("at most {} bytes of points in a file of {}", most, file.size()),
                text("{} numbers of {} bytes", numbers, sizeof(float)),
                "take this file from the data set again");
  const columns::TableColumns borrowed(table->table);
  auto read = columns::to_cloud(borrowed.columns(), table->table.rows(), options);
  if (read)
    for (Problem& problem : table->left_out) read->problems.push_back(std::move(problem));
  return read;
}

Result<std::vector<std::byte>> write_feather(const PointCloud& cloud) {
  Table table = columns::table_of(cloud);
  table.packing = TablePacking::lz4;
  return write_arrow(table);
}

}  // namespace

CloudFormat feather_format() {
  return {"feather",
          "Arrow, Feather 2 (.feather)",
          {".feather", ".arrow"},
          read_feather,
          write_feather};
}

}  // namespace sweepbox
