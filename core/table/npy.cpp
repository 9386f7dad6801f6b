#include "core/table/npy.hpp"

#include <algorithm>
#include <cstring>

#include "core/table/npy_header.hpp"

namespace sweepbox {
namespace {

constexpr const char* kFix = "take this file from the data set again";
constexpr std::size_t kMostColumns = 1024;

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({}, std::move(where), std::move(expected), std::move(found), kFix);
}

/// How the elements of a file lie: `columns` of them a row, row by row or column by column.
struct Layout {
  std::size_t rows = 0;
  std::size_t columns = 1;
  std::size_t row_step = 0;     ///< bytes
  std::size_t column_step = 0;  ///< bytes
};

std::string shape_text(const npy::Header& header) {
  std::string result;
  for (const std::uint64_t side : header.shape)
    result += fmt::format("{}{}", result.empty() ? "" : " × ", side);
  return result.empty() ? "one number" : result;
}

Result<Layout> layout_of(const npy::Header& header, std::size_t bytes, NpyRead& read) {
  const std::size_t dimensions = header.shape.size();
  if (dimensions == 0 || (dimensions > 2 && !header.structured))
    return fail({},
                "shape",
                "rows, or rows and columns",
                text("{}", shape_text(header)),
                "save it with array.reshape(-1, channels)");
  if (header.element == 0) return bad("descr", "numbers", "none");
  std::uint64_t rows = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    if (!header.structured && i == 1) break;
    if (__builtin_mul_overflow(rows, header.shape[i], &rows))
      return bad("shape", "numbers inside the file", text("{}", shape_text(header)));
  }
  Layout layout;
  if (!header.structured && dimensions == 2) {
    if (header.shape[1] > kMostColumns)
      return bad("shape", text("up to {} columns", kMostColumns), text("{}", header.shape[1]));
    layout.columns = static_cast<std::size_t>(header.shape[1]);
  }
  const std::uint64_t row_bytes = std::uint64_t{header.element} * layout.columns;
  const std::uint64_t there = row_bytes == 0 ? 0 : bytes / row_bytes;
  const bool columns_first = header.fortran_order && layout.columns > 1;
  if (row_bytes > 0 && rows > there) {
    if (columns_first || there == 0)
      return bad("rows", text("{}", rows), text("{} bytes: the file is cut short", bytes));
    read.problems.push_back({Severity::error,
                             {},
                             "rows",
                             text("{} as the header says", rows),
                             text("{}", there),
                             "the file is cut short: take it from the data set again"});
  }
  layout.rows = static_cast<std::size_t>(std::min(rows, there));
  layout.row_step = columns_first ? header.element : static_cast<std::size_t>(row_bytes);
  layout.column_step = columns_first ? header.element * layout.rows : header.element;
  return layout;
}

/// The numbers of one column, side by side in this machine's order.
TableColumn column_of(std::string name,
                      const npy::Field& field,
                      const std::byte* first,
                      const Layout& layout) {
  std::vector<std::byte> values(layout.rows * field.size);
  for (std::size_t row = 0; row < layout.rows; ++row) {
    std::byte* to = values.data() + row * field.size;
    std::memcpy(to, first + row * layout.row_step, field.size);
    if (field.swapped) std::reverse(to, to + field.size);
    if (field.type == ColumnType::boolean) *to = std::byte{*to != std::byte{0}};
  }
  TableColumn column(std::move(name), *field.type);
  column.nullable = false;
  column.append_values(values, layout.rows, {});
  return column;
}

}  // namespace

Result<NpyRead> read_npy(std::span<const std::byte> file) {
  const auto header = npy::read_header(file);
  if (!header) return tl::unexpected(header.error());
  NpyRead read;
  read.structured = header->structured;
  const std::span<const std::byte> data = file.subspan(header->begin);
  const auto layout = layout_of(*header, data.size(), read);
  if (!layout) return tl::unexpected(layout.error());
  std::size_t columns = 0;
  for (const npy::Field& field : header->fields) {
    // Gaps have no name, or that of the kind of nothing.
    const bool gap = field.written.find('V') != std::string::npos;
    if (!field.type && !gap)
      read.problems.push_back({Severity::warning,
                               {},
                               "field " + (field.name.empty() ? "0" : field.name),
                               "numbers",
                               text("{} × {}", field.count, field.written),
                               "it is left out"});
    if (!field.type) continue;
    columns += field.count * layout->columns;
    if (columns > kMostColumns)
      return bad("descr", text("up to {} columns", kMostColumns), text("{} and more", columns));
    for (std::size_t i = 0; i < field.count * layout->columns; ++i) {
      const bool several = field.count > 1;
      std::string name = !header->structured ? fmt::format("{}", i)
                         : several           ? fmt::format("{}_{}", field.name, i)
                                             : field.name;
      const std::size_t offset =
          header->structured ? field.offset + i * field.size : i * layout->column_step;
      const std::byte* first = data.data() + (layout->rows > 0 ? offset : 0);
      read.table.columns.push_back(column_of(std::move(name), field, first, *layout));
    }
  }
  if (!read.table.columns.empty()) return read;
  if (!read.problems.empty()) return tl::unexpected(read.problems.back());
  return bad("descr", "numbers", "none");
}

namespace {

std::string written_type(ColumnType type) {
  const bool is_float =
      type == ColumnType::f16 || type == ColumnType::f32 || type == ColumnType::f64;
  const bool has_sign = type >= ColumnType::i8 && type <= ColumnType::i64;
  if (type == ColumnType::boolean) return "|b1";
  const std::size_t width = width_of(type);
  return fmt::format("{}{}{}",
                     width == 1 ? '|' : '<',
                     is_float   ? 'f'
                     : has_sign ? 'i'
                                : 'u',
                     width);
}

/// A Python text: names may hold quotes.
std::string quoted(std::string_view name) {
  std::string result = "'";
  for (const char c : name) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string header_text(const Table& table, NpyForm form) {
  std::string descr, shape;
  if (form == NpyForm::matrix) {
    descr = "'<f4'";
    shape = fmt::format("({}, {})", table.rows(), table.columns.size());
  } else {
    for (const TableColumn& column : table.columns)
      descr += fmt::format("{}({}, '{}')",
                           descr.empty() ? "" : ", ",
                           quoted(column.name),
                           written_type(column.type()));
    descr = "[" + descr + "]";
    shape = fmt::format("({},)", table.rows());
  }
  return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
}

}  // namespace

Result<std::vector<std::byte>> write_npy(const Table& table, NpyForm form) {
  for (const TableColumn& column : table.columns) {
    const bool plain = !is_text(column.type()) && column.null_count() == 0;
    const bool printable = std::none_of(column.name.begin(), column.name.end(), [](char c) {
      return static_cast<unsigned char>(c) < ' ';
    });
    if (plain && printable && column.size() == table.rows()) continue;
    return fail({},
                "column " + column.name,
                text("{} numbers", table.rows()),
                plain ? text("{}", column.size()) : Text("texts or missing values"));
  }
  std::string header = header_text(table, form);
  constexpr std::size_t kAlignment = 64, kLongestOfOne = 65535;
  const bool long_header = header.size() + kAlignment > kLongestOfOne;
  const bool unicode = std::any_of(
      header.begin(), header.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
  // Version 3 is UTF-8, version 2 counts in 32 bits.
  const char version = unicode ? 3 : long_header ? 2 : 1;
  const std::size_t prefix = version == 1 ? 10 : 12;
  header.resize(
      (prefix + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - prefix - 1, ' ');
  header += '\n';
  std::string begin = "\x93NUMPY";
  begin += version;
  begin += '\0';
  for (std::size_t i = 0; i < prefix - 8; ++i)
    begin += static_cast<char>(header.size() >> (8 * i) & 0xFF);
  begin += header;
  const auto bytes = std::as_bytes(std::span(begin));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (const TableColumn& column : table.columns) {
      if (form == NpyForm::matrix) {
        const auto value = static_cast<float>(column.number(row));
        const auto* first = reinterpret_cast<const std::byte*>(&value);
        file.insert(file.end(), first, first + sizeof value);
        continue;
      }
      const std::size_t width = width_of(column.type());
      const auto value = column.bytes().subspan(row * width, width);
      file.insert(file.end(), value.begin(), value.end());
    }
  return file;
}

}  // namespace sweepbox
