#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/parse.hpp"
#include "core/cloud/columns.hpp"

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
};

enum class Encoding { ascii, little, big };

struct Header {
  Encoding encoding = Encoding::ascii;
  std::uint64_t points = 0;
  std::vector<Property> properties;  ///< of a vertex
  std::size_t begin = 0;
};

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({},
              std::move(where),
              std::move(expected),
              std::move(found),
              "take this file from the data set again");
}

/// Points must be the first element and hold no lists: what stands before them would have to be
/// walked, and no tool writes a cloud like that.
Result<Header> read_header(std::string_view file) {
  Header header;
  std::string element;
  int elements = 0;
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
      if (words[1] == "ascii")
        header.encoding = Encoding::ascii;
      else if (words[1] == "binary_little_endian")
        header.encoding = Encoding::little;
      else if (words[1] == "binary_big_endian")
        header.encoding = Encoding::big;
      else
        return bad(where, "a PLY encoding", text("{}", words[1]));
    }
    if (words[0] == "element" && words.size() > 2) {
      element = words[1];
      ++elements;
      const auto count = to_integer(words[2]);
      if (element != "vertex") continue;
      if (!count || *count < 0) return bad(where, "a count", text("{}", words[2]));
      if (elements > 1)
        return bad(where, "vertex as the first element", text("number {}", elements));
      header.points = static_cast<std::uint64_t>(*count);
    }
    if (words[0] == "property" && element == "vertex") {
      const auto type = words.size() == 3 ? type_named(words[1]) : std::nullopt;
      if (!type)
        return bad(where, "a property of numbers", text("{}", words.size() > 1 ? words[1] : ""));
      std::string name(words[2]);
      if (name.starts_with("scalar_")) name.erase(0, 7);  // CloudCompare's prefix
      header.properties.push_back({std::move(name), *type});
    }
  }
  if (header.properties.empty()) return bad("header", "an element vertex", "none");
  header.begin = at;
  return header;
}

std::vector<Column> columns_of(const Header& header, const std::byte* data, std::size_t stride) {
  std::vector<Column> columns;
  std::size_t offset = 0;
  for (const Property& property : header.properties) {
    columns.push_back({property.name, property.type, data + offset, stride});
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

Found read_binary(const Header& header, std::span<const std::byte> data) {
  std::size_t stride = 0;
  for (const Property& property : header.properties) stride += columns::size_of(property.type);
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(header.points, data.size() / stride));
  data = data.first(count * stride);
  if (header.encoding == Encoding::little)
    return {count, columns::to_cloud(columns_of(header, data.data(), stride), count)};
  const std::vector<std::byte> turned = swapped(header, data, count);
  return {count, columns::to_cloud(columns_of(header, turned.data(), stride), count)};
}

Found read_ascii(const Header& header, std::string_view data) {
  const std::size_t width = header.properties.size();
  std::vector<std::vector<std::byte>> numbers(width);
  std::size_t count = 0;
  while (!data.empty()) {
    if (count == header.points) break;
    const std::vector<std::string_view> words = split_blanks(columns::take_line(data));
    if (words.empty()) continue;
    if (words.size() < width) break;
    for (std::size_t i = 0; i < width; ++i)
      columns::append(numbers[i],
                      header.properties[i].type,
                      to_double(words[i]).value_or(std::numeric_limits<double>::quiet_NaN()));
    ++count;
  }
  std::vector<Column> columns;
  for (std::size_t i = 0; i < width; ++i) {
    const Property& property = header.properties[i];
    columns.push_back(
        {property.name, property.type, numbers[i].data(), columns::size_of(property.type)});
  }
  return {count, columns::to_cloud(columns, count)};
}

Result<CloudRead> read_ply(std::span<const std::byte> file, const CloudOptions&) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  const auto header = read_header(all);
  if (!header) return tl::unexpected(header.error());
  Found found = header->encoding == Encoding::ascii
                    ? read_ascii(*header, all.substr(header->begin))
                    : read_binary(*header, file.subspan(header->begin));
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
