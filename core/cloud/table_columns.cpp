#include "core/cloud/table_columns.hpp"

#include <optional>

namespace sweepbox::columns {
namespace {

/// Empty for what point files do not hold.
std::optional<Type> type_of(ColumnType type) {
  switch (type) {
    case ColumnType::i8:
      return Type::i8;
    case ColumnType::i16:
      return Type::i16;
    case ColumnType::i32:
      return Type::i32;
    case ColumnType::i64:
      return Type::i64;
    case ColumnType::u8:
      return Type::u8;
    case ColumnType::u16:
      return Type::u16;
    case ColumnType::u32:
      return Type::u32;
    case ColumnType::u64:
      return Type::u64;
    case ColumnType::f32:
      return Type::f32;
    case ColumnType::f64:
      return Type::f64;
    default:
      return std::nullopt;
  }
}

TableColumn number_column(std::string name, ColumnType type, std::span<const std::byte> values) {
  TableColumn column(std::move(name), type);
  column.append_values(values, values.size() / width_of(type), {});
  return column;
}

}  // namespace

TableColumns::TableColumns(const Table& table) {
  wide_.reserve(table.columns.size());
  for (const TableColumn& column : table.columns) {
    if (is_text(column.type())) continue;
    const auto type = type_of(column.type());
    // Its name says the unit (Argoverse 2): nothing to be told from the size of its numbers.
    const bool nanoseconds = column.name == "offset_ns";
    if (type && column.null_count() == 0 && !nanoseconds)
      columns_.push_back({column.name, *type, column.bytes().data(), size_of(*type)});
    else
      add_wide(column.name, column, nanoseconds ? 1e-9 : 1);
  }
}

void TableColumns::add_wide(std::string name, const TableColumn& column, double unit) {
  std::vector<double>& values = wide_.emplace_back(column.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = column.number(i) * unit;
  columns_.push_back({std::move(name),
                      Type::f64,
                      reinterpret_cast<const std::byte*>(values.data()),
                      sizeof(double)});
}

Table table_of(const PointCloud& cloud) {
  Table table;
  const std::vector<float>* axes[] = {&cloud.x, &cloud.y, &cloud.z};
  const char* names[] = {"x", "y", "z"};
  for (int axis = 0; axis < 3; ++axis) {
    if (cloud.origin.isZero(0)) {
      table.columns.push_back(
          number_column(names[axis], ColumnType::f32, std::as_bytes(std::span(*axes[axis]))));
      continue;
    }
    std::vector<double> values(axes[axis]->begin(), axes[axis]->end());
    for (double& value : values) value += cloud.origin[axis];
    table.columns.push_back(
        number_column(names[axis], ColumnType::f64, std::as_bytes(std::span(values))));
  }
  for (const Channel& channel : cloud.channels)
    table.columns.push_back(
        number_column(channel.name, ColumnType::f32, std::as_bytes(std::span(channel.values))));
  if (!cloud.rgb.empty())
    table.columns.push_back(
        number_column("rgb", ColumnType::u32, std::as_bytes(std::span(cloud.rgb))));
  for (TableColumn& column : table.columns) column.nullable = false;
  return table;
}

}  // namespace sweepbox::columns
