#pragma once
#include <string_view>
#include <utility>

#include "core/base/byte_reader.hpp"

// Inside the room recording: numbers of a ROS message as ROS 1 and CDR write them.
namespace sweepbox::wire {

/// Walks a message whose layout is known. What does not fit makes it bad(); from then on every
/// number is 0 and every text empty, so a decoder asks once, at its end.
class MessageReader {
 public:
  /// ROS 1: little-endian and packed. CDR: the first four bytes say the order of bytes, numbers are
  /// aligned to their own size (XCDR1: at most 8, XCDR2: at most 4), counted from after them.
  MessageReader(std::span<const std::byte> message, bool cdr) : reader_(message), cdr_(cdr) {
    if (!cdr) return;
    const auto begin = reader_.bytes(4);
    // 00 00 and 00 01 are XCDR1 big and little, 00 06 and 00 07 XCDR2; the others number members.
    const auto kind = begin ? static_cast<unsigned>((*begin)[1]) : 0xffu;
    if (!begin || (*begin)[0] != std::byte{0} || (kind > 1 && kind != 6 && kind != 7)) {
      bad_ = true;
      return;
    }
    swapped_ = kind % 2 == 0;
    most_alignment_ = kind > 1 ? 4 : 8;
  }

  bool bad() const { return bad_; }

  bool cdr() const { return cdr_; }

  /// True where its numbers stand in big-endian order.
  bool swapped() const { return swapped_; }

  template <class Number>
  Number number() {
    align(sizeof(Number));
    const auto value = bad_ ? std::nullopt : reader_.number<Number>();
    if (!value) {
      bad_ = true;
      return Number{};
    }
    return swapped_ ? turned_round(*value) : *value;
  }

  std::string_view text() {
    const auto part = byte_sequence();
    const std::string_view words(reinterpret_cast<const char*>(part.data()), part.size());
    // CDR counts a NUL at the end; some writers leave it out of empty texts.
    return cdr_ && words.ends_with('\0') ? words.substr(0, words.size() - 1) : words;
  }

  /// A sequence of bytes with its count.
  std::span<const std::byte> byte_sequence() {
    const auto size = number<std::uint32_t>();
    return bytes(size);
  }

  /// The count of a sequence whose elements take at least `least` bytes each: more than fit are
  /// bad.
  std::uint32_t count(std::size_t least) {
    const auto n = number<std::uint32_t>();
    if (bad_ || n > reader_.left() / least) {
      bad_ = true;
      return 0;
    }
    return n;
  }

  std::span<const std::byte> bytes(std::uint64_t size) {
    const auto part = bad_ ? std::nullopt : reader_.bytes(size);
    bad_ = bad_ || !part;
    return part.value_or(std::span<const std::byte>());
  }

  void skip(std::uint64_t size) { bytes(size); }

 private:
  void align(std::size_t size) {
    if (!cdr_ || bad_) return;
    const std::size_t to = size < most_alignment_ ? size : most_alignment_;
    const std::size_t past = (reader_.at() - 4) % to;
    if (past != 0) skip(to - past);
  }

  template <class Number>
  static Number turned_round(Number value) {
    auto* bytes = reinterpret_cast<std::byte*>(&value);
    for (std::size_t i = 0; i < sizeof value / 2; ++i)
      std::swap(bytes[i], bytes[sizeof value - 1 - i]);
    return value;
  }

  ByteReader reader_;
  bool cdr_ = false;
  bool swapped_ = false;
  bool bad_ = false;
  std::size_t most_alignment_ = 8;
};

}  // namespace sweepbox::wire
