#version 430
// One invocation a point. Nearest point a pixel by atomic minima of 32 bits (64-bit atomics are missing on
// llvmpipe and on many GPUs):
//   STAGE 0  one pass: depth in the high bits, the point's number in the low ones
//   STAGE 1  first of two passes: depth alone      } for clouds whose numbers leave
//   STAGE 2  second: number where the depth is it  } too few bits to depth
// A minimum does not depend on the order of threads, so a picture is the same in every run.
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer Points { float xyz[]; };
layout(std430, binding = 1) buffer Keys { uint keys[]; };
layout(std430, binding = 2) buffer Depths { uint depths[]; };

uniform mat4 clip_from_points;
uniform ivec2 size;          // px
uniform int spread;          // a point is written to spread × spread pixels
uniform float shift;         // px from its first pixel to its middle
uniform uint first;          // number of xyz[0]
uniform uint count;
uniform uint index_bits;
uniform uint low_bits;       // floatBitsToUint of the least depth
uniform uint high_bits;      // of the greatest
uniform uint drop;           // bits of depth that do not fit
uniform bool orthographic;

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= count) return;
  vec3 p = vec3(xyz[3u * i], xyz[3u * i + 1u], xyz[3u * i + 2u]);
  vec4 clip = clip_from_points * vec4(p, 1.0);
  if (clip.z < -clip.w || clip.z > clip.w) return;
  vec2 pixel = (clip.xy / clip.w * 0.5 + 0.5) * vec2(size) - shift;
  ivec2 at = ivec2(floor(pixel));
  if (at.x < 0 || at.y < 0 || at.x + spread > size.x || at.y + spread > size.y) return;
  // The bits of a positive float ascend like its logarithm: fine steps near, coarse ones far.
  uint depth = floatBitsToUint(orthographic ? 1.5 + 0.499 * clip.z : clip.w);
#if STAGE == 0
  uint key = (((clamp(depth, low_bits, high_bits) - low_bits) >> drop) << index_bits) | (first + i);
#endif
  for (int y = 0; y < spread; ++y) {
    uint row = uint((at.y + y) * size.x + at.x);
    for (int x = 0; x < spread; ++x) {
#if STAGE == 0
      atomicMin(keys[row + uint(x)], key);
#elif STAGE == 1
      atomicMin(depths[row + uint(x)], depth);
#else
      if (depths[row + uint(x)] == depth) atomicMin(keys[row + uint(x)], first + i);
#endif
    }
  }
}
