#include "core/base/hash.hpp"

#include <fmt/format.h>

namespace sweepbox {

Hash& Hash::add(std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    value_ ^= static_cast<std::uint64_t>(byte);
    value_ *= 1099511628211ULL;
  }
  return *this;
}

Hash& Hash::add(std::string_view text) {
  add(std::as_bytes(std::span(text)));
  return add(static_cast<std::uint64_t>(text.size()));  // "ab" + "c" differs from "a" + "bc"
}

Hash& Hash::add(std::uint64_t number) {
  return add(std::as_bytes(std::span(&number, 1)));
}

std::string Hash::hex() const {
  return fmt::format("{:016x}", value_);
}

}  // namespace sweepbox
