#pragma once
#include "core/label/label.hpp"

namespace sweepbox {

/// tracklet_labels.xml of the boxes, and frame_list.txt where the file came with one. Tracklets
/// that nobody touched keep their bytes, poses of others too; a track that is absent in between
/// becomes several tracklets. Refused where a frame's name holds no number.
[[nodiscard]] Result<std::vector<WrittenFile>> write_tracklets(const WriteRequest& request);

}  // namespace sweepbox
