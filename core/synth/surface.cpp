#include "core/synth/surface.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::synth {
namespace {

float lattice(int x, int y) {
  auto h =
      static_cast<std::uint32_t>(x) * 0x8DA6B343U ^ static_cast<std::uint32_t>(y) * 0xD8163841U;
  h = (h ^ (h >> 13)) * 0x9E3779B1U;
  h ^= h >> 16;
  return static_cast<float>(h & 0xFFFFU) / 32767.5F - 1;
}

float part(float x) {
  return x - std::floor(x);
}

/// 1 within [0, width) of each period.
bool stripe(float x, float period, float width) {
  return part(x / period) * period < width;
}

/// Paint on the road, by (s, d).
bool marked(const Vec2f& sd, const RoadSpec& road) {
  const float s = sd.x(), a = std::abs(sd.y());
  const auto lane = static_cast<float>(road.lane_width);
  const auto kerb = static_cast<float>(road.lane_width + road.parking_width);
  for (const double crossing : road.crossings) {
    const float from = std::abs(s - static_cast<float>(crossing));
    if (from < 1.6F) return a < kerb - 0.2F && stripe(sd.y() + 50, 1.0F, 0.5F);
    if (from < 5.0F)
      return std::abs(from - 2.7F) < 0.15F && a < lane && (s < crossing) == (sd.y() < 0);
  }
  if (a < 0.06F) return stripe(s, 6, 3);
  if (std::abs(a - lane) < 0.05F) return stripe(s, 1.0F, 0.5F);
  if (a > lane && a < kerb - 0.05F) return stripe(s + 0.05F, 6.2F, 0.1F);
  return false;
}

float mottle(const Vec2f& at, float fine) {
  return 1 + 0.10F * noise(at.x() * 0.35F, at.y() * 0.9F) +
         0.06F * noise(at.x() * 2.1F, at.y() * 2.1F) +
         fine * (0.13F * noise(at.x() * 23, at.y() * 23) + 0.08F * noise(at.x() * 61, at.y() * 61));
}

void asphalt(Surface& surface, const Vec2f& sd, const RoadSpec& road, float fine) {
  if (marked(sd, road)) {
    const float worn = 0.72F + 0.12F * noise(sd.x() * 3, sd.y() * 3) +
                       0.1F * fine * noise(sd.x() * 31, sd.y() * 31);
    surface = {Vec3f(0.72F, 0.72F, 0.69F) * worn, 0.55F * worn};
    return;
  }
  float tone = mottle(sd, fine);
  const auto half = static_cast<float>(road.lane_width) / 2;
  const float wheel =
      std::abs(std::abs(std::abs(sd.y()) - half) - 0.75F);  // tyres polish two tracks a lane
  tone -= 0.10F * std::exp(-wheel * wheel / 0.06F);
  const float patch = noise(std::floor(sd.x() / 7) * 3.7F,
                            std::floor((sd.y() + 20) / 3.4F) * 5.1F);  // mended places
  if (patch > 0.45F) tone *= 0.80F;
  if (std::abs(sd.y() - 1.1F) < 0.011F || (patch > 0.45F && stripe(sd.x(), 7, 0.03F)))
    tone *= 0.55F;                                             // seams
  const Vec2f lid(part(sd.x() / 23) * 23 - 9, sd.y() + 1.5F);  // manhole covers
  if (lid.norm() < 0.33F)
    tone *= lid.norm() > 0.30F
                ? 0.4F
                : 0.75F + 0.2F * static_cast<float>(stripe(lid.x() + 9, 0.1F, 0.05F));
  surface.color *= tone;
  surface.reflectivity *= tone;
}

void paving(Surface& surface, const Vec2f& sd, float fine) {
  const float row = std::floor(sd.y() / 0.4F);
  const float along = sd.x() + (static_cast<int>(row) % 2 == 0 ? 0.3F : 0.0F);
  float tone = mottle(sd, fine * 0.5F) +
               0.10F * lattice(static_cast<int>(std::floor(along / 0.6F)), static_cast<int>(row)) *
                   std::max(fine, 0.3F);
  const float u = part(along / 0.6F) * 0.6F, v = part(sd.y() / 0.4F) * 0.4F;
  if (std::min(u, v) < 0.014F) tone -= 0.45F * fine;
  surface.color *= tone;
}

void brick(Surface& surface, const Vec2f& uv, float fine) {
  const float row = std::floor(uv.y() / 0.075F);
  const float along = uv.x() + (static_cast<int>(row) % 2 == 0 ? 0.12F : 0.0F);
  const float tone =
      1 +
      0.16F * fine * lattice(static_cast<int>(std::floor(along / 0.24F)), static_cast<int>(row)) +
      0.08F * noise(uv.x() * 0.7F, uv.y() * 0.7F);
  const bool mortar =
      part(along / 0.24F) * 0.24F < 0.012F || part(uv.y() / 0.075F) * 0.075F < 0.012F;
  surface.color *= tone;
  if (mortar)
    surface.color = surface.color * (1 - fine * 0.6F) + Vec3f(0.42F, 0.40F, 0.37F) * fine * 0.6F;
}

}  // namespace

float noise(float x, float y) {
  const float fx = std::floor(x), fy = std::floor(y);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
  float u = x - fx, v = y - fy;
  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  const float a = lattice(ix, iy), b = lattice(ix + 1, iy), c = lattice(ix, iy + 1),
              d = lattice(ix + 1, iy + 1);
  return a + u * (b - a) + v * (c - a) + u * v * (a - b - c + d);
}

Surface surface_at(const Hit& hit, const RoadSpec& road, float distance) {
  const Material& material = *hit.material;
  Surface surface{material.color, material.reflectivity};
  const float fine = 1 / (1 + distance * distance / 200);
  switch (material.pattern) {
    case Pattern::plain:
      break;
    case Pattern::asphalt:
      asphalt(surface, hit.uv, road, fine);
      break;
    case Pattern::paving:
      paving(surface, hit.uv, fine);
      break;
    case Pattern::grass:
      surface.color =
          surface.color.cwiseProduct(
              Vec3f(1 + 0.25F * noise(hit.uv.x() * 0.4F, hit.uv.y() * 0.4F), 1, 0.9F)) *
          (mottle(hit.uv, fine) + 0.25F * fine * noise(hit.uv.x() * 14, hit.uv.y() * 14));
      break;
    case Pattern::brick:
      brick(surface, hit.uv, fine);
      break;
    case Pattern::plaster:
      surface.color *= 1 + 0.07F * noise(hit.uv.x() * 0.6F, hit.uv.y() * 0.35F) +
                       0.05F * noise(hit.uv.x() * 3.1F, hit.uv.y() * 1.7F) +
                       0.06F * fine * noise(hit.uv.x() * 37, hit.uv.y() * 37) -
                       0.12F * std::exp(-std::max(0.0F, hit.uv.y()) * 1.6F);
      break;
    case Pattern::leaf:
      surface.color *= 1 +
                       0.28F * noise(hit.local.x() * 3.3F + hit.local.z() * 1.7F,
                                     hit.local.y() * 3.3F - hit.local.z() * 2.3F) +
                       0.3F * fine *
                           noise(hit.local.x() * 17 + hit.local.z() * 9,
                                 hit.local.y() * 17 - hit.local.z() * 13);
      break;
    case Pattern::hill:
      surface.color *=
          1 + 0.2F * noise(hit.local.x() * 0.05F, hit.local.y() * 0.05F + hit.local.z() * 0.1F) +
          0.1F * noise(hit.local.x() * 0.3F, hit.local.y() * 0.3F + hit.local.z() * 0.5F);
      break;
  }
  return surface;
}

}  // namespace sweepbox::synth
