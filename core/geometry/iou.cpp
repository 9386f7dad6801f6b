#include "core/geometry/iou.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/geometry/clip.hpp"

namespace sweepbox {
namespace {

// A convex body is a list of its faces, each counter-clockwise seen from outside. Corners that
// faces share are equal in every bit: they start so, and an edge is always cut from the inside out.
using Polygon = std::vector<Vec3>;
using Body = std::vector<Polygon>;

/// Vertices nearer to a plane than this share of the boxes' size lie on it. Rounding is four
/// magnitudes below; what is cut off is 1e-12 of the volume.
constexpr double kOnPlane = 1e-12;

struct Side {
  Plane plane;      ///< inside is height ≥ 0
  double on_plane;  ///< m

  int of(const Vec3& point) const {
    const double height = plane.height_of(point);
    return height > on_plane ? 1 : height < -on_plane ? -1 : 0;
  }
};

struct Cut {
  Polygon face;
  std::vector<std::array<Vec3, 2>> rims;  ///< edges along the plane, in the face's order
};

/// Empty where no vertex is strictly inside: such a face is replaced by the lid.
Cut cut(const Polygon& face, const Side& side) {
  Cut result;
  std::vector<bool> on;
  bool any_inside = false;
  for (std::size_t i = 0; i < face.size(); ++i) {
    const Vec3& a = face[i];
    const Vec3& b = face[(i + 1) % face.size()];
    const int side_a = side.of(a);
    const int side_b = side.of(b);
    any_inside = any_inside || side_a > 0;
    if (side_a >= 0) {
      result.face.push_back(a);
      on.push_back(side_a == 0);
    }
    if (side_a * side_b < 0) {
      const Vec3& inside = side_a > 0 ? a : b;
      const Vec3& outside = side_a > 0 ? b : a;
      const double height = side.plane.height_of(inside);
      const double share = height / (height - side.plane.height_of(outside));
      result.face.emplace_back(inside + share * (outside - inside));
      on.push_back(true);
    }
  }
  if (!any_inside) return {};
  for (std::size_t i = 0; i < on.size(); ++i) {
    const std::size_t next = (i + 1) % on.size();
    if (on[i] && on[next] && result.face[i] != result.face[next])
      result.rims.push_back({result.face[i], result.face[next]});
  }
  return result;
}

/// The rims, walked backwards, joined end to start into the face that closes the body.
Polygon lid(std::vector<std::array<Vec3, 2>> rims) {
  Polygon polygon;
  if (rims.empty()) return polygon;
  Vec3 at = rims.front()[1];
  while (!rims.empty()) {
    const auto next = std::min_element(rims.begin(), rims.end(), [&](const auto& a, const auto& b) {
      return (a[1] - at).squaredNorm() < (b[1] - at).squaredNorm();
    });
    polygon.push_back((*next)[1]);
    at = (*next)[0];
    rims.erase(next);
  }
  return polygon;
}

Body clipped(const Body& body, const Side& side) {
  Body result;
  std::vector<std::array<Vec3, 2>> rims;
  for (const Polygon& face : body) {
    Cut part = cut(face, side);
    if (part.face.empty()) continue;
    result.push_back(std::move(part.face));
    rims.insert(rims.end(), part.rims.begin(), part.rims.end());
  }
  if (Polygon top = lid(std::move(rims)); top.size() >= 3) result.push_back(std::move(top));
  return result;
}

/// Divergence theorem: tetrahedra from one of the body's own points, so that nothing large cancels.
double volume_of(const Body& body) {
  if (body.empty()) return 0;
  const Vec3 apex = body.front().front();
  double six_volumes = 0;
  for (const Polygon& face : body)
    for (std::size_t i = 2; i < face.size(); ++i)
      six_volumes += (face[0] - apex).dot((face[i - 1] - apex).cross(face[i] - apex));
  return six_volumes / 6;
}

double area_of(const Polygon& polygon) {
  double twice = 0;
  for (std::size_t i = 2; i < polygon.size(); ++i) {
    const Vec3 a = polygon[i - 1] - polygon[0];
    const Vec3 b = polygon[i] - polygon[0];
    twice += a.x() * b.y() - a.y() * b.x();
  }
  return twice / 2;
}

/// Intersection over union from the three measures. Slivers of rounding are nothing.
double over_union(double shared, double a, double b) {
  const double least = std::min(a, b);
  if (!(shared > kOnPlane * least)) return 0;
  shared = std::min(shared, least);
  return shared / (a + b - shared);
}

/// Corners nearer than this share of the size are one: the top and the bottom of an upright box
/// differ by rounding, and an edge between such a pair would point anywhere.
constexpr double kSameCorner = 1e-8;

/// Convex hull seen from above, counter-clockwise (Andrew 1979), relative to `origin`.
Polygon footprint(Cuboid cuboid, const Vec3& origin) {
  cuboid.pose.translation -= origin;  // before the corners: UTM numbers would cost six digits
  Polygon points;
  for (Vec3 corner : corners(cuboid)) {
    corner.z() = 0;
    const bool there = std::any_of(points.begin(), points.end(), [&](const Vec3& other) {
      return (other - corner).norm() <= kSameCorner * cuboid.size.maxCoeff();
    });
    if (!there) points.push_back(corner);
  }
  std::sort(points.begin(), points.end(), [](const Vec3& a, const Vec3& b) {
    return a.x() != b.x() ? a.x() < b.x() : a.y() < b.y();
  });
  Polygon hull;
  const auto add = [&hull](const Vec3& point, std::size_t fixed) {
    while (hull.size() >= fixed + 2) {
      const Vec3 along = hull.back() - hull[hull.size() - 2];
      const Vec3 turn = point - hull.back();
      if (along.x() * turn.y() - along.y() * turn.x() > 0) break;
      hull.pop_back();
    }
    hull.push_back(point);
  };
  for (const Vec3& point : points) add(point, 0);
  const std::size_t lower = hull.size() - 1;
  for (std::size_t i = points.size() - 1; i-- > 0;) add(points[i], lower);
  hull.pop_back();  // the first point again
  return hull;
}

bool can_overlap(const Cuboid& a, const Cuboid& b) {
  if (!is_valid(a) || !is_valid(b)) return false;
  const double reach = (a.size.norm() + b.size.norm()) / 2;
  return (a.pose.translation - b.pose.translation).norm() < reach;
}

}  // namespace

double iou_3d(const Cuboid& a, const Cuboid& b) {
  if (!can_overlap(a, b)) return 0;
  if (a == b) return 1;
  // In b's own axes, where its faces are planes of one coordinate and UTM numbers are gone.
  const std::array<Vec3, 8> points = corners(b.pose.inverse() * a);
  Body body;
  for (const auto& face : kCuboidFaces) {
    Polygon polygon;
    for (const int corner : face) polygon.push_back(points[static_cast<std::size_t>(corner)]);
    body.push_back(std::move(polygon));
  }
  const double on_plane = kOnPlane * std::max(a.size.maxCoeff(), b.size.maxCoeff());
  for (int axis = 0; axis < 3; ++axis)
    for (const double sign : {-1.0, 1.0})
      body = clipped(body, {{-sign * Vec3::Unit(axis), -b.size[axis] / 2}, on_plane});
  return over_union(volume_of(body), volume(a), volume(b));
}

double iou_bev(const Cuboid& a, const Cuboid& b) {
  if (!is_valid(a) || !is_valid(b)) return 0;
  if (a == b) return 1;
  const Polygon one = footprint(a, b.pose.translation);
  const Polygon other = footprint(b, b.pose.translation);
  Polygon shared = one;
  for (std::size_t i = 0; i < other.size() && !shared.empty(); ++i) {
    const Vec3 along = other[(i + 1) % other.size()] - other[i];
    if (along.norm() == 0) continue;
    const Vec3 inward = Vec3(-along.y(), along.x(), 0).normalized();
    shared = clip_polygon(std::move(shared), {inward, inward.dot(other[i])});
  }
  return over_union(area_of(shared), area_of(one), area_of(other));
}

}  // namespace sweepbox
