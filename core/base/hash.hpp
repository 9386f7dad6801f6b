#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sweepbox {

/// FNV-1a, 64 bit (Fowler, Noll, Vo; parameters of draft-eastlake-fnv): names files and finds
/// changes, guards nothing against intent.
class Hash {
 public:
  Hash& add(std::span<const std::byte> bytes);
  Hash& add(std::string_view text);
  Hash& add(std::uint64_t number);

  std::uint64_t value() const { return value_; }

  std::string hex() const;

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

}  // namespace sweepbox
