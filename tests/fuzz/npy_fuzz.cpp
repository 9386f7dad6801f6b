#include "core/table/npy.hpp"
#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  fuzz::read_cloud_bytes("npy", data, size, 1);
  const auto read = read_npy(std::as_bytes(std::span(data, size)));
  if (!read) return 0;
  for (const TableColumn& column : read->table.columns)
    if (column.size() != read->table.rows()) std::abort();
  const auto written = write_npy(read->table, NpyForm::structured);
  if (written && !read_npy(*written)) std::abort();
  return 0;
}
