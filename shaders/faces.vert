#version 330
layout(location = 0) in vec3 point;
layout(location = 1) in vec4 ink;
uniform mat4 clip_from_points;
out vec4 face_color;

void main() {
  gl_Position = clip_from_points * vec4(point, 1.0);
  face_color = ink;
}
