#include "core/base/unpack.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace sweepbox {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST_CASE("what was packed comes out again, up to the limit and not beyond") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i % 97) + " ";
  const auto plain = bytes_of(text);
  for (const Packing packing : {Packing::lz4_frame, Packing::zstd}) {
    const auto packed = pack(packing, plain);
    REQUIRE(packed);
    CHECK(packed->size() < plain.size());
    const auto again = unpack(packing, *packed, plain.size());
    REQUIRE(again);
    CHECK(*again == plain);
    CHECK_FALSE(unpack(packing, *packed, plain.size() - 1));
    CHECK_FALSE(unpack(packing, std::span(*packed).first(packed->size() / 2), plain.size()));
  }
}

TEST_CASE("the beginning of a packed stream is had without the rest of it, damaged or not") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + " ";
  const auto plain = bytes_of(text);
  for (const Packing packing : {Packing::lz4_frame, Packing::zstd}) {
    const auto packed = pack(packing, plain);
    REQUIRE(packed);
    for (const std::size_t count : {0u, 1u, 1'000u, 100'000u}) {
      const auto begin = unpack_beginning(packing, *packed, count);
      REQUIRE(begin);
      CHECK(*begin == std::vector(plain.begin(), plain.begin() + static_cast<long>(count)));
    }
    CHECK(*unpack_beginning(packing, *packed, plain.size() + 1) == plain);
    const auto half = std::span(*packed).first(packed->size() / 2);
    CHECK(unpack_beginning(packing, half, 1'000));
    CHECK_FALSE(unpack_beginning(packing, half, plain.size()));
  }
}

TEST_CASE("a bzip2 stream of its own program is read, and a cut one is refused") {
  // printf sweepbox | bzip2
  const auto packed = bytes_of(
      {0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x5f, 0x4c, 0x49, 0xa2, 0x00,
       0x00, 0x02, 0x81, 0x80, 0x12, 0x00, 0xc8, 0xc0, 0x20, 0x00, 0x22, 0x07, 0xa9, 0xb5, 0x08,
       0x60, 0x08, 0x18, 0xaf, 0x8b, 0xb9, 0x22, 0x9c, 0x28, 0x48, 0x2f, 0xa6, 0x24, 0xd1, 0x00});
  const auto read = unpack(Packing::bzip2, packed, 100);
  REQUIRE(read);
  CHECK(*read == bytes_of("sweepbox"));
  CHECK_FALSE(unpack(Packing::bzip2, packed, 7));
  CHECK_FALSE(unpack(Packing::bzip2, std::span(packed).first(30), 100));
}

TEST_CASE("a Zstandard header that claims a window far beyond the content is refused") {
  // Magic, frame header without a size, window descriptor 2^27, a block of one byte, no checksum.
  const auto packed = bytes_of({0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x09, 0x00, 0x00, 0x41});
  CHECK_FALSE(unpack(Packing::zstd, packed, 1 << 20));
  CHECK(unpack(Packing::zstd, packed, std::uint64_t{1} << 27));  // a header justified as much
}

TEST_CASE("a stream of Zstandard's drafts is refused before its window takes memory") {
  // Magic of version 0.7 and a window descriptor of 104 MB: found by the fuzzer.
  const auto draft = bytes_of({0x27, 0xb5, 0x2f, 0xfd, 0x04, 0x85, 0x00, 0xc1, 0x09});
  const auto read = unpack(Packing::zstd, draft, std::uint64_t{1} << 27);
  REQUIRE_FALSE(read);
  CHECK(to_line(read.error()).find("another kind") != std::string::npos);
}

}  // namespace
}  // namespace sweepbox
