#version 330
in vec4 face_color;
out vec4 color;

void main() { color = face_color; }
