#include "core/picture/picture.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>

#include "core/base/files.hpp"
#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

/// A ramp: red grows to the right, green downwards.
Image ramp(int width, int height) {
  Image image;
  image.width = image.full_width = width;
  image.height = image.full_height = height;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const int value : {255 * x / width, 255 * y / height, 60, 255})
        image.rgba.push_back(static_cast<std::uint8_t>(value));
  return image;
}

int red_at(const Image& image, int x, int y) {
  return image.rgba[static_cast<std::size_t>(4 * (y * image.width + x))];
}

}  // namespace

TEST_CASE("a PNG that was written is read back without a difference") {
  const Image image = ramp(37, 21);
  const auto file = encode_png(image);
  REQUIRE(file);
  CHECK(picture_size(*file)->width == 37);
  CHECK(picture_size(*file)->height == 21);
  const auto again = decode_picture(*file);
  REQUIRE(again);
  CHECK(again->rgba == image.rgba);
}

TEST_CASE("a PNG keeps its transparency") {
  Image image = ramp(4, 4);
  image.rgba[3] = 7;
  CHECK(decode_picture(*encode_png(image))->rgba == image.rgba);
}

TEST_CASE("a JPEG that was written is read back within its losses") {
  const Image image = ramp(160, 96);
  const auto file = encode_jpeg(image, 95);
  REQUIRE(file);
  CHECK(picture_size(*file)->width == 160);
  const auto again = decode_picture(*file);
  REQUIRE(again);
  REQUIRE(again->rgba.size() == image.rgba.size());
  // A smooth ramp at quality 95: a few levels, chroma subsampling and the fast DCT included.
  for (std::size_t i = 0; i < image.rgba.size(); ++i)
    if (std::abs(image.rgba[i] - again->rgba[i]) > 8)
      FAIL("value " << i << " is off by more than 8 levels");
}

TEST_CASE("pictures are scaled down while decoding, never below the wanted width") {
  const Image image = ramp(160, 96);
  for (const auto& file : {*encode_jpeg(image, 90), *encode_png(image)}) {
    const auto half = decode_picture(file, 80);
    REQUIRE(half);
    CHECK(half->width == 80);
    CHECK(half->height == 48);
    CHECK(half->full_width == 160);
    CHECK(half->full_height == 96);
    CHECK(red_at(*half, 40, 10) == Approx(red_at(image, 80, 20)).margin(5));
    CHECK(decode_picture(file, 81)->width == 160);
    CHECK(decode_picture(file, 1000)->width == 160);
    CHECK(decode_picture(file, 0)->width == 160);
  }
}

TEST_CASE("scaling a PNG averages whole blocks and what is left of them at the edges") {
  Image image = ramp(5, 3);
  for (std::size_t i = 0; i < image.rgba.size(); i += 4)
    image.rgba[i] = static_cast<std::uint8_t>(i);
  const auto scaled = decode_picture(*encode_png(image), 2);
  REQUIRE(scaled);
  CHECK(scaled->width == 3);
  CHECK(scaled->height == 2);
  CHECK(red_at(*scaled, 0, 0) == (0 + 4 + 20 + 24) / 4);
  CHECK(red_at(*scaled, 2, 1) == 56);  // the last pixel alone
}

TEST_CASE("every prefix of a picture is refused or gives all of it, none is read past its end") {
  const Image image = ramp(24, 16);
  for (const auto& good : {*encode_png(image), *encode_jpeg(image, 80)}) {
    const Image whole = *decode_picture(good);
    for (std::size_t n = 0; n < good.size(); ++n) {
      const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
      const auto read = decode_picture(cut);
      // What follows the last pixel (end marks, a checksum) may be missing.
      if (read && read->rgba != whole.rgba)
        FAIL("a prefix of " << n << " bytes gave another picture");
      if (n < good.size() / 2 && read)
        FAIL("a prefix of " << n << " bytes was taken for a picture");
      static_cast<void>(picture_size(cut));
    }
  }
}

TEST_CASE(
    "a picture that claims more pixels than any camera has is refused before memory is taken") {
  auto png = *encode_png(ramp(4, 4));
  for (const std::size_t high : {18u, 22u}) png[high] = std::byte{0x7F};  // 32,516 pixels each way
  const auto read = decode_picture(png);
  REQUIRE_FALSE(read);
  CHECK_FALSE(read.error().found.empty());
}

TEST_CASE("pixels that a file of its size does not explain are refused before memory is taken") {
  // 256 MB and 64 times the file: 9,000 × 9,000 pixels (324 MB) need more than 1,062,500 bytes.
  auto png = *encode_png(ramp(4, 4));
  for (const std::size_t place : {18u, 22u}) {  // big-endian sizes of the header
    png[place] = std::byte{9'000 >> 8};
    png[place + 1] = std::byte{9'000 & 0xFF};
  }
  png.resize(1'062'499);
  const auto small = picture_size(png);
  REQUIRE_FALSE(small);
  CHECK(to_line(small.error()) ==
        "size: expected at most 323999936 bytes of pixels in a file of 1062499, found 9000 × 9000 "
        "pixels of 4 bytes; take this file from the data set again");
  CHECK_FALSE(decode_picture(png));
}

namespace {

/// A progressive JPEG whose last scan is repeated until there are so many; a thumbnail with a scan
/// of its own before them.
std::vector<std::byte> jpeg_of_scans(int scans) {
  const Image image = ramp(16, 16);
  const std::unique_ptr<void, int (*)(void*)> encoder(tjInitCompress(), tjDestroy);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  REQUIRE(tjCompress2(encoder.get(),
                      image.rgba.data(),
                      image.width,
                      0,
                      image.height,
                      TJPF_RGBX,
                      &bytes,
                      &size,
                      TJSAMP_444,
                      90,
                      TJFLAG_PROGRESSIVE) == 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(bytes, tjFree);
  const std::string jpeg(reinterpret_cast<const char*>(bytes), size);
  const std::string scan_marker = "\xFF\xDA", end_marker = "\xFF\xD9";
  int written = 0;
  for (std::size_t at = 0; (at = jpeg.find(scan_marker, at)) != std::string::npos; ++at) ++written;
  REQUIRE(written > 1);
  REQUIRE(written <= scans);
  const std::size_t last = jpeg.rfind(scan_marker), end = jpeg.rfind(end_marker);
  // APP1 of 2 + 8 bytes with markers of a picture of its own.
  std::string file = jpeg.substr(0, 2) +
                     std::string("\xFF\xE1\x00\x0A\xFF\xD8\xFF\xDA\x00\x02\xFF\xD9", 12) +
                     jpeg.substr(2, end - 2);
  for (; written < scans; ++written) file += jpeg.substr(last, end - last);
  file += end_marker;
  const auto all = std::as_bytes(std::span(file));
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("a JPEG of a hundred scans is decoded, one of more is refused before it is") {
  for (const int scans : {20, 100}) {
    const auto read = decode_picture(jpeg_of_scans(scans));
    if (!read) FAIL(to_line(read.error()));
    CHECK(read->width == 16);
  }
  const auto read = decode_picture(jpeg_of_scans(101));
  REQUIRE_FALSE(read);
  CHECK(to_line(read.error()) ==
        "scans: expected at most 100 scans of the pixels, found 101; save this picture again, or "
        "take it from the data set again");
}

TEST_CASE("what is no picture is called so") {
  const std::string words = "GIF89a, which is not read";
  const auto read = decode_picture(std::as_bytes(std::span(words)));
  REQUIRE_FALSE(read);
  CHECK(english(read.error().expected) == "a JPEG or PNG picture");
  CHECK_FALSE(decode_picture({}));
}

TEST_CASE("the cameras' own pictures are read") {
  SHARED_DATA_OR_SKIP(kitti, "kitti_object");
  SHARED_DATA_OR_SKIP(sustech, "sustechpoints");
  const auto png = decode_picture(*read_bytes(kitti / "training/image_2/000008.png"), 600);
  REQUIRE(png);
  CHECK(png->full_width == 1242);  // data README: 1242 × 375
  CHECK(png->full_height == 375);
  CHECK(png->width == 621);
  const auto jpeg = decode_picture(*read_bytes(sustech / "example/camera/front/000965.jpg"), 512);
  if (!jpeg) FAIL(to_line(jpeg.error()));
  CHECK(jpeg->full_width == 2048);
  CHECK(jpeg->width == 512);
}

}  // namespace sweepbox
