#include "core/base/printable.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

using namespace std::string_literals;

TEST_CASE("words that no terminal obeys stay as they are") {
  for (const char* words : {"",
                            "calib/7.txt: line 3, P2",
                            "C:\\drives\\new",
                            "Fußgänger, 行人, пешеход, 🚗",
                            "\xEF\xBF\xBD"}) {  // U+FFFD itself
    CHECK(printable(words) == words);
    CHECK(printable_lines(words) == words);
  }
}

TEST_CASE("control characters are written visibly") {
  CHECK(printable("\x1b]0;pwned\x07") == "\\x1b]0;pwned\\x07");
  CHECK(printable("a\rb\nc\td") == "a\\rb\\nc\\td");
  CHECK(printable("a\0b"s) == "a\\x00b");
  CHECK(printable("\x7f") == "\\u007f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u009b31m");  // CSI of eight bits, as UTF-8
}

TEST_CASE("every byte below a blank is written visibly, and no other byte of ASCII but delete") {
  for (int byte = 0; byte < 128; ++byte) {
    INFO(byte);
    const std::string word(1, static_cast<char>(byte));
    CHECK((printable(word) == word) == (byte >= 0x20 && byte != 0x7f));
  }
}

TEST_CASE("what turns the direction of writing or ends a line is written visibly") {
  CHECK(printable("\u202egnp.exe") == "\\u202egnp.exe");
  for (const char* turn : {"\u061c",
                           "\u200e",
                           "\u200f",
                           "\u2028",
                           "\u2029",
                           "\u202a",
                           "\u202b",
                           "\u202c",
                           "\u202d",
                           "\u202e",
                           "\u2066",
                           "\u2067",
                           "\u2068",
                           "\u2069"}) {
    CHECK(printable(turn).size() == 6);
    CHECK(printable(turn).starts_with("\\u"));
  }
  CHECK(printable("\u2027\u202f\u2065\u206a") == "\u2027\u202f\u2065\u206a");  // their neighbours
}

TEST_CASE("bytes that are no UTF-8 are written as their numbers, those around them stay") {
  CHECK(printable("a\xff"
                  "b") == "a\\xffb");
  CHECK(printable("\x9b"
                  "31m") == "\\x9b31m");                           // CSI of eight bits, alone
  CHECK(printable("\xc0\x9b") == "\\xc0\\x9b");                    // overlong
  CHECK(printable("\xe0\x82\x9b") == "\\xe0\\x82\\x9b");           // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  CHECK(printable("\xe8\xa1") == "\\xe8\\xa1");                    // cut short: 行 is e8 a1 8c
  CHECK(printable("\xe8\xa1\x1b") == "\\xe8\\xa1\\x1b");
  CHECK(printable("\xf0\x9f\x9a\x97") == "🚗");
}

TEST_CASE("the answer to an answer is the same") {
  const std::string once = printable("\x1b[2J\n\xff\u202e\\");
  CHECK(printable(once) == once);
}

TEST_CASE("of several lines the ends are kept, nothing else") {
  CHECK(printable_lines("{\n \"a\u0085\x1b\": 1\r\n}\n") == "{\n \"a\\u0085\\x1b\": 1\\r\n}\n");
}

TEST_CASE("words without control characters are drawn as they are, others on one line") {
  std::string made;
  const std::string plain = "Fußgänger 行人 \xff";
  CHECK(one_line(plain, made).data() == plain.data());
  CHECK(one_line("two\nlines", made) == "two\\nlines");
}

}  // namespace
}  // namespace sweepbox
