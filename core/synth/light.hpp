#pragma once
#include "core/synth/surface.hpp"

namespace sweepbox::synth {

/// Something that stands on the ground and darkens it where it meets it.
struct Footprint {
  Vec2f middle, ahead;  ///< ahead is unit
  Vec2f half;           ///< along and across
  float reach;          ///< m over which the darkness fades
};

/// Sun, sky and what stands in their way, for one moment.
class Light {
 public:
  Light(const World& world, double time_s);

  const Vec3f& to_sun() const { return to_sun_; }

  Vec3f sky(const Vec3f& direction) const;

  /// Linear light towards the eye from a point that `sun` (0, 1) reaches.
  Vec3f shade(const Hit& hit,
              const Vec3f& point,
              const Vec3f& direction,
              float sun,
              const RoadSpec& road) const;

 private:
  float open_sky(const Hit& hit, const Vec3f& point) const;

  Vec3f to_sun_;
  std::vector<Footprint> footprints_;
};

/// Linear light to the three bytes of sRGB, with a film's shoulder.
std::uint32_t developed(const Vec3f& light);

}  // namespace sweepbox::synth
