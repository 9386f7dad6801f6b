#include "core/table/arrow.hpp"
#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  // Packed columns grow 255-fold at most, and a row may take a bit.
  fuzz::read_cloud_bytes("feather", data, size, std::size_t{1} << 20);
  const auto read = read_arrow(std::as_bytes(std::span(data, size)));
  if (!read) return 0;
  for (const TableColumn& column : read->table.columns) {
    if (column.size() != read->table.rows()) std::abort();
    for (std::size_t row = 0; row < std::min<std::size_t>(column.size(), 1000); ++row) {
      column.number(row);
      column.integer(row);
      column.text(row);
    }
  }
  std::size_t bytes = 0;
  for (const TableColumn& column : read->table.columns) bytes += column.byte_size();
  if (bytes > (std::size_t{4} << 20)) return 0;  // what is large is only slow to write
  const auto written = write_arrow(read->table);
  if (!written) std::abort();
  const auto again = read_arrow(*written);
  if (!again || again->table.rows() != read->table.rows()) std::abort();
  return 0;
}
