#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lines of comma separated values that remember their bytes, for label files that must go back
// unchanged but for what was edited.

namespace sweepbox {

/// One cell: what it says, and the bytes that say it (with quotes where the file has them).
struct CsvCell {
  std::string value;
  std::string_view raw;
};

/// The cells of a line (without its line end); quotes as RFC 4180 has them, within one line.
std::vector<CsvCell> csv_cells(std::string_view line);

/// A value as a cell: quoted where it must be.
std::string csv_cell(std::string_view value);

/// Columns by name, from the header's cells.
class CsvColumns {
 public:
  CsvColumns() = default;
  explicit CsvColumns(const std::vector<CsvCell>& header);

  std::optional<std::size_t> find(std::string_view name) const;

  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// The line with some cells replaced (by column); the others keep their bytes. Columns that the
/// line lacks are filled up to those that are set.
std::string with_cells(std::string_view line, const std::map<std::size_t, std::string>& values);

}  // namespace sweepbox
