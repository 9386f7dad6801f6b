#pragma once
#include "core/synth/mesh.hpp"
#include "core/synth/road.hpp"

namespace sweepbox::synth {

/// Everything without a label, in the world: road, pavement, houses, walls between them, trees,
/// hills.
Mesh scenery(const SynthSpec& spec, const Road& road);

/// Parts of it.
Mesh ground(const Road& road);  ///< uv is (s, d)
Mesh house(const HouseSpec& house,
           std::uint64_t seed);                       ///< x along the front, y into the house, z up
Mesh tree(const TreeSpec& tree, std::uint64_t seed);  ///< on the origin

}  // namespace sweepbox::synth
