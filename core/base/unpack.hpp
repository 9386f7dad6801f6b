#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/error.hpp"

namespace sweepbox {

enum class Packing { lz4_frame, zstd, bzip2 };

/// Unpacks a compressed stream. Memory grows with what comes out of it, never with what a header
/// claims; more than `most` bytes, a damaged or a cut stream is an error (its `file` is empty).
[[nodiscard]] Result<std::vector<std::byte>> unpack(Packing packing,
                                                    std::span<const std::byte> packed,
                                                    std::uint64_t most);

/// The first `count` bytes of what is packed, or all of it where that is less. Nothing beyond is
/// unpacked, nor judged.
[[nodiscard]] Result<std::vector<std::byte>> unpack_beginning(Packing packing,
                                                              std::span<const std::byte> packed,
                                                              std::uint64_t count);

/// The reverse, for writers of ours (lz4_frame and zstd; bzip2 is only read).
[[nodiscard]] Result<std::vector<std::byte>> pack(Packing packing,
                                                  std::span<const std::byte> plain);

}  // namespace sweepbox
