#version 330
// The painter for OpenGL older than 4.3: plain GL points with the same ink and table.
layout(location = 0) in vec3 point;
layout(location = 1) in uint ink;
uniform mat4 clip_from_points;
uniform float spread;
uniform bool direct;
uniform sampler2D table;  // 256 × 2: colour map, tints (share in alpha)
flat out vec3 base;

void main() {
  gl_Position = clip_from_points * vec4(point, 1.0);
  gl_PointSize = spread;
  vec3 rgb = vec3(float((ink >> 16) & 255u), float((ink >> 8) & 255u), float(ink & 255u)) / 255.0;
  vec3 plain = direct ? rgb : texelFetch(table, ivec2(int((ink >> 16) & 255u), 0), 0).rgb;
  vec4 tint = texelFetch(table, ivec2(int(ink >> 24), 1), 0);
  base = mix(plain, tint.rgb, tint.a);
}
