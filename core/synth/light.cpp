#include "core/synth/light.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sweepbox::synth {
namespace {

const Vec3f kSun(2.75F, 2.50F, 2.10F);
const Vec3f kHorizon(0.80F, 0.87F, 0.95F);
const Vec3f kZenith(0.20F, 0.38F, 0.74F);
const Vec3f kAmbientUp(0.62F, 0.70F, 0.84F);    ///< from the sky
const Vec3f kAmbientDown(0.36F, 0.33F, 0.30F);  ///< thrown back by the street
constexpr float kHaze = 900;                    ///< m

/// What stands around a street, as a car's flank mirrors it.
Vec3f surroundings(const Vec3f& direction, const Vec3f& sky) {
  const float up = std::clamp((direction.z() - 0.02F) / 0.22F, 0.0F, 1.0F);
  const Vec3f below = Vec3f(0.27F, 0.26F, 0.24F) * (direction.z() < -0.02F ? 0.85F : 0.62F);
  return below + up * (sky - below);
}

}  // namespace

Light::Light(const World& world, double time_s) {
  const SunSpec& sun = world.spec().sun;
  to_sun_ = Vec3(std::cos(sun.elevation) * std::cos(sun.azimuth),
                 std::cos(sun.elevation) * std::sin(sun.azimuth),
                 std::sin(sun.elevation))
                .cast<float>();
  for (const Actor& actor : world.actors()) {
    const Pose pose = actor.world_from_object(world.road(), time_s);
    const Vec3 ahead = pose.rotation * Vec3::UnitX();
    const Vec3 middle = pose * actor.box_centre;
    const bool wheels = actor.shape.base.x() > 0;
    footprints_.push_back({middle.head<2>().cast<float>(),
                           Vec2(ahead.x(), ahead.y()).normalized().cast<float>(),
                           (actor.box_size.head<2>() * (wheels ? 0.46 : 0.30)).cast<float>(),
                           wheels ? 0.32F : 0.14F});
  }
}

Vec3f Light::sky(const Vec3f& direction) const {
  const float z = std::max(0.0F, direction.z());
  Vec3f color = kHorizon + std::pow(z, 0.55F) * (kZenith - kHorizon);
  if (z > 0.03F) {
    const float u = direction.x() / (z + 0.12F), v = direction.y() / (z + 0.12F);
    const float density = 0.5F * noise(u * 0.9F + 3, v * 0.9F) +
                          0.3F * noise(u * 2.3F, v * 2.3F + 7) + 0.15F * noise(u * 5.1F, v * 5.1F) +
                          0.08F * noise(u * 11, v * 11);
    const float cloud =
        std::clamp((density - 0.02F) * 1.9F, 0.0F, 1.0F) * std::clamp((z - 0.03F) * 6, 0.0F, 1.0F);
    color += cloud * 0.8F * (Vec3f(1.02F, 1.02F, 1.03F) - color);
  }
  const float near = std::max(0.0F, direction.dot(to_sun_));
  return color +
         Vec3f(1.0F, 0.9F, 0.7F) * (0.25F * std::pow(near, 12.0F) + 6 * std::pow(near, 1500.0F));
}

float Light::open_sky(const Hit& hit, const Vec3f& point) const {
  const Pattern pattern = hit.material->pattern;
  if (hit.actor >= 0) return 1;
  if (pattern != Pattern::asphalt && pattern != Pattern::paving && pattern != Pattern::grass &&
      pattern != Pattern::plain)
    return 1;
  if (hit.flat.z() < 0.7F) return 1;
  float open = 1;
  for (const Footprint& f : footprints_) {
    const Vec2f from = point.head<2>() - f.middle;
    const float most = f.half.sum() + 4 * f.reach;
    if (from.squaredNorm() > most * most) continue;
    const float along = std::abs(from.dot(f.ahead)) - f.half.x();
    const float aside = std::abs(from.x() * f.ahead.y() - from.y() * f.ahead.x()) - f.half.y();
    const float outside = std::hypot(std::max(0.0F, along), std::max(0.0F, aside));
    const float inside = std::min(0.0F, std::max(along, aside));
    open *= outside > 0 ? 1 - 0.55F * std::exp(-outside / f.reach)
                        : std::max(0.12F, 0.45F + 0.8F * inside);
  }
  return open;
}

Vec3f Light::shade(const Hit& hit,
                   const Vec3f& point,
                   const Vec3f& direction,
                   float sun,
                   const RoadSpec& road) const {
  const Material& material = *hit.material;
  const Surface surface = surface_at(hit, road, hit.distance);
  const bool leaf = material.pattern == Pattern::leaf;
  float facing = hit.normal.dot(to_sun_);
  facing = leaf ? std::max(0.12F, 0.25F + 0.75F * facing) : std::max(0.0F, facing);
  const float up = 0.5F + 0.5F * hit.normal.z();
  const Vec3f ambient = (kAmbientDown + up * (kAmbientUp - kAmbientDown)) * open_sky(hit, point);
  Vec3f light = surface.color.cwiseProduct(sun * facing * kSun + ambient);
  if (material.gloss > 0) {
    // Schlick's mirror share of a clear coat (Schlick 1994), and the sun's own spot.
    const float cosine = std::clamp(-hit.normal.dot(direction), 0.0F, 1.0F);
    const float mirror = material.gloss + (1 - material.gloss) * 0.75F * std::pow(1 - cosine, 5.0F);
    const Vec3f reflected = direction + 2 * cosine * hit.normal;
    const float spot = std::max(0.0F, reflected.dot(to_sun_));
    light = light * (1 - mirror) +
            mirror * surroundings(reflected,
                                  sky(reflected.z() > 0 ? reflected
                                                        : Vec3f(reflected.x(), reflected.y(), 0))) +
            sun * kSun * (1.6F * std::pow(spot, 260.0F) + 0.10F * std::pow(spot, 24.0F)) *
                std::min(1.0F, material.gloss * 12);
  }
  light += surface.color * material.glow;
  const float haze = 1 - std::exp(-hit.distance / kHaze);
  return light + haze * (kHorizon * 0.92F - light);
}

std::uint32_t developed(const Vec3f& light) {
  // Narkowicz's fit of the ACES curve (2015), then sRGB; the table is by square root, which spends
  // its entries where the eye sees steps.
  static const std::array<std::uint8_t, 1025> table = [] {
    std::array<std::uint8_t, 1025> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const double x = std::pow(static_cast<double>(i) / 1024, 2);
      const double y = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
      bytes[i] = static_cast<std::uint8_t>(std::lround(255 * y));
    }
    return bytes;
  }();
  std::uint32_t rgb = 0;
  for (int i = 0; i < 3; ++i) {
    const float x = 0.54F * std::max(0.0F, light[i]);
    const float y =
        std::clamp(x * (2.51F * x + 0.03F) / (x * (2.43F * x + 0.59F) + 0.14F), 0.0F, 1.0F);
    rgb = rgb << 8 | table[static_cast<std::size_t>(std::sqrt(y) * 1024)];
  }
  return rgb;
}

}  // namespace sweepbox::synth
