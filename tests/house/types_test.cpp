#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/sources.hpp"

// Two types of one name in one named namespace are one type for the linker: it keeps one
// destructor, and the other's objects are destroyed by it. No compiler sees it, since each file is
// right alone.

using namespace sweepbox::test;

namespace {

using Tokens = std::vector<std::string>;

bool part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where a literal that begins at `at` (a quote, or R" of a raw string) ends.
std::size_t after_literal(std::string_view text, std::size_t at) {
  if (text[at] == 'R') {
    const auto open = text.find('(', at);
    std::string close(")");
    close.append(text.substr(at + 2, open - at - 2)).append("\"");
    const auto end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

/// Words and punctuation of C++ source; comments, preprocessor lines, literals and template
/// parameters (`template <class T>`) are left out, `::` is one token.
Tokens tokens_of(std::string_view text) {
  Tokens tokens;
  bool line_start = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\n') {
      line_start = true;
      ++i;
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      ++i;
    } else if (c == '#' && line_start) {
      while (i < text.size() && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      const auto end = text.find("*/", i + 2);
      i = end == std::string_view::npos ? text.size() : end + 2;
    } else if (c == '"' || c == '\'' || text.substr(i, 2) == "R\"") {
      i = after_literal(text, i);
      tokens.emplace_back("\"\"");
      line_start = false;
    } else if (part_of_word(c)) {
      std::size_t end = i;
      // 1'000'000 is one number, not a character.
      while (end < text.size() &&
             (part_of_word(text[end]) ||
              (text[end] == '\'' && std::isdigit(static_cast<unsigned char>(c)))))
        ++end;
      tokens.emplace_back(text.substr(i, end - i));
      i = end;
      line_start = false;
    } else {
      const std::size_t length = text.substr(i, 2) == "::" ? 2 : 1;
      tokens.emplace_back(text.substr(i, length));
      i += length;
      line_start = false;
    }
  }
  Tokens kept;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    kept.push_back(tokens[i]);
    if (tokens[i] != "template" || i + 1 >= tokens.size() || tokens[i + 1] != "<") continue;
    int depth = 0;
    do {
      ++i;
      depth += tokens[i] == "<" ? 1 : tokens[i] == ">" ? -1 : 0;
    } while (depth > 0 && i + 1 < tokens.size());
  }
  return kept;
}

/// What a `{` opens, told from the tokens since the last statement: a namespace (its name, empty
/// for an unnamed one), a type of a namespace (its name), or anything else.
struct Opened {
  enum class What { name_space, type, other };
  What what = What::other;
  std::string name;
};

Opened opened_by(const Tokens& statement) {
  for (std::size_t i = 0; i < statement.size(); ++i) {
    const std::string& word = statement[i];
    if (word == "(" || word == "=") return {};
    if (word == "extern" && i + 2 == statement.size()) return {Opened::What::name_space, "extern"};
    if (word == "namespace") {
      std::string name;
      for (++i; i < statement.size(); ++i) name += statement[i];
      return {Opened::What::name_space, name};
    }
    if (word != "struct" && word != "class" && word != "union" && word != "enum") continue;
    ++i;
    if (i < statement.size() && (statement[i] == "class" || statement[i] == "struct")) ++i;
    while (i < statement.size() && statement[i] == "[") {  // [[nodiscard]]
      while (i < statement.size() && statement[i] != "]") ++i;
      i += 2;
    }
    if (i >= statement.size() || !part_of_word(statement[i].front())) return {};
    // `struct hash<Stamp> {` specialises, `struct Jobs::State {` is nested, `struct A f() {` a
    // function.
    const std::string next = i + 1 < statement.size() ? statement[i + 1] : "";
    if (!next.empty() && next != "final" && next != ":") return {};
    return {Opened::What::type, statement[i]};
  }
  return {};
}

/// Full names of the types that a source defines in named namespaces, nested ones aside.
std::vector<std::string> types_of(std::string_view source) {
  std::vector<std::string> found;
  std::vector<std::string> spaces;
  int inside_other = 0;
  Tokens statement;
  for (const std::string& token : tokens_of(source)) {
    if (inside_other > 0) {
      inside_other += token == "{" ? 1 : token == "}" ? -1 : 0;
      continue;
    }
    if (token == ";") {
      statement.clear();
    } else if (token == "{") {
      const Opened opened = opened_by(statement);
      statement.clear();
      if (opened.what == Opened::What::name_space) {
        spaces.push_back(opened.name);
        continue;
      }
      inside_other = 1;
      if (opened.what != Opened::What::type) continue;
      std::string full;
      bool named = true;
      for (const std::string& space : spaces) {
        named = named && !space.empty();
        if (space != "extern") full += space + "::";
      }
      if (named) found.push_back(full + opened.name);
    } else if (token == "}") {
      statement.clear();
      if (!spaces.empty()) spaces.pop_back();
    } else {
      statement.push_back(token);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("types are found by their namespace, in every way that C++ writes them") {
  CHECK(types_of(R"(
    namespace a { struct One { struct Inside { int x; }; }; class Two; enum class Three : int { x };
    template <class T> class Four final : public One { void f() { struct Local {}; } };
    namespace { struct Hidden {}; namespace named { struct HiddenToo {}; } }
    struct Two::State {}; template <> struct Four<int> {}; struct [[nodiscard]] Five {};
    const char* text = "struct Six {"; /* struct Seven { */ // struct Eight {
    int brace = '{'; auto raw = R"x(struct Nine {)x"; struct Five make(int) { return {}; } }
    namespace a::b { union Ten { int x; }; }
    extern "C" { struct Eleven { int x; }; }
  )") == std::vector<std::string>{
             "a::One", "a::Three", "a::Four", "a::Five", "a::b::Ten", "Eleven"});
}

TEST_CASE("no type name stands twice in one named namespace") {
  std::map<std::string, std::vector<std::string>> places;
  for (const std::string& file : source_files())
    for (const std::string& type : types_of(source_text(file))) places[type].push_back(file);
  CHECK(places.size() > 300);  // that it reads the house at all; 460 in winter 2026
  std::vector<std::string> wrong;
  for (const auto& [type, files] : places)
    if (files.size() > 1) wrong.push_back(type + ": " + joined(files));
  INFO(joined(wrong));
  CHECK(wrong.empty());
}
