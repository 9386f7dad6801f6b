#include "core/sensor/box_projection.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace sweepbox {
namespace {

/// Bends are followed until the polyline is this near to the curve. 0.5 px is promised along the
/// edge; less, since bounds are cut where an edge leaves the image at a narrow angle.
constexpr double kBend = 0.1;

/// Longest turn of the ray between two points of a polyline where the lens bends lines.
constexpr double kLongestTurn = 10 * kPi / 180;

/// Rays this near to the lens's limit are taken to be on it, rad.
constexpr double kLimitMargin = 1e-7;

/// The rim of the lens's limit is walked in this many steps; a pinhole's is far outside the image.
constexpr int kRimSteps = 360;
constexpr int kStraightRimSteps = 48;

/// Where a box ends that has no end in the image, in sizes of the image.
constexpr double kWholeSizes = 10;

using Polyline = std::vector<Vec2>;

/// Parts [t0, t1] of the segment a + t (b − a) whose rays are within `angle` of the z axis. Exact:
/// the cone is a quadric, so its roots split the segment.
std::vector<std::array<double, 2>> within_cone(const Vec3& a, const Vec3& b, double angle) {
  const Vec3 d = b - a;
  const double c = std::cos(angle);
  const double c2 = c * c;
  // z² = c² |p|² along the segment: q2 t² + 2 q1 t + q0 = 0; and z = 0, where the sign of z turns.
  const double q2 = d.z() * d.z() - c2 * d.squaredNorm();
  const double q1 = a.z() * d.z() - c2 * a.dot(d);
  const double q0 = a.z() * a.z() - c2 * a.squaredNorm();
  std::vector<double> splits{0, 1};
  const auto add = [&](double t) {
    if (t > 0 && t < 1) splits.push_back(t);  // false for NaN
  };
  if (const double root2 = q1 * q1 - q2 * q0; root2 >= 0) {
    // The form that does not cancel (Numerical Recipes, 5.6).
    const double q = -(q1 + std::copysign(std::sqrt(root2), q1));
    add(q / q2);
    add(q0 / q);
  }
  add(-a.z() / d.z());
  std::sort(splits.begin(), splits.end());
  std::vector<std::array<double, 2>> parts;
  for (std::size_t i = 0; i + 1 < splits.size(); ++i) {
    if (splits[i + 1] - splits[i] < 1e-12) continue;
    const Vec3 middle = a + (splits[i] + splits[i + 1]) / 2 * d;
    if (std::atan2(middle.head<2>().norm(), middle.z()) > angle) continue;
    if (!parts.empty() && parts.back()[1] == splits[i])
      parts.back()[1] = splits[i + 1];
    else
      parts.push_back({splits[i], splits[i + 1]});
  }
  return parts;
}

/// A camera with what is asked of it again and again.
struct View {
  const Camera& camera;
  double angle;  ///< limit, a little inside
  bool straight;

  explicit View(const Camera& of)
      : camera(of),
        angle(max_angle(of.lens) - kLimitMargin),
        straight(keeps_lines_straight(of.lens)) {}

  /// Adds the pixels from a (exclusive) to b, both within the limit.
  void draw(const Vec3& a,
            const Vec2& pixel_a,
            const Vec3& b,
            const Vec2& pixel_b,
            Polyline& line,
            int depth) const {
    const Vec3 middle = (a + b) / 2;
    if (depth > 0 && !straight) {
      if (const auto pixel = camera.project(middle)) {
        const Vec2 chord = pixel_b - pixel_a;
        const Vec2 off = *pixel - pixel_a;
        // Only the distance from the chord counts: where the middle lies along it is perspective.
        const double length = chord.norm();
        const double bend = length > 1e-9
                                ? std::abs(chord.x() * off.y() - chord.y() * off.x()) / length
                                : off.norm();
        const double turn = std::atan2(a.cross(b).norm(), a.dot(b));
        if (bend > kBend || turn > kLongestTurn) {
          draw(a, pixel_a, middle, *pixel, line, depth - 1);
          draw(middle, *pixel, b, pixel_b, line, depth - 1);
          return;
        }
      }
    }
    line.push_back(pixel_b);
  }

  /// The part of the segment between two shares of it; empty where an end does not project.
  Polyline line(const Vec3& a, const Vec3& b, const std::array<double, 2>& part) const {
    const Vec3 from = a + part[0] * (b - a);
    const Vec3 to = a + part[1] * (b - a);
    const auto pixel_from = camera.project(from);
    const auto pixel_to = camera.project(to);
    if (!pixel_from || !pixel_to) return {};
    Polyline result{*pixel_from};
    constexpr int kMostHalvings = 16;  // an edge through the camera would halve for ever
    draw(from, *pixel_from, to, *pixel_to, result, kMostHalvings);
    return result;
  }

  /// Direction on the rim of the limit.
  Vec3 rim(double azimuth) const {
    return {
        std::sin(angle) * std::cos(azimuth), std::sin(angle) * std::sin(azimuth), std::cos(angle)};
  }
};

Rect image_rect(const Camera& camera) {
  return {-0.5, -0.5, camera.width - 0.5, camera.height - 0.5};
}

/// Bounds that start with nothing.
struct Bounds {
  Rect rect{std::numeric_limits<double>::infinity(),
            std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity()};

  void add(const Vec2& p) {
    rect.x0 = std::min(rect.x0, p.x());
    rect.y0 = std::min(rect.y0, p.y());
    rect.x1 = std::max(rect.x1, p.x());
    rect.y1 = std::max(rect.y1, p.y());
  }

  bool empty() const { return !(rect.x0 <= rect.x1); }

  Rect value() const { return empty() ? Rect{} : rect; }
};

/// Adds the part of a segment inside a rectangle (Liang and Barsky 1984).
void add_inside(const Vec2& a, const Vec2& b, const Rect& rect, Bounds& bounds) {
  const Vec2 d = b - a;
  double t0 = 0;
  double t1 = 1;
  const std::array<std::array<double, 2>, 4> sides{{{-d.x(), a.x() - rect.x0},
                                                    {d.x(), rect.x1 - a.x()},
                                                    {-d.y(), a.y() - rect.y0},
                                                    {d.y(), rect.y1 - a.y()}}};
  for (const auto& [rate, room] : sides) {
    if (rate == 0) {
      if (room < 0) return;
    } else if (rate < 0) {
      t0 = std::max(t0, room / rate);
    } else {
      t1 = std::min(t1, room / rate);
    }
  }
  if (t0 > t1) return;
  bounds.add(a + t0 * d);
  bounds.add(a + t1 * d);
}

/// Outlines of a box on the image: its edges, and where it fills the view up to the limit, the rim.
struct Outline {
  std::vector<Polyline> lines;
};

/// Bounds of the box's picture inside a rectangle: of its outlines there, and of the rectangle's
/// corners whose rays meet the box.
Rect bounds_inside(const Rect& rect,
                   const Outline& outline,
                   const Camera& camera,
                   const Cuboid& in_camera) {
  Bounds bounds;
  for (const Polyline& line : outline.lines)
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
      add_inside(line[i], line[i + 1], rect, bounds);
  for (const double x : {rect.x0, rect.x1})
    for (const double y : {rect.y0, rect.y1}) {
      const auto ray = unproject(camera.lens, {x, y});
      if (ray && hit(Ray{Vec3::Zero(), *ray}, in_camera)) bounds.add({x, y});
    }
  return bounds.value();
}

/// Pieces of the rim whose rays meet the box.
void add_rim(const View& view, const Cuboid& in_camera, Outline& outline) {
  Polyline piece;
  const auto close = [&] {
    if (piece.size() > 1) outline.lines.push_back(piece);
    piece.clear();
  };
  const int steps = view.straight ? kStraightRimSteps : kRimSteps;
  const Pose box_from_camera = in_camera.pose.inverse();
  const Cuboid in_box{{}, in_camera.size};
  for (int i = 0; i <= steps; ++i) {
    const Vec3 direction = view.rim(2 * kPi * i / steps);
    const auto pixel = view.camera.project(direction);
    if (pixel && hit(box_from_camera * Ray{Vec3::Zero(), direction}, in_box))
      piece.push_back(*pixel);
    else
      close();
  }
  close();
}

double cross(const Vec2& a, const Vec2& b, const Vec2& c) {
  return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
}

/// Convex hull, counter-clockwise in (x, y) (Andrew 1979).
Polyline hull_of(Polyline points) {
  if (points.size() < 3) return {};
  std::sort(points.begin(), points.end(), [](const Vec2& a, const Vec2& b) {
    return a.x() != b.x() ? a.x() < b.x() : a.y() < b.y();
  });
  Polyline hull;
  const auto add = [&](const Vec2& point, std::size_t fixed) {
    while (hull.size() >= fixed + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0)
      hull.pop_back();
    hull.push_back(point);
  };
  for (const Vec2& point : points) add(point, 0);
  const std::size_t lower = hull.size() - 1;
  for (std::size_t i = points.size() - 1; i-- > 0;) add(points[i], lower);
  hull.pop_back();
  return hull;
}

/// Area of a convex polygon inside a rectangle (Sutherland and Hodgman 1974).
double area_inside(Polyline polygon, const Rect& rect) {
  const std::array<std::array<double, 3>, 4> sides{
      {{1, 0, -rect.x0}, {-1, 0, rect.x1}, {0, 1, -rect.y0}, {0, -1, rect.y1}}};
  for (const auto& [nx, ny, offset] : sides) {
    Polyline kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Vec2& a = polygon[i];
      const Vec2& b = polygon[(i + 1) % polygon.size()];
      const double height_a = nx * a.x() + ny * a.y() + offset;
      const double height_b = nx * b.x() + ny * b.y() + offset;
      if (height_a >= 0) kept.push_back(a);
      if ((height_a > 0 && height_b < 0) || (height_a < 0 && height_b > 0))
        kept.emplace_back(a + height_a / (height_a - height_b) * (b - a));
    }
    polygon = std::move(kept);
  }
  double twice = 0;
  for (std::size_t i = 2; i < polygon.size(); ++i)
    twice += cross(polygon[0], polygon[i - 1], polygon[i]);
  return twice / 2;
}

/// Which faces are turned towards the camera at the origin.
std::array<bool, 6> faces_towards_camera(const Cuboid& in_camera) {
  const Vec3 eye = in_camera.pose.inverse() * Vec3::Zero();
  std::array<bool, 6> towards{};
  for (int axis = 0; axis < 3; ++axis) {
    towards[static_cast<std::size_t>(2 * axis)] = eye[axis] < -in_camera.size[axis] / 2;
    towards[static_cast<std::size_t>(2 * axis + 1)] = eye[axis] > in_camera.size[axis] / 2;
  }
  return towards;
}

/// The two faces that an edge bounds.
std::array<std::size_t, 2> faces_of_edge(std::size_t edge) {
  const auto from = static_cast<unsigned>(kCuboidEdges[edge][0]);
  const auto to = static_cast<unsigned>(kCuboidEdges[edge][1]);
  std::array<std::size_t, 2> faces{};
  std::size_t n = 0;
  for (unsigned axis = 0; axis < 3; ++axis)
    if (((from ^ to) >> axis & 1U) == 0) faces[n++] = 2 * axis + (from >> axis & 1U);
  return faces;
}

/// Whether the ray from the camera meets the +x face.
bool meets_front(const Vec3& direction, const Cuboid& in_camera) {
  const Pose box_from_camera = in_camera.pose.inverse();
  const Vec3 origin = box_from_camera.translation;
  const Vec3 along = box_from_camera.rotation * direction;
  const double distance = (in_camera.size.x() / 2 - origin.x()) / along.x();
  if (!(distance > 0)) return false;
  const Vec3 at = origin + distance * along;
  return std::abs(at.y()) <= in_camera.size.y() / 2 && std::abs(at.z()) <= in_camera.size.z() / 2;
}

/// Walks the rim between two azimuths, the way that stays on the face.
void add_rim_between(
    const View& view, double from, double to, const Cuboid& in_camera, Polyline& polygon) {
  const double shorter = wrapped_angle(to - from);
  const double longer = shorter - std::copysign(2 * kPi, shorter);
  const double turn = meets_front(view.rim(from + shorter / 2), in_camera) ? shorter : longer;
  const int steps = std::max(1, static_cast<int>(std::abs(turn) / (2 * kPi) * kRimSteps));
  for (int i = 1; i < steps; ++i)
    if (const auto pixel = view.camera.project(view.rim(from + turn * i / steps)))
      polygon.push_back(*pixel);
}

double azimuth_of(const Vec3& point) {
  return std::atan2(point.y(), point.x());
}

/// A part of a face's edge within the limit, and where on the rim it begins and ends.
struct FacePart {
  Polyline line;
  double begin_azimuth;
  double end_azimuth;
  bool ends_on_rim;
};

/// What is visible of the front face: its edges within the limit, joined along the rim.
std::vector<Polyline> front_outline(const View& view,
                                    const Cuboid& in_camera,
                                    const std::array<Vec3, 8>& points) {
  const auto& face = kCuboidFaces[1];
  std::vector<FacePart> parts;
  for (std::size_t i = 0; i < face.size(); ++i) {
    const Vec3& a = points[static_cast<std::size_t>(face[i])];
    const Vec3& b = points[static_cast<std::size_t>(face[(i + 1) % face.size()])];
    for (const auto& part : within_cone(a, b, view.angle))
      parts.push_back({view.line(a, b, part),
                       azimuth_of(a + part[0] * (b - a)),
                       azimuth_of(a + part[1] * (b - a)),
                       part[1] < 1});
  }
  Polyline polygon;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const FacePart& part = parts[i];
    polygon.insert(polygon.end(), part.line.begin(), part.line.end());
    const double next_azimuth = parts[(i + 1) % parts.size()].begin_azimuth;
    if (part.ends_on_rim) add_rim_between(view, part.end_azimuth, next_azimuth, in_camera, polygon);
  }
  if (parts.empty() && meets_front(view.rim(0), in_camera)) {  // the face fills the whole view
    for (int i = 0; i < kRimSteps; ++i)
      if (const auto pixel = view.camera.project(view.rim(2 * kPi * i / kRimSteps)))
        polygon.push_back(*pixel);
  }
  if (polygon.size() < 3) return {};
  return {std::move(polygon)};
}

/// Where a body lies to the limit, by the sphere around it: most boxes need no closer look.
enum class Within { none, some, all };

Within within_limit(const Cuboid& in_camera, double angle) {
  const Vec3& centre = in_camera.pose.translation;
  const double radius = in_camera.size.norm() / 2;
  const double distance = centre.norm();
  if (distance <= radius) return Within::some;
  const double spread = std::asin(radius / distance);
  const double middle = std::atan2(centre.head<2>().norm(), centre.z());
  if (middle - spread > angle) return Within::none;
  return middle + spread < angle ? Within::all : Within::some;
}

}  // namespace

double iou(const Rect& a, const Rect& b) {
  const Rect shared{
      std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
  const double both = a.area() + b.area() - shared.area();
  if (!(a.area() > 0) || !(b.area() > 0)) return 0;
  return shared.area() / both;
}

BoxProjection project_box(const Camera& camera, const Cuboid& cuboid_in_ego) {
  BoxProjection result;
  const Cuboid in_camera = camera.camera_from_ego * cuboid_in_ego;
  const std::array<Vec3, 8> points = corners(in_camera);
  const Vec3 eye = in_camera.pose.inverse() * Vec3::Zero();
  const Vec3 half = in_camera.size / 2;
  result.nearest = (eye - eye.cwiseMax(-half).cwiseMin(half)).norm();
  result.depth = in_camera.pose.translation.z();
  const std::array<bool, 6> towards = faces_towards_camera(in_camera);
  const bool outside = std::find(towards.begin(), towards.end(), true) != towards.end();
  result.front_face_visible = towards[1];
  const View view(camera);
  const Within within = within_limit(in_camera, view.angle);
  if (within == Within::none) return result;

  Outline outline;
  for (std::size_t edge = 0; edge < kCuboidEdges.size(); ++edge) {
    const auto faces = faces_of_edge(edge);
    // From inside the box every edge is seen.
    const bool hidden = outside && !towards[faces[0]] && !towards[faces[1]];
    const Vec3& a = points[static_cast<std::size_t>(kCuboidEdges[edge][0])];
    const Vec3& b = points[static_cast<std::size_t>(kCuboidEdges[edge][1])];
    for (const auto& part : within_cone(a, b, view.angle)) {
      Polyline line = view.line(a, b, part);
      if (line.size() < 2) continue;
      outline.lines.push_back(line);
      result.edges.push_back({static_cast<int>(edge), hidden, std::move(line)});
    }
  }
  if (towards[1]) result.front_face = front_outline(view, in_camera, points);
  if (within == Within::some) add_rim(view, in_camera, outline);
  if (outline.lines.empty()) return result;

  const Rect image = image_rect(camera);
  const double grow_x = (kWholeSizes - 1) / 2 * camera.width;
  const double grow_y = (kWholeSizes - 1) / 2 * camera.height;
  const Rect widest{image.x0 - grow_x, image.y0 - grow_y, image.x1 + grow_x, image.y1 + grow_y};
  result.whole = bounds_inside(widest, outline, camera, in_camera);
  result.in_image = bounds_inside(image, outline, camera, in_camera);

  Polyline all;
  for (const Polyline& line : outline.lines) all.insert(all.end(), line.begin(), line.end());
  const Polyline hull = hull_of(std::move(all));
  const double area = area_inside(hull, widest);
  if (area > 0) result.visible = std::clamp(area_inside(hull, image) / area, 0.0, 1.0);
  return result;
}

}  // namespace sweepbox
