#include "core/label/json_text.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace sweepbox {
namespace {

JsonText parsed(const std::string& text) {
  auto json = JsonText::parse(text);
  if (!json) FAIL(to_line(json.error()));
  return std::move(*json);
}

/// The text with items taken out and values added.
std::string edited(const std::string& text,
                   const std::vector<std::size_t>& removed,
                   const std::vector<std::string>& added) {
  const JsonText json = parsed(text);
  JsonPatch patch(json);
  for (const std::size_t i : removed) patch.remove(json.root(), json.root().items[i]);
  for (const std::string& value : added) patch.append(json.root(), value);
  return patch.applied();
}

TEST_CASE("items leave an array with one comma each, wherever they stand") {
  CHECK(edited("[1, 2, 3]", {0}, {}) == "[2, 3]");
  CHECK(edited("[1, 2, 3]", {1}, {}) == "[1, 3]");
  CHECK(edited("[1, 2, 3]", {2}, {}) == "[1, 2]");
  CHECK(edited("[1, 2, 3]", {0, 1}, {}) == "[3]");
  CHECK(edited("[1, 2, 3]", {0, 2}, {}) == "[2]");
  CHECK(edited("[1, 2, 3]", {1, 2}, {}) == "[1]");
  CHECK(edited("[1, 2, 3]", {0, 1, 2}, {}) == "[]");
  CHECK(edited("[\n  1,\n  2,\n  3\n]\n", {1}, {}) == "[\n  1,\n  3\n]\n");
}

TEST_CASE("values come last, in the manner of those before") {
  CHECK(edited("[]", {}, {"1"}) == "[1]");
  CHECK(edited("[ ]", {}, {"1", "2"}) == "[1, 2 ]");
  CHECK(edited("[1]", {}, {"2"}) == "[1, 2]");
  CHECK(edited("[1,2]", {}, {"3", "4"}) == "[1,2,3,4]");
  CHECK(edited("[\n  1,\n  2\n]", {}, {"3"}) == "[\n  1,\n  2,\n  3\n]");
}

TEST_CASE("what goes and what comes leaves good JSON, in every combination") {
  for (std::size_t n = 0; n <= 4; ++n) {
    std::string text = "[";
    for (std::size_t i = 0; i < n; ++i) {
      text += i ? " , " : " ";
      text += std::to_string(i);
    }
    text += " ]";
    for (std::size_t mask = 0; mask < (std::size_t{1} << n); ++mask)
      for (std::size_t added = 0; added <= 2; ++added) {
        std::vector<std::size_t> removed;
        std::vector<double> expected;
        for (std::size_t i = 0; i < n; ++i)
          if (mask >> i & 1)
            removed.push_back(i);
          else
            expected.push_back(static_cast<double>(i));
        std::vector<std::string> values;
        for (std::size_t i = 0; i < added; ++i) {
          values.push_back(std::to_string(10 + i));
          expected.push_back(static_cast<double>(10 + i));
        }
        const std::string result = edited(text, removed, values);
        INFO(text << " became " << result);
        const JsonText json = parsed(result);
        REQUIRE(json.root().items.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
          CHECK(json.number(&json.root().items[i]) == expected[i]);
      }
  }
}

TEST_CASE("members of objects go and come with their keys") {
  const JsonText json = parsed(R"({"a": 1, "b": {"c": [true]}, "d": null})");
  JsonPatch patch(json);
  patch.remove(json.root(), *json.root().find("a"));
  patch.remove(json.root(), *json.root().find("d"));
  patch.append(json.root(), "e \"f\"", "[2]");
  CHECK(patch.applied() == R"({"b": {"c": [true]}, "e \"f\"": [2]})");

  JsonPatch all(json);
  for (const JsonNode& item : json.root().items) all.remove(json.root(), item);
  CHECK(all.applied() == "{}");
}

TEST_CASE("values are replaced in their places, and equal numbers keep their digits") {
  const JsonText json = parsed(R"({ "x":1.50,  "y" : -2e0, "z":[0.1,0.2] })");
  JsonPatch patch(json);
  patch.replace_number(*json.root().find("x"), 1.5);
  patch.replace_number(*json.root().find("y"), -2.0000001, 1e-6);
  CHECK(patch.empty());
  CHECK(patch.applied() == json.text());
  patch.replace_number(*json.root().find("y"), 3.25);
  patch.replace(json.root().find("z")->items[1], "\"two\"");
  CHECK(patch.applied() == R"({ "x":1.50,  "y" : 3.25, "z":[0.1,"two"] })");
}

TEST_CASE("changes inside of what is removed or replaced as a whole are left out") {
  const JsonText json = parsed(R"({"a": [1, 2], "b": [3]})");
  JsonPatch patch(json);
  patch.replace(json.root().find("a")->items[0], "9");
  patch.remove(json.root(), *json.root().find("a"));
  patch.append(*json.root().find("b"), "4");
  CHECK(patch.applied() == R"({"b": [3, 4]})");
}

TEST_CASE("words of every script come out decoded and go in escaped") {
  const JsonText json = parsed(
      "\xEF\xBB\xBF{\"Wörter\": \"\\u00e4\\ud83d\\ude97\\n\\\"\\/\", \"half\": \"\\ud83dx\"}");
  CHECK(json.string(json.root().find("Wörter")) == "ä🚗\n\"/");
  CHECK(json.string(json.root().find("half")) == "\xEF\xBF\xBDx");  // U+FFFD
  const std::string word = "a\"b\\c\n\t\x01é漢🚗";
  const JsonText again = parsed(fmt::format("[{}]", json_string(word)));
  CHECK(again.string(&again.root().items[0]) == word);
}

TEST_CASE("values say what they are and nothing else") {
  const JsonText json =
      parsed(R"([1, 2.5, -1e400, 1e-400, NaN, -Infinity, 9007199254740993, true, "x", null, 3.0])");
  const auto& v = json.root().items;
  CHECK(json.integer(&v[0]) == 1);
  CHECK_FALSE(json.integer(&v[1]));
  CHECK(json.number(&v[1]) == 2.5);
  CHECK(json.number(&v[2]) == -std::numeric_limits<double>::infinity());
  CHECK(json.number(&v[3]) == 0);
  CHECK(std::isnan(*json.number(&v[4])));
  CHECK(json.number(&v[5]) == -std::numeric_limits<double>::infinity());
  CHECK(json.integer(&v[6]) == 9007199254740993);  // beyond what a double can count
  CHECK(json.boolean(&v[7]) == true);
  CHECK_FALSE(json.number(&v[7]));
  CHECK_FALSE(json.string(&v[9]));
  CHECK_FALSE(json.number(nullptr));
  CHECK(json.integer(&v[10]) == 3);
  std::array<double, 2> two{};
  const JsonText pair = parsed("[[1, 2], [1, 2, 3], [1, \"2\"]]");
  CHECK(pair.numbers(&pair.root().items[0], two));
  CHECK(two == std::array<double, 2>{1, 2});
  CHECK_FALSE(pair.numbers(&pair.root().items[1], two));
  CHECK_FALSE(pair.numbers(&pair.root().items[2], two));
}

TEST_CASE("records are found again by where they begin") {
  const std::string text = R"([{"a": 1}, {"a": 2}])";
  const JsonText json = parsed(text);
  const JsonNode* second = json.at(text.rfind('{'));
  REQUIRE(second);
  CHECK(json.number(second->find("a")) == 2);
  CHECK_FALSE(json.at(1000));
  CHECK(json.root().find({"b", "c"}) == nullptr);
}

TEST_CASE("broken JSON is refused with line, column, what was expected and what stands there") {
  struct Bad {
    std::string text, where, expected;
  };

  const Bad cases[] = {
      {"", "line 1, column 1", "a value"},
      {"[1, 2", "line 1, column 6", "a comma or ]"},
      {"{\"a\": 1,\n \"b\" 2}", "line 2, column 6", "a colon"},
      {"{\"a\": 1,\n\n  b: 2}", "line 3, column 3", "a key in quotes"},
      {"[1,]", "line 1, column 4", "a value"},
      {"[1] 2", "line 1, column 5", "the end of the file"},
      {"[\"a\nb\"]", "line 1, column 4", "a string without control characters"},
      {"[\"\\x\"]", "line 1, column 4", "an escape of JSON"},
      {"[1.]", "line 1, column 4", "a digit"},
      {"[tru]", "line 1, column 2", "a value"},
  };
  for (const Bad& bad : cases) {
    INFO(bad.text);
    const auto json = JsonText::parse(bad.text);
    REQUIRE_FALSE(json);
    CHECK(json.error().where == bad.where);
    CHECK(english(json.error().expected) == bad.expected);
    CHECK_FALSE(json.error().found.empty());
  }
}

TEST_CASE("values stand inside each other 200 deep and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(JsonText::parse(nested(200)));
  const auto deeper = JsonText::parse(nested(202));
  REQUIRE_FALSE(deeper);
  CHECK(english(deeper.error().expected) == "at most 200 values inside each other");
  CHECK_FALSE(JsonText::parse(std::string(100'000, '[')));
}

TEST_CASE("every beginning of a good text is refused, none is read past its end") {
  const std::string good = R"({"a": [1.5e3, true, "x\u00e4"], "b": {"c": null}})";
  for (std::size_t n = 0; n < good.size(); ++n) {
    INFO(n);
    CHECK_FALSE(JsonText::parse(good.substr(0, n)));
  }
  CHECK(JsonText::parse(good));
}

TEST_CASE("numbers are the shortest that read back the same") {
  CHECK(json_number(0.1) == "0.1");
  CHECK(json_number(3) == "3");
  CHECK(json_number(-0.0) == "0");
  CHECK(json_number(std::nan("")) == "null");
  CHECK(json_number(5'335'678.9012) == "5335678.9012");
}

}  // namespace
}  // namespace sweepbox
