#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace sweepbox {

/// Named values that readers apply while reading, for drives whose files say something else than
/// they mean. Kept in the project; never written into the data set.
struct Repairs {
  std::map<std::string, std::string> values;

  std::optional<std::string> value(std::string_view name) const;
  bool operator==(const Repairs&) const = default;
};

/// A repair that exists. "NAME" in a name stands for a sensor: `extrinsics.NAME=inverse`.
struct RepairKind {
  std::string_view name;
  std::string_view values;  ///< "inverse", "a number of frames, −10 … 10", …
  std::string_view meaning;
  bool (*good)(std::string_view value);  ///< whether it is one of those
};

std::span<const RepairKind> repair_kinds();

/// The kind that a repair's name belongs to, and the sensor that stands in it for NAME (empty where
/// the kind has none). A view into `name`.
struct RepairMatch {
  const RepairKind* kind = nullptr;
  std::string_view sensor;
};

std::optional<RepairMatch> match_repair(std::string_view name);

/// Adds "NAME=VALUE" after checking it against repair_kinds.
Result<void> add_repair(Repairs& repairs, std::string_view name_and_value);

}  // namespace sweepbox
