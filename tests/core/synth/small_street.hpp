#pragma once
#include <string_view>

namespace sweepbox {

/// A street that takes a second: three frames, 16 beams, two small cameras of different lenses, a
/// car that moves, a person who walks, six things that stand, the last of them far away.
constexpr std::string_view kSmallStreet = R"({
  "synth": 1, "name": "small", "seed": 3, "frames": 3, "rate_hz": 10, "pose_rate_hz": 100,
  "start_ns": 1000000000, "label_distance": 80,
  "road": {"start": [500, -200, 30, 75], "length": 120, "curvature": [[10, 0], [25, 0.02], [60, 0.02]],
           "height": [[0, 0], [60, 1.5], [120, 2]]},
  "ego": {"path": [[0, 30, -1.7], [1, 38, -1.7], [2, 45, -1.6]]},
  "lidars": [{"name": "lidar", "at": [1.1, 0, 1.9], "roll_pitch_yaw_deg": [0.3, 1, -0.5], "beams": 24,
              "columns": 360, "top_deg": 3, "bottom_deg": -22, "noise": 0.02}],
  "cameras": [
    {"name": "ahead", "at": [1.7, 0, 1.5], "look_deg": [1, -2, 0.5], "width": 160, "height": 100, "offset_ms": 4,
     "lens": "brown_conrady", "parameters": {"fx": 105, "fy": 104, "cx": 79.3, "cy": 50.8, "k1": -0.3, "k2": 0.1, "p1": 0.001}},
    {"name": "astern", "at": [-0.9, 0, 1.4], "look_deg": [178, -5, 0], "width": 160, "height": 100, "offset_ms": -30,
     "lens": "kannala_brandt", "parameters": {"fx": 52, "fy": 51.5, "cx": 80.1, "cy": 49.2, "k1": -0.02}}],
  "objects": [
    {"class": "car", "shape": "hatchback", "path": [[0, 52, 1.7], [2, 32, 1.7]], "color": "#2040a0"},
    {"class": "pedestrian", "shape": "walker", "path": [[0, 40, -6.5], [2, 42.6, -6.5]], "color": "#a03030"},
    {"class": "car", "shape": "sedan", "at": [42, -4.6], "color": "#d0d0d0"},
    {"class": "van", "shape": "van", "at": [24, 4.6], "turn_deg": 180, "color": "#e0e0d0"},
    {"class": "traffic cone", "shape": "cone", "at": [36, -3.6], "color": "#e05010"},
    {"class": "pole", "shape": "bollard", "at": [36, 6.0], "color": "#303030"},
    {"class": "pedestrian", "shape": "person", "at": [38, 6.6], "turn_deg": 200, "color": "#30a060", "scale": 0.9},
    {"class": "car", "shape": "estate", "at": [330, 4.6], "color": "#606060"}],
  "houses": [{"s": 40, "side": "left", "width": 10, "storeys": 2, "kind": "shop"},
             {"s": 44, "side": "right", "width": 9, "storeys": 2, "kind": "cottage"}],
  "trees": [[47, 6.3, 6, 1.8]]
})";

}  // namespace sweepbox
