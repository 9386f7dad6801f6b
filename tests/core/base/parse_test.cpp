#include "core/base/parse.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace sweepbox {
namespace {

using Parts = std::vector<std::string_view>;

TEST_CASE("numbers are read whole or not at all") {
  CHECK(to_double("1.5") == 1.5);
  CHECK(to_double(" -7.215377000000e+02\r") == -721.5377);
  CHECK(to_double("+2") == 2);
  CHECK_FALSE(to_double("1.5m"));
  CHECK_FALSE(to_double("1,5"));
  CHECK_FALSE(to_double(""));
  CHECK_FALSE(to_double("+"));
  CHECK_FALSE(to_double("1 2"));
  CHECK(std::isnan(*to_double("nan")));
  CHECK(std::isinf(*to_double("inf")));
}

TEST_CASE("integers reject fractions and what does not fit") {
  CHECK(to_integer("-12") == -12);
  CHECK(to_integer("9223372036854775807") == 9223372036854775807);
  CHECK_FALSE(to_integer("9223372036854775808"));
  CHECK_FALSE(to_integer("1.0"));
  CHECK_FALSE(to_integer("0x10"));
}

TEST_CASE("blanks part words however many there are") {
  CHECK(split_blanks("  Car\t0.00  1 \r\n") == Parts{"Car", "0.00", "1"});
  CHECK(split_blanks(" \t").empty());
  CHECK(split_blanks("").empty());
}

TEST_CASE("separators keep empty parts") {
  CHECK(split("a,,b,", ',') == Parts{"a", "", "b", ""});
  CHECK(split("", ',') == Parts{""});
}

TEST_CASE("lines end with a line feed, a carriage return before it, or the text") {
  CHECK(lines_of("a\r\nb\n\nc") == Parts{"a", "b", "", "c"});
  CHECK(lines_of("a\n") == Parts{"a"});
  CHECK(lines_of("").empty());
}

TEST_CASE("trimming takes blanks from both ends only") {
  CHECK(trimmed("  a b\t") == "a b");
  CHECK(trimmed(" \r\n").empty());
}

TEST_CASE("brackets of JSON nest 64 levels deep and no deeper, those in strings are none") {
  const std::string open(64, '['), close(64, ']');
  CHECK_FALSE(nests_too_deep(open + close));
  CHECK(nests_too_deep(open + "{" + "}" + close));
  CHECK_FALSE(nests_too_deep(open + R"("\"[[{")" + close + open + close));
  CHECK(nests_too_deep(std::string(200'000, '[')));
}

}  // namespace
}  // namespace sweepbox
