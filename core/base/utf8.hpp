#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sweepbox {

/// A character of UTF-8 and how many bytes it takes.
struct Character {
  char32_t code;
  std::size_t bytes;
};

/// The first character of a text that is not empty; empty where its bytes are no UTF-8 (RFC 3629:
/// no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<Character> first_character(std::string_view text);

bool is_utf8(std::string_view text);

/// The text with each byte that is no UTF-8 as U+FFFD.
std::string as_utf8(std::string_view text);

}  // namespace sweepbox
