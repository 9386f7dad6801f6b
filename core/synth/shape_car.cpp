#include <algorithm>
#include <cmath>
#include <memory>

#include "core/synth/shape.hpp"

// Cars and vans: a skin lofted over cross-sections, with wheels, lights, plates and mirrors on it.

namespace sweepbox::synth {
namespace {

struct CarForm {
  float length, width, height;
  float ground = 0.19F;  ///< clearance
  float nose, cowl_height, belt,
      boot;  ///< heights: bonnet's front and back, windows' lower edge, boot lid
  float cowl, roof_front, roof_back,
      tail;  ///< x: foot and head of the windscreen, of the rear screen
  float wheelbase, wheel = 0.32F;
  float inset = 0.13F;     ///< roof narrower than the belt, each side
  float rounding = 0.55F;  ///< length over which the ends draw in
  bool panels = false;     ///< no windows behind the front doors (a van)
};

float mix(float a, float b, float share) {
  return a + std::clamp(share, 0.0F, 1.0F) * (b - a);
}

float eased(float x) {
  x = std::clamp(x, 0.0F, 1.0F);
  return x * x * (3 - 2 * x);
}

/// Height of the top line over x.
float top_line(const CarForm& c, float x) {
  const float front = c.length / 2;
  if (x > c.cowl)
    return mix(c.cowl_height, c.nose, std::pow((x - c.cowl) / (front - c.cowl), 1.6F));
  if (x > c.roof_front)
    return mix(c.height - 0.02F,
               c.cowl_height,
               std::pow((x - c.roof_front) / (c.cowl - c.roof_front), 1.15F));
  if (x > c.roof_back) {
    const float u = (x - c.roof_back) / (c.roof_front - c.roof_back);
    return c.height - 0.02F + 0.08F * u * (1 - u);
  }
  if (x > c.tail)
    return mix(c.boot, c.height - 0.02F, std::pow((x - c.tail) / (c.roof_back - c.tail), 0.9F));
  return c.boot - 0.02F * (c.tail - x);
}

Mesh::Ring cross_section(const CarForm& c, float x) {
  const float end = c.length / 2;
  const float to_end =
      (end - std::abs(x)) / c.rounding;  // 0 at the bumper, 1 where the flanks are straight
  const float draw = 1 - eased(to_end);
  const float half = c.width / 2 * (1 - 0.17F * draw * draw);
  const float lift = to_end < 0.35F ? (0.35F - to_end) / 0.35F : 0;  // bumpers curve in below
  const float top = top_line(c, x) - (x > 0 ? 0.07F : 0.03F) * lift * lift;
  const float low = c.ground + 0.10F * lift * lift;
  const float belt = std::min(c.belt + 0.02F * (-x / end), top - 0.035F);
  const float roof_half =
      std::max(0.3F, half - 0.06F - c.inset * std::min(1.0F, (top - belt) / (c.height - c.belt)));
  const float middle = mix(low, belt, 0.55F);
  const float crown = 0.025F;
  const float shoulder = half - 0.035F;
  const Mesh::Ring right{{x, -half + 0.08F, low},
                         {x, -half, low + 0.09F},
                         {x, -half - 0.0F, middle},
                         {x, -shoulder, belt},
                         {x, -roof_half, std::max(belt + 0.01F, top - 0.07F)},
                         {x, -roof_half + 0.09F, std::max(belt + 0.02F, top - 0.012F)},
                         {x, -roof_half * 0.45F, top + crown * 0.7F}};
  // From the bottom's right over the left side to the top and back: counter-clockwise from ahead.
  Mesh::Ring ring{{x, 0, low - 0.01F}};
  for (const Vec3f& p : right) ring.emplace_back(p.x(), -p.y(), p.z());
  ring.emplace_back(x, 0.0F, top + crown);
  for (std::size_t i = right.size(); i-- > 0;) ring.push_back(right[i]);
  return ring;
}

std::vector<float> stations(const CarForm& c) {
  const float end = c.length / 2;
  const float pillar = (c.roof_front + c.roof_back) / 2;
  std::vector<float> xs{-end,
                        -end + 0.03F,
                        -end + 0.09F,
                        -end + 0.2F,
                        -end + 0.38F,
                        -end + 0.58F,
                        c.tail,
                        c.tail + 0.08F,
                        mix(c.tail, c.roof_back, 0.55F),
                        c.roof_back,
                        c.roof_back + 0.10F,
                        pillar - 0.06F,
                        pillar + 0.06F,
                        c.roof_front - 0.12F,
                        c.roof_front,
                        mix(c.roof_front, c.cowl, 0.5F),
                        c.cowl - 0.06F,
                        c.cowl,
                        mix(c.cowl, end - 0.5F, 0.5F),
                        end - 0.58F,
                        end - 0.38F,
                        end - 0.2F,
                        end - 0.09F,
                        end - 0.03F,
                        end};
  std::sort(xs.begin(), xs.end());
  std::vector<float> apart{xs.front()};
  for (const float x : xs)
    if (x > apart.back() + 0.015F) apart.push_back(x);
  return apart;
}

void add_wheel(Mesh& mesh, float x, float y, float radius, float body_side) {
  const std::uint16_t dark = mesh.add(matte(0x0C0C0D, 0.04F));
  const std::uint16_t tyre = mesh.add(rubber());
  const std::uint16_t rim = mesh.add(chrome());
  const float side = y > 0 ? 1.0F : -1.0F;
  const Vec3f out(0, side, 0);
  const Vec3f hub(x, 0, radius);
  const Vec3f arch(x, 0, radius * 1.17F);  // the house of the wheel ends above the ground
  mesh.tube(arch + out * (body_side - 0.30F),
            radius * 1.16F,
            arch + out * (body_side + 0.004F),
            radius * 1.16F,
            22,
            dark);
  mesh.tube(hub + out * (body_side - 0.22F),
            radius,
            hub + out * (body_side + 0.009F),
            radius * 0.985F,
            24,
            tyre);
  mesh.tube(hub + out * (body_side - 0.05F),
            radius * 0.66F,
            hub + out * (body_side + 0.013F),
            radius * 0.62F,
            20,
            rim);
  for (int i = 0; i < 5; ++i) {  // gaps between five spokes
    const float a = 1.2566F * static_cast<float>(i) + 0.4F;
    const Vec3f at =
        hub + Vec3f(std::cos(a), 0, std::sin(a)) * radius * 0.40F + out * (body_side + 0.010F);
    mesh.disc(at, out, radius * 0.155F, 0.012F, 10, dark);
  }
  mesh.disc(hub + out * (body_side + 0.012F), out, radius * 0.12F, 0.012F, 10, dark);
}

/// Lights, grille, plates and mirrors. The skin ends in flat lids of 0.83 of the width: what
/// belongs to the face lies on them, a finger's breadth proud.
void add_face(Mesh& mesh, const CarForm& c, float half) {
  const float end = c.length / 2;
  const float lid = 0.83F * half;
  const std::uint16_t dark = mesh.add(matte(0x101214, 0.06F));
  const std::uint16_t metal = mesh.add(chrome());
  const std::uint16_t light = mesh.add(lamp(0xAEBAC4, 0.12F));
  const std::uint16_t red = mesh.add(lamp(0xA00C10, 0.25F));
  const std::uint16_t amber = mesh.add(lamp(0xD87A18, 0.1F));
  const std::uint16_t plate = mesh.add(retro(0xE8E8E2));
  const std::uint16_t ink = mesh.add(matte(0x202024));
  const float lamp_z = c.nose - 0.17F;
  const float tail_z = c.panels ? 1.05F : c.boot - 0.22F;
  const float tail_height = c.panels ? 0.42F : 0.20F;
  for (const float side : {-1.0F, 1.0F}) {
    mesh.soft_box(
        {end - 0.015F, side * (lid - 0.17F), lamp_z}, {0.06F, 0.34F, 0.12F}, 0.02F, light);
    mesh.disc(
        {end + 0.012F, side * (lid - 0.12F), lamp_z}, Vec3f::UnitX(), 0.05F, 0.01F, 16, metal);
    const Quat turn(Eigen::AngleAxisd(side * -0.95, Vec3::UnitZ()));
    mesh.box({end - 0.075F, side * (lid + 0.035F), lamp_z}, {0.05F, 0.15F, 0.11F}, turn, light);
    mesh.box({end - 0.165F, side * (lid + 0.082F), lamp_z}, {0.05F, 0.08F, 0.09F}, turn, amber);
    mesh.soft_box(
        {-end + 0.015F, side * (lid - 0.11F), tail_z}, {0.06F, 0.22F, tail_height}, 0.02F, red);
    const Quat back(Eigen::AngleAxisd(side * 0.95, Vec3::UnitZ()));
    mesh.box({-end + 0.075F, side * (lid + 0.035F), tail_z},
             {0.05F, 0.15F, tail_height - 0.01F},
             back,
             red);
    mesh.disc({end - 0.004F, side * (lid - 0.14F), c.ground + 0.17F},
              Vec3f::UnitX(),
              0.045F,
              0.03F,
              14,
              light);
    // The mirror stays within the body's width.
    mesh.soft_box({c.cowl - 0.12F, side * (half - 0.055F), c.belt + 0.09F},
                  {0.09F, 0.10F, 0.12F},
                  0.02F,
                  dark);
  }
  mesh.soft_box({end - 0.015F, 0, lamp_z - 0.005F}, {0.05F, 2 * lid - 0.78F, 0.15F}, 0.03F, dark);
  for (int i = 0; i < 3; ++i)
    mesh.box({end + 0.008F, 0, lamp_z - 0.045F + 0.04F * static_cast<float>(i)},
             {0.01F, 2 * lid - 0.86F, 0.012F},
             metal);
  mesh.soft_box({end - 0.015F, 0, c.ground + 0.165F}, {0.05F, 2 * lid - 0.42F, 0.11F}, 0.03F, dark);
  mesh.soft_box({-end + 0.015F, 0, c.ground + 0.16F}, {0.05F, 2 * lid - 0.1F, 0.13F}, 0.03F, dark);
  mesh.box({-end - 0.006F, 0, c.panels ? 1.3F : tail_z + 0.10F}, {0.02F, 0.5F, 0.02F}, metal);
  for (const float side : {-1.0F, 1.0F}) {
    const float z = side > 0 ? c.ground + 0.265F : c.ground + 0.34F;
    mesh.box({side * (end + 0.012F), 0, z}, {0.016F, 0.52F, 0.115F}, plate);
    for (int i = 0; i < 7; ++i)  // what stands on the plate, as far as a camera tells
      if (i != 2)
        mesh.box({side * (end + 0.0205F), -0.195F + 0.065F * static_cast<float>(i), z},
                 {0.002F, 0.036F, 0.07F},
                 ink);
  }
}

Mesh car_mesh(const CarForm& c, std::uint32_t color) {
  Mesh mesh;
  const std::uint16_t body = mesh.add(paint(color));
  const std::uint16_t window = mesh.add(glass());
  const std::uint16_t plastic = mesh.add(matte(0x17181A, 0.06F));
  const std::vector<float> xs = stations(c);
  std::vector<Mesh::Ring> rings;
  for (const float x : xs) rings.push_back(cross_section(c, x));
  const float pillar = (c.roof_front + c.roof_back) / 2;
  const int last = static_cast<int>(rings.size()) - 1;
  const auto material_of = [&](int ring, int segment) {
    if (ring < 0 || ring >= last) return body;
    const float x =
        (xs[static_cast<std::size_t>(ring)] + xs[static_cast<std::size_t>(ring) + 1]) / 2;
    const int from_bottom = std::min(segment, 15 - segment);  // 0 floor … 7 middle of the roof
    if (from_bottom <= 1) return plastic;
    const bool screen = x < c.cowl - 0.01F && x > c.roof_front;
    const bool rear_screen = x > c.tail + 0.02F && x < c.roof_back && !c.panels;
    if (from_bottom == 4) {
      const bool side = x < mix(c.cowl, c.roof_front, 0.35F) && x > mix(c.tail, c.roof_back, 0.5F);
      const bool post = std::abs(x - pillar) < 0.07F;
      return side && !post && !(c.panels && x < c.roof_front - 0.9F) ? window : body;
    }
    if (from_bottom >= 6 && (screen || rear_screen)) return window;
    return body;
  };
  mesh.loft(rings, 0.62F, material_of);
  const float half = c.width / 2;
  for (const float x : {-c.wheelbase / 2, c.wheelbase / 2})
    for (const float y : {-half, half}) add_wheel(mesh, x + 0.05F, y, c.wheel, half);
  add_face(mesh, c, half);
  const std::uint16_t seam = mesh.add(matte(0x0A0A0B, 0.05F));
  const std::uint16_t handle = mesh.add(chrome());
  for (const float side : {-1.0F, 1.0F}) {
    const float z = mix(c.ground + 0.09F, c.belt, 0.55F);
    for (const float x : {c.cowl - 0.05F, pillar, c.panels ? pillar - 0.9F : c.roof_back + 0.25F})
      mesh.box({x, side * (half - 0.006F), z}, {0.012F, 0.018F, (c.belt - c.ground) * 0.62F}, seam);
    for (const float x : {pillar + 0.16F, c.panels ? pillar - 0.8F : c.roof_back + 0.38F})
      mesh.box({x, side * (half - 0.005F), c.belt - 0.14F}, {0.16F, 0.028F, 0.03F}, handle);
  }
  return mesh;
}

Shape car(const CarForm& form, std::uint32_t color) {
  auto mesh = std::make_shared<const Mesh>(car_mesh(form, color));
  return {Vec2(form.wheelbase, form.width - 0.3F), 0, [mesh](double) { return *mesh; }};
}

}  // namespace

Shape hatchback(const ObjectSpec& object) {
  return car({.length = 4.05F,
              .width = 1.76F,
              .height = 1.48F,
              .nose = 0.76F,
              .cowl_height = 0.97F,
              .belt = 0.93F,
              .boot = 0.92F,
              .cowl = 0.98F,
              .roof_front = 0.22F,
              .roof_back = -1.42F,
              .tail = -1.93F,
              .wheelbase = 2.52F},
             object.color);
}

Shape sedan(const ObjectSpec& object) {
  return car({.length = 4.68F,
              .width = 1.82F,
              .height = 1.45F,
              .nose = 0.74F,
              .cowl_height = 0.96F,
              .belt = 0.92F,
              .boot = 1.02F,
              .cowl = 0.98F,
              .roof_front = 0.14F,
              .roof_back = -0.98F,
              .tail = -1.66F,
              .wheelbase = 2.78F},
             object.color);
}

Shape estate(const ObjectSpec& object) {
  return car({.length = 4.72F,
              .width = 1.84F,
              .height = 1.50F,
              .nose = 0.76F,
              .cowl_height = 0.98F,
              .belt = 0.94F,
              .boot = 0.95F,
              .cowl = 1.0F,
              .roof_front = 0.2F,
              .roof_back = -1.80F,
              .tail = -2.26F,
              .wheelbase = 2.8F},
             object.color);
}

Shape offroader(const ObjectSpec& object) {
  return car({.length = 4.55F,
              .width = 1.90F,
              .height = 1.70F,
              .ground = 0.24F,
              .nose = 0.92F,
              .cowl_height = 1.12F,
              .belt = 1.08F,
              .boot = 1.08F,
              .cowl = 0.94F,
              .roof_front = 0.22F,
              .roof_back = -1.66F,
              .tail = -2.14F,
              .wheelbase = 2.68F,
              .wheel = 0.37F},
             object.color);
}

Shape van(const ObjectSpec& object) {
  return car({.length = 5.5F,
              .width = 2.02F,
              .height = 2.45F,
              .ground = 0.24F,
              .nose = 0.98F,
              .cowl_height = 1.28F,
              .belt = 1.22F,
              .boot = 2.38F,
              .cowl = 2.02F,
              .roof_front = 1.18F,
              .roof_back = -2.55F,
              .tail = -2.70F,
              .wheelbase = 3.4F,
              .wheel = 0.35F,
              .inset = 0.10F,
              .rounding = 0.35F,
              .panels = true},
             object.color);
}

}  // namespace sweepbox::synth
