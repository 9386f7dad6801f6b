#include <algorithm>
#include <cmath>

#include "core/synth/random.hpp"
#include "core/synth/scenery.hpp"

namespace sweepbox::synth {
namespace {

constexpr float kStorey = 2.95F;
constexpr float kDepth = 9;       ///< of the house
constexpr float kReveal = 0.16F;  ///< how deep a window lies in its wall

struct Opening {
  float x0, x1, z0, z1;
};

/// A house while it is built: x to the right as seen from the street, the front at y = 0.
struct Builder {
  Mesh mesh;
  std::uint16_t wall, trim, window, curtain, door, roof, dark, accent;
  Random random;

  Builder(const HouseSpec& house, std::uint64_t seed) : random(seed, 1) {
    Material plaster = matte(house.color, 0.45F);
    plaster.pattern =
        house.kind == "cottage" || (house.color & 0xFF) < 0x58 ? Pattern::brick : Pattern::plaster;
    wall = mesh.add(plaster);
    trim = mesh.add(matte(0xE4E0D6, 0.5F));
    Material pane = glass();
    pane.color = linear_color(0x232C34);
    pane.gloss = 0.16F;
    pane.returns = 0.35F;
    window = mesh.add(pane);
    pane.color = linear_color(0x8C8A84);
    pane.gloss = 0.10F;
    curtain = mesh.add(pane);
    constexpr std::uint32_t doors[] = {0x5A2A22, 0x24402E, 0x2A3A58, 0x6A4A2E};
    door = mesh.add(matte(doors[static_cast<std::size_t>(random.uniform() * 4)], 0.3F));
    Material tiles = matte(random.uniform() < 0.6 ? 0x7A4234 : 0x4A4A50, 0.3F);
    tiles.pattern = Pattern::brick;
    roof = mesh.add(tiles);
    dark = mesh.add(matte(0x26282C, 0.2F));
    constexpr std::uint32_t accents[] = {0x9A2E2A, 0x2E5A3A, 0x2E4E7A, 0xB08030};
    accent = mesh.add(matte(accents[static_cast<std::size_t>(random.uniform() * 4)], 0.35F));
  }

  void front(float x0, float x1, float z0, float z1, float y = 0) {
    if (x1 - x0 < 1e-4F || z1 - z0 < 1e-4F) return;
    mesh.wall({x0, y, z0}, {x1, y, z0}, {x1, y, z1}, {x0, y, z1}, {x0, z0}, wall);
  }

  /// Wall around an opening, and the sides of the opening.
  void cell(float x0, float x1, float z0, float z1, const Opening& o) {
    front(x0, o.x0, z0, z1);
    front(o.x1, x1, z0, z1);
    front(o.x0, o.x1, z0, o.z0);
    front(o.x0, o.x1, o.z1, z1);
    const float y = kReveal;
    mesh.quad({o.x0, 0, o.z0}, {o.x0, y, o.z0}, {o.x0, y, o.z1}, {o.x0, 0, o.z1}, trim);
    mesh.quad({o.x1, y, o.z0}, {o.x1, 0, o.z0}, {o.x1, 0, o.z1}, {o.x1, y, o.z1}, trim);
    mesh.quad({o.x0, 0, o.z0}, {o.x1, 0, o.z0}, {o.x1, y, o.z0}, {o.x0, y, o.z0}, trim);
    mesh.quad({o.x0, y, o.z1}, {o.x1, y, o.z1}, {o.x1, 0, o.z1}, {o.x0, 0, o.z1}, trim);
  }

  void pane(const Opening& o, int bars) {
    const std::uint16_t pick = random.uniform() < 0.35 ? curtain : window;
    const float y = kReveal - 0.01F;
    mesh.quad({o.x0, y, o.z0}, {o.x1, y, o.z0}, {o.x1, y, o.z1}, {o.x0, y, o.z1}, pick);
    const float w = o.x1 - o.x0, h = o.z1 - o.z0, cx = (o.x0 + o.x1) / 2, cz = (o.z0 + o.z1) / 2;
    constexpr float kBar = 0.055F;
    for (int i = 0; i <= bars; ++i) {
      const float x =
          o.x0 + kBar / 2 + (w - kBar) * static_cast<float>(i) / static_cast<float>(bars);
      mesh.box({x, y - 0.02F, cz}, {kBar, 0.04F, h}, trim);
    }
    for (const float z : {o.z0 + kBar / 2, o.z0 + h * 0.68F, o.z1 - kBar / 2})
      mesh.box({cx, y - 0.021F, z}, {w, 0.042F, kBar}, trim);
  }

  void window_cell(float x0, float x1, float z0, float z1, bool shutters) {
    const float cx = (x0 + x1) / 2, half = std::min(0.62F, (x1 - x0) * 0.3F);
    const Opening o{cx - half, cx + half, z0 + 0.85F, z0 + 2.35F};
    cell(x0, x1, z0, z1, o);
    pane(o, 2);
    mesh.box({cx, -0.05F, o.z0 - 0.04F}, {2 * half + 0.2F, 0.18F, 0.08F}, trim);
    mesh.box({cx, -0.02F, o.z1 + 0.07F}, {2 * half + 0.2F, 0.06F, 0.12F}, trim);
    if (!shutters) return;
    for (const float side : {-1.0F, 1.0F})
      mesh.box({cx + side * (half + 0.27F), -0.03F, (o.z0 + o.z1) / 2},
               {0.46F, 0.05F, o.z1 - o.z0},
               accent);
  }

  void door_cell(float x0, float x1, float z1) {
    const float cx = (x0 + x1) / 2;
    const Opening o{cx - 0.55F, cx + 0.55F, 0.12F, 2.3F};
    cell(x0, x1, -1.5F, z1, o);
    const float y = kReveal - 0.01F;
    mesh.quad({o.x0, y, o.z0}, {o.x1, y, o.z0}, {o.x1, y, 2.05F}, {o.x0, y, 2.05F}, door);
    mesh.quad({o.x0, y, 2.05F}, {o.x1, y, 2.05F}, {o.x1, y, o.z1}, {o.x0, y, o.z1}, window);
    for (const float z : {0.62F, 1.4F})
      for (const float x : {-0.24F, 0.24F})
        mesh.box({cx + x, y - 0.01F, z}, {0.36F, 0.02F, 0.58F}, door);
    mesh.box({cx, -0.02F, o.z1 + 0.08F}, {1.5F, 0.1F, 0.14F}, trim);
    mesh.box({cx, -0.2F, 0.04F}, {1.4F, 0.5F, 0.16F}, trim);
  }

  void shop_cell(float x0, float x1, float z1) {
    const Opening o{x0 + 0.22F, x1 - 0.22F, 0.45F, 2.5F};
    cell(x0, x1, -1.5F, z1, o);
    pane(o, 3);
  }

  /// Cloth over the shop's windows, in stripes.
  void awning(float x0, float x1) {
    const int stripes = std::max(2, static_cast<int>((x1 - x0) / 0.45F));
    for (int i = 0; i < stripes; ++i) {
      const float a = x0 + (x1 - x0) * static_cast<float>(i) / static_cast<float>(stripes);
      const float b = x0 + (x1 - x0) * static_cast<float>(i + 1) / static_cast<float>(stripes);
      const std::uint16_t cloth = i % 2 == 0 ? accent : trim;
      mesh.quad({a, -1.15F, 2.42F}, {b, -1.15F, 2.42F}, {b, 0, 2.95F}, {a, 0, 2.95F}, cloth);
      mesh.quad(
          {a, -1.15F, 2.24F}, {b, -1.15F, 2.24F}, {b, -1.15F, 2.42F}, {a, -1.15F, 2.42F}, cloth);
    }
  }

  void gable_roof(float half, float eaves) {
    const float over = 0.4F, ridge = eaves + kDepth * 0.33F, drop = 0.27F;
    const Vec3f a(-half - 0.2F, -over, eaves - drop), b(half + 0.2F, -over, eaves - drop);
    const Vec3f c(half + 0.2F, kDepth / 2, ridge), d(-half - 0.2F, kDepth / 2, ridge);
    const Vec3f e(half + 0.2F, kDepth + over, eaves - drop),
        f(-half - 0.2F, kDepth + over, eaves - drop);
    mesh.wall(a, b, c, d, Vec2f::Zero(), roof);
    mesh.wall(e, f, d, c, Vec2f::Zero(), roof);
    mesh.quad(f, e, b, a, trim);              // soffit
    for (const float side : {-1.0F, 1.0F}) {  // gables
      const Vec3f p(side * half, 0, eaves - 0.01F), q(side * half, kDepth, eaves - 0.01F),
          r(side * half, kDepth / 2, ridge - 0.05F);
      const Vec3f n(side, 0, 0);
      mesh.triangles.push_back({{side > 0 ? p : q, side > 0 ? q : p, r},
                                {n, n, n},
                                {Vec2f(0, eaves), Vec2f(kDepth, eaves), Vec2f(kDepth / 2, ridge)},
                                wall});
    }
    mesh.box({half * 0.5F, kDepth / 2 + 0.6F, ridge + 0.25F}, {0.7F, 0.5F, 1.3F}, roof);  // chimney
    mesh.tube({-half + 0.1F, -0.09F, 0},
              0.05F,
              {-half + 0.1F, -0.09F, eaves - 0.2F},
              0.05F,
              8,
              dark);  // rain pipe
  }

  void flat_roof(float half, float eaves) {
    mesh.box({0, kDepth / 2, eaves + 0.02F}, {2 * half, kDepth, 0.1F}, dark);
    mesh.box({0, -0.04F, eaves + 0.28F}, {2 * half, 0.34F, 0.5F}, wall);
    mesh.box({0, -0.12F, eaves + 0.56F}, {2 * half + 0.1F, 0.56F, 0.12F}, trim);
    mesh.box({0, -0.10F, eaves - 0.06F}, {2 * half + 0.06F, 0.3F, 0.18F}, trim);
  }

  void balcony(float x0, float x1, float z) {
    const float cx = (x0 + x1) / 2, w = x1 - x0 - 0.5F;
    mesh.box({cx, -0.5F, z + 0.02F}, {w, 1.0F, 0.14F}, trim);
    mesh.box({cx, -0.99F, z + 1.0F}, {w, 0.05F, 0.05F}, dark);
    for (int i = 0; i <= 12; ++i)
      mesh.box({cx - w / 2 + w * static_cast<float>(i) / 12, -0.99F, z + 0.53F},
               {0.022F, 0.022F, 0.92F},
               dark);
    for (const float side : {-1.0F, 1.0F})
      mesh.box({cx + side * w / 2, -0.5F, z + 0.55F}, {0.03F, 1.0F, 0.92F}, dark);
  }
};

}  // namespace

Mesh house(const HouseSpec& spec, std::uint64_t seed) {
  Builder b(spec, seed);
  const auto width = static_cast<float>(spec.width);
  const float half = width / 2;
  const bool shop = spec.kind == "shop", cottage = spec.kind == "cottage";
  const int columns = std::max(2, static_cast<int>(width / 2.6F));
  const int door = shop ? columns - 1 : columns / 2;
  const float eaves = kStorey * static_cast<float>(spec.storeys);
  for (int storey = 0; storey < spec.storeys; ++storey) {
    const float z0 = kStorey * static_cast<float>(storey), z1 = z0 + kStorey;
    for (int i = 0; i < columns; ++i) {
      const float x0 = -half + width * static_cast<float>(i) / static_cast<float>(columns);
      const float x1 = -half + width * static_cast<float>(i + 1) / static_cast<float>(columns);
      if (storey == 0 && i == door) {
        b.door_cell(x0, x1, z1);
      } else if (storey == 0 && shop) {
        b.shop_cell(x0, x1, z1);
      } else {
        b.window_cell(x0, x1, z0, z1, cottage);
        if (storey == 0) b.front(x0, x1, -1.5F, 0);
        if (storey > 0 && spec.kind == "flats" && (i == 0 || i == columns - 1) && columns > 2)
          b.balcony(x0, x1, z0 + 0.35F);
      }
    }
    if (storey > 0) b.mesh.box({0, -0.03F, z0 + 0.02F}, {width, 0.08F, 0.12F}, b.trim);
  }
  if (shop) {
    b.mesh.box({0, -0.06F, 2.74F}, {width - 0.3F, 0.1F, 0.36F}, b.accent);
    b.awning(-half + 0.25F, half - width / static_cast<float>(columns) - 0.1F);
  }
  b.mesh.box({0, -0.03F, -0.5F}, {width, 0.08F, 1.3F}, b.dark);  // plinth
  for (const float side : {-1.0F, 1.0F}) {
    const Vec3f p(side * half, side > 0 ? 0 : kDepth, -1.5F),
        q(side * half, side > 0 ? kDepth : 0, -1.5F);
    const Vec3f up(0, 0, eaves + 1.5F);
    b.mesh.wall(p, q, q + up, p + up, Vec2f::Zero(), b.wall);
  }
  b.mesh.wall({half, kDepth, -1.5F},
              {-half, kDepth, -1.5F},
              {-half, kDepth, eaves},
              {half, kDepth, eaves},
              Vec2f::Zero(),
              b.wall);
  if (shop) {
    b.flat_roof(half, eaves);
  } else {
    b.gable_roof(half, eaves);
  }
  return std::move(b.mesh);
}

}  // namespace sweepbox::synth
