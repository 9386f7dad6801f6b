#include <cstdlib>

#include "core/base/unpack.hpp"

// Compressed streams: the first byte chooses the kind, the rest is the stream.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::uint64_t kMost = 1 << 20;
  const auto packing = static_cast<sweepbox::Packing>(data[0] % 3);
  const auto stream = std::as_bytes(std::span(data + 1, size - 1));
  const auto plain = sweepbox::unpack(packing, stream, kMost);
  if (plain && plain->size() > kMost) std::abort();
  return 0;
}
