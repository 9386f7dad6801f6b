#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

// What the command line answers, as tests read it.

namespace sweepbox::test {

using nlohmann::json;

inline json json_of(const std::vector<std::string>& arguments, int status = 0) {
  std::vector<std::string> with_json = arguments;
  with_json.push_back("--json");
  const Finished finished = run_sweepbox(with_json);
  INFO(finished.err);
  REQUIRE(finished.status == status);
  return json::parse(finished.out);
}

inline int worst_problems(const json& info) {
  int count = 0;
  for (const json& problem : info["problems"]) {
    if (problem["severity"] == "note") continue;
    ++count;
    UNSCOPED_INFO(problem.dump());
  }
  return count;
}

inline std::vector<int> points_of(const json& labels) {
  std::vector<int> points;
  for (const json& frame : labels["frames"])
    for (const json& cuboid : frame["cuboids"])
      if (!cuboid["points"].is_null()) points.push_back(cuboid["points"]);
  std::sort(points.begin(), points.end());
  return points;
}

inline double median(const std::vector<int>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
}

inline std::size_t with_at_least(const std::vector<int>& points, int least) {
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(), [least](int n) { return n >= least; }));
}

}  // namespace sweepbox::test
