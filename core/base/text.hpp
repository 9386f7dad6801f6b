#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace sweepbox {

/// Words for a person, made where no language is known: an English template and its arguments.
/// It is stored unformatted and formatted once, at the edge; the template is the key of the
/// translation. Places are fmt's: "{}" or "{0}".
struct Text {
  std::string key;
  std::vector<std::string> arguments;

  Text() = default;

  // Words are written where they arise; an explicit constructor would make every message longer.
  Text(const char* english) : key(english) {}  // NOLINT(google-explicit-constructor)

  Text(std::string english) : key(std::move(english)) {}  // NOLINT(google-explicit-constructor)

  bool empty() const { return key.empty(); }

  bool operator==(const Text&) const = default;
};

/// A Text with arguments, each formatted by fmt ("{}") when it is made.
template <class... Arguments>
Text text(std::string_view english, const Arguments&... arguments) {
  Text result{std::string(english)};
  (result.arguments.push_back(fmt::format("{}", arguments)), ...);
  return result;
}

/// Puts arguments into a template that may be a translation of the key. A template whose places do
/// not fit its arguments is returned as it stands: a wrong translation must not end the program.
std::string fill(std::string_view pattern, const std::vector<std::string>& arguments);

/// The first letter large, where it is one of ASCII.
std::string capitalised(std::string words);

/// The English words.
std::string english(const Text& text);

}  // namespace sweepbox
