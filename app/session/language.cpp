#include "app/session/language.hpp"

#include <toml++/toml.h>

#include "app/session/embedded.hpp"
#include "core/base/log.hpp"

namespace sweepbox {

Language::Language(std::string_view code) : code_("en") {
  const std::string_view file = language_files::get(code);
  if (file.empty()) return;
  code_ = code;
  try {
    const toml::table table = toml::parse(file);
    for (const auto& [key, value] : table)
      if (const auto word = value.value<std::string>()) words_[std::string(key.str())] = *word;
  } catch (const toml::parse_error& error) {
    // Embedded at build and tested; English remains readable.
    log_error("language {}: line {}: {}", code, error.source().begin.line, error.description());
  }
}

std::string_view Language::tr(std::string_view english) const {
  const auto found = words_.find(english);
  return found == words_.end() ? english : std::string_view(found->second);
}

std::string Language::tr(const Text& text) const {
  if (words_.empty()) return fill(text.key, text.arguments);
  // Arguments are often words themselves: a class, a reason.
  std::vector<std::string> arguments;
  for (const std::string& argument : text.arguments) arguments.emplace_back(tr(argument));
  return fill(tr(text.key), arguments);
}

}  // namespace sweepbox
