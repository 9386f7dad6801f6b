#include "core/cloud/las_header.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/byte_reader.hpp"

namespace sweepbox::las {
namespace {

constexpr const char* kFix = "take this file from the data set again";
constexpr std::size_t kRecordOf[] = {20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67};
constexpr std::size_t kShortest = 227;  // header of 1.0 to 1.2
constexpr std::size_t kExtraField = 192;

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({}, std::move(where), std::move(expected), std::move(found), kFix);
}

template <class Number>
Number at(std::span<const std::byte> bytes, std::size_t place) {
  ByteReader reader(bytes);
  reader.skip(place);
  return reader.number<Number>().value_or(Number{});
}

/// Texts end at their first zero byte, or where their field ends.
std::string text_at(std::span<const std::byte> bytes, std::size_t place, std::size_t size) {
  ByteReader reader(bytes);
  reader.skip(place);
  const std::string_view all = reader.text(size).value_or("");
  return std::string(all.substr(0, all.find('\0')));
}

std::optional<columns::Type> type_of(unsigned code) {
  using columns::Type;
  static constexpr Type kTypes[] = {Type::u8,
                                    Type::i8,
                                    Type::u16,
                                    Type::i16,
                                    Type::u32,
                                    Type::i32,
                                    Type::u64,
                                    Type::i64,
                                    Type::f32,
                                    Type::f64};
  if (code < 1 || code > std::size(kTypes)) return std::nullopt;
  return kTypes[code - 1];
}

/// Numbers of one descriptor of an "extra bytes" record: one, or two or three of them (an older
/// form: types 11 to 30). Moves `offset` behind them; false where the kind is not known.
bool add_extra(std::span<const std::byte> descriptor, std::size_t& offset, Header& header) {
  const unsigned code = at<std::uint8_t>(descriptor, 2);
  const unsigned options = at<std::uint8_t>(descriptor, 3);
  const std::string name = text_at(descriptor, 4, 32);
  if (code == 0) {
    offset += options;  // bytes without a meaning, so many of them
    return true;
  }
  constexpr unsigned kKinds = 10;
  const auto type = type_of((code - 1) % kKinds + 1);
  const unsigned count = (code - 1) / kKinds + 1;
  if (!type || count > 3) return false;
  for (unsigned i = 0; i < count; ++i) {
    constexpr unsigned kHasScale = 8, kHasOffset = 16;
    ExtraField field{count == 1 ? name : fmt::format("{}_{}", name, i), *type, offset, 1, 0};
    if (options & kHasScale) field.scale = at<double>(descriptor, 112 + 8 * i);
    if (options & kHasOffset) field.shift = at<double>(descriptor, 136 + 8 * i);
    offset += columns::size_of(*type);
    if (!field.name.empty() && offset <= header.record) header.extra.push_back(std::move(field));
  }
  return true;
}

void read_extra(std::span<const std::byte> record, Header& header) {
  std::size_t offset = kRecordOf[header.format];
  for (std::size_t place = 0; place + kExtraField <= record.size(); place += kExtraField)
    if (!add_extra(record.subspan(place, kExtraField), offset, header)) break;
  if (offset > header.record)
    header.problems.push_back({Severity::warning,
                               {},
                               "extra bytes",
                               text("up to {} bytes a point", header.record),
                               text("{} described", offset),
                               "those beyond are left out"});
}

/// The variable length records between header and points.
void read_records(std::span<const std::byte> file, std::size_t size, Header& header) {
  constexpr std::size_t kRecordHead = 54;
  const auto count = at<std::uint32_t>(file, 100);
  std::size_t place = size;
  for (std::uint32_t i = 0; i < count && place + kRecordHead <= header.begin; ++i) {
    const std::size_t length = at<std::uint16_t>(file, place + 20);
    const std::size_t content = place + kRecordHead;
    if (length > file.size() - content) return;
    if (text_at(file, place + 2, 16) == "LASF_Spec" && at<std::uint16_t>(file, place + 18) == 4)
      return read_extra(file.subspan(content, length), header);  // there is one at most
    place = content + length;
  }
}

}  // namespace

Result<Header> read_header(std::span<const std::byte> file) {
  if (text_at(file, 0, 4) != "LASF")
    return bad({}, "a LAS file, which begins with LASF", "something else");
  if (file.size() < kShortest)
    return bad("header", text("{} bytes", kShortest), text("{}", file.size()));
  Header header;
  const int major = at<std::uint8_t>(file, 24);
  header.minor = at<std::uint8_t>(file, 25);
  if (major != 1 || header.minor > 4)
    return bad("version", "1.0 to 1.4", text("{}.{}", major, header.minor));
  const std::size_t size = at<std::uint16_t>(file, 94);
  header.begin = at<std::uint32_t>(file, 96);
  const std::size_t needed = header.minor >= 4 ? 375 : header.minor == 3 ? 235 : kShortest;
  if (size < needed || size > header.begin || header.begin > file.size())
    return bad("header",
               text("{} bytes or more, then the points inside the file", needed),
               text("{} bytes, the points at byte {}", size, header.begin));
  const unsigned format = at<std::uint8_t>(file, 104);
  constexpr unsigned kCompressed = 0xC0;
  if (format & kCompressed)
    return fail({},
                "header",
                "a LAS file",
                "a compressed one (LAZ), for which Debian has no library",
                "unpack it: laszip, or pip install laspy[lazrs] and laspy.read(a).write(b.las)");
  if (format >= std::size(kRecordOf))
    return bad("header, point format", "0 to 10", text("{}", format));
  header.format = static_cast<int>(format);
  header.record = at<std::uint16_t>(file, 105);
  if (header.record < kRecordOf[format])
    return bad("header, record length",
               text("{} bytes or more for point format {}", kRecordOf[format], format),
               text("{}", header.record));
  header.points = at<std::uint32_t>(file, 107);
  if (header.minor >= 4)
    if (const auto wide = at<std::uint64_t>(file, 247); wide > 0) header.points = wide;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    header.scale[static_cast<int>(axis)] = at<double>(file, 131 + 8 * axis);
    header.offset[static_cast<int>(axis)] = at<double>(file, 155 + 8 * axis);
  }
  constexpr double kFarthest = 1e9;  // m: beyond, doubles lose the millimetre too
  if (!header.scale.allFinite() || !header.offset.allFinite() ||
      (header.scale.array() == 0).any() || header.offset.cwiseAbs().maxCoeff() > kFarthest ||
      header.scale.cwiseAbs().maxCoeff() > kFarthest * 0x1p-31)
    return bad("header, scale and offset",
               "coordinates within a million kilometres",
               text("scales {} {} {}, offsets {} {} {}",
                    header.scale.x(),
                    header.scale.y(),
                    header.scale.z(),
                    header.offset.x(),
                    header.offset.y(),
                    header.offset.z()));
  header.standard_gps_time = at<std::uint16_t>(file, 6) & 1u;
  read_records(file, size, header);
  return header;
}

}  // namespace sweepbox::las
