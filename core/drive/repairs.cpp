#include "core/drive/repairs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

bool is_extrinsics(std::string_view value) {
  return is_one_of(value, {"inverse", "transposed", "opengl", "body"});
}

bool is_shift(std::string_view value) {
  const auto frames = to_integer(value);
  return frames && std::abs(*frames) <= 10;
}

bool is_offset(std::string_view value) {
  const auto offset = to_double(value);
  return offset && std::abs(*offset) <= 2e12;  // ms, 63 years; false for NaN
}

bool is_factor(std::string_view value) {
  const auto factor = to_double(value);
  return factor && *factor >= 1e-9 && *factor <= 1e9;
}

bool is_rate(std::string_view value) {
  const auto rate = to_double(value);
  return rate && *rate >= 0.01 && *rate <= 1000;
}

bool is_permutation(std::string_view value) {
  std::string sorted(value);
  std::sort(sorted.begin(), sorted.end());
  return sorted == "hlw" && value != "lwh";
}

bool is_vector(std::string_view value) {
  const auto parts = split_blanks(value);
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = to_double(part);
           return number && std::abs(*number) <= 1e7;
         });
}

bool is_turn(std::string_view value) {
  const auto degrees = to_double(value);
  return degrees && std::abs(*degrees) <= 180;
}

bool is_short_offset(std::string_view value) {
  const auto offset = to_double(value);
  return offset && std::abs(*offset) <= 5000;
}

/// x, y and z among them, each once.
bool is_channels(std::string_view value) {
  int found = 0;
  std::set<std::string_view> seen;
  for (const std::string_view part : split(value, ',')) {
    const std::string_view name = trimmed(part);
    if (name.empty() || (name != "_" && !seen.insert(name).second) || seen.size() > 64)
      return false;
    found += name == "x" || name == "y" || name == "z";
  }
  return found == 3;
}

constexpr std::array kKinds = {
    RepairKind{"extrinsics.NAME",
               "inverse, transposed, opengl, body",
               "the calibration of this sensor is stored the other way round; its rotation column "
               "by column; for camera axes x right, y up, z back; for x forward, y left, z up",
               is_extrinsics},
    RepairKind{"lens.NAME",
               "undistorted, equidistant",
               "the images of this camera are undistorted already, its coefficients do not count; "
               "or they are those of a fisheye",
               [](std::string_view value) {
                 return is_one_of(value, {"undistorted", "equidistant"});
               }},
    RepairKind{"images.NAME.shift",
               "a number of frames, −10 … 10",
               "each image of this camera belongs to the place so many later",
               is_shift},
    RepairKind{"stamps.NAME.offset_ms",
               "milliseconds",
               "added to the stamps of this sensor (or of poses)",
               is_offset},
    RepairKind{"stamps.NAME.unit",
               "a factor, 1e-9 … 1e9",
               "the stamps of this sensor (or of poses) are in another unit: multiplied by it",
               is_factor},
    RepairKind{"stamps.unit",
               "a factor, 1e-9 … 1e9",
               "all stamps are in another unit: multiplied by it",
               is_factor},
    RepairKind{
        "motion.NAME",
        "raw, stored",
        "points of this lidar are each of their own time and are brought to the sweep's stamp; "
        "or they are shown as stored",
        [](std::string_view value) {
          return is_one_of(value, {"raw", "stored"});
        }},
    RepairKind{"bin.channels",
               "x,y,z and what follows, in the order of the file: x,y,z,intensity",
               "the floats of a point in .bin files; _ is passed over",
               is_channels},
    RepairKind{"axes.lidar",
               "forward, left, right, back",
               "which way the lidar's x axis looks, seen from the vehicle",
               [](std::string_view value) {
                 return is_one_of(value, {"forward", "left", "right", "back"});
               }},
    RepairKind{"rate_hz", "0.01 … 1000", "frames a second of a drive without a clock", is_rate},
    RepairKind{"poses",
               "inverse",
               "poses take the world to the vehicle, not the vehicle to the world",
               [](std::string_view value) { return value == "inverse"; }},
    RepairKind{"poses.quaternion",
               "wxyz, xyzw",
               "the order that the four numbers of a pose's rotation have in the file",
               [](std::string_view value) {
                 return is_one_of(value, {"wxyz", "xyzw"});
               }},
    RepairKind{"labels.size",
               "an order of l, w and h: wlh, hwl …",
               "what was read as length, width and height is this",
               is_permutation},
    RepairKind{
        "labels.yaw",
        "90, 180, -90, mirrored, mirrored_90, mirrored_180, mirrored_-90, world, alpha",
        "added to the heading of boxes, degrees; or it is clockwise; or of the world's axes; "
        "or the observation angle of a camera",
        [](std::string_view value) {
          return is_one_of(value,
                           {"90",
                            "180",
                            "-90",
                            "mirrored",
                            "mirrored_90",
                            "mirrored_180",
                            "mirrored_-90",
                            "world",
                            "alpha"});
        }},
    RepairKind{
        "labels.center",
        "bottom, centre",
        "what was read as a box's centre is the middle of its bottom; or the other way round",
        [](std::string_view value) {
          return is_one_of(value, {"bottom", "centre"});
        }},
    RepairKind{"labels.angles",
               "degrees",
               "angles of boxes are degrees",
               [](std::string_view value) { return value == "degrees"; }},
    RepairKind{"labels.quaternion",
               "swapped",
               "quaternions of boxes have their other order",
               [](std::string_view value) { return value == "swapped"; }},
    RepairKind{"labels.frame",
               "ego, world, lidar",
               "the frame of reference that boxes stand in",
               [](std::string_view value) {
                 return is_one_of(value, {"ego", "world", "lidar"});
               }},
    RepairKind{"labels.shift",
               "a number of frames, −10 … 10",
               "boxes belong to the frame so many later",
               is_shift},
    RepairKind{"labels.time_offset_ms",
               "milliseconds, −5000 … 5000",
               "boxes are moved so far along their own motion",
               is_short_offset},
    RepairKind{"labels.turn",
               "degrees, −180 … 180",
               "boxes are turned about the vehicle's vertical, their places too",
               is_turn},
    RepairKind{"labels.offset",
               "three lengths in m: x y z",
               "added to the places of boxes, in the vehicle's axes",
               is_vector},
    RepairKind{"labels.duplicates",
               "first",
               "of two boxes around one object the first stays",
               [](std::string_view value) { return value == "first"; }},
};

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
  if (!match->kind->good(value))
    return fail({}, std::string(name), text("{}", match->kind->values), text("{}", value));
  repairs.values[std::string(name)] = std::string(value);
  return {};
}

}  // namespace sweepbox
