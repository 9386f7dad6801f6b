#include "core/label/limits.hpp"

#include <catch2/catch.hpp>

#include "core/annotation/names.hpp"

namespace sweepbox {

TEST_CASE("a box whose class is longer than 1 KiB is left out and counted, its record stays") {
  LabelSet labels;
  labels.sources.push_back({"s", "csv", "boxes.csv", {}, 1, "text", {{0, 4}}});
  for (const std::size_t size : {3UL, kLongestName, kLongestName + 1, 5'000'000UL}) {
    Label label;
    label.frame = 0;
    label.track = "1";
    label.class_name = std::string(size, 'c');
    labels.labels.push_back(label);
  }
  labels.labels.push_back(labels.labels.front());
  labels.labels.back().attributes["note"] = std::string(2000, 'n');
  apply_limits(labels);
  CHECK(labels.labels.size() == 2);
  CHECK(labels.sources.front().records.size() == 1);
  REQUIRE(labels.problems.size() == 1);
  CHECK(to_line(labels.problems[0]) ==
        "boxes.csv: expected names of at most 1024 bytes, found 3 boxes with a longer one, left "
        "out; shorten the class, the track or the attribute");
}

TEST_CASE("10,000 problems are kept, and the rest is counted") {
  LabelSet labels;
  for (int line = 1; line <= 22'345; ++line)
    labels.problems.push_back(
        {Severity::warning, "boxes.csv", "line " + std::to_string(line), "a number", "x", {}});
  apply_limits(labels);
  CHECK(labels.problems.size() == 10'001);
  CHECK(to_line(labels.problems.back()) == "boxes.csv: expected a number, found and 12345 more");
}

}  // namespace sweepbox
