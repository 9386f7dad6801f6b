#include "core/synth/scenery.hpp"

#include <algorithm>
#include <cmath>

#include "core/synth/random.hpp"

namespace sweepbox::synth {
namespace {

constexpr double kPlain = 700;  ///< radius of the land, m

/// Flat land under everything and hills around it.
void add_land(Mesh& mesh, const Vec3& middle, double lowest, std::uint64_t seed) {
  Material grass = matte(0x66724C, 0.4F);
  grass.pattern = Pattern::grass;
  const std::uint16_t land = mesh.add(grass);
  Material hill = matte(0x5A7256, 0.4F);
  hill.pattern = Pattern::hill;
  const std::uint16_t hills = mesh.add(hill);
  const auto at = [&](double angle, double radius, double z) {
    return Vec3(middle.x() + radius * std::cos(angle), middle.y() + radius * std::sin(angle), z)
        .cast<float>()
        .eval();
  };
  constexpr int kSides = 96;
  const auto ridge = [&](int i) {
    Random random(seed, 77, static_cast<std::uint64_t>(i % kSides));
    const double a = 2 * kPi * (i % kSides) / kSides;
    return lowest + 22 + 14 * std::sin(3 * a + 1) + 8 * std::sin(7 * a) + random.between(0, 6);
  };
  for (int i = 0; i < kSides; ++i) {
    const double a = 2 * kPi * i / kSides, b = 2 * kPi * (i + 1) / kSides;
    const Vec3f centre = Vec3(middle.x(), middle.y(), lowest).cast<float>();
    const Vec3f up = Vec3f::UnitZ();
    const Vec3f p = at(a, kPlain, lowest), q = at(b, kPlain, lowest);
    mesh.triangles.push_back(
        {{centre, p, q}, {up, up, up}, {centre.head<2>(), p.head<2>(), q.head<2>()}, land});
    mesh.quad(at(b, 380, lowest - 1),
              at(a, 380, lowest - 1),
              at(a, 520, ridge(i)),
              at(b, 520, ridge(i + 1)),
              hills);
  }
}

Pose world_from_house(const Road& road, const HouseSpec& house) {
  const double side = house.left ? 1 : -1;
  const double d = side * (road.pavement_end() + house.setback);
  Vec3 place = road.point(house.s, d);
  return pose_from_yaw(road.heading(house.s) + (house.left ? 0 : kPi), place);
}

/// Brick walls along the pavement where no house stands.
void add_walls(Mesh& mesh, const SynthSpec& spec, const Road& road) {
  Material brick = matte(0x8E5C48, 0.35F);
  brick.pattern = Pattern::brick;
  const std::uint16_t wall = mesh.add(brick);
  const std::uint16_t cap = mesh.add(matte(0x9C968C, 0.4F));
  Material leaves = matte(0x3E5A2C, 0.5F);
  leaves.pattern = Pattern::leaf;
  const std::uint16_t hedge = mesh.add(leaves);
  constexpr double kPiece = 1;
  for (const double side : {-1.0, 1.0})
    for (double s = -60; s < spec.road.length + 60; s += kPiece) {
      const bool built =
          std::any_of(spec.houses.begin(), spec.houses.end(), [&](const HouseSpec& h) {
            return h.left == (side > 0) &&
                   std::abs(s + kPiece / 2 - h.s) <
                       h.width / 2 * road.stretch(h.s, side * road.pavement_end());
          });
      if (built) continue;
      const double d = side * (road.pavement_end() + 0.18);
      const Vec3 a = road.point(s, d), b = road.point(s + kPiece, d);
      const Vec3 middle = (a + b) / 2;
      const Vec3 along = b - a;
      const Quat turn = pose_from_yaw(std::atan2(along.y(), along.x())).rotation;
      const float length = static_cast<float>(along.norm()) + 0.02F;
      mesh.box((middle + Vec3(0, 0, 0.2)).cast<float>(), {length, 0.24F, 1.2F}, turn, wall);
      mesh.box((middle + Vec3(0, 0, 0.83)).cast<float>(), {length, 0.32F, 0.06F}, turn, cap);
      const Vec3 behind = side * 0.55 * Vec3(-along.y(), along.x(), 0).normalized();
      mesh.box(
          (middle + behind + Vec3(0, 0, 0.7)).cast<float>(), {length, 0.6F, 2.0F}, turn, hedge);
    }
}

}  // namespace

Mesh ground(const Road& road) {
  Mesh mesh;
  Material asphalt = matte(0x55565A, 0.14F), paving = matte(0x9A948A, 0.3F),
           grass = matte(0x66724C, 0.45F);
  asphalt.pattern = Pattern::asphalt;
  paving.pattern = Pattern::paving;
  grass.pattern = Pattern::grass;
  const std::uint16_t street = mesh.add(asphalt), stone = mesh.add(matte(0xA8A49C, 0.35F)),
                      slab = mesh.add(paving), lawn = mesh.add(grass);
  double bend = 1e-3;
  for (const auto& [s, curvature] : road.spec().curvature)
    bend = std::max(bend, std::abs(curvature));
  const double kerb = road.kerb(), outer = road.pavement_end();
  // Inside a bend the chart folds at the circle's middle: the strip ends well before it.
  const double reach = std::max(outer + 1, std::min(30.0, 0.75 / bend));
  const double across[] = {0,
                           0.4,
                           road.spec().lane_width / 2,
                           road.spec().lane_width,
                           kerb,
                           kerb + 0.03,
                           kerb + 0.16,
                           outer,
                           outer + 0.5,
                           reach};
  constexpr std::size_t kStrips = std::size(across) - 1;
  const std::uint16_t materials[kStrips] = {
      street, street, street, street, stone, stone, slab, lawn, lawn};
  constexpr double kStep = 1;
  for (double s = -Road::kBeyond; s < road.spec().length + Road::kBeyond; s += kStep)
    for (std::size_t k = 0; k < kStrips; ++k)
      for (const double side : {-1.0, 1.0}) {
        const double right = side > 0 ? across[k] : -across[k + 1],
                     left = side > 0 ? across[k + 1] : -across[k];
        const std::array<Vec2, 4> sd{
            Vec2(s, right), Vec2(s + kStep, right), Vec2(s + kStep, left), Vec2(s, left)};
        std::array<Vec3f, 4> p;
        for (std::size_t i = 0; i < 4; ++i) p[i] = road.point(sd[i].x(), sd[i].y()).cast<float>();
        mesh.quad(p[0], p[1], p[2], p[3], materials[k]);
        Triangle* two = &mesh.triangles[mesh.triangles.size() - 2];
        two[0].uv = {sd[0].cast<float>(), sd[1].cast<float>(), sd[2].cast<float>()};
        two[1].uv = {sd[0].cast<float>(), sd[2].cast<float>(), sd[3].cast<float>()};
      }
  return mesh;
}

Mesh tree(const TreeSpec& tree, std::uint64_t seed) {
  Mesh mesh;
  Random random(seed, 5);
  const std::uint16_t bark = mesh.add(matte(0x5A4838, 0.35F));
  std::vector<std::uint16_t> greens;
  for (const std::uint32_t color : {0x4A6434U, 0x56703AU, 0x637A42U, 0x425A30U}) {
    Material leaf = matte(color, 0.55F);
    leaf.pattern = Pattern::leaf;
    greens.push_back(mesh.add(leaf));
  }
  const auto height = static_cast<float>(tree.height), radius = static_cast<float>(tree.radius);
  const float trunk = height - 1.75F * radius;
  const Vec3f top(0.1F, 0.05F, trunk);
  mesh.tube({0, 0, -0.3F}, 0.17F, top, 0.11F, 9, bark);
  const Vec3f crown(0.1F, 0.05F, height - radius);
  constexpr int kClusters = 26, kLeaves = 75;
  for (int c = 0; c < kClusters; ++c) {
    const double a = random.between(0, 2 * kPi), z = random.between(-0.8, 0.9),
                 out = random.between(0.45, 0.78);
    const double flat = std::sqrt(1 - z * z);
    const Vec3f cluster = crown + radius * static_cast<float>(out) *
                                      Vec3(flat * std::cos(a), flat * std::sin(a), z).cast<float>();
    if (c % 4 == 0) mesh.tube(top - Vec3f(0, 0, 0.3F), 0.06F, cluster, 0.02F, 5, bark);
    for (int i = 0; i < kLeaves; ++i) {
      const double la = random.between(0, 2 * kPi), lz = random.between(-1, 1),
                   lr = radius * 0.42 * std::cbrt(random.between(0.2, 1));
      const double lflat = std::sqrt(1 - lz * lz);
      const Vec3f out_of_cluster =
          Vec3(lflat * std::cos(la), lflat * std::sin(la), lz).cast<float>();
      const Vec3f at = cluster + static_cast<float>(lr) * out_of_cluster;
      const Vec3f side =
          Vec3(random.normal(), random.normal(), random.normal()).cast<float>().normalized() *
          0.11F;
      const Vec3f up =
          side.cross(Vec3(random.normal(), random.normal(), random.normal()).cast<float>())
              .normalized() *
          0.13F;
      // Lit as the crown is, not as a leaf turns: single leaves flicker.
      const Vec3f normal =
          (out_of_cluster * 0.5F + (at - crown).normalized() + Vec3f(0, 0, 0.25F)).normalized();
      const std::uint16_t green = greens[static_cast<std::size_t>(c + i % 2) % greens.size()];
      mesh.quad(at - side - up,
                at + side - up * 0.6F,
                at + side * 0.6F + up,
                at - side * 0.8F + up * 0.8F,
                green);
      for (std::size_t t = mesh.triangles.size() - 2; t < mesh.triangles.size(); ++t)
        mesh.triangles[t].normals = {normal, normal, normal};
    }
  }
  return mesh;
}

Mesh scenery(const SynthSpec& spec, const Road& road) {
  Mesh mesh = ground(road);
  double lowest = 1e9;
  for (double s = -Road::kBeyond; s < spec.road.length + Road::kBeyond; s += 5)
    lowest = std::min(lowest, road.height(s, 0));
  add_land(mesh, road.point(spec.road.length / 2, 0), lowest - 1.2, spec.seed);
  add_walls(mesh, spec, road);
  for (std::size_t i = 0; i < spec.houses.size(); ++i)
    mesh.append(house(spec.houses[i], scrambled(spec.seed + 1000 + i)),
                world_from_house(road, spec.houses[i]));
  for (std::size_t i = 0; i < spec.trees.size(); ++i) {
    const TreeSpec& t = spec.trees[i];
    mesh.append(tree(t, scrambled(spec.seed + 5000 + i)),
                pose_from_yaw(static_cast<double>(i), road.point(t.s, t.d)));
  }
  return mesh;
}

}  // namespace sweepbox::synth
