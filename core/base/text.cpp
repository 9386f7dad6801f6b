#include "core/base/text.hpp"

#include <fmt/args.h>

#include <cctype>

namespace sweepbox {

std::string fill(std::string_view pattern, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return std::string(pattern);
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string& argument : arguments) store.push_back(argument);
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error&) {
    return std::string(pattern);
  }
}

std::string capitalised(std::string words) {
  if (!words.empty())
    words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

std::string english(const Text& text) {
  return fill(text.key, text.arguments);
}

}  // namespace sweepbox
