#include "core/picture/picture.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

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
