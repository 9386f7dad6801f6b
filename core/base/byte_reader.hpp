#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace sweepbox {

/// Walks little-endian bytes of unknown origin: nothing is read beyond their end. What does not fit
/// is empty and leaves the place as it was.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t at() const { return at_; }

  std::size_t left() const { return bytes_.size() - at_; }

  /// A number of the machine's own layout (little-endian on every machine that we build for).
  template <class Number>
  std::optional<Number> number() {
    static_assert(std::is_arithmetic_v<Number> && std::endian::native == std::endian::little);
    if (left() < sizeof(Number)) return std::nullopt;
    Number value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(Number));
    at_ += sizeof(Number);
    return value;
  }

  std::optional<std::span<const std::byte>> bytes(std::uint64_t count) {
    if (count > left()) return std::nullopt;
    const auto part = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return part;
  }

  std::optional<std::string_view> text(std::uint64_t count) {
    const auto part = bytes(count);
    if (!part) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(part->data()), part->size());
  }

  /// False (and unmoved) where that is beyond the end.
  bool skip(std::uint64_t count) { return bytes(count).has_value(); }

  bool go_to(std::uint64_t place) {
    if (place > bytes_.size()) return false;
    at_ = static_cast<std::size_t>(place);
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace sweepbox
