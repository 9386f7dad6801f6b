#include "core/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace sweepbox {
namespace {

/// A character and how many bytes it takes.
struct Character {
  char32_t code;
  std::size_t bytes;
};

/// The first character; empty where the bytes are no UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF). `words` is not empty.
std::optional<Character> first_of(std::string_view words) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(words[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || words.size() < bytes) return std::nullopt;
  char32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
    return std::nullopt;
  return Character{code, bytes};
}

/// A blank or a visible character of ASCII.
bool is_plain(char letter) {
  return letter >= 0x20 && letter < 0x7F;
}

bool is_obeyed(char32_t code) {
  return (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string made_printable(std::string_view words, bool lines) {
  std::string out;
  out.reserve(words.size());
  while (true) {
    // Most words are plain: whole runs of them are copied at once.
    const auto plain = std::find_if_not(words.begin(), words.end(), is_plain);
    out.append(words.begin(), plain);
    words.remove_prefix(static_cast<std::size_t>(plain - words.begin()));
    if (words.empty()) return out;
    const std::optional<Character> character = first_of(words);
    const char letter = words[0];
    if (!character ||
        (character->code < 0x20 && letter != '\n' && letter != '\r' && letter != '\t')) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(letter));
    } else if (letter == '\n') {
      out += lines ? "\n" : "\\n";
    } else if (letter == '\r' || letter == '\t') {
      out += letter == '\r' ? "\\r" : "\\t";
    } else if (is_obeyed(character->code)) {
      fmt::format_to(
          std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(character->code));
    } else {
      out += words.substr(0, character->bytes);
    }
    words.remove_prefix(character ? character->bytes : 1);
  }
}

}  // namespace

std::string printable(std::string_view words) {
  return made_printable(words, false);
}

std::string printable_lines(std::string_view lines) {
  return made_printable(lines, true);
}

std::string_view one_line(std::string_view words, std::string& made) {
  const auto breaks = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte < 0x20 || byte == 0x7F;
  };
  if (std::none_of(words.begin(), words.end(), breaks)) return words;
  made = printable(words);
  return made;
}

}  // namespace sweepbox
