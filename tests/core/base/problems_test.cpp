#include "core/base/problems.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

Problem problem(Severity severity, const std::string& found) {
  return {severity, "a.txt", {}, {}, Text(found), {}};
}

TEST_CASE(
    "of five million problems ten thousand are kept and the rest is one line with its number") {
  Problems problems;
  for (int i = 0; i < 5'000'000; ++i) problems.push_back(problem(Severity::warning, "a bad line"));
  REQUIRE(problems.size() == 10'001);
  CHECK(problems.more() == 4'990'000);
  CHECK(to_line(problems.back()) == "4990000 more problems like these");
  CHECK(to_line(problems[9'999]) == "a.txt: a bad line");
}

TEST_CASE("as many problems as are kept have no line about more, one more has") {
  Problems problems(2);
  problems.push_back(problem(Severity::note, "one"));
  problems.push_back(problem(Severity::note, "two"));
  CHECK(problems.size() == 2);
  CHECK(problems.more() == 0);
  problems.push_back(problem(Severity::note, "three"));
  REQUIRE(problems.size() == 3);
  CHECK(to_line(problems.back()) == "1 more problem like these");
}

TEST_CASE("the line about more problems is as severe as the worst of them, in any order") {
  for (const auto& [first, second] :
       {std::pair(Severity::error, Severity::note), {Severity::note, Severity::error}}) {
    Problems problems(1);
    problems.push_back(problem(Severity::note, "kept"));
    problems.push_back(problem(first, "counted"));
    problems.push_back(problem(second, "counted"));
    CHECK(problems.back().severity == Severity::error);
    CHECK(problems.front().severity == Severity::note);
  }
}

TEST_CASE("a list that is appended brings the number of those that it only counted") {
  Problems few(1), all(3);
  for (int i = 0; i < 5; ++i) few.push_back(problem(Severity::warning, "of the labels"));
  all.push_back(problem(Severity::note, "of the drive"));
  all.append(few);
  REQUIRE(all.size() == 3);
  CHECK(to_line(all[1]) == "a.txt: of the labels");
  CHECK(to_line(all.back()) == "4 more problems like these");
  CHECK(all.back().severity == Severity::warning);
  all.append(few);
  // One of the second list was kept, its four are counted: 4 + 4 that did not fit.
  CHECK(all.size() == 4);
  CHECK(all.more() == 8);
  CHECK(to_line(all.back()) == "8 more problems like these");
}

TEST_CASE("a word of five megabytes in a problem is cut to a kilobyte, between characters") {
  std::string word;
  while (word.size() < 5'000'000) word += "车";  // three bytes each
  Problems problems;
  problems.push_back({Severity::error, "a.txt", word, Text(word), text("{}", word), Text(word)});
  const Problem& kept = problems.front();
  for (const std::string* cut :
       {&kept.where, &kept.expected.key, &kept.found.arguments.front(), &kept.fix.key}) {
    // 1,021 bytes before "…" (3 bytes) are 340 characters of 3 bytes.
    CHECK(cut->size() == 1'023);
    CHECK(cut->ends_with("车…"));
  }
  CHECK(kept.found.key == "{}");
}

TEST_CASE("a text of a kilobyte is not cut, and bytes that are no UTF-8 are cut all the same") {
  CHECK(shortened(std::string(1024, 'a')) == std::string(1024, 'a'));
  CHECK(shortened(std::string(1025, 'a')) == std::string(1021, 'a') + "…");
  CHECK(shortened(std::string(2000, '\x80')).size() <= 1024);
  CHECK(shortened("").empty());
}

TEST_CASE("a packed file may unpack to 64 times its size and 256 MB, and never wraps around") {
  STATIC_REQUIRE(most_unpacked_from(0) == 256'000'000);
  STATIC_REQUIRE(most_unpacked_from(1'000'000) == 320'000'000);
  STATIC_REQUIRE(most_unpacked_from(UINT64_MAX) == UINT64_MAX);
}

}  // namespace
}  // namespace sweepbox
