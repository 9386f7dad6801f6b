#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace sweepbox {

/// A value in a JSON text, and where it stands there. Walk it like a tree; nodes belong to their
/// JsonText.
class JsonNode {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::uint32_t begin = 0;  ///< bytes [begin, end) of the value in the text
  std::uint32_t end = 0;
  std::string_view key;         ///< as written between its quotes; empty in arrays
  std::uint32_t key_begin = 0;  ///< of the quote before the key
  std::vector<JsonNode> items;  ///< of an array or object, in order

  bool is(Kind one) const { return kind == one; }

  /// The member of that name (the first), nullptr where there is none or this is no object.
  const JsonNode* find(std::string_view name) const;
  /// find along a path of names.
  const JsonNode* find(std::initializer_list<std::string_view> path) const;
};

/// JSON that remembers its bytes, so that what nobody touched is written back as it was: unknown
/// fields, their order, blanks, the number of decimals. UTF-8; depth at most 200.
class JsonText {
 public:
  /// Strict JSON, but for NaN and Infinity (Python writes them). Errors name line and column, what
  /// was expected and what was found. Texts of 4 GB and more are refused.
  [[nodiscard]] static Result<JsonText> parse(std::string text);

  const std::string& text() const { return *text_; }

  const JsonNode& root() const { return root_; }

  /// The value's own bytes.
  std::string_view raw(const JsonNode& node) const;

  // What a value says; empty where it is of another kind (null for node: empty too).
  std::optional<double> number(const JsonNode* node) const;
  std::optional<std::int64_t> integer(const JsonNode* node) const;
  /// Escapes decoded. Of one that is far beyond kLongestValue only the first kLongestValue + 1
  /// bytes, as they stand: so much shows that it is too long, and many boxes may name the same
  /// string.
  std::optional<std::string> string(const JsonNode* node) const;
  std::optional<bool> boolean(const JsonNode* node) const;
  std::string key(const JsonNode& node) const;  ///< of a member, escapes decoded
  /// An array of exactly that many numbers into `to`; false where it is none.
  bool numbers(const JsonNode* node, std::span<double> to) const;

  /// "line 12, column 3" of a byte.
  std::string place(std::uint32_t byte) const;

  /// The innermost node that begins at this byte (records of a Source are found again so); nullptr
  /// where none does.
  const JsonNode* at(std::uint64_t byte) const;

 private:
  std::shared_ptr<const std::string> text_;  ///< keys look into it, wherever this object moves
  JsonNode root_;
};

/// Changes to a JsonText, collected and applied at once; each place is changed once at most.
class JsonPatch {
 public:
  explicit JsonPatch(const JsonText& text) : text_(text) {}

  /// `value` is JSON. A number equal to the one that stands there changes nothing.
  void replace(const JsonNode& node, std::string value);
  /// Writes the number with round-trip precision, unless it equals what stands there within
  /// `same`.
  void replace_number(const JsonNode& node, double value, double same = 0);
  /// Takes an item out of its array or object, with one comma.
  void remove(const JsonNode& parent, const JsonNode& item);
  /// Adds behind the last item of an array, or as a new member of an object. In the manner of the
  /// items that are there (line breaks and blanks between the last two).
  void append(const JsonNode& array, std::string value);
  void append(const JsonNode& object, std::string_view key, std::string value);

  const JsonText& json() const { return text_; }

  bool empty() const { return removals_.empty() && insertions_.empty() && replaced_.empty(); }

  std::string applied() const;

 private:
  struct Change {
    std::uint32_t begin, end;
    std::string text;
  };

  struct Removal {
    const JsonNode* parent;
    const JsonNode* item;
  };

  struct Insertion {
    const JsonNode* parent;
    std::string text;  ///< with its key, where the parent is an object
  };

  const JsonText& text_;
  std::vector<Change> replaced_;
  std::vector<Removal> removals_;
  std::vector<Insertion> insertions_;
};

/// Shortest text that reads back as the same number; a whole one keeps ".0" out. Not finite: null.
std::string json_number(double value);
/// [a, b, c] of such texts.
std::string json_numbers(std::span<const double> numbers);
/// Quoted and escaped.
std::string json_string(std::string_view text);

}  // namespace sweepbox
