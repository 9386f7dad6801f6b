#include "core/base/text.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

TEST_CASE("a text keeps its template and its arguments apart until it is shown") {
  const Text words = text("{} of {} frames", 3, 12);
  CHECK(words.key == "{} of {} frames");
  CHECK(words.arguments == std::vector<std::string>{"3", "12"});
  CHECK(english(words) == "3 of 12 frames");
}

TEST_CASE("a translation may turn the arguments round") {
  CHECK(fill("{1} 帧中的 {0}", {"3", "12"}) == "12 帧中的 3");
}

TEST_CASE("a translation whose places do not fit is shown as it stands") {
  CHECK(fill("{2} is missing", {"a"}) == "{2} is missing");
  CHECK(fill("broken { brace", {"a"}) == "broken { brace");
  CHECK(fill("{:d} wants a number", {"a"}) == "{:d} wants a number");
}

TEST_CASE("words without arguments may hold braces") {
  CHECK(english(Text("a JSON object {}")) == "a JSON object {}");
  CHECK(english(Text()).empty());
}

TEST_CASE("words begin with a large letter where they are a title") {
  CHECK(capitalised("fire engine") == "Fire engine");
  CHECK(capitalised("").empty());
  CHECK(capitalised("轿车") == "轿车");
}

}  // namespace
}  // namespace sweepbox
