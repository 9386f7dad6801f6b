#include "core/table/half.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace sweepbox;

TEST_CASE("halves are the numbers that IEEE 754 says") {
  // By hand: sign, five bits of exponent with a bias of 15, ten of fraction.
  CHECK(float_from_half(0x0000) == 0);
  CHECK(std::signbit(float_from_half(0x8000)));
  CHECK(float_from_half(0x3C00) == 1);
  CHECK(float_from_half(0xC000) == -2);
  CHECK(float_from_half(0x7BFF) == 65504);
  CHECK(float_from_half(0x0400) == 0x1p-14f);
  CHECK(float_from_half(0x0001) == 0x1p-24f);
  CHECK(float_from_half(0x83FF) == -1023 * 0x1p-24f);
  CHECK(float_from_half(0x7C00) == INFINITY);
  CHECK(std::isnan(float_from_half(0x7E00)));
}

TEST_CASE("every half goes through float unchanged") {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const auto bits = static_cast<std::uint16_t>(half);
    const float wide = float_from_half(bits);
    if (std::isnan(wide))
      CHECK(std::isnan(float_from_half(half_from_float(wide))));
    else if (half_from_float(wide) != bits)
      FAIL("half " << half << " became " << half_from_float(wide));
  }
}

TEST_CASE("a float becomes the nearest half, a tie the even one") {
  CHECK(half_from_float(1 + 0x1p-11f) == 0x3C00);      // between 1 and the next: even
  CHECK(half_from_float(1 + 3 * 0x1p-11f) == 0x3C02);  // between the next two: even
  CHECK(half_from_float(1 + 0x1p-11f + 0x1p-20f) == 0x3C01);
  CHECK(half_from_float(65519) == 0x7BFF);
  CHECK(half_from_float(65520) == 0x7C00);
  CHECK(half_from_float(-1e9f) == 0xFC00);
  CHECK(half_from_float(0x1p-25f) == 0x0000);  // half of the smallest: even
  CHECK(half_from_float(0x1p-25f * 1.5f) == 0x0001);
  CHECK(half_from_float(1023.5f * 0x1p-24f) == 0x0400);
}
