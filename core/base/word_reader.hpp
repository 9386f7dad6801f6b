#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/parse.hpp"

namespace sweepbox {

/// Walks a text of lines of words in one pass; nothing is listed, copied or allocated. Blanks are
/// those of split_blanks. For texts of millions of numbers; lines of a few go through split_blanks.
class WordReader {
 public:
  /// What stands next in a line.
  struct Number {
    enum class Kind { number, other_word, line_end };
    Kind kind = Kind::line_end;
    double value = 0;  ///< of a number
  };

  explicit WordReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool at_end() const { return at_ == end_; }

  /// The next word of this line; empty where the line has no more.
  std::string_view word() {
    skip_blanks();
    const char* first = at_;
    while (at_ != end_ && !is_blank(*at_) && *at_ != '\n') ++at_;
    return {first, static_cast<std::size_t>(at_ - first)};
  }

  /// The next word of this line, read as to_double reads it, to the last bit.
  Number number();

  /// Moves to the first word of the next line, whatever is left of this one.
  void next_line() {
    while (at_ != end_ && *at_ != '\n') ++at_;
    if (at_ != end_) ++at_;
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  /// Adds digits to a whole number, which wraps beyond 19 of them. Returns the first other place.
  const char* take_digits(const char* from, std::uint64_t& whole) const {
    for (; from != end_ && is_digit(*from); ++from)
      whole = 10 * whole + static_cast<std::uint64_t>(*from - '0');
    return from;
  }

  Number number_of_word() {
    const auto value = to_double(word());
    return value ? Number{Number::Kind::number, *value} : Number{Number::Kind::other_word, 0};
  }

  const char* at_;
  const char* end_;
};

// A whole number up to 2⁵³ and a power of ten up to 10²² are doubles, and one product or quotient
// of two doubles is rounded right (Clinger, "How to read floating point numbers accurately", PLDI
// 1990, section 3). All other words go through from_chars, which needs the word's end first. What
// one pass earned stands in tests/peers/README.md, "reading".
inline WordReader::Number WordReader::number() {
  static constexpr std::array kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::ptrdiff_t kMostDigits = 19, kFarthest = 22;
  constexpr std::uint64_t kMostWhole = std::uint64_t{1} << 53;
  skip_blanks();
  if (at_ == end_ || *at_ == '\n') return {};
  const char* place = at_;
  const bool negative = *place == '-';
  if (negative || *place == '+') ++place;
  std::uint64_t whole = 0;
  const char* first = place;
  place = take_digits(place, whole);
  std::ptrdiff_t digits = place - first;
  std::ptrdiff_t power = 0;
  if (place != end_ && *place == '.') {
    first = ++place;
    place = take_digits(place, whole);
    digits += place - first;
    power = first - place;
  }
  if (digits > 0 && place != end_ && (*place == 'e' || *place == 'E')) {
    ++place;
    const bool below = place != end_ && *place == '-';
    if (place != end_ && (*place == '-' || *place == '+')) ++place;
    first = place;
    std::uint64_t exponent = 0;
    place = take_digits(place, exponent);
    constexpr std::ptrdiff_t kMostExponentDigits = 4;
    if (place == first || place - first > kMostExponentDigits) return number_of_word();
    power += below ? -static_cast<std::ptrdiff_t>(exponent) : static_cast<std::ptrdiff_t>(exponent);
  }
  const bool ends = place == end_ || is_blank(*place) || *place == '\n';
  if (!ends || digits == 0 || digits > kMostDigits || whole > kMostWhole || power > kFarthest ||
      power < -kFarthest)
    return number_of_word();
  const auto value = static_cast<double>(whole);
  const double scaled = power < 0 ? value / kPowers[static_cast<std::size_t>(-power)]
                                  : value * kPowers[static_cast<std::size_t>(power)];
  at_ = place;
  return {Number::Kind::number, negative ? -scaled : scaled};
}

}  // namespace sweepbox
