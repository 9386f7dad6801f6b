#include "core/table/npy.hpp"

#include "core/cloud/table_columns.hpp"

// A NumPy array (formats.md 3.4): fields x, y, z (Zenseact), or rows of x y z intensity
// (OpenPCDet).

namespace sweepbox {
namespace {

/// Names for the columns of a plain array: those that were asked for where they are as many.
void name_columns(Table& table, const CloudOptions& options) {
  static constexpr const char* kUsual[] = {"x", "y", "z", "intensity"};
  std::vector<TableColumn>& all = table.columns;
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].name = options.bin_channels.size() == all.size() ? options.bin_channels[i]
                  : i < std::size(kUsual)                   ? kUsual[i]
                                                            : fmt::format("channel_{}", i);
  std::erase_if(all, [](const TableColumn& column) { return column.name == "_"; });
}

/// Zenseact's sweeps count microseconds from the file's time, which their size alone does not tell.
void tell_unit_of_time(Table& table) {
  const TableColumn* stamps = table.find("timestamp");
  if (!stamps || !table.find("diode_index") || is_text(stamps->type())) return;
  TableColumn seconds("time", ColumnType::f64);
  for (std::size_t i = 0; i < stamps->size(); ++i) seconds.add_number(stamps->number(i) * 1e-6);
  table.columns[static_cast<std::size_t>(stamps - table.columns.data())] = std::move(seconds);
}

Result<CloudRead> read(std::span<const std::byte> file, const CloudOptions& options) {
  auto array = read_npy(file);
  if (!array) return tl::unexpected(array.error());
  constexpr std::size_t kFewest = 3;
  if (!array->structured && array->table.columns.size() < kFewest)
    return fail({},
                "shape",
                "rows of x, y, z and more",
                text("rows of {}", array->table.columns.size()),
                "save it with one point a row");
  if (!array->structured) name_columns(array->table, options);
  tell_unit_of_time(array->table);
  const columns::TableColumns borrowed(array->table);
  auto cloud = columns::to_cloud(borrowed.columns(), array->table.rows(), options);
  if (cloud)
    for (Problem& problem : array->problems) cloud->problems.push_back(std::move(problem));
  return cloud;
}

/// Rows of x y z intensity are what most tools want; what has more to say gets names.
Result<std::vector<std::byte>> write(const PointCloud& cloud) {
  const bool plain = cloud.origin.isZero(0) && cloud.rgb.empty() &&
                     (cloud.channels.empty() ||
                      (cloud.channels.size() == 1 && cloud.channels.front().name == "intensity"));
  return write_npy(columns::table_of(cloud), plain ? NpyForm::matrix : NpyForm::structured);
}

}  // namespace

CloudFormat npy_format() {
  return {"npy", "NumPy array (.npy)", {".npy"}, read, write};
}

}  // namespace sweepbox
