#include <cstdlib>

#include "core/picture/picture.hpp"

// JPEG and PNG: what decodes is as large as it says.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto claimed = sweepbox::picture_size(file);
  // A few bytes may justify 400 MB of pixels; what is asked here is that their reader holds
  // together.
  if (!claimed || std::int64_t{claimed->width} * claimed->height > 1'000'000) return 0;
  const auto image = sweepbox::decode_picture(file, 64);
  if (image && image->rgba.size() != std::size_t{4} * static_cast<std::size_t>(image->width) *
                                         static_cast<std::size_t>(image->height))
    std::abort();
  return 0;
}
