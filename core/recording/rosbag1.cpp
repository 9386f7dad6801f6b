#include <algorithm>
#include <limits>

#include "core/base/byte_reader.hpp"
#include "core/recording/index.hpp"

// ROS 1 bags, version 2.0 (formats.md 2.13; wiki.ros.org/Bags/Format/2.0). All records are walked
// over once, chunks included: the header stamps stand in the messages, and a bag that was not
// closed has no index.

namespace sweepbox {
namespace {

using recording::Chunk;
using recording::Index;
using recording::IndexBuilder;
using recording::InputFile;
using recording::kInFile;
using recording::RecordSource;

constexpr std::string_view kMagic = "#ROSBAG V2.0\n";
constexpr std::uint64_t kMostHeader = std::uint64_t{1} << 20;

enum Op : std::uint8_t { kMessage = 0x02, kFileHeader = 0x03, kChunk = 0x05, kConnection = 0x07 };

/// The fields of a header: u32 length, name, '=', value; the rest of a damaged one is left out.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> header) {
    ByteReader reader(header);
    while (const auto size = reader.number<std::uint32_t>()) {
      const auto field = reader.text(*size);
      const std::size_t equals = field ? field->find('=') : std::string_view::npos;
      if (equals == std::string_view::npos) return;
      fields_.emplace_back(field->substr(0, equals), field->substr(equals + 1));
    }
  }

  std::optional<std::string_view> text(std::string_view name) const {
    for (const auto& [key, value] : fields_)
      if (key == name) return value;
    return std::nullopt;
  }

  template <class Number>
  std::optional<Number> number(std::string_view name) const {
    const auto value = text(name);
    if (!value || value->size() != sizeof(Number)) return std::nullopt;
    return ByteReader(std::as_bytes(std::span(*value))).number<Number>();
  }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> fields_;  // views into the header
};

class Scan {
 public:
  explicit Scan(const InputFile& file) : file_(file), builder_(file.size()) {}

  Result<Index> run() {
    RecordSource source(file_, file_.size());
    const auto magic = source.peek(0, kMagic.size());
    if (magic.empty() ||
        !std::equal(magic.begin(), magic.end(), std::as_bytes(std::span(kMagic)).begin())) {
      const auto begin = source.peek(0, std::min<std::uint64_t>(file_.size(), 8));
      const std::string_view word(reinterpret_cast<const char*>(begin.data()), begin.size());
      return fail(file_.path().string(),
                  "byte 0",
                  "#ROSBAG V2.0",
                  word.starts_with("#ROSBAG") ? Text("an older version") : Text("other bytes"),
                  word.starts_with("#ROSBAG") ? Text("convert it with `rosbag fix`")
                                              : Text("check that this is a ROS 1 bag"));
    }
    if (auto walked = walk(source, kMagic.size(), kInFile, false); !walked)
      return tl::unexpected(walked.error());
    if (!indexed_)
      builder_.tell(Severity::note,
                    "",
                    "an index",
                    "none: the recording was not closed",
                    "all chunks that are whole are read");
    walk_chunks();
    if (lost_ > 0)
      builder_.tell(Severity::warning,
                    "",
                    "messages of a connection that is described",
                    text("{} of none", lost_),
                    "they are left out");
    return builder_.finish();
  }

 private:
  Result<void> walk(RecordSource& source, std::uint64_t at, std::uint64_t base, bool in_chunk) {
    constexpr std::uint64_t kLength = sizeof(std::uint32_t);
    while (at < source.end()) {
      const std::uint64_t begin = at;
      const auto header_size = length(source, at);
      if (!header_size || *header_size == 0 || *header_size > kMostHeader ||
          source.peek(at + kLength, *header_size).size() != *header_size)
        return tell_cut(begin, base, in_chunk);
      const auto header_view = source.peek(at + kLength, *header_size);
      // A copy: the next look may replace what the view shows.
      const std::vector<std::byte> header(header_view.begin(), header_view.end());
      const std::uint64_t data_at = at + kLength + *header_size;
      const auto data_size = length(source, data_at);
      const std::uint64_t content = data_at + kLength;
      if (!data_size || *data_size > source.end() - content) {
        const Fields fields(header);
        if (data_size && !in_chunk && fields.number<std::uint8_t>("op") == kChunk &&
            fields.text("compression") == "none")
          walk_plain_chunk(content, source.end());
        return tell_cut(begin, base, in_chunk);
      }
      if (auto taken = take(source, Fields(header), content, *data_size, base, in_chunk); !taken)
        return taken;
      at = content + *data_size;
    }
    return {};
  }

  static std::optional<std::uint64_t> length(RecordSource& source, std::uint64_t at) {
    return ByteReader(source.peek(at, sizeof(std::uint32_t))).number<std::uint32_t>();
  }

  Result<void> tell_cut(std::uint64_t at, std::uint64_t base, bool in_chunk) {
    builder_.tell(
        Severity::warning,
        base == kInFile ? fmt::format("byte {}", at) : fmt::format("chunk {}, byte {}", base, at),
        "a whole record",
        "one that is cut short or damaged",
        in_chunk ? Text("the rest of this chunk is left out")
                 : Text("the rest of the file is left out"));
    return {};
  }

  Result<void> take(RecordSource& source,
                    const Fields& fields,
                    std::uint64_t content,
                    std::uint64_t size,
                    std::uint64_t base,
                    bool in_chunk) {
    const auto op = fields.number<std::uint8_t>("op");
    if (op == kFileHeader) {
      indexed_ = fields.number<std::uint64_t>("index_pos").value_or(0) != 0;
      if (!fields.text("encryptor").value_or("").empty())
        return fail(file_.path().string(),
                    "file header",
                    "a bag that is not encrypted",
                    text("{}", *fields.text("encryptor")),
                    "decrypt it with `rosbag decrypt`");
    } else if (op == kConnection) {
      take_connection(fields, source.peek(content, std::min(size, kMostHeader)));
    } else if (op == kMessage) {
      take_message(source, fields, content, size, base);
    } else if (op == kChunk && !in_chunk) {
      take_chunk(fields, content, size);
    }
    return {};  // index and chunk info records repeat what the chunks say
  }

  void take_connection(const Fields& fields, std::span<const std::byte> content) {
    const auto number = fields.number<std::uint32_t>("conn");
    const auto name = fields.text("topic");
    if (!number || !name || connections_.contains(*number)) return;
    const Fields about(content);
    Topic topic;
    topic.name = *name;
    topic.type = about.text("type").value_or("");
    topic.encoding = "ros1";
    connections_.emplace(*number, builder_.topic(std::move(topic)));
  }

  void take_message(RecordSource& source,
                    const Fields& fields,
                    std::uint64_t content,
                    std::uint64_t size,
                    std::uint64_t base) {
    const auto number = fields.number<std::uint32_t>("conn");
    const auto time = fields.number<std::uint64_t>("time");  // u32 s, u32 ns
    const auto topic = number ? connections_.find(*number) : connections_.end();
    if (!time || topic == connections_.end()) {
      ++lost_;
      return;
    }
    MessageRef ref;
    ref.log_ns = static_cast<std::int64_t>(*time & 0xFFFFFFFFu) * 1'000'000'000 +
                 static_cast<std::int64_t>(*time >> 32);
    ref.publish_ns = ref.log_ns;
    ref.size = static_cast<std::uint32_t>(size);
    if (base == kInFile) {
      ref.place = kInFile | content;
    } else {
      ref.place = base;
      ref.offset = static_cast<std::uint32_t>(content);
    }
    builder_.add(topic->second, ref, source.peek(content, builder_.wanted(topic->second, size)));
  }

  void take_chunk(const Fields& fields, std::uint64_t content, std::uint64_t size) {
    const auto compression = fields.text("compression");
    const auto plain = fields.number<std::uint32_t>("size");
    if (compression == "none") return walk_plain_chunk(content, content + size);
    if (!plain || (compression != "bz2" && compression != "lz4")) {
      builder_.tell(Severity::warning,
                    fmt::format("chunk at byte {}", content),
                    "compression none, bz2 or lz4, and a size",
                    text("{}", compression.value_or("none")),
                    "it is left out");
      return;
    }
    builder_.index.chunks.push_back(
        {content, size, *plain, compression == "lz4" ? Packing::lz4_frame : Packing::bzip2});
  }

  void walk_plain_chunk(std::uint64_t begin, std::uint64_t end) {
    RecordSource source(file_, end);
    static_cast<void>(walk(source, begin, kInFile, true));
  }

  void walk_chunks() {
    const std::vector<Chunk> chunks = builder_.index.chunks;
    auto rest = recording::for_each_chunk(
        file_, chunks, [&](std::size_t i, Result<std::vector<std::byte>> plain) {
          if (!plain) {
            const Error& error = plain.error();
            builder_.tell(
                Severity::warning, error.where, error.expected, error.found, "it is left out");
            return;
          }
          RecordSource source(*plain);
          static_cast<void>(walk(source, 0, i, true));
        });
    if (rest) builder_.tell(std::move(*rest));
  }

  const InputFile& file_;
  IndexBuilder builder_;
  std::map<std::uint32_t, std::uint32_t> connections_;
  std::uint64_t lost_ = 0;
  bool indexed_ = false;
};

}  // namespace

Result<std::unique_ptr<Recording>> open_rosbag1(const fs::path& path, const IndexKeeping& keeping) {
  auto file = InputFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto index =
      recording::kept_index(**file, "rosbag1", keeping, [&] { return Scan(**file).run(); });
  if (!index) return tl::unexpected(index.error());
  return recording::make_indexed_recording(std::move(*file), std::move(*index));
}

}  // namespace sweepbox
