#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/base/file_bytes.hpp"
#include "core/cloud/columns.hpp"

// Inside the room cloud: points that are written as text.
namespace sweepbox::columns {

/// Columns that arrive row by row as numbers of a text and are kept in their declared types:
/// rounded and held inside the range of an integer (NaN becomes 0 there).
class TextColumns {
 public:
  void add(std::string name, Type type);

  /// Room for `rows` of them, or as many as `bytes` of text can hold: what a header promises may be
  /// a lie.
  void reserve(std::uint64_t rows, std::size_t bytes);

  /// Where the numbers of the next row go, one a column. Only with keep_row() it is there.
  std::span<double> row() { return {rows_.data() + held_ * parts_.size(), parts_.size()}; }

  void keep_row() {
    if (++held_ == kBlock) flush();
  }

  /// Views of all rows; they live as long as this and nothing is added.
  std::vector<Column> columns();

 private:
  // Rows are turned into columns a block at a time: a type is looked at once a block.
  static constexpr std::size_t kBlock = 64;

  struct Part {
    std::string name;
    Type type = Type::f32;
    FileBytes numbers = {};
  };

  void flush();

  std::vector<Part> parts_;
  std::vector<double> rows_;  ///< of a block, one after the other
  std::size_t held_ = 0;      ///< rows in it
};

}  // namespace sweepbox::columns
