#version 330
// The painter for OpenGL older than 4.3: plain GL points.
layout(location = 0) in vec3 point;
layout(location = 1) in vec4 ink;
uniform mat4 clip_from_points;
uniform float spread;
flat out vec3 base;

void main() {
  gl_Position = clip_from_points * vec4(point, 1.0);
  gl_PointSize = spread;
  base = ink.rgb;
}
