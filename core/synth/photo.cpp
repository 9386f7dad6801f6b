#include <algorithm>
#include <cmath>

#include "core/synth/light.hpp"
#include "core/synth/sensors.hpp"

namespace sweepbox::synth {
namespace {

constexpr int kWide = 8;       ///< rays in a packet
constexpr float kFar = 2000;   ///< m
constexpr float kOff = 2e-3F;  ///< a shadow ray starts this far above its surface, m

/// Casts packets of rays from one place at one moment.
class Photographer {
 public:
  Photographer(const Stage& stage, const Vec3f& eye, double time_s)
      : stage_(stage), light_(stage.world(), time_s), eye_(eye), time_(stage.ray_time(time_s)) {
    rtcInitIntersectContext(&context_);
    context_.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
  }

  /// Linear light along up to kWide unit directions.
  void look(const Vec3f* directions, int count, Vec3f* light) {
    alignas(32) int valid[kWide];
    alignas(32) RTCRayHit8 packet;
    for (int i = 0; i < kWide; ++i) {
      const Vec3f& direction = directions[std::min(i, count - 1)];
      valid[i] = i < count ? -1 : 0;
      set_ray(packet.ray, i, eye_, direction, {.near = 0.05F, .far = kFar, .time = time_});
      packet.hit.geomID[i] = packet.hit.instID[0][i] = RTC_INVALID_GEOMETRY_ID;
    }
    rtcIntersect8(valid, stage_.scene(), &context_, &packet);
    Hit hits[kWide];
    Vec3f points[kWide];
    alignas(32) RTCRay8 shadows;
    for (int i = 0; i < kWide; ++i) {
      valid[i] = 0;
      set_ray(shadows, i, eye_, light_.to_sun(), {});
      if (i >= count) continue;
      hits[i] = stage_.hit(packet, i, directions[i]);
      if (hits[i].distance < 0) continue;
      points[i] = eye_ + directions[i] * hits[i].distance;
      const bool leaf = hits[i].material->pattern == Pattern::leaf;
      if (!leaf && hits[i].normal.dot(light_.to_sun()) <= 0) continue;
      valid[i] = -1;
      // A leaf is lit through: it asks from a little way out, or its own cluster keeps all sun
      // away.
      const float off = leaf ? 0.25F : kOff + 2e-5F * hits[i].distance;
      set_ray(shadows,
              i,
              points[i] + (leaf ? light_.to_sun() : hits[i].flat) * off,
              light_.to_sun(),
              {.near = 0, .far = kFar, .time = time_});
    }
    rtcOccluded8(valid, stage_.scene(), &context_, &shadows);
    for (int i = 0; i < count; ++i) {
      if (hits[i].distance < 0) {
        light[i] = light_.sky(directions[i]);
        continue;
      }
      const float sun = valid[i] != 0 && shadows.tfar[i] >= 0 ? 1.0F : 0.0F;
      light[i] = light_.shade(hits[i], points[i], directions[i], sun, stage_.world().spec().road);
    }
  }

 private:
  const Stage& stage_;
  Light light_;
  Vec3f eye_;
  float time_;
  RTCIntersectContext context_;
};

struct Place {
  int pixel;
  float dx, dy;
};

}  // namespace

Vec3f PixelRays::at(int x, int y, float dx, float dy) const {
  const auto ray = [&](int i, int j) -> const Vec3f& {
    return directions[static_cast<std::size_t>(j) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(i)];
  };
  const Vec3f& here = ray(x, y);
  const int x1 = dx < 0 ? std::max(0, x - 1) : std::min(width - 1, x + 1);
  const int y1 = dy < 0 ? std::max(0, y - 1) : std::min(height - 1, y + 1);
  if (ray(x1, y).isZero() || ray(x, y1).isZero()) return here;
  return (here + std::abs(dx) * (ray(x1, y) - here) + std::abs(dy) * (ray(x, y1) - here))
      .normalized();
}

PixelRays pixel_rays(const Camera& camera) {
  PixelRays rays{camera.width, camera.height, {}};
  rays.directions.reserve(static_cast<std::size_t>(camera.width) *
                          static_cast<std::size_t>(camera.height));
  for (int y = 0; y < camera.height; ++y)
    for (int x = 0; x < camera.width; ++x) {
      const auto ray = unproject(camera.lens, Vec2(x, y));
      rays.directions.push_back(ray ? Vec3f(ray->normalized().cast<float>())
                                    : Vec3f(Vec3f::Zero()));
    }
  return rays;
}

Image take_image(const Stage& stage,
                 const CameraSpec& camera,
                 const PixelRays& rays,
                 const Pose& world_from_camera,
                 double time_s) {
  Image image{rays.width, rays.height, {}, rays.width, rays.height};
  const std::size_t count = rays.directions.size();
  image.rgba.assign(4 * count, 0);
  const Eigen::Matrix3f rotation = world_from_camera.rotation.toRotationMatrix().cast<float>();
  Photographer photographer(stage, world_from_camera.translation.cast<float>(), time_s);
  std::vector<Vec3f> light(count, Vec3f::Zero());
  std::vector<Place> places;
  std::vector<std::uint32_t> shots(count, 0);
  const auto cast = [&] {
    Vec3f directions[kWide], seen[kWide];
    for (std::size_t first = 0; first < places.size(); first += kWide) {
      const int n = static_cast<int>(std::min<std::size_t>(kWide, places.size() - first));
      for (int i = 0; i < n; ++i) {
        const Place& p = places[first + static_cast<std::size_t>(i)];
        directions[i] = rotation * rays.at(p.pixel % rays.width, p.pixel / rays.width, p.dx, p.dy);
      }
      photographer.look(directions, n, seen);
      for (int i = 0; i < n; ++i) {
        const auto pixel =
            static_cast<std::size_t>(places[first + static_cast<std::size_t>(i)].pixel);
        // Averaged as it will be seen: a lamp must not outshine the edge it lies on.
        light[pixel] += seen[i].cwiseMin(1.5F);
        ++shots[pixel];
      }
    }
    places.clear();
  };
  for (std::size_t i = 0; i < count; ++i)
    if (!rays.directions[i].isZero()) places.push_back({static_cast<int>(i), 0, 0});
  cast();
  const auto developed_at = [&](std::size_t i) {
    return shots[i] == 0 ? 0U : developed(light[i] / static_cast<float>(shots[i]));
  };
  if (camera.smooth) {
    std::vector<std::uint32_t> first(count);
    for (std::size_t i = 0; i < count; ++i) first[i] = developed_at(i);
    const auto differ = [&](std::size_t i, std::size_t j) {
      int most = 0;
      for (const int shift : {0, 8, 16})
        most = std::max(most,
                        std::abs(static_cast<int>(first[i] >> shift & 255) -
                                 static_cast<int>(first[j] >> shift & 255)));
      return most > 22;
    };
    const auto width = static_cast<std::size_t>(rays.width);
    for (std::size_t i = 0; i < count; ++i) {
      if (shots[i] == 0) continue;
      const std::size_t x = i % width;
      if (!((x > 0 && differ(i, i - 1)) || (x + 1 < width && differ(i, i + 1)) ||
            (i >= width && differ(i, i - width)) || (i + width < count && differ(i, i + width))))
        continue;
      for (const auto& [dx, dy] : {std::pair{0.36F, 0.10F}, {-0.28F, 0.28F}, {-0.08F, -0.38F}})
        places.push_back({static_cast<int>(i), dx, dy});
    }
    cast();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t rgb = developed_at(i);
    for (std::size_t k = 0; k < 3; ++k)
      image.rgba[4 * i + k] = static_cast<std::uint8_t>(rgb >> (16 - 8 * k));
    image.rgba[4 * i + 3] = 255;
  }
  return image;
}

}  // namespace sweepbox::synth
