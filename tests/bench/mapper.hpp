#pragma once
#include <cstddef>
#include <vector>

#include "app/view/vtk_canvas.hpp"

namespace sweepbox::bench {

/// A street as a spinning lidar sees it: rings on the ground, walls at both sides, x y z in turn.
std::vector<float> street_points(std::size_t count);

/// Median milliseconds of a picture of a canvas, 900 × 600, seen from behind and above. Needs a
/// current OpenGL context.
double median_picture_ms(VtkCanvas& canvas, int runs);

/// The same of points that vtkPolyDataMapper paints: what pictures of points are measured by.
double mapper_ms(const std::vector<float>& xyz, int runs);

}  // namespace sweepbox::bench
