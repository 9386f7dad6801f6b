#pragma once
#include <nlohmann/json.hpp>

#include "app/command/inputs.hpp"

namespace sweepbox {

// JSON of the command line (CLI.md): only the command files include this.

using Json = nlohmann::ordered_json;

/// Prints one document to standard output. Numbers round-trip.
void print(const Json& document);

Json to_json(const Problem& problem);
Json to_json(const Rect& rect);

/// A cuboid row in a frame of reference ("ego", "world", "lidar:NAME").
Json to_json(const ListedBox& row, const Cuboid& cuboid, const std::string& frame_of);

/// frame_of_reference_from_ego for --in at a frame; the error says what there is.
Result<Pose> reference_from_ego(const Drive& drive, int frame, const std::string& reference);

}  // namespace sweepbox
