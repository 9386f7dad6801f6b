#include "core/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/base/utf8.hpp"

namespace sweepbox {
namespace {

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
    const std::optional<Character> character = first_character(words);
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
