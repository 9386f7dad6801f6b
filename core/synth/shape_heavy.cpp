#include <memory>

#include "core/synth/shape.hpp"

// Truck, trailer and bus.

namespace sweepbox::synth {
namespace {

void add_wheel(Mesh& mesh, float x, float side, float half, float radius, float width) {
  const std::uint16_t tyre = mesh.add(rubber());
  const std::uint16_t rim = mesh.add(chrome());
  const std::uint16_t dark = mesh.add(matte(0x141416, 0.05F));
  const Vec3f hub(x, 0, radius), out(0, side, 0);
  mesh.tube(
      hub + out * (half - width), radius, hub + out * (half - 0.005F), radius * 0.98F, 26, tyre);
  mesh.tube(hub + out * (half - 0.1F), radius * 0.62F, hub + out * half, radius * 0.56F, 20, rim);
  mesh.tube(hub + out * (half - 0.1F),
            radius * 0.34F,
            hub + out * (half + 0.004F),
            radius * 0.28F,
            16,
            dark);
}

void add_plate(Mesh& mesh, float x, float z) {
  const float side = x > 0 ? 1.0F : -1.0F;
  mesh.box({x, 0, z}, {0.02F, 0.52F, 0.115F}, mesh.add(retro(0xE8E8E2)));
  const std::uint16_t ink = mesh.add(matte(0x202024));
  for (int i = 0; i < 7; ++i)
    if (i != 2)
      mesh.box({x + side * 0.0105F, -0.195F + 0.065F * static_cast<float>(i), z},
               {0.002F, 0.036F, 0.07F},
               ink);
}

Shape rigid(Mesh mesh, double wheelbase, double track) {
  auto shared = std::make_shared<const Mesh>(std::move(mesh));
  return {Vec2(wheelbase, track), 0, [shared](double) { return *shared; }};
}

void add_tail(Mesh& mesh, float x, float half, float z) {
  const std::uint16_t red = mesh.add(lamp(0xA00C10, 0.25F));
  const std::uint16_t stripe = mesh.add(retro(0xC81E1E));
  for (const float side : {-1.0F, 1.0F})
    mesh.box({x, side * (half - 0.25F), z}, {0.05F, 0.36F, 0.14F}, red);
  mesh.box({x, 0, z + 0.16F}, {0.02F, 2 * half - 0.1F, 0.06F}, stripe);
}

/// Tarpaulin body with straps and a frame.
void add_cargo(
    Mesh& mesh, float from, float to, float half, float floor, float top, std::uint32_t color) {
  const std::uint16_t cloth = mesh.add(matte(color, 0.35F));
  const std::uint16_t frame = mesh.add(matte(0x8A8F94, 0.4F));
  const std::uint16_t strap = mesh.add(matte(0x2A2C30, 0.2F));
  mesh.soft_box({(from + to) / 2, 0, (floor + top) / 2},
                {to - from, 2 * half - 0.03F, top - floor},
                0.05F,
                cloth);
  for (const float z : {floor + 0.08F, top - 0.06F})
    for (const float side : {-1.0F, 1.0F})
      mesh.box(
          {(from + to) / 2, side * (half - 0.02F), z}, {to - from - 0.02F, 0.04F, 0.14F}, frame);
  for (float x = from + 0.4F; x < to - 0.2F; x += 0.62F)
    for (const float side : {-1.0F, 1.0F})
      mesh.box({x, side * (half - 0.013F), (floor + top) / 2},
               {0.05F, 0.012F, top - floor - 0.25F},
               strap);
}

}  // namespace

Shape truck(const ObjectSpec& object) {
  Mesh mesh;
  constexpr float kHalf = 1.24F;
  const std::uint16_t body = mesh.add(paint(object.color));
  const std::uint16_t window = mesh.add(glass());
  const std::uint16_t dark = mesh.add(matte(0x17181B, 0.06F));
  const std::uint16_t light = mesh.add(lamp(0xE8F0F6, 0.35F));
  const auto ring = [](float x, float half, float low, float top, float soft) {
    return Mesh::Ring{{x, half, low},
                      {x, half, top - soft},
                      {x, half - soft, top},
                      {x, -half + soft, top},
                      {x, -half, top - soft},
                      {x, -half, low}};
  };
  // The cab: straight below, the windscreen leaning back above 1.75 m, a wind deflector on top.
  mesh.loft({ring(2.05F, kHalf, 0.55F, 1.75F, 0.05F),
             ring(4.0F, kHalf, 0.5F, 1.75F, 0.05F),
             ring(4.14F, kHalf - 0.10F, 0.42F, 1.72F, 0.05F)},
            0.7F,
            [&](int, int) { return body; });
  mesh.loft({ring(2.05F, kHalf, 1.70F, 2.95F, 0.16F),
             ring(3.6F, kHalf - 0.02F, 1.70F, 2.95F, 0.16F),
             ring(3.78F, kHalf - 0.06F, 1.70F, 2.86F, 0.16F),
             ring(4.10F, kHalf - 0.11F, 1.70F, 1.78F, 0.04F)},
            0.5F,
            [&](int r, int i) { return r == 2 && i >= 1 && i <= 3 ? window : body; });
  mesh.loft({ring(2.0F, 1.05F, 2.9F, 3.72F, 0.12F),
             ring(2.5F, 1.05F, 2.9F, 3.66F, 0.12F),
             ring(3.5F, 0.95F, 2.9F, 3.0F, 0.05F)},
            0.5F,
            [&](int, int) { return body; });
  for (const float side : {-1.0F, 1.0F}) {
    mesh.box({3.15F, side * (kHalf - 0.004F), 2.22F}, {0.86F, 0.02F, 0.66F}, window);
    mesh.box({2.66F, side * (kHalf + 0.0F), 1.55F}, {0.014F, 0.012F, 1.8F}, dark);
    mesh.box({4.08F, side * 0.86F, 0.82F}, {0.14F, 0.42F, 0.20F}, light);
    mesh.box({3.84F, side * (kHalf - 0.03F), 2.2F}, {0.12F, 0.06F, 0.55F}, dark);
    mesh.tube({0.9F, side * 0.95F, 0.72F},
              0.30F,
              {1.75F, side * 0.95F, 0.72F},
              0.30F,
              14,
              mesh.add(chrome()));
    mesh.box(
        {-2.9F, side * (kHalf - 0.03F), 0.75F}, {2.4F, 0.03F, 0.36F}, mesh.add(matte(0x50555A)));
    for (const float x : {3.05F, -1.35F, -2.68F})
      add_wheel(mesh, x, side, kHalf - 0.01F, 0.5F, x > 0 ? 0.32F : 0.58F);
  }
  mesh.box({4.13F, 0, 1.22F}, {0.06F, 1.7F, 0.5F}, dark);
  mesh.box({4.08F, 0, 0.5F}, {0.16F, 2.2F, 0.26F}, dark);
  add_plate(mesh, 4.17F, 0.52F);
  mesh.box({-1.0F, 0, 0.86F}, {6.2F, 0.86F, 0.26F}, dark);
  add_cargo(mesh, -4.35F, 1.85F, 1.26F, 1.06F, 3.74F, object.color2);
  add_tail(mesh, -4.33F, 1.24F, 0.84F);
  add_plate(mesh, -4.33F, 0.62F);
  return rigid(std::move(mesh), 5.0, 2.1);
}

Shape trailer(const ObjectSpec& object) {
  Mesh mesh;
  const std::uint16_t dark = mesh.add(matte(0x17181B, 0.06F));
  mesh.box({0.0F, 0, 0.88F}, {6.6F, 0.86F, 0.24F}, dark);
  add_cargo(mesh, -3.6F, 3.6F, 1.26F, 1.06F, 3.74F, object.color);
  for (const float side : {-1.0F, 1.0F}) {
    for (const float x : {-0.72F, 0.72F}) add_wheel(mesh, x, side, 1.23F, 0.48F, 0.4F);
    mesh.tube({4.9F, side * 0.03F, 0.62F},
              0.05F,
              {3.3F, side * 0.42F, 0.82F},
              0.06F,
              8,
              dark);  // drawbar
    for (const float x : {-2.2F, 2.2F})
      mesh.box({x, side * 1.2F, 0.75F}, {1.9F, 0.03F, 0.34F}, mesh.add(matte(0x50555A)));
  }
  add_tail(mesh, -3.58F, 1.24F, 0.84F);
  add_plate(mesh, -3.58F, 0.62F);
  return rigid(std::move(mesh), 3.0, 2.1);
}

Shape bus(const ObjectSpec& object) {
  Mesh mesh;
  constexpr float kHalf = 1.26F, kEnd = 5.98F;
  const std::uint16_t body = mesh.add(paint(object.color));
  const std::uint16_t band = mesh.add(paint(object.color2));
  const std::uint16_t window = mesh.add(glass());
  const std::uint16_t dark = mesh.add(matte(0x121315, 0.06F));
  const std::uint16_t light = mesh.add(lamp(0xE8F0F6, 0.35F));
  mesh.soft_box({0, 0, 1.69F}, {2 * kEnd, 2 * kHalf - 0.02F, 2.72F}, 0.14F, body);
  mesh.soft_box({-0.5F, 0, 3.08F}, {8.4F, 1.8F, 0.26F}, 0.08F, body);  // what stands on the roof
  for (const float side : {-1.0F, 1.0F}) {
    for (int i = 0; i < 7; ++i) {
      const float x = -4.85F + 1.44F * static_cast<float>(i);
      mesh.box({x, side * (kHalf - 0.008F), 1.98F}, {1.38F, 0.02F, 1.06F}, window);
    }
    mesh.box({0, side * (kHalf - 0.009F), 0.86F}, {2 * kEnd - 0.5F, 0.014F, 0.30F}, band);
    for (const float x : {-3.2F, 2.75F}) {
      mesh.disc({x, side * (kHalf - 0.03F), 0.6F}, {0, side, 0}, 0.58F, 0.066F, 22, dark);
      add_wheel(mesh, x, side, kHalf + 0.008F, 0.48F, 0.34F);
    }
    mesh.box({kEnd - 0.01F, side * 0.95F, 0.78F}, {0.05F, 0.34F, 0.2F}, light);
  }
  for (const float x : {4.95F, 0.2F, -4.5F}) {  // doors are on the right
    mesh.box({x, -(kHalf - 0.002F), 1.42F}, {1.16F, 0.016F, 2.06F}, dark);
    for (const float half : {-0.28F, 0.28F})
      mesh.box({x + half, -(kHalf + 0.004F), 1.5F}, {0.46F, 0.012F, 1.75F}, window);
  }
  mesh.box({kEnd - 0.01F, 0, 1.82F}, {0.05F, 2.2F, 1.4F}, window);
  mesh.box({kEnd - 0.005F, 0, 2.76F}, {0.05F, 1.7F, 0.28F}, mesh.add(lamp(0xE09018, 0.5F)));
  mesh.box({kEnd - 0.01F, 0, 0.52F}, {0.05F, 2.3F, 0.24F}, dark);
  mesh.box({-kEnd + 0.01F, 0, 2.2F}, {0.05F, 1.9F, 0.8F}, window);
  mesh.box({-kEnd + 0.01F, 0, 1.1F}, {0.05F, 1.8F, 0.7F}, dark);
  add_tail(mesh, -kEnd, 1.2F, 0.75F);
  add_plate(mesh, kEnd + 0.02F, 0.6F);
  add_plate(mesh, -kEnd - 0.01F, 0.5F);
  return rigid(std::move(mesh), 5.95, 2.1);
}

}  // namespace sweepbox::synth
