#pragma once
#include <array>
#include <functional>
#include <span>
#include <vector>

#include "core/geometry/pose.hpp"

namespace sweepbox::synth {

using Vec2f = Eigen::Vector2f;
using Vec3f = Eigen::Vector3f;

/// How a surface is drawn over its plain colour.
enum class Pattern { plain, asphalt, paving, grass, brick, plaster, leaf, hill };

struct Material {
  Vec3f color = Vec3f::Constant(0.5F);  ///< linear, 0 … 1
  float gloss = 0;                      ///< share of mirrored sky when seen straight on, 0 … 1
  float reflectivity = 0.3F;  ///< at the lidar's 905 nm; above 1: made to throw light back
  float returns = 1;  ///< share of lidar shots that come back at all (glass lets most through)
  float glow = 0;     ///< light of its own
  Pattern pattern = Pattern::plain;
};

/// Linear colour of 0xRRGGBB in sRGB.
Vec3f linear_color(std::uint32_t rgb);

Material matte(std::uint32_t rgb, float reflectivity = 0.3F);
Material paint(std::uint32_t rgb);
Material glass();
Material rubber();
Material chrome();
Material lamp(std::uint32_t rgb, float glow);
Material retro(std::uint32_t rgb);

struct Triangle {
  std::array<Vec3f, 3> points;   ///< counter-clockwise seen from outside
  std::array<Vec3f, 3> normals;  ///< unit
  std::array<Vec2f, 3> uv;       ///< m; of patterns
  std::uint16_t material = 0;
};

/// Triangles without shared corners: simple to bend, and smooth where corners' normals agree.
class Mesh {
 public:
  std::vector<Triangle> triangles;
  std::vector<Material> materials;

  std::uint16_t add(const Material& material);

  void quad(const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d, std::uint16_t material);
  /// uv: (along a→b, along a→d) in metres from `uv`.
  void wall(const Vec3f& a,
            const Vec3f& b,
            const Vec3f& c,
            const Vec3f& d,
            const Vec2f& uv,
            std::uint16_t material);
  void box(const Vec3f& centre, const Vec3f& size, std::uint16_t material);
  /// The same turned about its centre.
  void box(const Vec3f& centre, const Vec3f& size, const Quat& turn, std::uint16_t material);
  /// With edges broken off by `bevel`, smooth across them.
  void soft_box(const Vec3f& centre, const Vec3f& size, float bevel, std::uint16_t material);
  /// Tapered tube between two points, closed at both ends.
  void tube(const Vec3f& from,
            float radius_from,
            const Vec3f& to,
            float radius_to,
            int sides,
            std::uint16_t material);
  void ellipsoid(const Vec3f& centre, const Vec3f& radii, int rows, std::uint16_t material);
  /// Flat round plate, seen from both sides.
  void disc(const Vec3f& centre,
            const Vec3f& normal,
            float radius,
            float thickness,
            int sides,
            std::uint16_t material);
  void torus(const Vec3f& centre,
             const Vec3f& axis,
             float radius,
             float tube_radius,
             int segments,
             std::uint16_t material);

  using Ring = std::vector<Vec3f>;
  /// A skin over closed rings of equally many points, closed at both ends; material_of(ring,
  /// segment) for the strip after that ring and point, −1 and the last ring for the lids. Rings run
  /// counter-clockwise seen from the last one. Corners sharper than `crease` rad stay edges.
  void loft(const std::vector<Ring>& rings,
            float crease,
            const std::function<std::uint16_t(int, int)>& material_of);

  void append(const Mesh& other, const Pose& this_from_other);
  void scale(float factor);
  void move(const Vec3f& by);
  Eigen::AlignedBox3f bounds() const;

 private:
  /// Faces as corner lists into points; normals averaged over faces that meet below the crease.
  void smooth(std::span<const Vec3f> points,
              std::span<const std::array<int, 3>> faces,
              std::span<const std::uint16_t> face_materials,
              float crease);
};

}  // namespace sweepbox::synth
