#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/parse.hpp"
#include "core/base/word_reader.hpp"
#include "core/cloud/text_columns.hpp"

namespace sweepbox {
namespace {

using columns::Column;
using columns::Type;

std::optional<Type> type_named(std::string_view word) {
  static constexpr std::pair<std::string_view, Type> kNames[] = {{"char", Type::i8},
                                                                 {"int8", Type::i8},
                                                                 {"uchar", Type::u8},
                                                                 {"uint8", Type::u8},
                                                                 {"short", Type::i16},
                                                                 {"int16", Type::i16},
                                                                 {"ushort", Type::u16},
                                                                 {"uint16", Type::u16},
                                                                 {"int", Type::i32},
                                                                 {"int32", Type::i32},
                                                                 {"uint", Type::u32},
                                                                 {"uint32", Type::u32},
                                                                 {"float", Type::f32},
                                                                 {"float32", Type::f32},
                                                                 {"double", Type::f64},
                                                                 {"float64", Type::f64}};
  for (const auto& [name, type] : kNames)
    if (name == word) return type;
  return std::nullopt;
}

struct Property {
  std::string name;
  Type type = Type::f32;
  std::optional<Type> count = {};  ///< of a list: the type of the number before its items
};

struct Element {
  std::uint64_t count = 0;
  std::vector<Property> properties;
};

enum class Encoding { ascii, little, big };

struct Header {
  Encoding encoding = Encoding::ascii;
  std::uint64_t points = 0;
  std::vector<Property> properties;  ///< of a vertex
  std::vector<Element> before;       ///< what stands before the vertices
  std::size_t begin = 0;
};

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({},
              std::move(where),
              std::move(expected),
              std::move(found),
              "take this file from the data set again");
}

Result<Property> property_of(const std::vector<std::string_view>& words, const std::string& where) {
  const bool list = words.size() == 5 && words[1] == "list";
  const auto type = list                ? type_named(words[3])
                    : words.size() == 3 ? type_named(words[1])
                                        : std::nullopt;
  const auto count = list ? type_named(words[2]) : std::nullopt;
  if (!type || (list && !count))
    return bad(where, "a property of numbers", text("{}", words.size() > 1 ? words[1] : ""));
  std::string name(words.back());
  if (name.starts_with("scalar_")) name.erase(0, 7);  // CloudCompare's prefix
  return Property{std::move(name), *type, count};
}

Result<Encoding> encoding_of(std::string_view word, const std::string& where) {
  if (word == "ascii") return Encoding::ascii;
  if (word == "binary_little_endian") return Encoding::little;
  if (word == "binary_big_endian") return Encoding::big;
  return bad(where, "a PLY encoding", text("{}", word));
}

Result<Header> read_header(std::string_view file) {
  Header header;
  std::vector<Element> elements;
  std::optional<std::size_t> vertex;
  std::size_t at = 0;
  for (int number = 1;; ++number) {
    const std::size_t end = file.substr(0, 1 << 16).find('\n', at);
    if (end == std::string_view::npos) return bad({}, "a PLY header with end_header", "none");
    const std::vector<std::string_view> words = split_blanks(file.substr(at, end - at));
    at = end + 1;
    const std::string where = fmt::format("line {}", number);
    if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
    if (words[0] == "end_header") break;
    if (words[0] == "format" && words.size() > 1) {
      const auto encoding = encoding_of(words[1], where);
      if (!encoding) return tl::unexpected(encoding.error());
      header.encoding = *encoding;
    }
    if (words[0] == "element" && words.size() > 2) {
      const auto count = to_integer(words[2]);
      if (!count || *count < 0) return bad(where, "a count", text("{}", words[2]));
      if (words[1] == "vertex" && !vertex) vertex = elements.size();
      elements.push_back({static_cast<std::uint64_t>(*count), {}});
    }
    if (words[0] == "property" && !elements.empty()) {
      auto property = property_of(words, where);
      if (!property) return tl::unexpected(property.error());
      if (property->count && vertex == elements.size() - 1)
        return bad(where, "one number a point", text("a list, {}", property->name));
      elements.back().properties.push_back(std::move(*property));
    }
  }
  if (!vertex || elements[*vertex].properties.empty())
    return bad("header", "an element vertex", "none");
  header.points = elements[*vertex].count;
  header.properties = std::move(elements[*vertex].properties);
  elements.resize(*vertex);
  header.before = std::move(elements);
  header.begin = at;
  return header;
}

/// Number of items of a list.
std::uint64_t count_at(Type type, std::span<const std::byte> bytes, bool big) {
  std::vector<std::byte> turned(bytes.begin(), bytes.end());
  if (big) std::reverse(turned.begin(), turned.end());
  const double count = columns::value_at({{}, type, turned.data(), 0}, 0);
  return count > 0 && count < 0x1p32 ? static_cast<std::uint64_t>(count) : 0;
}

/// Bytes of the elements before the points, lists walked one by one; the data's size where they end
/// beyond it.
std::size_t binary_bytes_before(const Header& header, std::span<const std::byte> data) {
  const bool big = header.encoding == Encoding::big;
  std::size_t at = 0;
  const auto skip = [&](std::uint64_t count, std::size_t size) {
    const bool inside = count <= (data.size() - at) / size;
    at = inside ? at + static_cast<std::size_t>(count) * size : data.size();
  };
  for (const Element& element : header.before) {
    std::size_t fixed = 0;
    for (const Property& property : element.properties) fixed += columns::size_of(property.type);
    const bool lists = std::any_of(element.properties.begin(),
                                   element.properties.end(),
                                   [](const Property& property) { return property.count; });
    if (!lists && fixed > 0) skip(element.count, fixed);
    for (std::uint64_t i = 0; lists && i < element.count && at < data.size(); ++i)
      for (const Property& property : element.properties) {
        std::uint64_t items = 1;
        if (property.count) {
          const std::size_t size = columns::size_of(*property.count);
          if (data.size() - at < size) return data.size();
          items = count_at(*property.count, data.subspan(at, size), big);
          at += size;
        }
        skip(items, columns::size_of(property.type));
      }
  }
  return at;
}

std::vector<Column> columns_of(const Header& header, const std::byte* data, std::size_t stride) {
  std::vector<Column> columns;
  std::size_t offset = 0;
  for (const Property& property : header.properties) {
    columns.push_back({property.name, property.type, data ? data + offset : data, stride});
    offset += columns::size_of(property.type);
  }
  return columns;
}

/// The same bytes in this machine's order.
std::vector<std::byte> swapped(const Header& header,
                               std::span<const std::byte> data,
                               std::size_t count) {
  std::vector<std::byte> turned(data.begin(), data.end());
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i)
    for (const Property& property : header.properties) {
      const std::size_t size = columns::size_of(property.type);
      const auto first = turned.begin() + static_cast<std::ptrdiff_t>(at);
      std::reverse(first, first + static_cast<std::ptrdiff_t>(size));
      at += size;
    }
  return turned;
}

struct Found {
  std::size_t count = 0;
  Result<CloudRead> read;
};

Found read_binary(const Header& header,
                  std::span<const std::byte> data,
                  const CloudOptions& options) {
  data = data.subspan(binary_bytes_before(header, data));
  std::size_t stride = 0;
  for (const Property& property : header.properties) stride += columns::size_of(property.type);
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(header.points, data.size() / stride));
  data = data.first(count * stride);
  if (header.encoding == Encoding::little)
    return {count, columns::to_cloud(columns_of(header, data.data(), stride), count, options)};
  const std::vector<std::byte> turned = swapped(header, data, count);
  return {count, columns::to_cloud(columns_of(header, turned.data(), stride), count, options)};
}

/// Fills a row from a line and returns how many words it had, at most as many as the row. What is
/// no number is NaN.
std::size_t numbers_of_line(WordReader& words, std::span<double> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const WordReader::Number number = words.number();
    if (number.kind == WordReader::Number::Kind::line_end) return i;
    row[i] = number.kind == WordReader::Number::Kind::number
                 ? number.value
                 : std::numeric_limits<double>::quiet_NaN();
  }
  return row.size();
}

Found read_ascii(const Header& header, std::string_view data, const CloudOptions& options) {
  WordReader words(data);
  for (const Element& element : header.before)
    for (std::uint64_t i = 0; i < element.count && !words.at_end(); words.next_line())
      if (!words.word().empty()) ++i;
  columns::TextColumns found;
  for (const Property& property : header.properties) found.add(property.name, property.type);
  found.reserve(header.points, data.size());
  std::size_t count = 0;
  for (; count < header.points && !words.at_end(); words.next_line()) {
    const std::size_t width = numbers_of_line(words, found.row());
    if (width == 0) continue;  // a blank line
    if (width < header.properties.size()) break;
    found.keep_row();
    ++count;
  }
  return {count, columns::to_cloud(found.columns(), count, options)};
}

Result<CloudRead> read_ply(std::span<const std::byte> file, const CloudOptions& options) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  const auto header = read_header(all);
  if (!header) return tl::unexpected(header.error());
  Found found = header->encoding == Encoding::ascii
                    ? read_ascii(*header, all.substr(header->begin), options)
                    : read_binary(*header, file.subspan(header->begin), options);
  if (!found.read) return std::move(found.read);
  if (found.count == 0 && header->points > 0)
    return bad("points", text("{} as the header says", header->points), "none that is whole");
  if (found.count < header->points)
    found.read->problems.push_back({Severity::error,
                                    {},
                                    "points",
                                    text("{} as the header says", header->points),
                                    text("{}", found.count),
                                    "the file is cut short: take it from the data set again"});
  return std::move(found.read);
}

}  // namespace

CloudFormat ply_format() {
  return {"ply", "Polygon File Format (.ply)", {".ply"}, read_ply, nullptr};
}

}  // namespace sweepbox
