#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "app/session/session.hpp"
#include "app/view/gl_points.hpp"
#include "app/view/projection.hpp"

namespace sweepbox {

/// The number nearest to the middle of a square of numbers (as GlPoints::read_numbers gives them,
/// side odd); empty where none is.
std::optional<std::uint32_t> nearest_number(std::span<const std::uint32_t> numbers, int side);

/// The point under a window pixel, by the last picture of a painter: 5 px around count.
std::optional<std::uint32_t> point_in_picture(const GlPoints& painter,
                                              const Area& area,
                                              double x,
                                              double y);

/// The same without a picture that knows (plain GL points): among the points within 5 px the
/// nearest to the eye. Looks at every point.
std::optional<std::uint32_t> point_by_search(std::span<const float> xyz_in_ego,
                                             const ScreenMap& map,
                                             double x,
                                             double y);

/// The box that a window pixel hits first; boxes are 3 px larger than they are, so that far ones
/// can be met. 0 where none is.
TrackId box_under(std::span<const FrameBox* const> boxes, const ScreenMap& map, double x, double y);

}  // namespace sweepbox
