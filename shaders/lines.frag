#version 330
in vec4 line_color;
noperspective in float across;
noperspective in float along;
flat in vec3 line_stroke;
out vec4 color;

void main() {
  float cover = clamp(0.5 * line_stroke.x + 0.5 - abs(across), 0.0, 1.0);
  if (line_stroke.z > 0.0 && mod(along, line_stroke.y + line_stroke.z) > line_stroke.y) cover = 0.0;
  if (cover <= 0.0) discard;
  color = vec4(line_color.rgb, line_color.a * cover);
}
