#include "core/synth/mesh.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::synth {
namespace {

constexpr float kTurn = 6.2831853F;

/// Two unit vectors that make a right-handed frame with the axis.
std::pair<Vec3f, Vec3f> across(const Vec3f& axis) {
  const Vec3f help = std::abs(axis.z()) < 0.9F ? Vec3f::UnitZ() : Vec3f::UnitX();
  const Vec3f u = help.cross(axis).normalized();
  return {u, axis.cross(u)};
}

}  // namespace

Vec3f linear_color(std::uint32_t rgb) {
  const auto part = [&](int shift) {
    const float v = static_cast<float>((rgb >> shift) & 255U) / 255;
    return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
  };
  return {part(16), part(8), part(0)};
}

Material matte(std::uint32_t rgb, float reflectivity) {
  return {linear_color(rgb), 0, reflectivity, 1, 0, Pattern::plain};
}

Material paint(std::uint32_t rgb) {
  const Vec3f color = linear_color(rgb);
  return {0.85F * color, 0.06F, 0.12F + 0.5F * color.mean(), 0.97F, 0, Pattern::plain};
}

Material glass() {
  return {linear_color(0x161C20), 0.10F, 0.06F, 0.15F, 0, Pattern::plain};
}

Material rubber() {
  return {linear_color(0x1B1B1D), 0, 0.05F, 0.95F, 0, Pattern::plain};
}

Material chrome() {
  return {linear_color(0xA8ACB0), 0.25F, 0.5F, 0.95F, 0, Pattern::plain};
}

Material lamp(std::uint32_t rgb, float glow) {
  return {linear_color(rgb), 0.08F, 0.7F, 0.9F, glow, Pattern::plain};
}

Material retro(std::uint32_t rgb) {
  return {linear_color(rgb), 0.02F, 1.5F, 1, 0, Pattern::plain};
}

std::uint16_t Mesh::add(const Material& material) {
  materials.push_back(material);
  return static_cast<std::uint16_t>(materials.size() - 1);
}

void Mesh::wall(const Vec3f& a,
                const Vec3f& b,
                const Vec3f& c,
                const Vec3f& d,
                const Vec2f& uv,
                std::uint16_t material) {
  const Vec3f normal = (b - a).cross(d - a).normalized();
  const float width = (b - a).norm(), height = (d - a).norm();
  const std::array<Vec2f, 4> at{
      uv, uv + Vec2f(width, 0), uv + Vec2f(width, height), uv + Vec2f(0, height)};
  triangles.push_back({{a, b, c}, {normal, normal, normal}, {at[0], at[1], at[2]}, material});
  triangles.push_back({{a, c, d}, {normal, normal, normal}, {at[0], at[2], at[3]}, material});
}

void Mesh::quad(
    const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d, std::uint16_t material) {
  wall(a, b, c, d, Vec2f::Zero(), material);
}

void Mesh::box(const Vec3f& centre, const Vec3f& size, std::uint16_t material) {
  box(centre, size, Quat::Identity(), material);
}

void Mesh::box(const Vec3f& centre, const Vec3f& size, const Quat& turn, std::uint16_t material) {
  const Vec3f h = size / 2;
  const Eigen::Matrix3f rotation = turn.toRotationMatrix().cast<float>();
  const auto corner = [&](int i) -> Vec3f {
    return centre +
           rotation * Vec3f(i & 1 ? h.x() : -h.x(), i & 2 ? h.y() : -h.y(), i & 4 ? h.z() : -h.z());
  };
  constexpr int faces[6][4] = {
      {2, 0, 4, 6}, {1, 3, 7, 5}, {0, 1, 5, 4}, {3, 2, 6, 7}, {2, 3, 1, 0}, {4, 5, 7, 6}};
  for (const auto& f : faces)
    quad(corner(f[0]), corner(f[1]), corner(f[2]), corner(f[3]), material);
}

void Mesh::soft_box(const Vec3f& centre, const Vec3f& size, float bevel, std::uint16_t material) {
  const Vec3f h = size / 2;
  const float b = std::min(bevel, 0.49F * size.minCoeff());
  const auto ring = [&](float x, float inset) {
    const float y = h.y() - inset, z = h.z() - inset;
    const float c = b - inset * 0.5F;
    Ring points{{x, y, z - c},
                {x, y - c, z},
                {x, c - y, z},
                {x, -y, z - c},
                {x, -y, c - z},
                {x, c - y, -z},
                {x, y - c, -z},
                {x, y, c - z}};
    for (Vec3f& p : points) p += centre;
    return points;
  };
  loft({ring(-h.x(), b), ring(b - h.x(), 0), ring(h.x() - b, 0), ring(h.x(), b)},
       0.9F,
       [&](int, int) { return material; });
}

void Mesh::tube(const Vec3f& from,
                float radius_from,
                const Vec3f& to,
                float radius_to,
                int sides,
                std::uint16_t material) {
  const std::pair<Vec3f, Vec3f> axes = across((to - from).normalized());
  const auto ring = [&](const Vec3f& centre, float radius) {
    Ring points;
    for (int i = 0; i < sides; ++i) {
      const float a = kTurn * static_cast<float>(i) / static_cast<float>(sides);
      points.emplace_back(centre + radius * (std::cos(a) * axes.first + std::sin(a) * axes.second));
    }
    return points;
  };
  loft({ring(from, radius_from), ring(to, radius_to)}, 1.2F, [&](int, int) { return material; });
}

void Mesh::ellipsoid(const Vec3f& centre, const Vec3f& radii, int rows, std::uint16_t material) {
  std::vector<Ring> rings;
  const int sides = 2 * rows;
  for (int r = 0; r <= rows; ++r) {
    // The poles are small rings: a loft needs no special case.
    const float polar =
        kTurn / 2 * std::clamp(static_cast<float>(r) / static_cast<float>(rows), 0.02F, 0.98F);
    Ring ring;
    for (int i = 0; i < sides; ++i) {
      const float a = kTurn * static_cast<float>(i) / static_cast<float>(sides);
      ring.emplace_back(centre + Vec3f(std::sin(polar) * std::cos(a),
                                       std::sin(polar) * std::sin(a),
                                       -std::cos(polar))
                                     .cwiseProduct(radii));
    }
    rings.push_back(std::move(ring));
  }
  loft(rings, 1.4F, [&](int, int) { return material; });
}

void Mesh::disc(const Vec3f& centre,
                const Vec3f& normal,
                float radius,
                float thickness,
                int sides,
                std::uint16_t material) {
  const Vec3f half = normal.normalized() * thickness / 2;
  tube(centre - half, radius, centre + half, radius, sides, material);
}

void Mesh::torus(const Vec3f& centre,
                 const Vec3f& axis,
                 float radius,
                 float tube_radius,
                 int segments,
                 std::uint16_t material) {
  const auto [u, v] = across(axis.normalized());
  constexpr int kSides = 6;
  std::vector<Vec3f> points;
  std::vector<std::array<int, 3>> faces;
  for (int i = 0; i < segments; ++i) {
    const float a = kTurn * static_cast<float>(i) / static_cast<float>(segments);
    const Vec3f out = std::cos(a) * u + std::sin(a) * v;
    for (int j = 0; j < kSides; ++j) {
      const float b = kTurn * static_cast<float>(j) / kSides;
      points.emplace_back(centre + out * (radius + tube_radius * std::cos(b)) +
                          axis.normalized() * (tube_radius * std::sin(b)));
      const int i1 = (i + 1) % segments, j1 = (j + 1) % kSides;
      faces.push_back({i * kSides + j, i1 * kSides + j, i1 * kSides + j1});
      faces.push_back({i * kSides + j, i1 * kSides + j1, i * kSides + j1});
    }
  }
  const std::vector<std::uint16_t> all(faces.size(), material);
  smooth(points, faces, all, 2);
}

void Mesh::loft(const std::vector<Ring>& rings,
                float crease,
                const std::function<std::uint16_t(int, int)>& material_of) {
  const int n = static_cast<int>(rings.front().size());
  std::vector<Vec3f> points;
  std::vector<std::array<int, 3>> faces;
  std::vector<std::uint16_t> face_materials;
  const auto face = [&](int a, int b, int c, std::uint16_t material) {
    faces.push_back({a, b, c});
    face_materials.push_back(material);
  };
  for (const Ring& ring : rings) points.insert(points.end(), ring.begin(), ring.end());
  const int last = static_cast<int>(rings.size()) - 1;
  for (int r = 0; r < last; ++r)
    for (int i = 0; i < n; ++i) {
      const int a = r * n + i, b = r * n + (i + 1) % n;
      const std::uint16_t material = material_of(r, i);
      face(a, b, b + n, material);
      face(a, b + n, a + n, material);
    }
  for (const int end : {0, last}) {  // lids, as fans around their middles
    Vec3f middle = Vec3f::Zero();
    for (const Vec3f& p : rings[static_cast<std::size_t>(end)]) middle += p / static_cast<float>(n);
    const int centre = static_cast<int>(points.size());
    points.push_back(middle);
    for (int i = 0; i < n; ++i) {
      const int a = end * n + i, b = end * n + (i + 1) % n;
      const std::uint16_t material = material_of(end == 0 ? -1 : last, i);
      if (end == 0) {
        face(b, a, centre, material);
      } else {
        face(a, b, centre, material);
      }
    }
  }
  smooth(points, faces, face_materials, crease);
}

void Mesh::smooth(std::span<const Vec3f> points,
                  std::span<const std::array<int, 3>> faces,
                  std::span<const std::uint16_t> face_materials,
                  float crease) {
  std::vector<Vec3f> weighted(faces.size());  // by area
  std::vector<std::vector<int>> around(points.size());
  for (std::size_t f = 0; f < faces.size(); ++f) {
    const auto corner = [&](int i) {
      return points[static_cast<std::size_t>(faces[f][static_cast<std::size_t>(i)])];
    };
    weighted[f] = (corner(1) - corner(0)).cross(corner(2) - corner(0));
    for (const int i : faces[f]) around[static_cast<std::size_t>(i)].push_back(static_cast<int>(f));
  }
  const float least = std::cos(crease);
  for (std::size_t f = 0; f < faces.size(); ++f) {
    const float area = weighted[f].norm();
    if (area < 1e-9F) continue;
    Triangle triangle;
    triangle.material = face_materials[f];
    for (std::size_t k = 0; k < 3; ++k) {
      const auto corner = static_cast<std::size_t>(faces[f][k]);
      triangle.points[k] = points[corner];
      triangle.uv[k] = Vec2f::Zero();
      Vec3f normal = Vec3f::Zero();
      for (const int g : around[corner]) {
        const Vec3f& other = weighted[static_cast<std::size_t>(g)];
        if (other.dot(weighted[f]) >= least * area * other.norm()) normal += other;
      }
      triangle.normals[k] = normal.normalized();
    }
    triangles.push_back(triangle);
  }
}

void Mesh::append(const Mesh& other, const Pose& this_from_other) {
  const Eigen::Matrix3f rotation = this_from_other.rotation.toRotationMatrix().cast<float>();
  const auto shift = static_cast<std::uint16_t>(materials.size());
  materials.insert(materials.end(), other.materials.begin(), other.materials.end());
  triangles.reserve(triangles.size() + other.triangles.size());
  for (Triangle triangle : other.triangles) {
    for (Vec3f& p : triangle.points) p = (this_from_other * p.cast<double>()).cast<float>();
    for (Vec3f& n : triangle.normals) n = rotation * n;
    triangle.material = static_cast<std::uint16_t>(triangle.material + shift);
    triangles.push_back(triangle);
  }
}

void Mesh::scale(float factor) {
  for (Triangle& triangle : triangles)
    for (Vec3f& p : triangle.points) p *= factor;
}

void Mesh::move(const Vec3f& by) {
  for (Triangle& triangle : triangles)
    for (Vec3f& p : triangle.points) p += by;
}

Eigen::AlignedBox3f Mesh::bounds() const {
  Eigen::AlignedBox3f box;
  for (const Triangle& triangle : triangles)
    for (const Vec3f& p : triangle.points) box.extend(p);
  return box;
}

}  // namespace sweepbox::synth
