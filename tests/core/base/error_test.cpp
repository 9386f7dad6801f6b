#include "core/base/error.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

TEST_CASE("a problem reads as one line: file, place, expected, found, what to do") {
  const Result<int> result =
      fail("calib/000007.txt", "line 3, P2", "12 numbers", text("{}", 11), "take it again");
  REQUIRE_FALSE(result);
  CHECK(result.error().severity == Severity::error);
  CHECK(to_line(result.error()) ==
        "calib/000007.txt: line 3, P2: expected 12 numbers, found 11; take it again");
}

TEST_CASE("what a problem does not have leaves no trace in its line") {
  CHECK(to_line(Problem{Severity::note, "a.bin", "", {}, "no oxts", {}}) == "a.bin: no oxts");
  CHECK(to_line(Problem{Severity::note, "", "frame 3", "an image", {}, {}}) ==
        "frame 3: expected an image");
  CHECK(to_line(Problem{}).empty());
}

TEST_CASE("a refusal is its reason") {
  const Result<void> result = refuse("the drive has no poses", "open one that has");
  REQUIRE_FALSE(result);
  CHECK(to_line(result.error()) == "the drive has no poses; open one that has");
}

TEST_CASE("an error gets the file's name only where it has none") {
  const Error without{Severity::error, "", "byte 4", {}, "cut short", {}};
  CHECK(in_file(without, "a.pcd").file == "a.pcd");
  CHECK(in_file(in_file(without, "a.pcd"), "b.pcd").file == "a.pcd");
}

TEST_CASE("severities have the names that scripts read") {
  CHECK(name_of(Severity::note) == "note");
  CHECK(name_of(Severity::warning) == "warning");
  CHECK(name_of(Severity::error) == "error");
}

}  // namespace
}  // namespace sweepbox
