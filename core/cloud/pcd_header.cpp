#include "core/cloud/pcd_header.hpp"

#include <algorithm>

#include "core/base/parse.hpp"

namespace sweepbox::pcd {
namespace {

constexpr std::size_t kLongestHeader = 1 << 16;
constexpr std::uint64_t kMostCounts = 1 << 20;  // numbers of one field; larger ones are lies

std::optional<columns::Type> type_of(std::string_view kind, std::size_t size) {
  struct Known {
    char kind;
    std::size_t size;
    columns::Type type;
  };

  using columns::Type;
  static constexpr Known kKnown[] = {{'F', 4, Type::f32},
                                     {'F', 8, Type::f64},
                                     {'I', 1, Type::i8},
                                     {'I', 2, Type::i16},
                                     {'I', 4, Type::i32},
                                     {'I', 8, Type::i64},
                                     {'U', 1, Type::u8},
                                     {'U', 2, Type::u16},
                                     {'U', 4, Type::u32},
                                     {'U', 8, Type::u64}};
  for (const Known& known : kKnown)
    if (kind.size() == 1 && kind[0] == known.kind && size == known.size) return known.type;
  return std::nullopt;
}

/// The lines as they stand, before they are compared with each other.
struct Lines {
  std::vector<std::string_view> fields, sizes, types, counts;
  std::optional<std::uint64_t> width, height, points;
};

tl::unexpected<Error> bad_line(int number, std::string_view key, Text expected, Text found) {
  return fail({},
              fmt::format("line {}, {}", number, key),
              std::move(expected),
              std::move(found),
              "take this file from the data set again");
}

Result<std::optional<std::uint64_t>> count_in(int number,
                                              std::string_view key,
                                              const std::vector<std::string_view>& words) {
  const auto value = words.size() > 1 ? to_integer(words[1]) : std::nullopt;
  if (!value || *value < 0)
    return bad_line(
        number, key, "a count", words.size() > 1 ? text("{}", words[1]) : Text("nothing"));
  return std::optional(static_cast<std::uint64_t>(*value));
}

Result<std::vector<Field>> fields_of(const Lines& lines) {
  if (lines.fields.empty())
    return fail(
        {}, "FIELDS", "names of the fields", "none", "take this file from the data set again");
  const auto fits = [&](const auto& list) {
    return list.empty() || list.size() == lines.fields.size();
  };
  if (!fits(lines.sizes) || !fits(lines.types) || !fits(lines.counts))
    return fail({},
                "SIZE, TYPE, COUNT",
                text("{} values each, as in FIELDS", lines.fields.size()),
                text("{}, {}, {}", lines.sizes.size(), lines.types.size(), lines.counts.size()),
                "take this file from the data set again");
  std::vector<Field> fields;
  for (std::size_t i = 0; i < lines.fields.size(); ++i) {
    Field field{std::string(lines.fields[i]), columns::Type::f32, 4, 1};
    const auto size =
        lines.sizes.empty() ? std::optional<std::int64_t>(4) : to_integer(lines.sizes[i]);
    // A count below one: some converters write 0 for padding that is not there.
    const auto count =
        lines.counts.empty() ? std::optional<std::int64_t>(1) : to_integer(lines.counts[i]);
    if (!size || (*size != 1 && *size != 2 && *size != 4 && *size != 8))
      return fail({},
                  fmt::format("SIZE of {}", field.name),
                  "1, 2, 4 or 8",
                  text("{}", lines.sizes[i]),
                  {});
    if (!count || *count > static_cast<std::int64_t>(kMostCounts))
      return fail({},
                  fmt::format("COUNT of {}", field.name),
                  text("0 to {}", kMostCounts),
                  text("{}", lines.counts[i]),
                  {});
    field.size = static_cast<std::size_t>(*size);
    field.count = static_cast<std::size_t>(std::max<std::int64_t>(*count, 0));
    field.type = type_of(lines.types.empty() ? "F" : lines.types[i], field.size);
    fields.push_back(std::move(field));
  }
  return fields;
}

/// Offsets of the fields that stand between padding, under one reading of the padding's COUNT.
using Offsets = std::vector<std::size_t>;

/// As the header says: a field stands behind all that is named before it.
Offsets as_declared(const std::vector<Field>& fields) {
  Offsets offsets;
  std::size_t at = 0;
  for (const Field& field : fields) {
    offsets.push_back(at);
    at += field.bytes();
  }
  return offsets;
}

/// As some versions of PCL count padding: from the end that the field before would have if it were
/// as large as the field behind. SUSTechPOINTS' example has COUNT 0 between a float at 16 and a
/// double at 24, then 6 before the uint16 at 32 that follows at once (looked at byte by byte).
Offsets as_pcl_miscounts(const std::vector<Field>& fields) {
  Offsets offsets;
  std::size_t at = 0, begin_before = 0, padding = 0;
  for (const Field& field : fields) {
    if (field.is_padding()) {
      padding += field.bytes();
      offsets.push_back(at);
      continue;
    }
    if (&field != &fields.front() && (&field - 1)->is_padding())
      at = begin_before + padding + field.bytes();
    offsets.push_back(at);
    begin_before = at;
    at += field.bytes();
    padding = 0;
  }
  return offsets;
}

/// True where a compiler could have laid the fields out like this: each at a multiple of its size,
/// none over another, all inside the point.
bool is_a_struct(const std::vector<Field>& fields, const Offsets& offsets, std::size_t stride) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].is_padding()) continue;
    if (offsets[i] % fields[i].size != 0 || offsets[i] < end) return false;
    end = offsets[i] + fields[i].bytes();
  }
  return end <= stride;
}

/// Padding means that a struct was written as it lies in memory. Where it could not lie as declared
/// but could as PCL miscounts, it does.
void place_fields(Header& header) {
  for (const Field& field : header.fields) header.stride += field.bytes();
  Offsets offsets = as_declared(header.fields);
  const bool padded = std::any_of(header.fields.begin(),
                                  header.fields.end(),
                                  [](const Field& field) { return field.is_padding(); });
  if (padded && !is_a_struct(header.fields, offsets, header.stride)) {
    const Offsets miscounted = as_pcl_miscounts(header.fields);
    if (is_a_struct(header.fields, miscounted, header.stride)) offsets = miscounted;
  }
  for (std::size_t i = 0; i < offsets.size(); ++i) header.fields[i].offset = offsets[i];
}

std::optional<std::uint64_t> area(const Lines& lines) {
  if (!lines.width) return std::nullopt;
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(*lines.width, lines.height.value_or(1), &product)) return std::nullopt;
  return product;
}

}  // namespace

Result<Header> read_header(std::span<const std::byte> file) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()),
                             std::min(file.size(), kLongestHeader));
  Lines lines;
  Header header;
  std::size_t at = 0;
  for (int number = 1;; ++number) {
    const std::size_t end = all.find('\n', at);
    if (end == std::string_view::npos)
      return fail({},
                  {},
                  "a PCD header that ends with a DATA line",
                  file.empty() ? Text("an empty file") : Text("none"),
                  "take this file from the data set again");
    std::string_view line = all.substr(at, end - at);
    at = end + 1;
    line = line.substr(0, line.find('#'));
    const std::vector<std::string_view> words = split_blanks(line);
    if (words.empty()) continue;
    const std::string_view key = words.front();
    const std::vector<std::string_view> values(words.begin() + 1, words.end());
    if (key == "FIELDS" || key == "COLUMNS") lines.fields = values;
    if (key == "SIZE") lines.sizes = values;
    if (key == "TYPE") lines.types = values;
    if (key == "COUNT") lines.counts = values;
    for (const auto& [name, target] :
         {std::pair("WIDTH", &lines.width), {"HEIGHT", &lines.height}, {"POINTS", &lines.points}})
      if (key == name) {
        const auto count = count_in(number, key, words);
        if (!count) return tl::unexpected(count.error());
        *target = *count;
      }
    if (key != "DATA") continue;
    const std::string_view kind = values.empty() ? "" : values.front();
    if (kind == "ascii")
      header.data = Data::ascii;
    else if (kind == "binary")
      header.data = Data::binary;
    else if (kind == "binary_compressed")
      header.data = Data::compressed;
    else
      return bad_line(number, key, "ascii, binary or binary_compressed", text("{}", kind));
    break;
  }
  auto fields = fields_of(lines);
  if (!fields) return tl::unexpected(fields.error());
  header.fields = std::move(*fields);
  header.points = lines.points ? lines.points : area(lines);
  header.size_disagrees = lines.points && lines.width && area(lines) != lines.points;
  header.begin = at;
  place_fields(header);
  return header;
}

}  // namespace sweepbox::pcd
