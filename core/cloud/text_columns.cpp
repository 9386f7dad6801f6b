#include "core/cloud/text_columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/cloud/column_types.hpp"

namespace sweepbox::columns {
namespace {

template <class Number>
Number in_type(double value) {
  if constexpr (std::is_integral_v<Number>) {
    // The largest 64-bit integers round up as doubles, hence the comparisons with ≥ and ≤.
    constexpr auto kLow = std::numeric_limits<Number>::min();
    constexpr auto kHigh = std::numeric_limits<Number>::max();
    if (value >= static_cast<double>(kHigh)) return kHigh;
    if (value <= static_cast<double>(kLow)) return kLow;
    return std::isnan(value) ? Number{} : static_cast<Number>(std::round(value));
  } else {
    return static_cast<Number>(value);
  }
}

}  // namespace

void TextColumns::add(std::string name, Type type) {
  parts_.push_back({std::move(name), type});
  rows_.resize(kBlock * parts_.size());
}

void TextColumns::reserve(std::uint64_t rows, std::size_t bytes) {
  constexpr std::size_t kFewest = 2;  // bytes of a number: a digit and what parts it from the next
  if (parts_.empty()) return;
  rows = std::min<std::uint64_t>(rows, bytes / (kFewest * parts_.size()) + 1);
  for (Part& part : parts_)
    part.numbers.reserve(static_cast<std::size_t>(rows) * size_of(part.type));
}

std::vector<Column> TextColumns::columns() {
  flush();
  std::vector<Column> columns;
  for (const Part& part : parts_)
    columns.push_back({part.name, part.type, part.numbers.data(), size_of(part.type)});
  return columns;
}

void TextColumns::flush() {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    with_type(parts_[i].type, [&]<class Number>(Number) {
      FileBytes& numbers = parts_[i].numbers;
      const std::size_t before = numbers.size();
      numbers.resize(before + held_ * sizeof(Number));
      for (std::size_t row = 0; row < held_; ++row) {
        const auto number = in_type<Number>(rows_[row * parts_.size() + i]);
        std::memcpy(numbers.data() + before + row * sizeof number, &number, sizeof number);
      }
    });
  held_ = 0;
}

}  // namespace sweepbox::columns
