#version 430
// From the nearest point of each pixel to colour and depth. ink: bits 31…24 tint, 23…0 value or RGB.
layout(std430, binding = 0) readonly buffer Points { float xyz[]; };
layout(std430, binding = 1) readonly buffer Keys { uint keys[]; };
layout(std430, binding = 2) readonly buffer Depths { uint depths[]; };
layout(std430, binding = 3) readonly buffer Inks { uint inks[]; };
layout(std430, binding = 4) readonly buffer Table { uint table[512]; };  // colour map, tints (share in 31…24)

uniform mat4 clip_from_points;
uniform ivec2 origin;        // of the viewport, px
uniform ivec2 size;
uniform uint index_bits;     // 32: two passes
uniform float edl;           // darkness of an octave of depth; 0: none
uniform int radius;          // px to the neighbours that shade
uniform bool direct;         // the ink's value is RGB

out vec4 color;

vec3 rgb_of(uint v) { return vec3(float((v >> 16) & 255u), float((v >> 8) & 255u), float(v & 255u)) / 255.0; }

int nearness(ivec2 at, int mine) {
  at = clamp(at, ivec2(0), size - 1);
  uint i = uint(at.y * size.x + at.x);
#if STAGE == 0
  uint key = keys[i] >> index_bits;
#else
  uint key = depths[i] >> 1;
#endif
  return max(0, mine - int(key));
}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  uint slot = uint(at.y * size.x + at.x);
  uint key = keys[slot];
  if (key == 0xFFFFFFFFu) discard;
#if STAGE == 0
  uint i = key & ((1u << index_bits) - 1u);
#else
  uint i = key;
#endif
  uint ink = inks[i];
  vec3 base = direct ? rgb_of(ink) : rgb_of(table[(ink >> 16) & 255u]);
  uint tint = table[256u + (ink >> 24)];
  base = mix(base, rgb_of(tint), float(tint >> 24) / 255.0);
  if (edl > 0.0) {
#if STAGE == 0
    int mine = int(key >> index_bits);
#else
    int mine = int(depths[slot] >> 1);
#endif
    int sum = nearness(at + ivec2(radius, 0), mine) + nearness(at - ivec2(radius, 0), mine) +
              nearness(at + ivec2(0, radius), mine) + nearness(at - ivec2(0, radius), mine);
    base *= max(0.25, exp(-edl * float(sum)));
  }
  vec3 p = vec3(xyz[3u * i], xyz[3u * i + 1u], xyz[3u * i + 2u]);
  vec4 row_z = vec4(clip_from_points[0].z, clip_from_points[1].z, clip_from_points[2].z, clip_from_points[3].z);
  vec4 row_w = vec4(clip_from_points[0].w, clip_from_points[1].w, clip_from_points[2].w, clip_from_points[3].w);
  gl_FragDepth = dot(row_z, vec4(p, 1.0)) / dot(row_w, vec4(p, 1.0)) * 0.5 + 0.5;
  color = vec4(base, 1.0);
}
