#pragma once
#include "core/label/openlabel_scan.hpp"

// What OpenLABEL says of an object beyond its cuboid: num, text, boolean and vec, of the cuboid, of
// the object in a frame, of the object as a whole.

namespace sweepbox {

/// Fills attributes, score, 2D box and truncation of a label from its record.
void fill_from_openlabel(Label& label, const OpenLabelFile& file, const OpenLabelRecord& record);

/// Puts the attributes and score of a box into its record, where they differ from what stands
/// there: values in their places, new ones behind the others.
void patch_attributes(JsonPatch& patch,
                      const OpenLabelFile& file,
                      const OpenLabelRecord& record,
                      const Attributes& attributes,
                      std::optional<double> score);

/// `"attributes": {…}` of a new cuboid, as JSON; empty where there are none.
std::string openlabel_attributes_json(const Attributes& attributes, std::optional<double> score);

}  // namespace sweepbox
