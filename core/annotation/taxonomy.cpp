#include "core/annotation/taxonomy.hpp"

#include "core/annotation/embedded.hpp"
#include "core/base/parse.hpp"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <set>

namespace sweepbox {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) c = lower(c);
  return result;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// One table of the file, and the first thing that was wrong with it. Later reads answer defaults.
class Reader {
 public:
  Reader(const toml::table& table, std::string kind, const std::string& file)
      : table_(table), kind_(std::move(kind)), file_(file) {}

  const std::optional<Error>& error() const { return error_; }

  void wrong(std::string_view key, Text expected, Text found) {
    if (error_) return;
    const toml::node* node = table_.get(key);
    const auto line = (node ? node->source() : table_.source()).begin.line;
    error_ = fail(file_,
                  fmt::format("line {}, {} of [[{}]]", line, key, kind_),
                  std::move(expected),
                  std::move(found),
                  "mend the taxonomy; samples/taxonomy.toml is its manual")
                 .value();
  }

  /// Keys that the manual does not know are misspelt ones.
  void known_keys(std::initializer_list<std::string_view> keys) {
    for (const auto& [key, node] : table_)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        wrong(key.str(), "a key that the manual names", text("\"{}\"", key.str()));
  }

  std::string string(std::string_view key, bool required = false) {
    const toml::node* node = table_.get(key);
    if (!node) {
      if (required) wrong(key, "a text", "nothing");
      return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || (required && trimmed(*value).empty())) wrong(key, "a text", "something else");
    return value.value_or(std::string());
  }

  std::vector<std::string> strings(std::string_view key) {
    std::vector<std::string> result;
    const toml::node* node = table_.get(key);
    if (!node) return result;
    const toml::array* array = node->as_array();
    if (!array) {
      wrong(key, "a list of texts", "something else");
      return result;
    }
    for (const toml::node& entry : *array) {
      const auto value = entry.value_exact<std::string>();
      if (!value || value->empty()) wrong(key, "a list of texts", "an entry that is none");
      result.push_back(value.value_or(std::string()));
    }
    return result;
  }

  Vec3 size(std::string_view key) {
    const toml::node* node = table_.get(key);
    const toml::array* array = node ? node->as_array() : nullptr;
    if (!array || array->size() != 3) {
      wrong(key, "three lengths in metres", node ? "something else" : "nothing");
      return Vec3::Ones();
    }
    Vec3 result = Vec3::Ones();
    for (int i = 0; i < 3; ++i) {
      const auto value = (*array)[static_cast<std::size_t>(i)].value<double>();
      if (!value || !std::isfinite(*value) || *value <= 0 || *value > 1000)
        wrong(key, "lengths above 0 and up to 1000 m", text("{}", value.value_or(0)));
      else
        result[i] = *value;
    }
    return result;
  }

  ClassColor color(std::string_view key) {
    const toml::node* node = table_.get(key);
    const toml::table* both = node ? node->as_table() : nullptr;
    if (!both) {
      wrong(
          key, "{ dark = \"#RRGGBB\", light = \"#RRGGBB\" }", node ? "something else" : "nothing");
      return {};
    }
    const auto one = [&](std::string_view name) -> std::uint32_t {
      const auto word = (*both)[name].value<std::string>().value_or("");
      std::uint32_t value = 0;
      const char* begin = word.data() + std::min<std::size_t>(1, word.size());
      const auto [end, code] = std::from_chars(begin, word.data() + word.size(), value, 16);
      if (word.size() != 7 || word[0] != '#' || code != std::errc() ||
          end != word.data() + word.size())
        wrong(key, text("{} = \"#RRGGBB\"", name), text("\"{}\"", word));
      return value;
    };
    return {one("dark"), one("light")};
  }

 private:
  const toml::table& table_;
  std::string kind_;
  const std::string& file_;
  std::optional<Error> error_;
};

Result<ObjectClass> read_class(const toml::table& table, const std::string& file) {
  Reader reader(table, "class", file);
  reader.known_keys({"name", "code", "color", "key", "aliases", "size", "size_min", "size_max"});
  ObjectClass result;
  result.name = reader.string("name", true);
  result.code = reader.string("code", true);
  result.color = reader.color("color");
  result.key = reader.string("key");
  if (!result.key.empty() && (result.key.size() != 1 || result.key[0] < '1' || result.key[0] > '9'))
    reader.wrong("key", "\"1\" … \"9\"", text("\"{}\"", result.key));
  result.aliases = reader.strings("aliases");
  result.size = reader.size("size");
  result.size_min = reader.size("size_min");
  result.size_max = reader.size("size_max");
  if ((result.size_min.array() > result.size.array()).any())
    reader.wrong("size_min", "nothing above the size", "a larger length");
  if ((result.size_max.array() < result.size.array()).any())
    reader.wrong("size_max", "nothing below the size", "a smaller length");
  if (reader.error()) return tl::make_unexpected(*reader.error());
  return result;
}

Result<AttributeSpec> read_attribute(const toml::table& table,
                                     const std::vector<ObjectClass>& classes,
                                     const std::string& file) {
  Reader reader(table, "attribute", file);
  reader.known_keys({"name", "type", "scope", "choices", "classes", "initial"});
  AttributeSpec result;
  result.name = reader.string("name", true);

  const std::string type = reader.string("type", true);
  if (type == "choice")
    result.type = AttributeType::choice;
  else if (type == "flag")
    result.type = AttributeType::flag;
  else if (type == "number")
    result.type = AttributeType::number;
  else if (type == "text")
    result.type = AttributeType::text;
  else
    reader.wrong("type", "choice, flag, number or text", text("\"{}\"", type));

  const std::string scope = reader.string("scope", true);
  if (scope == "track")
    result.scope = AttributeScope::track;
  else if (scope == "frame")
    result.scope = AttributeScope::frame;
  else
    reader.wrong("scope", "track or frame", text("\"{}\"", scope));

  result.choices = reader.strings("choices");
  if ((result.type == AttributeType::choice) == result.choices.empty())
    reader.wrong("choices", "choices where the type is choice, and only there", "otherwise");
  result.classes = reader.strings("classes");
  for (const std::string& name : result.classes)
    if (std::none_of(classes.begin(), classes.end(), [&](const auto& c) { return c.name == name; }))
      reader.wrong("classes", "names of classes of this file", text("\"{}\"", name));
  result.initial = reader.string("initial");
  if (!result.initial.empty())
    if (const auto why = why_not(result, result.initial))
      reader.wrong("initial", *why, text("\"{}\"", result.initial));
  if (reader.error()) return tl::make_unexpected(*reader.error());
  return result;
}

/// A word must mean one class: names, aliases, codes and keys are told apart.
std::optional<Text> first_double(const Taxonomy& taxonomy) {
  std::set<std::string> words, codes, keys, attributes;
  for (const ObjectClass& one : taxonomy.classes) {
    // A class's own name may stand among its aliases: "Car" is how KITTI writes car.
    std::set<std::string> own{lower(one.name)};
    for (const std::string& alias : one.aliases) own.insert(lower(alias));
    for (const std::string& word : own)
      if (!words.insert(word).second) return text("\"{}\" twice, again in {}", word, one.name);
    if (!codes.insert(lower(one.code)).second) return text("code \"{}\" twice", one.code);
    if (!one.key.empty() && !keys.insert(one.key).second) return text("key \"{}\" twice", one.key);
  }
  for (const AttributeSpec& one : taxonomy.attributes)
    if (!attributes.insert(one.name).second) return text("attribute \"{}\" twice", one.name);
  return std::nullopt;
}

}  // namespace

const ObjectClass* Taxonomy::find(std::string_view word) const {
  for (const ObjectClass& one : classes)
    if (same_word(one.name, word)) return &one;
  for (const ObjectClass& one : classes)
    for (const std::string& alias : one.aliases)
      if (same_word(alias, word)) return &one;
  return nullptr;
}

const ObjectClass& Taxonomy::find_or_other(std::string_view word) const {
  const ObjectClass* found = find(word);
  assert(found || !classes.empty());  // parse_taxonomy refuses a taxonomy without classes
  return found ? *found : classes.back();
}

const AttributeSpec* Taxonomy::attribute(std::string_view name) const {
  for (const AttributeSpec& one : attributes)
    if (one.name == name) return &one;
  return nullptr;
}

std::vector<const AttributeSpec*> Taxonomy::attributes_of(std::string_view class_name) const {
  const std::string& name = find_or_other(class_name).name;
  std::vector<const AttributeSpec*> result;
  for (const AttributeSpec& one : attributes)
    if (one.classes.empty() ||
        std::find(one.classes.begin(), one.classes.end(), name) != one.classes.end())
      result.push_back(&one);
  return result;
}

Result<Taxonomy> parse_taxonomy(std::string_view toml_text, const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(toml_text, file);
  } catch (const toml::parse_error& error) {
    return fail(file,
                fmt::format("line {}", error.source().begin.line),
                "TOML",
                std::string(error.description()),
                "mend the taxonomy; samples/taxonomy.toml is its manual");
  }
  Taxonomy result;
  for (const auto& [key, node] : root)
    if (key.str() != "class" && key.str() != "attribute")
      return fail(file,
                  fmt::format("line {}", node.source().begin.line),
                  "[[class]] and [[attribute]]",
                  text("\"{}\"", key.str()),
                  "mend the taxonomy; samples/taxonomy.toml is its manual");
  const auto tables_of = [&](std::string_view name) {
    std::vector<const toml::table*> tables;
    if (const toml::array* array = root[name].as_array())
      for (const toml::node& node : *array)
        if (const toml::table* table = node.as_table()) tables.push_back(table);
    return tables;
  };
  for (const toml::table* table : tables_of("class")) {
    auto one = read_class(*table, file);
    if (!one) return tl::make_unexpected(one.error());
    result.classes.push_back(std::move(*one));
  }
  if (result.classes.empty())
    return fail(file, {}, "at least one [[class]]", "none", "start from samples/taxonomy.toml");
  for (const toml::table* table : tables_of("attribute")) {
    auto one = read_attribute(*table, result.classes, file);
    if (!one) return tl::make_unexpected(one.error());
    result.attributes.push_back(std::move(*one));
  }
  if (const auto twice = first_double(result))
    return fail(file, {}, "each name, alias, code and key once", *twice, "mend the taxonomy");
  return result;
}

std::optional<Text> why_not(const AttributeSpec& spec, std::string_view value) {
  switch (spec.type) {
    case AttributeType::choice: {
      if (std::find(spec.choices.begin(), spec.choices.end(), value) != spec.choices.end())
        return std::nullopt;
      std::string choices;
      for (const std::string& choice : spec.choices)
        choices += (choices.empty() ? "" : ", ") + choice;
      return text("one of: {}", choices);
    }
    case AttributeType::flag:
      if (value == "true" || value == "false") return std::nullopt;
      return Text("true or false");
    case AttributeType::number: {
      const auto number = to_double(value);
      if (number && std::isfinite(*number)) return std::nullopt;
      return Text("a number");
    }
    case AttributeType::text:
      return std::nullopt;
  }
  return std::nullopt;
}

std::shared_ptr<const Taxonomy> default_taxonomy() {
  static const auto taxonomy = [] {
    auto parsed = parse_taxonomy(annotation_files::get("taxonomy.toml"), "taxonomy.toml");
    assert(parsed);  // embedded at build time, and a test reads it
    return std::make_shared<const Taxonomy>(std::move(*parsed));
  }();
  return taxonomy;
}

}  // namespace sweepbox
