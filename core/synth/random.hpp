#pragma once
#include <cmath>
#include <cstdint>

namespace sweepbox::synth {

/// Random numbers by place, not by order: the same (seed, a, b, c) gives the same number whichever
/// thread asks first. SplitMix64 (Steele, Lea and Flood 2014) over the mixed arguments.
constexpr std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0)
      : state_(scrambled(scrambled(scrambled(scrambled(seed) ^ a) ^ b) ^ c)) {}

  /// In [0, 1).
  double uniform() {
    state_ = scrambled(state_);
    return static_cast<double>(state_ >> 11) * 0x1.0p-53;
  }

  double between(double low, double high) { return low + (high - low) * uniform(); }

  /// Mean 0, deviation 1 (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace sweepbox::synth
