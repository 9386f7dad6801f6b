#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/annotation/document.hpp"
#include "core/drive/drive.hpp"

// What a frame or an image of a drive shows of a document. The price is that of the boxes that are
// there (Document::tracks_at), whatever else the document holds.

namespace sweepbox {

struct FrameCuboid {
  std::shared_ptr<const Track> track;
  Cuboid cuboid_in_ego;
};

/// Every cuboid of the document in a frame, in ego at the frame's stamp, by the tracks' names,
/// numbers by value.
std::vector<FrameCuboid> cuboids_in_frame(const Document& document, const Drive& drive, int frame);

/// The box of a track at a time as seen from ego at that time (an image's own, a sweep's own), up
/// to half a frame gap beyond its life.
std::optional<Cuboid> cuboid_in_ego_at(const Track& track, const Drive& drive, Stamp stamp);

/// The box of a track as an image of the frame at `frame` sees it: at the image's time, seen from
/// ego then. A box of the frame is carried on where the track's life ends before the image.
std::optional<Cuboid> cuboid_on_image(const Track& track,
                                      const Drive& drive,
                                      Stamp frame,
                                      Stamp image);

/// The same of every track that has one, ascending uid.
std::vector<FrameCuboid> cuboids_on_image(const Document& document,
                                          const Drive& drive,
                                          Stamp frame,
                                          Stamp image);

}  // namespace sweepbox
