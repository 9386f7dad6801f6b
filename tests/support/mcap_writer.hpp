#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sweepbox::test {

/// Little-endian bytes of a record.
class Bytes {
 public:
  template <class Number>
  Bytes& number(Number value) {
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof value);
    return *this;
  }

  /// u32 length and text, as MCAP has it.
  Bytes& text(std::string_view value);
  Bytes& raw(std::span<const std::byte> value);
  Bytes& raw(std::string_view value);

  const std::vector<std::byte>& bytes() const { return bytes_; }

  std::size_t size() const { return bytes_.size(); }

  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

/// How an MCAP file is laid out.
struct McapLayout {
  std::string compression;                         ///< "", "lz4", "zstd"
  std::size_t chunk_bytes = std::size_t{1} << 20;  ///< 0: no chunks
  bool summary = true;
  bool checked = true;  ///< CRC of each chunk
};

/// Writes MCAP by its specification (mcap.dev/spec), sharing nothing with the reader but the
/// compression libraries.
class McapWriter {
 public:
  McapWriter(const std::filesystem::path& path, McapLayout layout = {});

  /// Of a type; the number for message().
  std::uint16_t channel(std::string_view topic,
                        std::string_view type,
                        std::string_view encoding = "cdr",
                        std::string_view schema_encoding = "ros2msg",
                        std::string_view schema = "");

  void message(std::uint16_t channel, std::int64_t time_ns, std::span<const std::byte> data);

  /// A record of an opcode that nobody knows.
  void unknown_record();

  /// Ends the file properly; without, it is cut short.
  void close();

 private:
  void record(std::uint8_t opcode, const Bytes& content);
  void end_chunk();
  void write(const Bytes& bytes);

  McapLayout layout_;
  std::ofstream stream_;
  std::uint64_t at_ = 0;
  Bytes chunk_;
  std::uint64_t chunk_begin_ns_ = 0, chunk_end_ns_ = 0;
  std::vector<Bytes> definitions_;  // schema and channel records, for the summary
  std::vector<Bytes> chunk_indexes_;
  std::uint64_t messages_ = 0;
  std::uint16_t next_ = 1;
};

}  // namespace sweepbox::test
