#include "core/drive/folder_names.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Digits as a fraction of a second.
std::int64_t fraction_ns(std::string_view digits) {
  std::string nine(digits.substr(0, 9));
  nine.resize(9, '0');
  return to_integer(nine).value_or(0);
}

}  // namespace

std::optional<Stamp> stamp_of_seconds(std::string_view seconds) {
  const std::string_view text = trimmed(seconds);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view rest =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (all_digits(whole) && whole.size() <= 10 && (rest.empty() || all_digits(rest)))
    return Stamp{to_integer(whole).value_or(0) * kNsPerSecond + fraction_ns(rest)};
  const auto number = to_double(text);  // "1.5e9", or before zero
  if (!number || !(std::abs(*number) < 9e9)) return std::nullopt;
  return Stamp{std::llround(*number * 1e9)};
}

std::optional<Stamp> stamp_in_name(std::string_view stem) {
  std::size_t begin = stem.size();
  while (begin > 0 &&
         (is_digit(stem[begin - 1]) || stem[begin - 1] == '.' || stem[begin - 1] == '_'))
    --begin;
  while (begin < stem.size() && !is_digit(stem[begin])) ++begin;
  const std::string_view text = stem.substr(begin);
  if (all_digits(text)) {
    const std::int64_t unit = text.size() == 10   ? kNsPerSecond
                              : text.size() == 13 ? 1'000'000
                              : text.size() == 16 ? 1'000
                              : text.size() == 19 ? 1
                                                  : 0;
    const auto number = to_integer(text);
    std::int64_t ns = 0;
    if (unit == 0 || !number || __builtin_mul_overflow(*number, unit, &ns)) return std::nullopt;
    // Ten digits with zeros in front are KITTI's frame numbers.
    if (text.front() == '0') return std::nullopt;
    return Stamp{ns};
  }
  const std::size_t between = text.find_first_of("._");
  if (between != 10 || !all_digits(text.substr(0, between)) ||
      !all_digits(text.substr(between + 1)))
    return std::nullopt;
  const std::int64_t ns = to_integer(text.substr(0, between)).value_or(0) * kNsPerSecond;
  const std::string_view rest = text.substr(between + 1);
  // After "_" stand nanoseconds, which some write without their zeros in front.
  if (text[between] == '_' && rest.size() <= 9) return Stamp{ns + to_integer(rest).value_or(0)};
  return Stamp{ns + fraction_ns(rest)};
}

std::optional<std::int64_t> number_at_end(std::string_view stem) {
  std::size_t begin = stem.size();
  while (begin > 0 && is_digit(stem[begin - 1])) --begin;
  std::string_view digits = stem.substr(begin);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  return to_integer(digits);
}

}  // namespace sweepbox
