#include "core/label/json_records.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

std::vector<std::string> values_of(const std::string& text) {
  std::vector<std::string> result;
  const auto array = json_array(text);
  REQUIRE(array);
  for (const auto& [begin, end] : array->values) result.push_back(text.substr(begin, end - begin));
  return result;
}

TEST_CASE("values of an array are found between brackets, commas and quotes of their own") {
  CHECK(values_of(R"( [ {"a": [1, 2]} , "x],\"" ,3])") ==
        std::vector<std::string>{R"({"a": [1, 2]})", R"("x],\"")", "3"});
  CHECK(values_of("[]").empty());
  CHECK_FALSE(json_array("{}"));
  CHECK_FALSE(json_array(""));
}

TEST_CASE("of an array that is cut off the values before the cut are found") {
  const std::string text = R"([{"a":1},{"b":"]"},{"c":3}])";
  for (std::size_t n = 1; n < text.size(); ++n) {
    const auto array = json_array(std::string_view(text).substr(0, n));
    REQUIRE(array);
    CHECK_FALSE(array->whole);
    CHECK(array->values.size() <= 3);
  }
  CHECK(json_array(text)->whole);
  CHECK(json_array(R"([{"a":1},{"b)")->values.size() == 1);
}

TEST_CASE("values are taken out, replaced and added between the bytes that stay") {
  const std::string text = "[\n  1,\n  2,\n  3\n]\n";
  const auto records = json_array(text)->values;
  CHECK(with_values(text, records, {"1", "2", "3"}, {}) == text);
  CHECK(with_values(text, records, {"1", {}, "3"}, {}) == "[\n  1,\n  3\n]\n");
  CHECK(with_values(text, records, {{}, "20", "3"}, {"4"}) == "[\n  20,\n  3,\n  4\n]\n");
  CHECK(with_values(text, records, {{}, {}, {}}, {}) == "[\n  \n]\n");
  CHECK(with_values("", {}, {}, {"1", "2"}) == "[1, 2]\n");
}

}  // namespace
}  // namespace sweepbox
