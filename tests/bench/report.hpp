#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweepbox::bench {

/// One measured figure and what it shall be.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> goal = {};  ///< none: reported beside
  bool at_most = true;              ///< the goal is an upper bound; else a lower one

  bool holds() const { return !goal || (at_most ? value <= *goal : value >= *goal); }
};

/// Prints a table, or with `--json` {"NAME": {"value", "unit", "goal", "holds"}}; a figure without
/// a goal has neither of the last two.
inline void print(const std::vector<Figure>& figures, bool json) {
  if (json) std::printf("{\n");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figure& f = figures[i];
    if (json) {
      std::printf(
          " \"%s\": {\"value\": %.6g, \"unit\": \"%s\"", f.name.c_str(), f.value, f.unit.c_str());
      if (f.goal)
        std::printf(", \"goal\": %.6g, \"at_most\": %s, \"holds\": %s",
                    *f.goal,
                    f.at_most ? "true" : "false",
                    f.holds() ? "true" : "false");
      std::printf("}%s\n", i + 1 < figures.size() ? "," : "");
      continue;
    }
    std::printf("%-40s %10.3f %-8s", f.name.c_str(), f.value, f.unit.c_str());
    if (f.goal)
      std::printf(
          " goal %s %g  %s", f.at_most ? "<=" : ">=", *f.goal, f.holds() ? "holds" : "MISSED");
    std::printf("\n");
  }
  if (json) std::printf("}\n");
}

inline bool wants_json(int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [](const char* argument) {
    return std::string_view(argument) == "--json";
  });
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

inline double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace sweepbox::bench
