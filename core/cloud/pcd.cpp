#include <lzf.h>

#include <algorithm>
#include <cstring>

#include "core/base/limits.hpp"
#include "core/base/parse.hpp"
#include "core/base/word_reader.hpp"
#include "core/cloud/pcd_header.hpp"
#include "core/cloud/text_columns.hpp"

namespace sweepbox {
namespace {

using columns::Column;
using columns::Type;
using pcd::Field;
using pcd::Header;

constexpr std::size_t kMostSplit = 8;  // a field of more numbers is a descriptor, not a channel

/// A column for each number of a field; `step` is from one number of a point to its next.
void add_columns(const Field& field,
                 const std::byte* data,
                 std::size_t stride,
                 std::vector<Column>& columns) {
  if (field.is_padding() || !field.type || field.count == 0 || field.count > kMostSplit) return;
  for (std::size_t i = 0; i < field.count; ++i)
    columns.push_back({field.count == 1 ? field.name : fmt::format("{}_{}", field.name, i),
                       *field.type,
                       data ? data + i * field.size : nullptr,  // an empty cloud has no bytes
                       stride});
}

/// Says where the header and the data disagree about the number of points.
void compare_counts(const Header& header, std::uint64_t found, std::vector<Problem>& problems) {
  if (header.size_disagrees)
    problems.push_back({Severity::note,
                        {},
                        "header",
                        "WIDTH times HEIGHT equal to POINTS",
                        "another number",
                        "the data decide"});
  if (header.points && found < *header.points)
    problems.push_back({Severity::error,
                        {},
                        "points",
                        text("{} as the header says", *header.points),
                        text("{}", found),
                        "the file is cut short: take it from the data set again"});
}

tl::unexpected<Error> no_points(const Header& header) {
  return fail({},
              "points",
              header.points ? text("{} as the header says", *header.points) : Text("points"),
              "none that is whole",
              "take this file from the data set again");
}

/// A cloud of what was found; nothing where something was promised is an error.
Result<CloudRead> to_cloud(const Header& header,
                           const std::vector<Column>& columns,
                           std::size_t count,
                           const CloudOptions& options) {
  if (count == 0 && header.points != std::uint64_t{0}) return no_points(header);
  auto read = columns::to_cloud(columns, count, options);
  if (read) compare_counts(header, count, read->problems);
  return read;
}

Result<CloudRead> read_binary(const Header& header,
                              std::span<const std::byte> data,
                              const CloudOptions& options) {
  const std::size_t stride = header.stride;
  if (stride == 0) return no_points(header);
  const std::uint64_t there = data.size() / stride;
  const auto count = static_cast<std::size_t>(std::min(header.points.value_or(there), there));
  std::vector<Column> columns;
  for (const Field& field : header.fields)
    add_columns(field, data.data() + (count > 0 ? field.offset : 0), stride, columns);
  return to_cloud(header, columns, count, options);
}

/// What an LZF stream can grow to: three bytes make at most 264.
constexpr std::uint64_t kMostGrowth = 88;

std::uint32_t u32_at(std::span<const std::byte> data, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, data.data() + at, sizeof value);
  return value;
}

Result<FileBytes> unpacked(const Header& header, std::span<const std::byte> data) {
  constexpr std::size_t kSizes = 8;
  const std::uint32_t packed = data.size() < kSizes ? 0 : u32_at(data, 0);
  const std::uint32_t full = data.size() < kSizes ? 0 : u32_at(data, 4);
  if (data.size() < kSizes || packed > data.size() - kSizes)
    return fail({},
                "compressed points",
                data.size() < kSizes ? Text("two sizes") : text("{} bytes", packed),
                text("{} bytes", data.size()),
                "the file is cut short: take it from the data set again");
  if (full > packed * kMostGrowth)
    return fail({},
                "compressed points",
                text("at most {} bytes in {} compressed ones", packed * kMostGrowth, packed),
                text("{} by the header", full),
                "take this file from the data set again");
  // A cloud holds each number as a float: of bytes, four times what the file had.
  std::uint64_t stride = 0, numbers = 0;
  for (const Field& field : header.fields) {
    if (field.is_padding()) continue;
    stride += field.bytes();
    if (field.count <= kMostSplit) numbers += field.count;
  }
  const std::uint64_t most = most_unpacked_from(data.size());
  const std::uint64_t points = stride > 0 ? full / stride : 0;
  const std::uint64_t needed = full + points * numbers * sizeof(float);
  if (needed > most)
    return fail({},
                "compressed points",
                text("at most {} bytes of points in a file of {}", most, data.size()),
                text("{}", needed),
                "take this file from the data set again");
  FileBytes content(full);
  if (full > 0 && lzf_decompress(data.data() + kSizes, packed, content.data(), full) != full)
    return fail({},
                "compressed points",
                text("{} bytes when unpacked", full),
                "a damaged stream",
                "take this file from the data set again");
  return content;
}

/// Column after column; the writer has dropped the padding, or kept it.
Result<CloudRead> read_compressed(const Header& header,
                                  std::span<const std::byte> data,
                                  const CloudOptions& options) {
  const auto content = unpacked(header, data);
  if (!content) return tl::unexpected(content.error());
  std::size_t with_padding = 0, without = 0;
  for (const Field& field : header.fields) {
    with_padding += field.bytes();
    if (!field.is_padding()) without += field.bytes();
  }
  if (without == 0) return no_points(header);
  const bool padded = with_padding != without && header.points && *header.points > 0 &&
                      content->size() % with_padding == 0 &&
                      content->size() / with_padding == *header.points;
  // Columns are as long as the writer's points were, so the data decide, not the header.
  const std::size_t count = content->size() / (padded ? with_padding : without);
  std::vector<Column> columns;
  std::size_t offset = 0;
  for (const Field& field : header.fields) {
    if (field.is_padding() && !padded) continue;
    add_columns(field, content->data() + offset, field.bytes(), columns);
    offset += field.bytes() * count;
  }
  return to_cloud(header, columns, count, options);
}

/// The bits of a packed colour in text: a whole number, or the float that has these bits.
std::optional<double> color_bits(std::string_view word) {
  if (const auto whole = to_integer(word)) return static_cast<double>(*whole);
  const auto number = to_double(word);
  if (!number) return std::nullopt;
  const auto narrow = static_cast<float>(*number);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &narrow, sizeof bits);
  return static_cast<double>(bits);
}

/// One word of each line, or several that are skipped: a header may claim millions of those.
struct Word {
  std::string name;
  Type type = Type::f32;
  bool color = false;
  std::size_t skipped = 0;  ///< words; 0: it is read
};

std::vector<Word> words_of(const Header& header) {
  std::vector<Word> words;
  for (const Field& field : header.fields) {
    if (field.is_padding() || field.count > kMostSplit) {
      if (field.count > 0) words.push_back({field.name, Type::f32, false, field.count});
      continue;
    }
    for (std::size_t i = 0; i < field.count; ++i) {
      const bool color = field.name == "rgb" || field.name == "rgba";
      words.push_back({field.count == 1 ? field.name : fmt::format("{}_{}", field.name, i),
                       color ? Type::u32 : field.type.value_or(Type::f64),
                       color,
                       0});
    }
  }
  return words;
}

/// Words that a whole line has.
std::size_t words_in_line(const std::vector<Word>& words) {
  std::size_t sum = 0;
  for (const Word& word : words) sum += std::max<std::size_t>(word.skipped, 1);
  return sum;
}

enum class Line { blank, points, bad };

/// Fills a row from a line. Bad is one with too few words or one that is no number.
Line read_line(WordReader& reader, const std::vector<Word>& words, std::span<double> row) {
  using Kind = WordReader::Number::Kind;
  std::size_t to = 0;
  bool any = false;
  for (const Word& word : words) {
    for (std::size_t i = 0; i < word.skipped; ++i) {
      if (reader.word().empty()) return any ? Line::bad : Line::blank;
      any = true;
    }
    if (word.skipped > 0) continue;
    if (word.color) {
      const std::string_view text = reader.word();
      if (text.empty()) return any ? Line::bad : Line::blank;
      const auto bits = color_bits(text);
      if (!bits) return Line::bad;
      row[to++] = *bits;
    } else {
      const WordReader::Number number = reader.number();
      if (number.kind == Kind::line_end) return any ? Line::bad : Line::blank;
      if (number.kind == Kind::other_word) return Line::bad;
      row[to++] = number.value;
    }
    any = true;
  }
  return Line::points;
}

Result<CloudRead> read_ascii(const Header& header,
                             std::span<const std::byte> data,
                             const CloudOptions& options) {
  const std::vector<Word> words = words_of(header);
  if (words.empty()) return no_points(header);
  columns::TextColumns found;
  for (const Word& word : words)
    if (word.skipped == 0) found.add(word.name, word.type);
  found.reserve(header.points.value_or(0), data.size());
  std::size_t count = 0;
  std::string bad_line;
  WordReader reader({reinterpret_cast<const char*>(data.data()), data.size()});
  for (int number = 1; !reader.at_end() && count != header.points; ++number) {
    const Line line = read_line(reader, words, found.row());
    if (line == Line::bad) {
      bad_line = fmt::format("line {} of the points", number);
      break;
    }
    if (line == Line::points) {
      found.keep_row();
      ++count;
    }
    reader.next_line();
  }
  auto read = to_cloud(header, found.columns(), count, options);
  if (read && !bad_line.empty())
    read->problems.push_back({Severity::error,
                              {},
                              bad_line,
                              text("{} numbers", words_in_line(words)),
                              "something else",
                              "the points before it were read"});
  return read;
}

Result<CloudRead> read_pcd(std::span<const std::byte> file, const CloudOptions& options) {
  const auto header = pcd::read_header(file);
  if (!header) return tl::unexpected(header.error());
  const auto data = file.subspan(header->begin);
  auto read = header->data == pcd::Data::binary  ? read_binary(*header, data, options)
              : header->data == pcd::Data::ascii ? read_ascii(*header, data, options)
                                                 : read_compressed(*header, data, options);
  if (!read) return read;
  for (const Field& field : header->fields)
    if (!field.is_padding() && (field.count > kMostSplit || !field.type))
      read->problems.push_back({Severity::note,
                                {},
                                "field " + field.name,
                                text("1 to {} numbers of a known type", kMostSplit),
                                text("{} of {} bytes", field.count, field.size),
                                "it is left out"});
  return read;
}

/// Binary: x y z float32, each channel float32, colours in the bits of a float as PCL writes them.
Result<std::vector<std::byte>> write_pcd(const PointCloud& cloud) {
  if (!cloud.origin.isZero(0))
    return fail({},
                {},
                "coordinates that float32 holds",
                "a cloud with an origin of its own",
                "write a format that holds doubles");
  std::string names = "x y z", sizes = "4 4 4", types = "F F F", counts = "1 1 1";
  std::vector<const void*> sources = {cloud.x.data(), cloud.y.data(), cloud.z.data()};
  const auto add = [&](std::string_view name, const void* source) {
    names += fmt::format(" {}", name);
    sizes += " 4";
    types += " F";
    counts += " 1";
    sources.push_back(source);
  };
  for (const Channel& channel : cloud.channels) {
    if (split_blanks(channel.name).size() != 1 || channel.name.find('#') != std::string::npos)
      return fail({}, "channel " + channel.name, "a name of one word", "another", "rename it");
    add(channel.name, channel.values.data());
  }
  if (!cloud.rgb.empty()) add("rgb", cloud.rgb.data());
  const std::string header = fmt::format(
      "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS {}\nSIZE {}\nTYPE {}\nCOUNT "
      "{}\n"
      "WIDTH {}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {}\nDATA binary\n",
      names,
      sizes,
      types,
      counts,
      cloud.size(),
      cloud.size());
  constexpr std::size_t kNumber = 4;
  std::vector<std::byte> file(header.size() + cloud.size() * sources.size() * kNumber);
  std::memcpy(file.data(), header.data(), header.size());
  std::byte* to = file.data() + header.size();
  for (std::size_t i = 0; i < cloud.size(); ++i)
    for (const void* source : sources) {
      std::memcpy(to, static_cast<const std::byte*>(source) + i * kNumber, kNumber);
      to += kNumber;
    }
  return file;
}

}  // namespace

CloudFormat pcd_format() {
  return {"pcd", "Point Cloud Data (.pcd)", {".pcd"}, read_pcd, write_pcd};
}

}  // namespace sweepbox
