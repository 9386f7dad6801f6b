#include "core/table/table.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/table/half.hpp"

namespace sweepbox {
namespace {

struct Half {
  std::uint16_t bits = 0;
};

/// Calls with a value of the type; texts are none of them.
template <class Function>
auto with_type(ColumnType type, Function function) {
  switch (type) {
    case ColumnType::boolean:
    case ColumnType::u8:
      return function(std::uint8_t{});
    case ColumnType::i8:
      return function(std::int8_t{});
    case ColumnType::i16:
      return function(std::int16_t{});
    case ColumnType::i32:
      return function(std::int32_t{});
    case ColumnType::i64:
      return function(std::int64_t{});
    case ColumnType::u16:
      return function(std::uint16_t{});
    case ColumnType::u32:
      return function(std::uint32_t{});
    case ColumnType::u64:
      return function(std::uint64_t{});
    case ColumnType::f16:
      return function(Half{});
    case ColumnType::f32:
      return function(float{});
    case ColumnType::f64:
    case ColumnType::text:
    case ColumnType::large_text:
      break;
  }
  return function(double{});
}

template <class Number>
Number number_at(std::span<const std::byte> bytes, std::size_t row) {
  Number value;
  std::memcpy(&value, bytes.data() + row * sizeof value, sizeof value);
  return value;
}

std::optional<std::int64_t> integer_at(ColumnType type,
                                       std::span<const std::byte> bytes,
                                       std::size_t row) {
  return with_type(type, [&]<class Number>(Number) -> std::optional<std::int64_t> {
    const Number value = number_at<Number>(bytes, row);
    if constexpr (std::is_same_v<Number, Half>) {
      const float wide = float_from_half(value.bits);
      if (!std::isfinite(wide) || wide != std::round(wide)) return std::nullopt;
      return static_cast<std::int64_t>(wide);
    } else if constexpr (std::is_floating_point_v<Number>) {
      constexpr Number kBeyond = static_cast<Number>(0x1p63);
      if (!(std::abs(value) < kBeyond) || value != std::round(value)) return std::nullopt;
      return static_cast<std::int64_t>(value);
    } else {
      if (!std::in_range<std::int64_t>(value)) return std::nullopt;
      return static_cast<std::int64_t>(value);
    }
  });
}

template <class Number>
Number held_inside(double value) {
  constexpr auto kLow = std::numeric_limits<Number>::min();
  constexpr auto kHigh = std::numeric_limits<Number>::max();
  // The largest 64-bit integers round up as doubles, hence ≥ and ≤.
  if (value >= static_cast<double>(kHigh)) return kHigh;
  if (value <= static_cast<double>(kLow)) return kLow;
  return std::isnan(value) ? Number{} : static_cast<Number>(std::llround(value));
}

template <class Number>
void append(std::vector<std::byte>& bytes, Number value) {
  const auto* first = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

bool bit_at(std::span<const std::byte> bits, std::size_t i) {
  return (std::to_integer<unsigned>(bits[i / 8]) >> (i % 8) & 1u) != 0;
}

}  // namespace

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return "bool";
    case ColumnType::i8:
      return "int8";
    case ColumnType::i16:
      return "int16";
    case ColumnType::i32:
      return "int32";
    case ColumnType::i64:
      return "int64";
    case ColumnType::u8:
      return "uint8";
    case ColumnType::u16:
      return "uint16";
    case ColumnType::u32:
      return "uint32";
    case ColumnType::u64:
      return "uint64";
    case ColumnType::f16:
      return "float16";
    case ColumnType::f32:
      return "float32";
    case ColumnType::f64:
      return "float64";
    case ColumnType::text:
      return "utf8";
    case ColumnType::large_text:
      return "large_utf8";
  }
  return {};
}

bool is_text(ColumnType type) {
  return type >= ColumnType::text;
}

std::size_t width_of(ColumnType type) {
  return is_text(type) ? 0 : with_type(type, [](auto value) { return sizeof value; });
}

TableColumn::TableColumn(std::string column_name,
                         ColumnType type,
                         ColumnType index_type,
                         std::vector<std::string> words,
                         bool ordered)
    : name(std::move(column_name)),
      type_(type),
      index_type_(index_type),
      words_(std::move(words)),
      ordered_(ordered) {
  assert(is_text(type) && index_type >= ColumnType::i8 && index_type <= ColumnType::u64);
}

std::size_t TableColumn::null_count() const {
  return static_cast<std::size_t>(std::count(valid_.begin(), valid_.end(), std::uint8_t{0}));
}

double TableColumn::number(std::size_t row) const {
  assert(row < rows_);
  if (is_text(type_) || !valid(row)) return std::numeric_limits<double>::quiet_NaN();
  return with_type(type_, [&]<class Number>(Number) {
    const Number value = number_at<Number>(bytes_, row);
    if constexpr (std::is_same_v<Number, Half>)
      return static_cast<double>(float_from_half(value.bits));
    else
      return static_cast<double>(value);
  });
}

std::optional<std::int64_t> TableColumn::integer(std::size_t row) const {
  assert(row < rows_);
  if (is_text(type_) || !valid(row)) return std::nullopt;
  return integer_at(type_, bytes_, row);
}

std::string_view TableColumn::text(std::size_t row) const {
  assert(row < rows_);
  if (!is_text(type_) || !valid(row)) return {};
  if (index_type_) {
    const auto index = integer_at(*index_type_, bytes_, row);
    if (!index || !std::in_range<std::size_t>(*index) ||
        static_cast<std::size_t>(*index) >= words_.size())
      return {};
    return words_[static_cast<std::size_t>(*index)];
  }
  const auto begin = static_cast<std::size_t>(row == 0 ? 0 : ends_[row - 1]);
  return std::string_view(characters_).substr(begin, static_cast<std::size_t>(ends_[row]) - begin);
}

void TableColumn::mark(bool is_valid) {
  ++rows_;
  if (is_valid && valid_.empty()) return;
  if (valid_.empty()) valid_.assign(rows_ - 1, 1);
  valid_.push_back(is_valid ? 1 : 0);
  if (!is_valid) nullable = true;
}

void TableColumn::add(const TableColumn& from, std::size_t row) {
  assert(from.type_ == type_ && from.index_type_ == index_type_ && row < from.rows_);
  const std::size_t width = width_of(stored());
  if (width == 0) {
    // What stands where nothing is valid belongs to nobody.
    const auto begin = static_cast<std::size_t>(row == 0 ? 0 : from.ends_[row - 1]);
    characters_.append(from.characters_, begin, static_cast<std::size_t>(from.ends_[row]) - begin);
    ends_.push_back(characters_.size());
  } else if (index_type_ && from.valid(row) && from.words_ != words_) {
    add_text(from.text(row));
    return;
  } else {
    const auto first = from.bytes_.begin() + static_cast<std::ptrdiff_t>(row * width);
    bytes_.insert(bytes_.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  mark(from.valid(row));
}

void TableColumn::add_number(double value) {
  assert(!is_text(type_));
  with_type(type_, [&]<class Number>(Number) {
    if constexpr (std::is_same_v<Number, Half>)
      append(bytes_, half_from_float(static_cast<float>(value)));
    else if constexpr (std::is_floating_point_v<Number>)
      append(bytes_, static_cast<Number>(value));
    else
      append(bytes_,
             type_ == ColumnType::boolean ? Number{value != 0} : held_inside<Number>(value));
  });
  mark(true);
}

void TableColumn::add_integer(std::int64_t value) {
  assert(!is_text(type_));
  with_type(type_, [&]<class Number>(Number) {
    if constexpr (std::is_same_v<Number, Half>) {
      append(bytes_, half_from_float(static_cast<float>(value)));
    } else if constexpr (std::is_floating_point_v<Number>) {
      append(bytes_, static_cast<Number>(value));
    } else {
      const bool fits = std::in_range<Number>(value);
      const Number end =
          value < 0 ? std::numeric_limits<Number>::min() : std::numeric_limits<Number>::max();
      append(bytes_,
             type_ == ColumnType::boolean ? Number{value != 0}
             : fits                       ? static_cast<Number>(value)
                                          : end);
    }
  });
  mark(true);
}

bool TableColumn::add_text(std::string_view value) {
  if (!is_text(type_)) {
    add_null();
    return false;
  }
  if (!index_type_) {
    characters_ += value;
    ends_.push_back(characters_.size());
    mark(true);
    return true;
  }
  const auto found = std::find(words_.begin(), words_.end(), value);
  const auto index = static_cast<std::size_t>(found - words_.begin());
  return with_type(*index_type_, [&]<class Number>(Number) {
    if constexpr (std::is_integral_v<Number>) {
      if (!std::in_range<Number>(index)) {
        add_null();
        return false;
      }
      if (index == words_.size()) words_.emplace_back(value);
      append(bytes_, static_cast<Number>(index));
      mark(true);
      return true;
    } else {
      assert(false);  // the constructor takes integers only
      return false;
    }
  });
}

void TableColumn::add_null() {
  if (const std::size_t width = width_of(stored()); width > 0)
    bytes_.resize(bytes_.size() + width);
  else
    ends_.push_back(characters_.size());
  mark(false);
}

void TableColumn::append_valid(std::size_t rows, std::span<const std::byte> bits) {
  assert(bits.empty() || bits.size() * 8 >= rows);
  bool all = true;
  for (std::size_t i = 0; all && !bits.empty() && i < rows; ++i) all = bit_at(bits, i);
  const bool marked = !all || !valid_.empty();
  if (marked && valid_.empty()) valid_.assign(rows_, 1);
  rows_ += rows;
  if (!marked) return;
  for (std::size_t i = 0; i < rows; ++i) valid_.push_back(bits.empty() || bit_at(bits, i) ? 1 : 0);
}

void TableColumn::append_values(std::span<const std::byte> values,
                                std::size_t rows,
                                std::span<const std::byte> valid_bits) {
  assert(values.size() == rows * width_of(stored()) && width_of(stored()) > 0);
  bytes_.insert(bytes_.end(), values.begin(), values.end());
  append_valid(rows, valid_bits);
}

void TableColumn::append_texts(std::string_view characters,
                               std::span<const std::uint64_t> ends,
                               std::span<const std::byte> valid_bits) {
  assert(is_text(type_) && !index_type_);
  const std::size_t before = characters_.size();
  characters_ += characters;
  ends_.reserve(ends_.size() + ends.size());
  for (const std::uint64_t end : ends) ends_.push_back(before + end);
  append_valid(ends.size(), valid_bits);
}

std::size_t TableColumn::byte_size() const {
  return bytes_.size() + characters_.size() + ends_.size() * sizeof(std::uint64_t) + valid_.size();
}

const TableColumn* Table::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const TableColumn& column) {
    return column.name == name;
  });
  return found == columns.end() ? nullptr : &*found;
}

Table Table::without_rows() const {
  Table empty;
  for (const TableColumn& column : columns) {
    TableColumn copy = column.index_type() ? TableColumn(column.name,
                                                         column.type(),
                                                         *column.index_type(),
                                                         column.words(),
                                                         column.is_ordered())
                                           : TableColumn(column.name, column.type());
    copy.nullable = column.nullable;
    copy.metadata = column.metadata;
    empty.columns.push_back(std::move(copy));
  }
  empty.metadata = metadata;
  empty.footer_metadata = footer_metadata;
  empty.packing = packing;
  return empty;
}

}  // namespace sweepbox
