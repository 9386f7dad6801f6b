#pragma once
#include <map>
#include <string>
#include <string_view>

#include "core/base/text.hpp"

namespace sweepbox {

/// The words of one language. English is the key and needs no file.
class Language {
 public:
  /// "en" or "zh"; unknown ones are English. Files are embedded (samples/language/zh.toml).
  explicit Language(std::string_view code = "en");

  const std::string& code() const { return code_; }

  /// The translation, or the English itself. The pointer-like view lives as long as the Language or
  /// the key.
  std::string_view tr(std::string_view english) const;

  std::string_view tr(const char* english) const { return tr(std::string_view(english)); }

  std::string_view tr(const std::string& english) const { return tr(std::string_view(english)); }

  /// Arguments are translated where they are words themselves: classes, reasons, "Car 12".
  std::string tr(const Text& text) const;

  /// Every English key, for tests.
  const std::map<std::string, std::string, std::less<>>& words() const { return words_; }

 private:
  std::string argument(const std::string& word) const;

  std::string code_;
  std::map<std::string, std::string, std::less<>> words_;
};

}  // namespace sweepbox
