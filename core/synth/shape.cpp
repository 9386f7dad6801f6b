#include "core/synth/shape.hpp"

#include <cassert>

namespace sweepbox {
namespace synth {
namespace {

struct Entry {
  std::string_view name;
  Shape (*make)(const ObjectSpec&);
};

constexpr Entry kShapes[] = {
    {"hatchback", hatchback},
    {"sedan", sedan},
    {"estate", estate},
    {"offroader", offroader},
    {"van", van},
    {"truck", truck},
    {"trailer", trailer},
    {"bus", bus},
    {"person", person},
    {"walker", walker},
    {"cyclist", cyclist},
    {"bicycle", bicycle},
    {"cone", cone},
    {"barrier", barrier},
    {"lamp_post", lamp_post},
    {"bollard", bollard},
    {"round_sign", round_sign},
    {"triangle_sign", triangle_sign},
    {"square_sign", square_sign},
    {"dog", dog},
};

}  // namespace

Shape shape_of(const ObjectSpec& object) {
  for (const Entry& entry : kShapes) {
    if (entry.name != object.shape) continue;
    Shape shape = entry.make(object);
    if (object.scale == 1) return shape;
    shape.base *= object.scale;
    shape.stride *= object.scale;
    shape.mesh = [mesh = shape.mesh, factor = static_cast<float>(object.scale)](double phase) {
      Mesh scaled = mesh(phase);
      scaled.scale(factor);
      return scaled;
    };
    return shape;
  }
  assert(false && "parse_synth_spec lets no other name through");
  return {};
}

Eigen::AlignedBox3f bounds_of(const Shape& shape) {
  Eigen::AlignedBox3f box = shape.mesh(0).bounds();
  constexpr int kPhases =
      64;  // between two of them a limb bulges by less than a tenth of a millimetre
  if (shape.stride > 0)
    for (int i = 1; i < kPhases; ++i)
      box.extend(shape.mesh(static_cast<double>(i) / kPhases).bounds());
  return box;
}

}  // namespace synth

std::vector<std::string_view> shape_names() {
  std::vector<std::string_view> names;
  for (const synth::Entry& entry : synth::kShapes) names.push_back(entry.name);
  return names;
}

}  // namespace sweepbox
