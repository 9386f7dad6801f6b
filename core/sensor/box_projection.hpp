#pragma once
#include <vector>

#include "core/geometry/cuboid.hpp"
#include "core/sensor/camera.hpp"

namespace sweepbox {

struct Rect {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  double width() const { return x1 - x0; }

  double height() const { return y1 - y0; }

  double area() const { return width() > 0 && height() > 0 ? width() * height() : 0; }
};

/// Intersection over union of two rectangles; 0 where either is empty.
double iou(const Rect& a, const Rect& b);

/// One edge of a box in the image: a polyline with one point per bend, clipped to the lens's limit.
struct ProjectedEdge {
  int edge;     ///< index in kCuboidEdges
  bool hidden;  ///< behind faces of the same box as the camera sees it
  std::vector<Vec2> pixels;
};

/// A box as a camera sees it. Empty edges where nothing of it lies within the lens's limit.
struct BoxProjection {
  std::vector<ProjectedEdge> edges;
  std::vector<std::vector<Vec2>>
      front_face;  ///< outlines of what is visible of the +x face (0 or 1 polygons)
  bool front_face_visible = false;  ///< turned towards the camera
  Rect whole;     ///< bounds of all of it, beyond the image too (finite: clipped to 10 image sizes)
  Rect in_image;  ///< clipped to the image, −0.5 … size − 0.5
  double visible = 0;  ///< share of the whole's hull area inside the image, 0 … 1
  double nearest = 0;  ///< distance from the camera to the nearest of its points, m; 0 inside
  double depth = 0;    ///< z of its centre in the camera's frame
};

/// The box is clipped in 3D against the cone of the lens's limit before it is projected; its edges
/// are subdivided where the lens bends them (to 0.5 px). A box that crosses the image plane or that
/// the camera stands inside gives the part that can be seen.
BoxProjection project_box(const Camera& camera, const Cuboid& cuboid_in_ego);

}  // namespace sweepbox
