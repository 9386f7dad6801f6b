#include "core/label/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "core/base/limits.hpp"
#include "core/base/utf8.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr int kDeepest = 200;

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

std::string place_in(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column =
      start == std::string_view::npos ? before.size() : before.size() - start - 1;
  return fmt::format("line {}, column {}", line, column + 1);
}

/// What stands at a place, for messages.
std::string found_at(std::string_view text, std::size_t byte) {
  if (byte >= text.size()) return "the end of the file";
  std::string found(text.substr(byte, 12));
  for (char& c : found)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return found;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<JsonNode> document() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark
    JsonNode root;
    skip_blanks();
    if (!value(root, 0)) return tl::unexpected(std::move(*error_));
    skip_blanks();
    if (at_ != text_.size()) {
      wrong("the end of the file");
      return tl::unexpected(std::move(*error_));
    }
    return root;
  }

 private:
  bool wrong(const char* expected) {
    error_ = Error{Severity::error,
                   {},
                   place_in(text_, at_),
                   expected,
                   text("{}", found_at(text_, at_)),
                   "the file is cut short or no JSON: take it again"};
    return false;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  /// At the opening quote; leaves behind the closing one.
  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < ' ') return wrong("a string without control characters");
      if (c == '\\') {
        ++at_;
        if (at_ >= text_.size()) break;
        if (text_[at_] == 'u') {
          for (int i = 0; i < 4; ++i)
            if (++at_ >= text_.size() || !std::isxdigit(static_cast<unsigned char>(text_[at_])))
              return wrong("four hex digits");
        } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
          return wrong("an escape of JSON");
        }
      }
    }
    return wrong("the end of a string");
  }

  bool digits() {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > from;
  }

  bool number() {
    (void)word("-");
    if (word("Infinity")) return true;
    if (!digits()) return wrong("a value");
    if (word(".") && !digits()) return wrong("a digit");
    if (next_is('e') || next_is('E')) {
      ++at_;
      if (next_is('+') || next_is('-')) ++at_;
      if (!digits()) return wrong("a digit");
    }
    return true;
  }

  bool value(JsonNode& node, int depth) {
    if (depth > kDeepest) return wrong("at most 200 values inside each other");
    node.begin = static_cast<std::uint32_t>(at_);
    bool good = true;
    if (next_is('{')) {
      node.kind = JsonNode::Kind::object;
      good = items(node, '}', depth);
    } else if (next_is('[')) {
      node.kind = JsonNode::Kind::array;
      good = items(node, ']', depth);
    } else if (next_is('"')) {
      node.kind = JsonNode::Kind::string;
      good = string();
    } else if (word("true") || word("false")) {
      node.kind = JsonNode::Kind::boolean;
    } else if (word("null")) {
      node.kind = JsonNode::Kind::null;
    } else {
      node.kind = JsonNode::Kind::number;
      good = word("NaN") || number();
    }
    node.end = static_cast<std::uint32_t>(at_);
    return good;
  }

  bool items(JsonNode& node, char close, int depth) {
    ++at_;
    skip_blanks();
    if (next_is(close)) {
      ++at_;
      return true;
    }
    while (true) {
      JsonNode& item = node.items.emplace_back();
      if (close == '}') {
        if (!next_is('"')) return wrong("a key in quotes");
        item.key_begin = static_cast<std::uint32_t>(at_);
        if (!string()) return false;
        item.key = text_.substr(item.key_begin + 1, at_ - item.key_begin - 2);
        skip_blanks();
        if (!next_is(':')) return wrong("a colon");
        ++at_;
        skip_blanks();
      }
      if (!value(item, depth + 1)) return false;
      skip_blanks();
      if (next_is(close)) {
        ++at_;
        return true;
      }
      if (!next_is(',')) return wrong(close == '}' ? "a comma or }" : "a comma or ]");
      ++at_;
      skip_blanks();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

void add_utf8(std::string& to, std::uint32_t code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xC0 | (code >> 6));
    to += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    to += static_cast<char>(0xE0 | (code >> 12));
    to += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    to += static_cast<char>(0xF0 | (code >> 18));
    to += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    to += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  return code;
}

/// The parser has checked the escapes. A half of a surrogate pair becomes U+FFFD.
std::string decoded(std::string_view raw) {
  std::string result;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      result += raw[i];
      continue;
    }
    const char c = raw[++i];
    constexpr std::string_view kFrom = "bfnrt", kTo = "\b\f\n\r\t";
    if (c != 'u') {
      const std::size_t known = kFrom.find(c);
      result += known == std::string_view::npos ? c : kTo[known];
      continue;
    }
    std::uint32_t code = hex4(raw.substr(i + 1, 4));
    i += 4;
    if (code >= 0xD800 && code < 0xDC00 && raw.substr(i + 1, 2) == "\\u") {
      const std::uint32_t low = hex4(raw.substr(i + 3, 4));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      }
    }
    add_utf8(result, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }
  return result;
}

const JsonNode* innermost_at(const JsonNode& node, std::uint64_t byte) {
  if (byte < node.begin || byte >= node.end) return nullptr;
  for (const JsonNode& item : node.items)
    if (const JsonNode* found = innermost_at(item, byte)) return found;
  return node.begin == byte ? &node : nullptr;
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  for (const JsonNode& item : items)
    if (item.key == name) return &item;
  return nullptr;
}

const JsonNode* JsonNode::find(std::initializer_list<std::string_view> path) const {
  const JsonNode* node = this;
  for (const std::string_view name : path) {
    if (!node) return nullptr;
    node = node->find(name);
  }
  return node;
}

Result<JsonText> JsonText::parse(std::string text) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max())
    return fail({}, {}, "a text below 4 GB", sweepbox::text("{} bytes", text.size()));
  JsonText result;
  result.text_ = std::make_shared<const std::string>(std::move(text));
  auto root = Parser(*result.text_).document();
  if (!root) return tl::unexpected(std::move(root.error()));
  result.root_ = std::move(*root);
  return result;
}

std::string_view JsonText::raw(const JsonNode& node) const {
  return std::string_view(*text_).substr(node.begin, node.end - node.begin);
}

std::optional<double> JsonText::number(const JsonNode* node) const {
  if (!node || !node->is(JsonNode::Kind::number)) return std::nullopt;
  const std::string_view digits = raw(*node);
  if (digits == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (digits == "Infinity") return std::numeric_limits<double>::infinity();
  if (digits == "-Infinity") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc::result_out_of_range)
    return digits.find('-', 1) != std::string_view::npos
               ? 0.0
               : std::copysign(std::numeric_limits<double>::infinity(), digits[0] == '-' ? -1 : 1);
  return value;
}

std::optional<std::int64_t> JsonText::integer(const JsonNode* node) const {
  if (!node || !node->is(JsonNode::Kind::number)) return std::nullopt;
  const std::string_view digits = raw(*node);
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return value;
  const auto real = number(node);
  if (real && std::abs(*real) < 9e15 && *real == std::floor(*real))
    return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

std::optional<std::string> JsonText::string(const JsonNode* node) const {
  if (!node || !node->is(JsonNode::Kind::string)) return std::nullopt;
  const std::string_view quoted = raw(*node);
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  constexpr std::size_t kLongestEscape = 6;  // bytes that say one: \u0041
  if (inside.size() > kLongestEscape * kLongestValue)
    return std::string(inside.substr(0, kLongestValue + 1));
  return decoded(inside);
}

std::optional<bool> JsonText::boolean(const JsonNode* node) const {
  if (!node || !node->is(JsonNode::Kind::boolean)) return std::nullopt;
  return raw(*node) == "true";
}

std::string JsonText::key(const JsonNode& node) const {
  return decoded(node.key);
}

bool JsonText::numbers(const JsonNode* node, std::span<double> to) const {
  if (!node || !node->is(JsonNode::Kind::array) || node->items.size() != to.size()) return false;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto value = number(&node->items[i]);
    if (!value) return false;
    to[i] = *value;
  }
  return true;
}

std::string JsonText::place(std::uint32_t byte) const {
  return place_in(*text_, byte);
}

const JsonNode* JsonText::at(std::uint64_t byte) const {
  return innermost_at(root_, byte);
}

void JsonPatch::replace(const JsonNode& node, std::string value) {
  if (text_.raw(node) == value) return;
  replaced_.push_back({node.begin, node.end, std::move(value)});
}

void JsonPatch::replace_number(const JsonNode& node, double value, double same) {
  const auto now = text_.number(&node);
  if (now && (*now == value || std::abs(*now - value) <= same)) return;
  replaced_.push_back({node.begin, node.end, json_number(value)});
}

void JsonPatch::remove(const JsonNode& parent, const JsonNode& item) {
  removals_.push_back({&parent, &item});
}

void JsonPatch::append(const JsonNode& array, std::string value) {
  insertions_.push_back({&array, std::move(value)});
}

void JsonPatch::append(const JsonNode& object, std::string_view key, std::string value) {
  insertions_.push_back({&object, json_string(key) + ": " + value});
}

std::string JsonPatch::applied() const {
  const std::string& text = text_.text();
  std::vector<Change> changes = replaced_;
  const auto starts = [](const JsonNode& item) {
    return item.key_begin ? item.key_begin : item.begin;
  };

  // Items that are added to or taken from one parent are settled together, so that commas come out
  // right whatever the number of items that stay.
  struct Parent {
    const JsonNode* node;
    std::vector<const JsonNode*> removed;
    std::vector<const std::string*> added;
  };

  std::map<std::uint32_t, Parent> parents;
  const auto parent = [&](const JsonNode* node) -> Parent& {
    return parents.try_emplace(node->begin, Parent{node, {}, {}}).first->second;
  };
  for (const Removal& removal : removals_) parent(removal.parent).removed.push_back(removal.item);
  for (const Insertion& insertion : insertions_)
    parent(insertion.parent).added.push_back(&insertion.text);

  for (const auto& entry : parents) {
    const Parent& one = entry.second;
    const std::vector<JsonNode>& items = one.node->items;
    std::string between = ", ";
    if (items.size() > 1) between = text.substr(items[0].end, starts(items[1]) - items[0].end);
    const auto is_removed = [&](const JsonNode& item) {
      return std::find(one.removed.begin(), one.removed.end(), &item) != one.removed.end();
    };
    const JsonNode* kept = nullptr;  // the last item that stays
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!is_removed(items[i])) {
        kept = &items[i];
        continue;
      }
      // With the blanks and the comma before it, or behind it where nothing stays before.
      std::uint32_t from = starts(items[i]), to = items[i].end;
      if (kept)
        from = items[i - 1].end;
      else if (i + 1 < items.size())
        to = starts(items[i + 1]);
      changes.push_back({from, to, {}});
    }
    std::string added;
    for (const std::string* value : one.added) {
      if (kept || !added.empty()) added += between;
      added += *value;
    }
    if (added.empty()) continue;
    // Behind the last item that stays; with none, behind the bracket.
    std::uint32_t at = one.node->begin + 1;
    if (!items.empty()) at = items.back().end;
    changes.push_back({at, at, std::move(added)});
  }

  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::string result;
  std::size_t at = 0;
  for (const Change& change : changes) {
    if (change.begin < at) continue;  // inside of what was replaced or removed as a whole
    result.append(text, at, change.begin - at);
    result += change.text;
    at = change.end;
  }
  return result.append(text, at, std::string::npos);
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";
  return fmt::format("{}", value);
}

std::string json_numbers(std::span<const double> numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += (i > 0 ? ", " : "") + json_number(numbers[i]);
  return text + "]";
}

std::string json_string(std::string_view text) {
  if (!is_utf8(text)) return json_string(as_utf8(text));
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (result += '\\') += c;
    else if (code < ' ')
      result += fmt::format("\\u{:04x}", code);
    else
      result += c;
  }
  return result += '"';
}

}  // namespace sweepbox
