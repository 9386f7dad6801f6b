#include <cmath>
#include <memory>

#include "core/synth/shape.hpp"

// What stands beside a street: cones, barriers, posts, signs.

namespace sweepbox::synth {
namespace {

Shape still(Mesh mesh) {
  auto shared = std::make_shared<const Mesh>(std::move(mesh));
  return {Vec2::Zero(), 0, [shared](double) { return *shared; }};
}

/// A plate on a post, facing against x (towards those who drive along x).
Mesh post(float height) {
  Mesh mesh;
  mesh.tube({0, 0, 0}, 0.032F, {0, 0, height}, 0.032F, 12, mesh.add(matte(0x8C9196, 0.45F)));
  return mesh;
}

/// Regular polygon across x at x, its back plain.
void add_plate(
    Mesh& mesh, float x, float z, float radius, int sides, float first_angle, std::uint16_t front) {
  Mesh::Ring near, far;
  for (int i = 0; i < sides; ++i) {
    const float a = first_angle + 6.2831853F * static_cast<float>(i) / static_cast<float>(sides);
    far.emplace_back(x, radius * std::cos(a), z + radius * std::sin(a));
    near.emplace_back(x + 0.006F, radius * std::cos(a), z + radius * std::sin(a));
  }
  mesh.loft({far, near}, 0.4F, [&](int, int) { return front; });
}

}  // namespace

Shape cone(const ObjectSpec& object) {
  Mesh mesh;
  const std::uint16_t orange = mesh.add(matte(object.color, 0.5F));
  const std::uint16_t white = mesh.add(retro(0xF0F0EC));
  const std::uint16_t dark = mesh.add(matte(0x28201C, 0.1F));
  mesh.soft_box({0, 0, 0.02F}, {0.40F, 0.40F, 0.04F}, 0.015F, dark);
  const auto radius = [](float z) { return 0.145F - 0.155F * z; };
  constexpr float levels[] = {0.03F, 0.26F, 0.38F, 0.46F, 0.58F, 0.75F};
  for (int i = 0; i < 5; ++i)
    mesh.tube({0, 0, levels[i]},
              radius(levels[i]),
              {0, 0, levels[i + 1]},
              radius(levels[i + 1]),
              18,
              i % 2 == 0 ? orange : white);
  return still(std::move(mesh));
}

Shape barrier(const ObjectSpec& object) {
  Mesh mesh;
  const std::uint16_t white = mesh.add(retro(0xEDEDE8));
  const std::uint16_t red = mesh.add(retro(object.color));
  const std::uint16_t dark = mesh.add(matte(0x24262A, 0.15F));
  const std::uint16_t amber = mesh.add(lamp(0xF0A020, 0.6F));
  constexpr float kHalf = 1.0F;
  for (const float z : {0.86F, 0.46F}) {
    for (int i = 0; i < 8; ++i)
      mesh.box({0, -kHalf + 0.125F + 0.25F * static_cast<float>(i), z},
               {0.035F, 0.25F, 0.22F},
               i % 2 == 0 ? red : white);
  }
  for (const float y : {-0.8F, 0.8F}) {
    mesh.box({0, y, 0.52F}, {0.05F, 0.06F, 0.98F}, dark);
    mesh.soft_box({0, y, 0.05F}, {0.62F, 0.2F, 0.1F}, 0.03F, dark);
    mesh.disc({0, y, 1.08F}, Vec3f::UnitX(), 0.09F, 0.06F, 16, amber);
  }
  return still(std::move(mesh));
}

Shape lamp_post(const ObjectSpec& object) {
  Mesh mesh;
  const std::uint16_t metal = mesh.add(matte(object.color, 0.3F));
  const std::uint16_t light = mesh.add(lamp(0xF4F0E4, 0.25F));
  mesh.tube({0, 0, 0}, 0.11F, {0, 0, 0.9F}, 0.10F, 14, metal);
  mesh.tube({0, 0, 0.9F}, 0.075F, {0, 0, 5.2F}, 0.05F, 14, metal);
  mesh.tube({0, 0, 5.2F}, 0.09F, {0, 0, 5.55F}, 0.17F, 14, light);
  mesh.tube({0, 0, 5.55F}, 0.22F, {0, 0, 5.68F}, 0.06F, 14, metal);
  return still(std::move(mesh));
}

Shape bollard(const ObjectSpec& object) {
  Mesh mesh;
  const std::uint16_t body = mesh.add(matte(object.color, 0.3F));
  const std::uint16_t white = mesh.add(retro(0xECECE6));
  mesh.tube({0, 0, 0}, 0.075F, {0, 0, 0.72F}, 0.07F, 14, body);
  mesh.tube({0, 0, 0.72F}, 0.073F, {0, 0, 0.82F}, 0.073F, 14, white);
  mesh.tube({0, 0, 0.82F}, 0.07F, {0, 0, 0.93F}, 0.05F, 14, body);
  return still(std::move(mesh));
}

Shape round_sign(const ObjectSpec& object) {
  Mesh mesh = post(2.55F);
  add_plate(mesh, -0.050F, 2.6F, 0.32F, 28, 0, mesh.add(matte(0x9A9EA2, 0.5F)));
  add_plate(mesh, -0.056F, 2.6F, 0.31F, 28, 0, mesh.add(retro(object.color)));
  add_plate(mesh, -0.060F, 2.6F, 0.23F, 28, 0, mesh.add(retro(0xF4F4F0)));
  const std::uint16_t ink = mesh.add(matte(0x141416));
  for (const float y : {0.085F, -0.085F}) {  // "30", nearly
    for (const float z : {-0.12F, 0.0F, 0.12F})
      if (y > 0 || std::abs(z) > 0.01F)
        mesh.box({-0.062F, y, 2.6F + z}, {0.006F, 0.12F, 0.035F}, ink);
    for (const float x : {-0.045F, 0.045F})
      if (y < 0 || x < 0) mesh.box({-0.0622F, y + x, 2.6F}, {0.006F, 0.03F, 0.275F}, ink);
  }
  return still(std::move(mesh));
}

Shape triangle_sign(const ObjectSpec& object) {
  Mesh mesh = post(2.7F);
  const float up = 1.5707963F;
  add_plate(mesh, -0.050F, 2.45F, 0.46F, 3, up, mesh.add(matte(0x9A9EA2, 0.5F)));
  add_plate(mesh, -0.056F, 2.45F, 0.45F, 3, up, mesh.add(retro(object.color)));
  add_plate(mesh, -0.060F, 2.45F, 0.29F, 3, up, mesh.add(retro(0xF4F4F0)));
  const std::uint16_t ink = mesh.add(matte(0x141416));
  mesh.box({-0.062F, 0, 2.47F}, {0.006F, 0.04F, 0.17F}, ink);
  mesh.box({-0.062F, 0, 2.355F}, {0.006F, 0.045F, 0.04F}, ink);
  return still(std::move(mesh));
}

Shape square_sign(const ObjectSpec& object) {
  Mesh mesh = post(2.9F);
  const std::uint16_t plate = mesh.add(retro(object.color));
  const std::uint16_t white = mesh.add(retro(0xF4F4F0));
  mesh.box({-0.045F, 0, 2.6F}, {0.012F, 0.62F, 0.62F}, white);
  mesh.box({-0.050F, 0, 2.6F}, {0.012F, 0.57F, 0.57F}, plate);
  mesh.box({-0.054F, 0.02F, 2.6F}, {0.012F, 0.07F, 0.40F}, white);  // a P
  mesh.box({-0.0542F, -0.06F, 2.765F}, {0.012F, 0.2F, 0.06F}, white);
  mesh.box({-0.0544F, -0.06F, 2.62F}, {0.012F, 0.2F, 0.06F}, white);
  mesh.box({-0.0546F, -0.14F, 2.69F}, {0.012F, 0.06F, 0.2F}, white);
  return still(std::move(mesh));
}

}  // namespace sweepbox::synth
