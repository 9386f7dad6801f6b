#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sweepbox {

enum class ColumnType : std::uint8_t {
  boolean,  ///< one byte a value in memory, 0 or 1
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  f16,
  f32,
  f64,
  text,       ///< UTF-8 by convention; not checked
  large_text  ///< the same, where the file counts its bytes in 64 bits
};

/// "float16".
std::string_view name_of(ColumnType type);

/// Bytes of one value; 0 for texts.
std::size_t width_of(ColumnType type);

bool is_text(ColumnType type);

/// Words beside a table or a column: the writer's own, kept in order.
using TableMetadata = std::vector<std::pair<std::string, std::string>>;

/// Values of one kind, one a row, exactly as the file had them. Rows are added at the end; a row
/// beyond the last is a bug.
class TableColumn {
 public:
  std::string name;
  bool nullable = true;
  TableMetadata metadata = {};

  TableColumn(std::string column_name, ColumnType type)
      : name(std::move(column_name)), type_(type) {}

  /// A column of texts that is kept as numbers of `words` (an integer type).
  TableColumn(std::string column_name,
              ColumnType type,
              ColumnType index_type,
              std::vector<std::string> words,
              bool ordered);

  ColumnType type() const { return type_; }

  /// Empty where it has no dictionary.
  std::optional<ColumnType> index_type() const { return index_type_; }

  const std::vector<std::string>& words() const { return words_; }

  bool is_ordered() const { return ordered_; }

  std::size_t size() const { return rows_; }

  bool valid(std::size_t row) const { return valid_.empty() || valid_[row] != 0; }

  std::size_t null_count() const;

  /// NaN where the value is missing or a text; booleans are 0 and 1. Integers beyond 2⁵³ are
  /// rounded: ask integer().
  double number(std::size_t row) const;

  /// Empty where the value is missing, a text, no whole number or beyond 64 bits with a sign.
  std::optional<std::int64_t> integer(std::size_t row) const;

  /// Empty where the value is missing or a number. A view into the column.
  std::string_view text(std::size_t row) const;

  /// Values as they lie in memory, `width_of(type())` bytes each (little-endian; of a dictionary:
  /// its numbers); nothing for texts.
  std::span<const std::byte> bytes() const { return bytes_; }

  /// Appends rows of another column of the same type and dictionary, missing ones as missing.
  void add(const TableColumn& from, std::size_t row);
  /// Appends a number, rounded and held inside the range of an integer type.
  void add_number(double value);
  void add_integer(std::int64_t value);
  /// A word that the dictionary lacks is added to it, where its index type has room; false where it
  /// has none or the column holds numbers (then the value is missing).
  bool add_text(std::string_view value);
  /// Missing; the column becomes nullable.
  void add_null();

  // For readers of files, which know that sizes fit.

  /// `rows` values of width_of(type()) bytes (of a dictionary: of its index type; of booleans:
  /// bytes), and which of them are there: a bit each, from the lowest; all where it is empty.
  void append_values(std::span<const std::byte> values,
                     std::size_t rows,
                     std::span<const std::byte> valid_bits);
  /// Texts, the end of each in `characters` (the first begins at 0); ends ascend.
  void append_texts(std::string_view characters,
                    std::span<const std::uint64_t> ends,
                    std::span<const std::byte> valid_bits);

  std::size_t byte_size() const;

  /// Types, dictionary, names, metadata and values; NaN equals the NaN of the same bits.
  bool operator==(const TableColumn&) const = default;

 private:
  ColumnType stored() const { return index_type_.value_or(type_); }

  void mark(bool is_valid);
  void append_valid(std::size_t rows, std::span<const std::byte> bits);

  ColumnType type_;
  std::optional<ColumnType> index_type_ = {};
  std::vector<std::string> words_ = {};
  bool ordered_ = false;
  std::size_t rows_ = 0;
  std::vector<std::byte> bytes_ = {};  ///< numbers
  std::string characters_ = {};        ///< texts, one behind the other
  std::vector<std::uint64_t> ends_ = {};
  std::vector<std::uint8_t> valid_ = {};  ///< empty: all are there
};

/// How the parts of a table are compressed in its file.
enum class TablePacking { none, lz4, zstd };

/// Columns of equal length, in the file's order, and what else must be kept to write the file as
/// it came.
struct Table {
  std::vector<TableColumn> columns;
  TableMetadata metadata = {};  ///< of the schema ("pandas")
  TableMetadata footer_metadata = {};
  TablePacking packing = TablePacking::none;
  std::vector<std::size_t> batch_rows = {};  ///< rows of each record batch; empty: 65,536 each

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }

  /// The first of that name; nullptr where there is none.
  const TableColumn* find(std::string_view name) const;

  /// The same columns (names, types, dictionaries, metadata) without rows and batches.
  Table without_rows() const;

  bool operator==(const Table&) const = default;
};

}  // namespace sweepbox
