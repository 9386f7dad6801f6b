#include "core/label/csv_table.hpp"

namespace sweepbox {

std::vector<CsvCell> csv_cells(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  std::vector<CsvCell> cells;
  for (std::size_t at = 0;;) {
    CsvCell cell;
    const std::size_t begin = at;
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size(); ++at) {
        if (line[at] != '"') {
          cell.value += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          cell.value += line[at++];
        } else {
          ++at;
          break;
        }
      }
    }
    // What stands between a closing quote and the comma belongs to the cell, as pandas has it.
    const std::size_t comma = line.find(',', at);
    const std::size_t end = comma == std::string_view::npos ? line.size() : comma;
    cell.value += line.substr(at, end - at);
    cell.raw = line.substr(begin, end - begin);
    cells.push_back(std::move(cell));
    if (comma == std::string_view::npos) return cells;
    at = comma + 1;
  }
}

std::string csv_cell(std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) {
    // A line end within a cell would break readers of lines, ours too.
    if (c == '\n' || c == '\r')
      quoted += ' ';
    else if (c == '"')
      quoted += "\"\"";
    else
      quoted += c;
  }
  return quoted + '"';
}

CsvColumns::CsvColumns(const std::vector<CsvCell>& header) {
  for (const CsvCell& cell : header) {
    index_.emplace(cell.value, names_.size());
    names_.push_back(cell.value);
  }
}

std::optional<std::size_t> CsvColumns::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::string with_cells(std::string_view line, const std::map<std::size_t, std::string>& values) {
  const std::vector<CsvCell> cells = csv_cells(line);
  std::size_t count = cells.size();
  for (const auto& [column, value] : values) count = std::max(count, column + 1);
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) result += ',';
    if (const auto found = values.find(i); found != values.end())
      result += csv_cell(found->second);
    else if (i < cells.size())
      result += cells[i].raw;
  }
  std::size_t end = line.size();
  while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) --end;
  result += line.substr(end);
  return result;
}

}  // namespace sweepbox
