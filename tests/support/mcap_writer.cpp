#include "tests/support/mcap_writer.hpp"

#include <array>

#include "core/base/unpack.hpp"

namespace sweepbox::test {
namespace {

constexpr std::string_view kMagic = "\x89MCAP0\r\n";

/// CRC-32 bit by bit, as its definition reads.
std::uint32_t plain_crc(std::span<const std::byte> bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      made[i] = i;
      for (int bit = 0; bit < 8; ++bit)
        made[i] = (made[i] & 1) != 0 ? (made[i] >> 1) ^ 0xEDB88320u : made[i] >> 1;
    }
    return made;
  }();
  std::uint32_t crc = ~0u;
  for (const std::byte byte : bytes)
    crc = table[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

Bytes framed(std::uint8_t opcode, const Bytes& content) {
  Bytes record;
  record.number(opcode).number(static_cast<std::uint64_t>(content.size())).raw(content.bytes());
  return record;
}

}  // namespace

Bytes& Bytes::text(std::string_view value) {
  return number(static_cast<std::uint32_t>(value.size())).raw(value);
}

Bytes& Bytes::raw(std::span<const std::byte> value) {
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  return *this;
}

Bytes& Bytes::raw(std::string_view value) {
  return raw(std::as_bytes(std::span(value)));
}

McapWriter::McapWriter(const std::filesystem::path& path, McapLayout layout)
    : layout_(std::move(layout)), stream_(path, std::ios::binary) {
  write(Bytes().raw(kMagic));
  write(framed(0x01, Bytes().text("ros2").text("sweepbox test")));
}

void McapWriter::write(const Bytes& bytes) {
  stream_.write(reinterpret_cast<const char*>(bytes.bytes().data()),
                static_cast<std::streamsize>(bytes.size()));
  at_ += bytes.size();
}

void McapWriter::record(std::uint8_t opcode, const Bytes& content) {
  const Bytes whole = framed(opcode, content);
  if (layout_.chunk_bytes == 0)
    write(whole);
  else
    chunk_.raw(whole.bytes());
}

std::uint16_t McapWriter::channel(std::string_view topic,
                                  std::string_view type,
                                  std::string_view encoding,
                                  std::string_view schema_encoding,
                                  std::string_view schema) {
  const std::uint16_t id = next_++;
  Bytes about, channel;
  about.number(id).text(type).text(schema_encoding).text(schema);
  channel.number(id).number(id).text(topic).text(encoding).number(std::uint32_t{0});
  record(0x03, about);
  record(0x04, channel);
  definitions_.push_back(framed(0x03, about));
  definitions_.push_back(framed(0x04, channel));
  return id;
}

void McapWriter::message(std::uint16_t channel,
                         std::int64_t time_ns,
                         std::span<const std::byte> data) {
  const auto time = static_cast<std::uint64_t>(time_ns);
  Bytes content;
  content.number(channel).number(static_cast<std::uint32_t>(messages_)).number(time).number(time);
  content.raw(data);
  if (chunk_begin_ns_ == 0) chunk_begin_ns_ = time;
  chunk_end_ns_ = time;
  record(0x05, content);
  ++messages_;
  if (layout_.chunk_bytes > 0 && chunk_.size() >= layout_.chunk_bytes) end_chunk();
}

void McapWriter::unknown_record() {
  record(0x7F, Bytes().raw("what a later version adds"));
}

void McapWriter::end_chunk() {
  if (chunk_.size() == 0) return;
  std::vector<std::byte> packed = chunk_.bytes();
  if (!layout_.compression.empty())
    packed = *pack(layout_.compression == "lz4" ? Packing::lz4_frame : Packing::zstd, packed);
  Bytes content;
  content.number(chunk_begin_ns_).number(chunk_end_ns_);
  content.number(static_cast<std::uint64_t>(chunk_.size()));
  content.number(layout_.checked ? plain_crc(chunk_.bytes()) : std::uint32_t{0});
  content.text(layout_.compression).number(static_cast<std::uint64_t>(packed.size())).raw(packed);
  const std::uint64_t place = at_;
  write(framed(0x06, content));
  Bytes index;
  index.number(chunk_begin_ns_).number(chunk_end_ns_).number(place).number(at_ - place);
  index.number(std::uint32_t{0}).number(std::uint64_t{0}).text(layout_.compression);
  index.number(static_cast<std::uint64_t>(packed.size()));
  index.number(static_cast<std::uint64_t>(chunk_.size()));
  chunk_indexes_.push_back(framed(0x08, index));
  chunk_.clear();
  chunk_begin_ns_ = 0;
}

void McapWriter::close() {
  end_chunk();
  write(framed(0x0F, Bytes().number(std::uint32_t{0})));
  const std::uint64_t summary = at_;
  if (layout_.summary) {
    for (const Bytes& one : definitions_) write(one);
    for (const Bytes& one : chunk_indexes_) write(one);
    Bytes statistics;
    statistics.number(messages_).number(static_cast<std::uint16_t>(definitions_.size() / 2));
    statistics.number(static_cast<std::uint32_t>(definitions_.size() / 2));
    statistics.number(std::uint32_t{0}).number(std::uint32_t{0});
    statistics.number(static_cast<std::uint32_t>(chunk_indexes_.size()));
    statistics.number(std::uint64_t{0}).number(std::uint64_t{0}).number(std::uint32_t{0});
    write(framed(0x0B, statistics));
  }
  Bytes footer;
  footer.number(layout_.summary ? summary : std::uint64_t{0});
  footer.number(std::uint64_t{0}).number(std::uint32_t{0});
  write(framed(0x02, footer));
  write(Bytes().raw(kMagic));
  stream_.close();
}

}  // namespace sweepbox::test
