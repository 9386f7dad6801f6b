#include "core/drive/repairs.hpp"

#include <array>
#include <cmath>
#include <cstdlib>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

bool is_inverse(std::string_view value) {
  return value == "inverse";
}

bool is_motion(std::string_view value) {
  return value == "raw" || value == "stored";
}

bool is_shift(std::string_view value) {
  const auto frames = to_integer(value);
  return frames && std::abs(*frames) <= 10;
}

bool is_offset(std::string_view value) {
  const auto offset = to_double(value);
  return offset && std::abs(*offset) <= 2e12;  // ms, 63 years; false for NaN
}

bool is_rate(std::string_view value) {
  const auto rate = to_double(value);
  return rate && *rate >= 0.01 && *rate <= 1000;
}

// The order of kKinds; a test walks both.
constexpr std::array kKinds = {
    RepairKind{"extrinsics.NAME",
               "inverse",
               "the calibration of this sensor is stored the other way round"},
    RepairKind{"images.NAME.shift",
               "a number of frames, −10 … 10",
               "each image of this camera belongs to the place so many later"},
    RepairKind{"stamps.NAME.offset_ms", "milliseconds", "added to the stamps of this sensor"},
    RepairKind{
        "motion.NAME",
        "raw, stored",
        "points of this lidar are each of their own time and are brought to the sweep's stamp; "
        "or they are shown as stored"},
    RepairKind{"rate_hz", "0.01 … 1000", "frames a second of a drive without a clock"},
};
constexpr std::array<bool (*)(std::string_view), kKinds.size()> kGood = {
    is_inverse, is_shift, is_offset, is_motion, is_rate};

/// What stands for NAME, where the rest of the name is that of the kind.
std::optional<std::string_view> sensor_in(std::string_view kind, std::string_view name) {
  const std::size_t place = kind.find("NAME");
  if (place == std::string_view::npos)
    return kind == name ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view before = kind.substr(0, place), after = kind.substr(place + 4);
  if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
      !name.ends_with(after))
    return std::nullopt;
  return name.substr(before.size(), name.size() - before.size() - after.size());
}

std::string all_names() {
  std::string names;
  for (const RepairKind& kind : kKinds)
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  return names;
}

}  // namespace

std::optional<std::string> Repairs::value(std::string_view name) const {
  const auto found = values.find(std::string(name));
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::span<const RepairKind> repair_kinds() {
  return kKinds;
}

std::optional<RepairMatch> match_repair(std::string_view name) {
  for (const RepairKind& kind : kKinds)
    if (const auto sensor = sensor_in(kind.name, name)) return RepairMatch{&kind, *sensor};
  return std::nullopt;
}

Result<void> add_repair(Repairs& repairs, std::string_view name_and_value) {
  const std::size_t equals = name_and_value.find('=');
  const std::string_view name = trimmed(name_and_value.substr(0, equals));
  const auto match = match_repair(name);
  if (!match || equals == std::string_view::npos)
    return fail({},
                {},
                "a repair NAME=VALUE",
                text("{}", name_and_value),
                text("there are: {}", all_names()));
  const std::string_view value = trimmed(name_and_value.substr(equals + 1));
  if (!kGood[static_cast<std::size_t>(match->kind - kKinds.data())](value))
    return fail({}, std::string(name), text("{}", match->kind->values), text("{}", value));
  repairs.values[std::string(name)] = std::string(value);
  return {};
}

}  // namespace sweepbox
