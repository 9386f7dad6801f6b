#include <turbojpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/picture/codec.hpp"

namespace sweepbox {
namespace {

/// Each scan goes over all pixels, however few bytes it has: thousands of them decode for minutes.
/// Writers make ten or so. (The library's own limit of 500 is no defence: 20 s were measured.)
constexpr std::int64_t kMostScans = 100;

/// Pixels, each counted once a scan: 20 scans of the largest picture, some 4 s.
constexpr std::int64_t kMostScanned = 2'000'000'000;

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};

using Handle = std::unique_ptr<void, Destroy>;

/// One decoder a thread: a handle may be used by one at a time, and making one costs 20 µs.
Handle& decoder() {
  thread_local Handle handle;
  if (!handle) handle.reset(tjInitDecompress());
  return handle;
}

const unsigned char* bytes_of(std::span<const std::byte> file) {
  return reinterpret_cast<const unsigned char*>(file.data());
}

/// The handle is given up too: after a damaged header it goes on reading the next file in the
/// middle (libjpeg-turbo 2.1: a good file was then refused for a "bogus DQT index").
tl::unexpected<Error> damaged(Handle& handle) {
  auto error = fail({},
                    {},
                    "a whole JPEG picture",
                    tjGetErrorStr2(handle.get()),
                    "take this file from the data set again");
  handle.reset();
  return error;
}

/// True where the last marker of the file is the one that ends a picture. (Pixels hold no markers:
/// their 0xFF bytes are followed by 0.)
bool has_its_end(std::span<const std::byte> file) {
  for (std::size_t i = file.size(); i >= 2; --i) {
    if (file[i - 2] != std::byte{0xFF}) continue;
    if (file[i - 1] == std::byte{0xD9}) return true;
    if (file[i - 1] == std::byte{0xDA}) return false;  // the start of the pixels
  }
  return false;
}

/// How often the picture's pixels are gone over: 1, or some ten of a progressive picture. Markers
/// are followed as they stand, since thumbnails in front of the picture hold scans of their own.
int count_scans(std::span<const std::byte> file) {
  const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(file[at]); };
  int scans = 0;
  std::size_t at = 2;
  while (at + 3 < file.size()) {
    const void* found = std::memchr(file.data() + at, 0xFF, file.size() - 3 - at);
    if (!found) break;
    at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file.data());
    const unsigned marker = byte(at + 1);
    if (marker == 0xD9) break;  // the end of the picture
    if (marker == 0xFF) {       // filling before a marker
      ++at;
    } else if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += 2;  // a byte of pixels, or a marker that stands alone
    } else {
      scans += marker == 0xDA;
      at += 2 + (byte(at + 2) << 8 | byte(at + 3));
    }
  }
  return scans;
}

/// Cameras write bytes that the library merely warns of; a picture that lacks a part is damaged.
bool is_cut_short(tjhandle handle, std::span<const std::byte> file) {
  return std::string_view(tjGetErrorStr2(handle)).find("remature end") != std::string_view::npos ||
         !has_its_end(file);
}

/// The smallest of 1, ½, ¼, ⅛ that keeps the wanted width.
tjscalingfactor scale_for(int width, int max_width) {
  int part = 1;
  while (max_width > 0 && part < 8 && width / (part * 2) >= max_width) part *= 2;
  return {1, part};
}

}  // namespace

namespace codec {

Result<PictureSize> jpeg_size(std::span<const std::byte> file) {
  int width = 0, height = 0, sampling = 0, space = 0;
  Handle& handle = decoder();
  if (tjDecompressHeader3(
          handle.get(), bytes_of(file), file.size(), &width, &height, &sampling, &space) != 0 &&
      tjGetErrorCode(handle.get()) == TJERR_FATAL)
    return damaged(handle);
  return checked_size(width, height, file.size());
}

Result<Image> decode_jpeg(std::span<const std::byte> file, int max_width) {
  const auto size = jpeg_size(file);
  if (!size) return tl::unexpected(size.error());
  const std::int64_t pixels = std::int64_t{size->width} * size->height;
  const std::int64_t most = std::min(kMostScans, kMostScanned / pixels);
  if (const int scans = count_scans(file); scans > most)
    return fail({},
                "scans",
                text("at most {} scans of the pixels", most),
                text("{}", scans),
                "save this picture again, or take it from the data set again");
  const tjscalingfactor scale = scale_for(size->width, max_width);
  Image image;
  image.full_width = size->width;
  image.full_height = size->height;
  image.width = TJSCALED(size->width, scale);
  image.height = TJSCALED(size->height, scale);
  image.rgba.resize(std::size_t{4} * static_cast<std::size_t>(image.width) *
                    static_cast<std::size_t>(image.height));
  Handle& handle = decoder();
  const int status = tjDecompress2(handle.get(),
                                   bytes_of(file),
                                   file.size(),
                                   image.rgba.data(),
                                   image.width,
                                   0,
                                   image.height,
                                   TJPF_RGBA,
                                   TJFLAG_FASTDCT | TJFLAG_FASTUPSAMPLE);
  if (status != 0 &&
      (tjGetErrorCode(handle.get()) == TJERR_FATAL || is_cut_short(handle.get(), file)))
    return damaged(handle);
  return image;
}

}  // namespace codec

Result<std::vector<std::byte>> encode_jpeg(const Image& image, int quality) {
  unsigned char* written = nullptr;
  unsigned long length = 0;
  const Handle handle(tjInitCompress());
  const int status = tjCompress2(handle.get(),
                                 image.rgba.data(),
                                 image.width,
                                 0,
                                 image.height,
                                 TJPF_RGBX,
                                 &written,
                                 &length,
                                 TJSAMP_420,
                                 std::clamp(quality, 1, 100),
                                 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(written, tjFree);
  if (status != 0)
    return fail(
        {}, {}, "a picture that JPEG can hold", tjGetErrorStr2(handle.get()), "write it as PNG");
  const auto* first = reinterpret_cast<const std::byte*>(written);
  return std::vector<std::byte>(first, first + length);
}

}  // namespace sweepbox
