#pragma once
#include <bit>
#include <cstdint>

namespace sweepbox {

/// The number that 16 bits of IEEE 754's binary16 hold; exact. NaN stays NaN.
constexpr float float_from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1Fu, fraction = half & 0x3FFu;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float tiny = static_cast<float>(fraction) * 0x1p-24f;  // subnormal: fraction · 2⁻²⁴
  return sign ? -tiny : tiny;
}

/// The nearest binary16, of two as near the even one; beyond 65,504 infinity.
constexpr std::uint16_t half_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const std::uint32_t size = bits & 0x7FFFFFFFu;
  if (size > 0x7F800000u) return static_cast<std::uint16_t>(sign | 0x7E00u);
  if (size >= 0x477FF000u) return static_cast<std::uint16_t>(sign | 0x7C00u);  // 65,520 and more
  if (size < 0x38800000u) {
    // Below 2⁻¹⁴ halves are multiples of 2⁻²⁴; so are floats from 0.5 on, which rounds for us.
    const float shifted = std::bit_cast<float>(size) + 0.5f;
    return static_cast<std::uint16_t>(
        sign | static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u));
  }
  const std::uint32_t odd = size >> 13 & 1u;
  return static_cast<std::uint16_t>(sign | (size - 0x38000000u + 0xFFFu + odd) >> 13);
}

}  // namespace sweepbox
