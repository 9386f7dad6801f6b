#include "core/base/word_reader.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using namespace sweepbox;

namespace {

using Kind = WordReader::Number::Kind;

/// A number with the bits of its double; NaN of any kind is one.
std::optional<std::uint64_t> bits(std::optional<double> value) {
  if (!value) return std::nullopt;
  return *value == *value ? std::bit_cast<std::uint64_t>(*value) : ~std::uint64_t{0};
}

void check_as_to_double(const std::string& word) {
  // In a buffer of its own: a byte behind it would be found by the address sanitizer.
  const std::vector<char> text(word.begin(), word.end());
  WordReader reader({text.data(), text.size()});
  const WordReader::Number found = reader.number();
  const auto expected = to_double(word);
  INFO(word);
  REQUIRE(found.kind == (expected ? Kind::number : Kind::other_word));
  if (expected) REQUIRE(bits(found.value) == bits(expected));
  REQUIRE(reader.at_end());
}

}  // namespace

TEST_CASE("A number of a long text is read to the last bit as from_chars reads it") {
  for (const char* word : {"0",
                           "-0",
                           "+0.0",
                           "1.",
                           ".5",
                           "-.5",
                           "+1.5",
                           "1e5",
                           "1E+5",
                           "2.5e-3",
                           "9007199254740992",
                           "9007199254740993",
                           "9999999999999999999",
                           "18446744073709551615",
                           "123456789012345678901234567890",
                           "0.1000000000000000055511151231257827",
                           "1e22",
                           "1e23",
                           "1e-22",
                           "1e-23",
                           "1.7976931348623157e308",
                           "4.9e-324",
                           "1.6718135e-39",
                           "nan",
                           "-nan",
                           "inf",
                           "-inf",
                           "nan(1)"})
    check_as_to_double(word);
  for (const char* word : {".",
                           "-",
                           "+",
                           "e5",
                           "1e",
                           "1e+",
                           "1e-x",
                           "--1",
                           "++1",
                           "+-1",
                           "-+1",
                           "1,5",
                           "1.5.2",
                           "0x10",
                           "1e999",
                           "1e-99999",
                           "1e00000000000000000000005",
                           "12a",
                           "\x01"})
    check_as_to_double(word);
}

TEST_CASE("Random numbers of a long text are read to the last bit as from_chars reads them") {
  std::mt19937_64 random(5);
  const auto digits = [&](std::uint64_t most) {
    std::string text;
    for (auto count = random() % (most + 1); count > 0; --count)
      text += static_cast<char>('0' + random() % 10);
    return text;
  };
  for (int i = 0; i < 100'000; ++i) {
    std::string word = random() % 2 ? "-" : "";
    word += digits(random() % 4 ? 5 : 24);
    if (random() % 4) word.append(".").append(digits(random() % 4 ? 8 : 24));
    if (random() % 4 == 0) word.append(random() % 2 ? "e-" : "e").append(digits(2));
    if (!word.empty()) check_as_to_double(word);
  }
}

TEST_CASE("Words are walked line by line as split_blanks and lines_of list them") {
  std::mt19937_64 random(6);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto count = random() % 30; count > 0; --count) text += "a1 \t\r\n\n"[random() % 7];
    WordReader reader(text);
    INFO(text);
    for (std::string_view line : split(text, '\n')) {
      for (const std::string_view word : split_blanks(line)) REQUIRE(reader.word() == word);
      REQUIRE(reader.word().empty());
      REQUIRE(reader.number().kind == Kind::line_end);
      reader.next_line();
    }
    REQUIRE(reader.at_end());
  }
}

TEST_CASE("What is left of a line is passed over with it") {
  WordReader reader("1 2 3\nb 4");
  CHECK(reader.number().value == 1);
  reader.next_line();
  CHECK(reader.number().kind == Kind::other_word);
  CHECK(reader.number().value == 4);
  CHECK(reader.number().kind == Kind::line_end);
}
