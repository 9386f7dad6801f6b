#include "core/picture/picture.hpp"

#include <algorithm>
#include <array>

#include "core/base/limits.hpp"
#include "core/picture/codec.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kMostPixels = 100'000'000;

struct Codec {
  std::array<unsigned char, 3> begins_with;
  Result<PictureSize> (*size)(std::span<const std::byte> file);
  Result<Image> (*decode)(std::span<const std::byte> file, int max_width);
};

constexpr Codec kCodecs[] = {
    {{0xFF, 0xD8, 0xFF}, codec::jpeg_size, codec::decode_jpeg},
    {{0x89, 'P', 'N'}, codec::png_size, codec::decode_png},
};

Result<const Codec*> codec_of(std::span<const std::byte> file) {
  for (const Codec& codec : kCodecs) {
    const auto& magic = codec.begins_with;
    if (file.size() > magic.size() &&
        std::equal(magic.begin(), magic.end(), file.begin(), [](unsigned char a, std::byte b) {
          return std::byte{a} == b;
        }))
      return &codec;
  }
  return fail({},
              {},
              "a JPEG or PNG picture",
              file.empty() ? Text("an empty file") : Text("something else"),
              "take this file from the data set again");
}

}  // namespace

namespace codec {

Result<PictureSize> checked_size(std::int64_t width, std::int64_t height, std::size_t file_bytes) {
  if (width < 1 || height < 1 || width > kMostPixels || height > kMostPixels ||
      width * height > kMostPixels)
    return fail({},
                "size",
                text("1 to {} pixels", kMostPixels),
                text("{} × {}", width, height),
                "take this file from the data set again, or scale it down");
  constexpr std::uint64_t kBytesOfAPixel = 4;
  const std::uint64_t most = most_unpacked_from(file_bytes);
  if (static_cast<std::uint64_t>(width * height) * kBytesOfAPixel > most)
    return fail({},
                "size",
                text("at most {} bytes of pixels in a file of {}", most, file_bytes),
                text("{} × {} pixels of {} bytes", width, height, kBytesOfAPixel),
                "take this file from the data set again");
  return PictureSize{static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace codec

Result<PictureSize> picture_size(std::span<const std::byte> file) {
  const auto codec = codec_of(file);
  if (!codec) return tl::unexpected(codec.error());
  return (*codec)->size(file);
}

Result<Image> decode_picture(std::span<const std::byte> file, int max_width) {
  const auto codec = codec_of(file);
  if (!codec) return tl::unexpected(codec.error());
  return (*codec)->decode(file, max_width);
}

}  // namespace sweepbox
