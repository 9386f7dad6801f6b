#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/byte_reader.hpp"

// Inside the room recording: the protobuf wire format, as far as foxglove's schemas use it.
// Source: protobuf.dev/programming-guides/encoding.
namespace sweepbox::protobuf {

/// One field of a message: its number, and its value as the wire has it.
struct Field {
  std::uint32_t number = 0;
  std::uint64_t value = 0;           ///< of varint, fixed32 and fixed64 fields
  std::span<const std::byte> bytes;  ///< of length-delimited ones
  bool delimited = false;

  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  double as_double() const {
    double number_value;
    std::memcpy(&number_value, &value, sizeof number_value);
    return number_value;
  }
};

/// Walks the fields of a message; ends (and is bad()) at what is none.
class FieldReader {
 public:
  explicit FieldReader(std::span<const std::byte> message) : reader_(message) {}

  bool bad() const { return bad_; }

  std::optional<Field> next();

 private:
  std::optional<std::uint64_t> varint();
  std::optional<Field> none();

  ByteReader reader_;
  bool bad_ = false;
};

}  // namespace sweepbox::protobuf
