#include <algorithm>
#include <limits>

#include "core/base/byte_reader.hpp"
#include "core/recording/index.hpp"

// MCAP (formats.md 2.15; its specification is mcap.dev/spec). All records are walked over once,
// chunks included: the header stamps stand in the messages, so the summary would save no chunk, and
// a recording that was cut short has none.

namespace sweepbox {
namespace {

using namespace std::string_view_literals;
using recording::Chunk;
using recording::Index;
using recording::IndexBuilder;
using recording::InputFile;
using recording::kInFile;
using recording::RecordSource;

constexpr std::string_view kMagic = "\x89MCAP0\r\n"sv;

enum Opcode : std::uint8_t {
  kFooter = 0x02,
  kSchema = 0x03,
  kChannel = 0x04,
  kMessage = 0x05,
  kChunk = 0x06,
  kStatistics = 0x0B,
};

constexpr std::uint64_t kRecordHead = 9;    // opcode, length
constexpr std::uint64_t kMessageHead = 22;  // channel, sequence, log time, publish time
constexpr std::uint64_t kLargestDefinition = std::uint64_t{16} << 20;  // schema or channel record

std::optional<std::string> string_of(ByteReader& reader) {
  const auto size = reader.number<std::uint32_t>();
  const auto value = size ? reader.text(*size) : std::nullopt;
  if (!value) return std::nullopt;
  return std::string(*value);
}

class Scan {
 public:
  explicit Scan(const InputFile& file) : file_(file), builder_(file.size()) {}

  Result<Index> run() {
    RecordSource source(file_, file_.size());
    const auto magic = source.peek(0, kMagic.size());
    if (magic.empty() ||
        !std::equal(magic.begin(), magic.end(), std::as_bytes(std::span(kMagic)).begin()))
      return fail(file_.path().string(),
                  "byte 0",
                  "an MCAP file (89 4D 43 41 50 30 0D 0A)",
                  "other bytes",
                  "check that this is an MCAP recording");
    walk(source, kMagic.size(), kInFile);
    if (!whole_)
      builder_.tell(Severity::warning,
                    "",
                    "a footer at the end",
                    "none: the recording was cut short",
                    "what stands before the cut is read");
    walk_chunks();
    tell_differences();
    return builder_.finish();
  }

 private:
  /// Walks records from a place to the end. `base` is added to the place of a message; kInFile for
  /// the file itself, the number of the chunk inside one.
  void walk(RecordSource& source, std::uint64_t at, std::uint64_t base) {
    while (const std::uint64_t left = source.end() - at) {
      if (whole_) return;  // the footer ends the file
      const auto head = source.peek(at, std::min(kRecordHead, left));
      if (head.size() < kRecordHead) return tell_cut(at, base);
      ByteReader reader(head);
      const auto opcode = *reader.number<std::uint8_t>();
      const auto size = *reader.number<std::uint64_t>();
      if (opcode == 0 || size > left - kRecordHead) {
        if (opcode == kChunk) take_chunk_head(source, at + kRecordHead, left - kRecordHead, base);
        return tell_cut(at, base);
      }
      take(source, opcode, at + kRecordHead, size, base);
      at += kRecordHead + size;
    }
  }

  void tell_cut(std::uint64_t at, std::uint64_t base) {
    const bool inside = base != kInFile;
    builder_.tell(Severity::warning,
                  inside ? fmt::format("chunk {}, byte {}", base, at) : fmt::format("byte {}", at),
                  "a whole record",
                  "one that is cut short or damaged",
                  inside ? Text("the rest of this chunk is left out")
                         : Text("the rest of the file is left out"));
  }

  void take(RecordSource& source,
            std::uint8_t opcode,
            std::uint64_t at,
            std::uint64_t size,
            std::uint64_t base) {
    switch (opcode) {
      case kSchema:
        return take_schema(source.peek(at, std::min(size, kLargestDefinition)));
      case kChannel:
        return take_channel(source.peek(at, std::min(size, kLargestDefinition)));
      case kMessage:
        return take_message(source, at, size, base);
      case kChunk:
        return take_chunk_head(source, at, size, base);
      case kFooter:
        whole_ = whole_ || (base == kInFile && !in_chunk_);
        return;
      case kStatistics: {
        ByteReader reader(source.peek(at, std::min<std::uint64_t>(size, 8)));
        if (const auto count = reader.number<std::uint64_t>()) said_count_ = *count;
        return;
      }
      default:
        return;  // attachments, indexes, and what later versions add
    }
  }

  void take_schema(std::span<const std::byte> content) {
    ByteReader reader(content);
    const auto id = reader.number<std::uint16_t>();
    auto name = string_of(reader);
    const auto encoding = string_of(reader), data = string_of(reader);
    if (!id || !name || !encoding || !data || *id == 0) return;
    types_.emplace(*id, name->substr(0, kLongestName));
  }

  void take_channel(std::span<const std::byte> content) {
    ByteReader reader(content);
    const auto id = reader.number<std::uint16_t>(), schema_id = reader.number<std::uint16_t>();
    auto name = string_of(reader), encoding = string_of(reader);
    if (!id || !schema_id || !name || !encoding || topics_.contains(*id)) return;
    Topic topic;
    topic.name = std::move(*name);
    topic.encoding = std::move(*encoding);
    if (const auto type = types_.find(*schema_id); type != types_.end()) topic.type = type->second;
    topics_.emplace(*id, builder_.topic(std::move(topic)));
  }

  void take_message(RecordSource& source,
                    std::uint64_t at,
                    std::uint64_t size,
                    std::uint64_t base) {
    if (size < kMessageHead || size > std::numeric_limits<std::uint32_t>::max()) {
      ++lost_;
      return;
    }
    ByteReader reader(source.peek(at, kMessageHead));
    const auto channel = reader.number<std::uint16_t>();
    reader.skip(sizeof(std::uint32_t));
    const auto log = reader.number<std::uint64_t>(), publish = reader.number<std::uint64_t>();
    const auto topic = channel ? topics_.find(*channel) : topics_.end();
    if (!publish || topic == topics_.end()) {
      ++lost_;
      return;
    }
    const std::uint64_t data = at + kMessageHead;
    MessageRef ref;
    ref.log_ns = static_cast<std::int64_t>(*log);
    ref.publish_ns = static_cast<std::int64_t>(*publish);
    ref.size = static_cast<std::uint32_t>(size - kMessageHead);
    if (base == kInFile) {
      ref.place = kInFile | data;
    } else {
      ref.place = base;
      ref.offset = static_cast<std::uint32_t>(data);  // chunks are at most a gigabyte
    }
    builder_.add(topic->second, ref, source.peek(data, builder_.wanted(topic->second, ref.size)));
  }

  void take_chunk_head(RecordSource& source,
                       std::uint64_t at,
                       std::uint64_t size,
                       std::uint64_t base) {
    constexpr std::uint64_t kMostHead = 64;    // 40 bytes and the name of the compression
    if (base != kInFile || in_chunk_) return;  // a chunk in a chunk
    ByteReader reader(source.peek(at, std::min(size, kMostHead)));
    reader.skip(2 * sizeof(std::uint64_t));
    const auto plain = reader.number<std::uint64_t>();
    const auto crc = reader.number<std::uint32_t>();
    const auto compression = string_of(reader);
    const auto packed = reader.number<std::uint64_t>();
    if (!plain || !crc || !compression || !packed) {
      builder_.tell(Severity::warning,
                    fmt::format("chunk at byte {}", at),
                    "its size and its compression",
                    "something else",
                    "it is left out");
      return;
    }
    const std::uint64_t content = at + reader.at();
    const std::uint64_t there = at + size - content;
    if (compression->empty()) {
      // Its messages stand in the file as they are; one that was cut is read up to the cut.
      RecordSource records(file_, content + std::min(*packed, there));
      in_chunk_ = true;
      walk(records, content, kInFile);
      in_chunk_ = false;
      return;
    }
    if (*packed > there) return;  // cut short: the walk says so
    if (*compression != "lz4" && *compression != "zstd") {
      builder_.tell(Severity::warning,
                    fmt::format("chunk at byte {}", at),
                    "compression lz4, zstd or none",
                    text("{}", *compression),
                    "it is left out");
      return;
    }
    builder_.index.chunks.push_back(
        {content, *packed, *plain, *compression == "lz4" ? Packing::lz4_frame : Packing::zstd});
    crcs_.push_back(*crc);
  }

  void walk_chunks() {
    const std::vector<Chunk> chunks = builder_.index.chunks;
    whole_ = false;  // a footer in a chunk ends nothing
    auto rest = recording::for_each_chunk(
        file_, chunks, [&](std::size_t i, Result<std::vector<std::byte>> plain) {
          if (!plain) {
            const Error& error = plain.error();
            builder_.tell(
                Severity::warning, error.where, error.expected, error.found, "it is left out");
            return;
          }
          if (crcs_[i] != 0 && recording::crc32(*plain) != crcs_[i])
            builder_.tell(Severity::warning,
                          fmt::format("chunk at byte {}", chunks[i].place),
                          "the check sum that was recorded",
                          "another",
                          "its messages are read as they are; take the file again");
          RecordSource source(*plain);
          walk(source, 0, i);
        });
    if (rest) builder_.tell(std::move(*rest));
  }

  void tell_differences() {
    if (lost_ > 0)
      builder_.tell(Severity::warning,
                    "",
                    "messages of a channel that is described",
                    text("{} of none", lost_),
                    "they are left out");
    if (said_count_ && *said_count_ != builder_.count())
      builder_.tell(Severity::warning,
                    "statistics",
                    text("{} messages", *said_count_),
                    text("{}", builder_.count()),
                    "the file is damaged: take it again");
  }

  const InputFile& file_;
  IndexBuilder builder_;
  std::map<std::uint16_t, std::string> types_;  // names of schemas
  std::map<std::uint16_t, std::uint32_t> topics_;
  std::vector<std::uint32_t> crcs_;  // of the chunks
  std::optional<std::uint64_t> said_count_;
  std::uint64_t lost_ = 0;
  bool whole_ = false;     // the footer was seen
  bool in_chunk_ = false;  // of those that stand in the file as they are
};

}  // namespace

Result<std::unique_ptr<Recording>> open_mcap(const fs::path& path, const IndexKeeping& keeping) {
  auto file = InputFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto index = recording::kept_index(**file, "mcap", keeping, [&] { return Scan(**file).run(); });
  if (!index) return tl::unexpected(index.error());
  return recording::make_indexed_recording(std::move(*file), std::move(*index));
}

}  // namespace sweepbox
