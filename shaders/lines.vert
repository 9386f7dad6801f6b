#version 330
// A segment as a quad of its width in pixels: GL's own wide lines are neither smooth nor dashed in a core
// profile. Four vertices an instance, as a triangle strip.
layout(location = 0) in vec3 from;
layout(location = 1) in vec3 to;
layout(location = 2) in vec4 ink;
layout(location = 3) in vec3 stroke;   // width, dash, gap (px)
uniform mat4 clip_from_points;
uniform vec2 size;                     // px
out vec4 line_color;
noperspective out float across;                      // px from the middle
noperspective out float along;                       // px from the beginning
flat out vec3 line_stroke;

void main() {
  vec4 a = clip_from_points * vec4(from, 1.0);
  vec4 b = clip_from_points * vec4(to, 1.0);
  // Clip to the near plane, or the end behind the eye would come out mirrored.
  float da = a.z + a.w, db = b.z + b.w;
  if (da < 0.0 && db < 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  if (da < 0.0) a = mix(a, b, da / (da - db));
  if (db < 0.0) b = mix(b, a, db / (db - da));
  vec2 pa = a.xy / a.w * 0.5 * size, pb = b.xy / b.w * 0.5 * size;
  vec2 way = pb - pa;
  float reach = length(way);
  vec2 forth = reach > 1e-4 ? way / reach : vec2(1.0, 0.0);
  vec2 side = vec2(-forth.y, forth.x);
  float half_width = 0.5 * stroke.x + 1.0;
  bool end = (gl_VertexID & 1) == 1;
  float sign_ = (gl_VertexID & 2) == 2 ? 1.0 : -1.0;
  vec4 here = end ? b : a;
  vec2 shift = side * sign_ * half_width + forth * (end ? 0.5 : -0.5);
  gl_Position = here + vec4(shift / (0.5 * size) * here.w, 0.0, 0.0);
  across = sign_ * half_width;
  along = end ? reach : 0.0;
  line_color = ink;
  line_stroke = stroke;
}
