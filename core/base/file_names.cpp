#include "core/base/file_names.hpp"

#include <algorithm>

#include "core/base/hash.hpp"

namespace sweepbox {
namespace {

constexpr std::size_t kLongest = 240, kLongestStem = 60, kHashDigits = 16;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

bool looks_coded(std::string_view name) {
  if (name.size() <= kHashDigits || name[name.size() - kHashDigits - 1] != '~') return false;
  const std::string_view digits = name.substr(name.size() - kHashDigits);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool is_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= kLongest &&
         name.find('/') == std::string_view::npos &&
         std::none_of(name.begin(), name.end(), is_control) && !looks_coded(name);
}

bool is_plain_name(std::string_view name) {
  return is_file_name(name) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_plain(c) || c == '.'; });
}

std::string coded_name(std::string_view name) {
  std::string coded(name.substr(0, kLongestStem));
  std::replace_if(
      coded.begin(), coded.end(), [](char c) { return !is_plain(c); }, '_');
  if (coded.empty()) coded.push_back('_');
  return coded + "~" + Hash().add(name).hex();
}

std::string file_name_of(std::string_view name) {
  return is_file_name(name) ? std::string(name) : coded_name(name);
}

}  // namespace sweepbox
