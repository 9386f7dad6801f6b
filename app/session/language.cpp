#include "app/session/language.hpp"

#include <toml++/toml.h>

#include <cctype>

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

std::string Language::argument(const std::string& word) const {
  if (const std::string_view whole = tr(word); whole != word) return std::string(whole);
  // "Car 12" in the titles of edits: the class is a word, the track's name is not.
  const std::size_t blank = word.rfind(' ');
  if (blank == std::string::npos || blank == 0) return word;
  std::string head = word.substr(0, blank);
  head[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(head[0])));
  const std::string_view known = tr(head);
  return known == head ? word : std::string(known) + word.substr(blank);
}

std::string Language::tr(const Text& text) const {
  if (words_.empty()) return fill(text.key, text.arguments);
  std::vector<std::string> arguments;
  for (const std::string& word : text.arguments) arguments.push_back(argument(word));
  return fill(tr(text.key), arguments);
}

}  // namespace sweepbox
