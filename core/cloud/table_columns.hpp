#pragma once
#include <string_view>
#include <vector>

#include "core/cloud/columns.hpp"
#include "core/table/table.hpp"

// Inside the room cloud: point files that are tables.
namespace sweepbox::columns {

/// The columns of a table that hold numbers, as those of a point file. Borrowed from the table,
/// which must outlive it; what point files do not hold (float16, missing values, booleans) is
/// widened here.
class TableColumns {
 public:
  explicit TableColumns(const Table& table);

  TableColumns(const TableColumns&) = delete;
  TableColumns& operator=(const TableColumns&) = delete;

  std::span<const Column> columns() const { return columns_; }

 private:
  void add_wide(std::string name, const TableColumn& column, double unit);

  std::vector<Column> columns_;
  std::vector<std::vector<double>> wide_;
};

/// A cloud as a table: x y z float32 (float64 with the origin added, where it is not zero), each
/// channel float32, rgb uint32 (0x00RRGGBB).
Table table_of(const PointCloud& cloud);

}  // namespace sweepbox::columns
