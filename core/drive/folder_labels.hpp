#pragma once
#include <filesystem>
#include <vector>

#include "core/drive/drive.hpp"

// Inside the room drive: labels that other tools leave beside a plain folder.

namespace sweepbox {

/// Places of labels in layouts that are known by their files: Supervisely, labelCloud, KITTI raw,
/// OpenPCDet, Xtreme1, Datumaro, OpenLABEL, Segments.ai, CSV. Cheap: names, and the beginnings of a
/// few JSON files.
std::vector<LabelPlace> labels_beside(const std::filesystem::path& root,
                                      const std::filesystem::path& clouds);

}  // namespace sweepbox
