#pragma once
#include "core/picture/picture.hpp"

// The two codecs behind picture.hpp; only this room includes them.
namespace sweepbox::codec {

/// Refuses what no camera makes, before memory is taken for it: more than 100 million pixels, or
/// more bytes than a file of `file_bytes` explains (most_unpacked_from, four bytes a pixel).
Result<PictureSize> checked_size(std::int64_t width, std::int64_t height, std::size_t file_bytes);

Result<PictureSize> jpeg_size(std::span<const std::byte> file);
Result<Image> decode_jpeg(std::span<const std::byte> file, int max_width);

Result<PictureSize> png_size(std::span<const std::byte> file);
Result<Image> decode_png(std::span<const std::byte> file, int max_width);

}  // namespace sweepbox::codec
