#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/error.hpp"
#include "core/sensor/image.hpp"

namespace sweepbox {

struct PictureSize {
  int width = 0;
  int height = 0;
};

/// Size from the header alone. JPEG or PNG, told by content. Errors carry no file name: in_file()
/// adds it.
[[nodiscard]] Result<PictureSize> picture_size(std::span<const std::byte> file);

/// Decoded to RGBA. A width above `max_width` (0: none) is scaled down: JPEG while decoding (½, ¼,
/// ⅛), PNG by averaging whole blocks; the result may be up to twice as wide. Safe from every
/// thread. Refuses more than 100 million pixels.
[[nodiscard]] Result<Image> decode_picture(std::span<const std::byte> file, int max_width = 0);

/// PNG (RGB unless some pixel is transparent) and JPEG (quality 1 … 100, 4:2:0).
[[nodiscard]] Result<std::vector<std::byte>> encode_png(const Image& image);
[[nodiscard]] Result<std::vector<std::byte>> encode_jpeg(const Image& image, int quality);

}  // namespace sweepbox
