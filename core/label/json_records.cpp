#include "core/label/json_records.hpp"

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// End of the string that begins at the quote; npos where it does not end.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return std::string_view::npos;
}

/// End of the value that begins at `at`: at the comma or bracket after it; npos where it is cut
/// off.
std::size_t value_end(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<JsonArray> json_array(std::string_view text) {
  std::size_t at = text.find_first_not_of(kBlanks);
  if (at == std::string_view::npos || text[at] != '[') return std::nullopt;
  ++at;
  JsonArray result;
  while (true) {
    at = text.find_first_not_of(kBlanks, at);
    if (at == std::string_view::npos) return result;
    if (text[at] == ']') {
      result.whole = true;
      return result;
    }
    const std::size_t end = value_end(text, at);
    if (end == std::string_view::npos) return result;
    std::size_t last = end;
    while (last > at && kBlanks.find(text[last - 1]) != std::string_view::npos) --last;
    result.values.emplace_back(at, last);
    if (text[end] == '}') return result;  // a bracket of another kind closes it: broken
    at = text[end] == ',' ? end + 1 : end;
  }
}

std::string with_values(std::string_view text,
                        const std::vector<std::pair<std::uint64_t, std::uint64_t>>& records,
                        const std::vector<std::optional<std::string>>& values,
                        const std::vector<std::string>& added) {
  std::string_view before = "[", after = "]\n", between = ", ";
  if (!records.empty()) {
    before = text.substr(0, records.front().first);
    after = text.substr(records.back().second);
    if (records.size() > 1)
      between = text.substr(records[0].second, records[1].first - records[0].second);
  }
  std::string result(before);
  std::optional<std::size_t> last;  // value that was written before
  bool any = false;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!values[i]) continue;
    if (any)
      result += last && *last + 1 == i
                    ? text.substr(records[i - 1].second, records[i].first - records[i - 1].second)
                    : between;
    result += *values[i];
    any = true;
    last = i;
  }
  for (const std::string& value : added) {
    if (any) result += between;
    result += value;
    any = true;
  }
  return result += after;
}

}  // namespace sweepbox
