#include <algorithm>
#include <cmath>

#include "core/synth/shape.hpp"

// People on foot and on bicycles: limbs are tapered tubes whose joints follow the phase of a walk
// or of the pedals.

namespace sweepbox::synth {
namespace {

constexpr float kTurn = 6.2831853F;

struct Clothes {
  std::uint16_t top, trousers, skin, hair, shoes;
};

Clothes clothes(Mesh& mesh, const ObjectSpec& object) {
  // Skin and hair differ from person to person, by the colours of the clothing.
  constexpr std::uint32_t skins[] = {0xE8B998, 0xC68F6A, 0x8A5A3C, 0xDDAA88};
  constexpr std::uint32_t hairs[] = {0x2A1C14, 0x6A4A2C, 0x151314, 0x9A8A78};
  const std::uint32_t pick = (object.color >> 3) ^ object.color2;
  return {mesh.add(matte(object.color, 0.35F)),
          mesh.add(matte(object.color2, 0.3F)),
          mesh.add(matte(skins[pick % 4], 0.5F)),
          mesh.add(matte(hairs[(pick >> 2) % 4], 0.15F)),
          mesh.add(matte(0x1C1A1A, 0.1F))};
}

void limb(Mesh& mesh, const Vec3f& a, float ra, const Vec3f& b, float rb, std::uint16_t material) {
  mesh.tube(a, ra, b, rb, 8, material);
  mesh.ellipsoid(b, Vec3f::Constant(rb), 4, material);
}

/// Torso, neck and head over the hips, leaning forward by `lean` rad; answers where shoulders are.
struct Upper {
  Vec3f left_shoulder, right_shoulder;
};

Upper add_upper(Mesh& mesh, const Vec3f& hips, float lean, const Clothes& wear) {
  const auto at = [&](float x, float y, float up) -> Vec3f {
    return hips + Vec3f(x * std::cos(lean) + up * std::sin(lean),
                        y,
                        up * std::cos(lean) - x * std::sin(lean));
  };

  struct Slice {
    float up, depth, width;
  };

  constexpr Slice slices[] = {{-0.06F, 0.10F, 0.15F},
                              {0.02F, 0.125F, 0.175F},
                              {0.16F, 0.105F, 0.155F},
                              {0.34F, 0.125F, 0.185F},
                              {0.46F, 0.115F, 0.205F},
                              {0.53F, 0.085F, 0.16F},
                              {0.57F, 0.055F, 0.07F}};
  std::vector<Mesh::Ring> rings;
  for (const Slice& slice : slices) {
    Mesh::Ring ring;
    for (int i = 0; i < 12; ++i) {
      const float a = kTurn * static_cast<float>(i) / 12;
      ring.push_back(at(slice.depth * std::cos(a), slice.width * std::sin(a), slice.up));
    }
    rings.push_back(std::move(ring));
  }
  mesh.loft(rings, 1.2F, [&](int, int) { return wear.top; });
  mesh.tube(at(0, 0, 0.54F), 0.055F, at(0.015F, 0, 0.66F), 0.05F, 8, wear.skin);
  mesh.ellipsoid(at(0.03F, 0, 0.73F), {0.095F, 0.078F, 0.115F}, 8, wear.skin);
  mesh.ellipsoid(at(0.012F, 0, 0.76F), {0.098F, 0.085F, 0.10F}, 8, wear.hair);
  return {at(0, 0.205F, 0.475F), at(0, -0.205F, 0.475F)};
}

/// Joint between two bones in the vertical plane of `from` and `to`; bends towards `side` (unit).
Vec3f joint(const Vec3f& from, const Vec3f& to, float first, float second, const Vec3f& side) {
  const Vec3f way = to - from;
  const float reach = std::min(way.norm(), 0.999F * (first + second));
  const float along = (first * first - second * second + reach * reach) / (2 * reach);
  const float out = std::sqrt(std::max(0.0F, first * first - along * along));
  const Vec3f axis = way.normalized();
  return from + axis * along + (side - axis * axis.dot(side)).normalized() * out;
}

void add_leg(Mesh& mesh,
             const Vec3f& hip,
             const Vec3f& knee,
             const Vec3f& ankle,
             float toe_down,
             const Clothes& wear) {
  limb(mesh, hip, 0.088F, knee, 0.058F, wear.trousers);
  limb(mesh, knee, 0.056F, ankle, 0.040F, wear.trousers);
  const Quat turn(Eigen::AngleAxisd(toe_down, Vec3::UnitY()));
  const Vec3f ahead = (turn * Vec3(0.07, 0, -0.035)).cast<float>();
  mesh.box(ankle + ahead, {0.26F, 0.09F, 0.075F}, turn, wear.shoes);
}

void add_arm(
    Mesh& mesh, const Vec3f& shoulder, const Vec3f& elbow, const Vec3f& hand, const Clothes& wear) {
  mesh.ellipsoid(shoulder, Vec3f::Constant(0.062F), 4, wear.top);
  limb(mesh, shoulder, 0.056F, elbow, 0.043F, wear.top);
  limb(mesh, elbow, 0.042F, hand, 0.032F, wear.top);
  mesh.ellipsoid(hand, {0.045F, 0.03F, 0.055F}, 4, wear.skin);
}

/// `swing` 0 … 1: how far a step reaches; phase in turns.
Mesh on_foot(const ObjectSpec& object, double phase, float swing) {
  Mesh mesh;
  const Clothes wear = clothes(mesh, object);

  struct Leg {
    float thigh, knee;
  };

  const auto leg_at = [&](float turns) {
    const float a = kTurn * turns;
    // The knee bends most while the leg swings forward (mid-swing), a little on landing.
    return Leg{0.06F + 0.42F * swing * std::sin(a),
               0.06F + swing * (0.55F * std::max(0.0F, std::cos(a)) + 0.12F)};
  };
  const float p = static_cast<float>(phase);
  const Leg legs[2] = {leg_at(p), leg_at(p + 0.5F)};
  const Vec3f hips(0, 0, 0.9F);
  for (int i = 0; i < 2; ++i) {
    const float y = i == 0 ? 0.095F : -0.095F;
    const Vec3f hip = hips + Vec3f(0, y, 0);
    const Vec3f knee = hip + 0.43F * Vec3f(std::sin(legs[i].thigh), 0, -std::cos(legs[i].thigh));
    const float shin = legs[i].thigh - legs[i].knee;
    const Vec3f ankle = knee + 0.40F * Vec3f(std::sin(shin), 0, -std::cos(shin));
    add_leg(mesh, hip, knee, ankle, std::max(0.0F, -shin) * 0.8F, wear);
  }
  const Upper upper = add_upper(mesh, hips + Vec3f(0, 0, 0.05F), 0.04F + 0.05F * swing, wear);
  for (int i = 0; i < 2; ++i) {
    const Vec3f& shoulder = i == 0 ? upper.left_shoulder : upper.right_shoulder;
    const float back = -legs[i].thigh * 0.8F + 0.02F;  // arms swing against the legs
    const float out = i == 0 ? 0.05F : -0.05F;
    const Vec3f elbow = shoulder + 0.29F * Vec3f(std::sin(back), out, -std::cos(back)).normalized();
    const float fore = back + 0.22F + 0.3F * swing;
    add_arm(mesh, shoulder, elbow, elbow + 0.26F * Vec3f(std::sin(fore), 0, -std::cos(fore)), wear);
  }
  mesh.move({0, 0, -mesh.bounds().min().z()});  // the lower foot carries
  return mesh;
}

void add_bicycle(Mesh& mesh, std::uint32_t color) {
  const std::uint16_t frame = mesh.add(paint(color));
  const std::uint16_t tyre = mesh.add(rubber());
  const std::uint16_t metal = mesh.add(chrome());
  const std::uint16_t dark = mesh.add(matte(0x151517, 0.08F));
  constexpr float kWheel = 0.345F;
  const Vec3f front(0.53F, 0, kWheel), back(-0.50F, 0, kWheel), crank(-0.06F, 0, 0.29F);
  for (const Vec3f& hub : {front, back}) {
    mesh.torus(hub, Vec3f::UnitY(), kWheel - 0.02F, 0.02F, 28, tyre);
    mesh.torus(hub, Vec3f::UnitY(), kWheel - 0.045F, 0.010F, 28, metal);
    for (int i = 0; i < 14; ++i) {
      const float a = kTurn * static_cast<float>(i) / 14;
      mesh.tube(hub,
                0.0035F,
                hub + (kWheel - 0.05F) * Vec3f(std::cos(a), 0, std::sin(a)),
                0.0035F,
                3,
                metal);
    }
    mesh.tube(hub - Vec3f(0, 0.05F, 0), 0.02F, hub + Vec3f(0, 0.05F, 0), 0.02F, 8, metal);
  }
  const Vec3f seat(-0.23F, 0, 0.80F), head(0.36F, 0, 0.86F), neck(0.39F, 0, 0.74F);
  mesh.tube(crank, 0.02F, seat, 0.017F, 8, frame);
  mesh.tube(crank, 0.022F, neck, 0.02F, 8, frame);
  mesh.tube(seat + Vec3f(0.01F, 0, -0.03F), 0.017F, head, 0.017F, 8, frame);
  for (const float y : {-0.05F, 0.05F}) {
    mesh.tube(back + Vec3f(0, y, 0), 0.011F, crank, 0.013F, 6, frame);
    mesh.tube(back + Vec3f(0, y, 0), 0.010F, seat + Vec3f(0, 0, -0.04F), 0.011F, 6, frame);
    mesh.tube(front + Vec3f(0, y, 0), 0.013F, neck + Vec3f(0, y * 0.5F, 0), 0.015F, 6, frame);
  }
  mesh.tube(neck, 0.02F, head + Vec3f(-0.02F, 0, 0.10F), 0.017F, 8, frame);
  const Vec3f bar = head + Vec3f(0.0F, 0, 0.14F);
  mesh.tube(bar - Vec3f(0, 0.28F, 0), 0.014F, bar + Vec3f(0, 0.28F, 0), 0.014F, 8, dark);
  mesh.tube(seat, 0.014F, seat + Vec3f(-0.03F, 0, 0.12F), 0.014F, 6, metal);
  mesh.soft_box(seat + Vec3f(-0.04F, 0, 0.14F), {0.27F, 0.15F, 0.06F}, 0.025F, dark);
  mesh.disc(crank + Vec3f(0, -0.055F, 0), Vec3f::UnitY(), 0.09F, 0.008F, 18, metal);
  for (const Vec3f& hub : {front, back}) {  // mudguards
    for (int i = 0; i < 6; ++i) {
      const float a = 0.5F + 0.36F * static_cast<float>(i), b = a + 0.36F;
      mesh.tube(hub + 0.375F * Vec3f(std::cos(a), 0, std::sin(a)),
                0.018F,
                hub + 0.375F * Vec3f(std::cos(b), 0, std::sin(b)),
                0.018F,
                4,
                dark);
    }
  }
  mesh.box({-0.88F, 0, 0.52F}, {0.02F, 0.05F, 0.05F}, mesh.add(retro(0xC01818)));
  mesh.box({0.43F, 0, 0.90F}, {0.05F, 0.06F, 0.06F}, mesh.add(lamp(0xF0F4F8, 0.3F)));
}

}  // namespace

Shape person(const ObjectSpec& object) {
  return {Vec2::Zero(), 0, [object](double) { return on_foot(object, 0.0, 0.0F); }};
}

Shape walker(const ObjectSpec& object) {
  return {Vec2::Zero(), 1.35, [object](double phase) { return on_foot(object, phase, 1.0F); }};
}

Shape bicycle(const ObjectSpec& object) {
  return {Vec2::Zero(), 0, [object](double) {
            Mesh mesh;
            add_bicycle(mesh, object.color);
            const std::uint16_t metal = mesh.add(chrome());  // on its stand
            mesh.tube({-0.18F, 0.05F, 0.28F}, 0.012F, {-0.14F, 0.2F, 0.01F}, 0.010F, 6, metal);
            return mesh;
          }};
}

Shape cyclist(const ObjectSpec& object) {
  return {
      Vec2::Zero(), 4.2, [object](double phase) {
        Mesh mesh;
        ObjectSpec worn = object;
        add_bicycle(mesh, object.color2);
        worn.color2 = 0x23262E;
        const Clothes wear = clothes(mesh, worn);
        const std::uint16_t metal = mesh.add(chrome());
        const Vec3f hips(-0.22F, 0, 0.99F), crank(-0.06F, 0, 0.29F);
        for (int i = 0; i < 2; ++i) {
          const float side = i == 0 ? 1.0F : -1.0F;
          const float a = -kTurn * (static_cast<float>(phase) +
                                    0.5F * static_cast<float>(i));  // forward over the top
          const Vec3f pedal = crank + Vec3f(0.17F * std::cos(a), side * 0.11F, 0.17F * std::sin(a));
          mesh.tube(crank + Vec3f(0, side * 0.07F, 0), 0.014F, pedal, 0.012F, 6, metal);
          mesh.box(pedal, {0.09F, 0.09F, 0.02F}, metal);
          const Vec3f hip = hips + Vec3f(0.02F, side * 0.09F, -0.03F);
          const Vec3f ankle = pedal + Vec3f(-0.08F, 0, 0.10F);
          add_leg(mesh, hip, joint(hip, ankle, 0.44F, 0.43F, Vec3f::UnitX()), ankle, 0.12F, wear);
        }
        const Upper upper = add_upper(mesh, hips, 0.48F, wear);
        for (int i = 0; i < 2; ++i) {
          const Vec3f hand(0.37F, i == 0 ? 0.25F : -0.25F, 1.03F);
          const Vec3f& shoulder = i == 0 ? upper.left_shoulder : upper.right_shoulder;
          add_arm(mesh,
                  shoulder,
                  joint(shoulder, hand, 0.30F, 0.28F, Vec3f(0, i == 0 ? 0.6F : -0.6F, -0.8F)),
                  hand,
                  wear);
        }
        return mesh;
      }};
}

Shape dog(const ObjectSpec& object) {
  return {
      Vec2::Zero(), 0.8, [object](double phase) {
        Mesh mesh;
        const std::uint16_t coat = mesh.add(matte(object.color, 0.4F));
        const std::uint16_t dark = mesh.add(matte(0x181412, 0.1F));
        mesh.ellipsoid({0, 0, 0.44F}, {0.33F, 0.12F, 0.13F}, 8, coat);
        mesh.tube({0.24F, 0, 0.48F}, 0.085F, {0.40F, 0, 0.62F}, 0.07F, 8, coat);
        mesh.ellipsoid({0.45F, 0, 0.64F}, {0.11F, 0.075F, 0.08F}, 6, coat);
        mesh.tube({0.50F, 0, 0.62F}, 0.045F, {0.60F, 0, 0.60F}, 0.03F, 6, dark);
        mesh.tube({-0.30F, 0, 0.5F}, 0.03F, {-0.48F, 0, 0.66F}, 0.012F, 6, coat);
        for (int i = 0; i < 4; ++i) {
          const bool fore = i < 2;
          const float side = i % 2 == 0 ? 0.075F : -0.075F;
          const float a =
              0.4F *
              std::sin(kTurn * (static_cast<float>(phase) + (i == 0 || i == 3 ? 0.0F : 0.5F)));
          const Vec3f top(fore ? 0.22F : -0.22F, side, 0.40F);
          limb(mesh, top, 0.05F, top + 0.37F * Vec3f(std::sin(a), 0, -std::cos(a)), 0.028F, coat);
        }
        for (const float side : {-0.05F, 0.05F})
          mesh.ellipsoid({0.42F, side, 0.71F}, {0.03F, 0.02F, 0.05F}, 4, dark);
        return mesh;
      }};
}

}  // namespace sweepbox::synth
