#version 430
// From the nearest point of each pixel to colour and depth. Every instruction runs for every pixel, also
// the empty ones: software OpenGL has no jumps. Hence colours ready made, depth from the key, and
// eye-dome lighting as a program of its own. Buffer textures, since storage buffers are read lane by lane.
layout(binding = 0) uniform usamplerBuffer keys;
layout(binding = 1) uniform usamplerBuffer depths;
layout(binding = 2) uniform samplerBuffer colors;

uniform ivec2 origin;        // of the viewport, px
uniform ivec2 size;
uniform uint index_bits;
uniform uint low_bits;       // as in points.comp
uniform uint drop;
uniform vec2 z_from_depth;   // window z = x + y / depth, or x + y · depth where orthographic
uniform bool orthographic;
uniform float edl;           // darkness a step of depth
uniform int radius;          // px to the neighbours that shade

out vec4 color;

uint nearness_at(int slot) {
#if STAGE == 0
  return texelFetch(keys, slot).r;
#else
  return texelFetch(depths, slot).r;
#endif
}

// The slot of the nearest point that covers a pixel. With GATHER > 1 points were written to one pixel each:
// then of those whose square reaches here.
int nearest_slot(ivec2 at) {
  int best = at.y * size.x + at.x;
#if GATHER > 1
  uint least = 0xFFFFFFFFu;
  for (int y = 0; y < GATHER; ++y)
    for (int x = 0; x < GATHER; ++x) {
      int other = max(0, at.y - y) * size.x + max(0, at.x - x);
      uint there = nearness_at(other);
      best = there < least ? other : best;
      least = min(there, least);
    }
#endif
  return best;
}

int steps_of(uint nearness) {
#if STAGE == 0
  return int(nearness >> index_bits);
#else
  return int(nearness >> 1);
#endif
}

#if EDL
int nearer(ivec2 at, int mine) {
  return max(0, mine - steps_of(nearness_at(nearest_slot(clamp(at, ivec2(0), size - 1)))));
}
#endif

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  int slot = nearest_slot(at);
  uint key = texelFetch(keys, slot).r;
  if (key == 0xFFFFFFFFu) discard;
#if STAGE == 0
  int i = int(key & ((1u << index_bits) - 1u));
  // The far end of its step: a line on a surface lies before the surface's points.
  float depth = uintBitsToFloat((((key >> index_bits) + 1u) << drop) + low_bits);
#else
  int i = int(key);
  float depth = uintBitsToFloat(texelFetch(depths, slot).r);
#endif
  vec3 base = texelFetch(colors, i).rgb;
#if EDL
  int mine = steps_of(nearness_at(slot));
  int sum = nearer(at + ivec2(radius, 0), mine) + nearer(at - ivec2(radius, 0), mine) +
            nearer(at + ivec2(0, radius), mine) + nearer(at - ivec2(0, radius), mine);
  base *= max(0.25, exp2(-edl * float(sum)));
#endif
  gl_FragDepth = z_from_depth.x + (orthographic ? z_from_depth.y * depth : z_from_depth.y / depth);
  color = vec4(base, 1.0);
}
