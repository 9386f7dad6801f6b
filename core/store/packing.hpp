#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sweepbox {

/// Writes numbers and words as bytes: whole numbers as LEB128 (signed ones zigzag), doubles as
/// their eight bytes, little-endian, so that they come back exactly.
class Packer {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }

  void count(std::uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
  }

  void number(std::int64_t value) {
    count((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void fixed(std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little);
    char raw[8];
    std::memcpy(raw, &value, 8);
    bytes_.append(raw, 8);
  }

  void real(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }

  void word(std::string_view value) {
    count(value.size());
    bytes_.append(value);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what Packer wrote. Nothing is trusted: past the end, or after an impossible value, every
/// read answers zero and good() is false, so callers check once at the end; lengths are checked
/// against what is left before memory is taken.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  bool good() const { return good_; }

  bool finished() const { return good_ && rest_.empty(); }

  void spoil() { good_ = false; }

  std::uint8_t byte() {
    if (!good_ || rest_.empty()) {
      good_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::uint64_t count() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      if (shift == 63 && next > 1) break;  // more than 64 bits
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (!(next & 0x80)) return good_ ? value : 0;
    }
    good_ = false;
    return 0;
  }

  /// A count of things of which each takes at least `least` bytes.
  std::uint64_t count_of(std::size_t least) {
    const std::uint64_t value = count();
    if (value > rest_.size() / least) good_ = false;
    return good_ ? value : 0;
  }

  std::int64_t number() {
    const std::uint64_t value = count();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  std::uint64_t fixed() {
    if (!good_ || rest_.size() < 8) {
      good_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, rest_.data(), 8);
    rest_.remove_prefix(8);
    return value;
  }

  double real() { return std::bit_cast<double>(fixed()); }

  std::string word() { return std::string(view()); }

  std::string_view view() {
    const std::uint64_t length = count_of(1);
    if (!good_) return {};
    const std::string_view value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return value;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace sweepbox
