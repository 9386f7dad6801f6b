#include "app/view/gl_lines.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox {

namespace {

std::uint32_t bytes_of(std::uint32_t rgb, float alpha) {
  const auto a = static_cast<std::uint32_t>(std::lround(std::clamp(alpha, 0.f, 1.f) * 255.f));
  return (a << 24) | ((rgb & 0xFFu) << 16) | (rgb & 0xFF00u) | ((rgb >> 16) & 0xFFu);
}

void put(float (&to)[3], const Vec3& from) {
  for (int i = 0; i < 3; ++i) to[i] = static_cast<float>(from[i]);
}

const void* at(std::size_t offset) {
  return reinterpret_cast<const void*>(offset);
}

}  // namespace

void Lines::clear() {
  segments_.clear();
  corners_.clear();
}

void Lines::line(const Vec3& from, const Vec3& to, const Stroke& stroke) {
  Segment s{};
  put(s.from, from);
  put(s.to, to);
  s.rgba = bytes_of(stroke.rgb, stroke.alpha);
  s.stroke[0] = stroke.width;
  s.stroke[1] = stroke.dash;
  s.stroke[2] = stroke.gap;
  segments_.push_back(s);
}

void Lines::polyline(std::span<const Vec3> points, const Stroke& stroke, bool closed) {
  for (std::size_t i = 1; i < points.size(); ++i) line(points[i - 1], points[i], stroke);
  if (closed && points.size() > 2) line(points.back(), points.front(), stroke);
}

void Lines::face(std::span<const Vec3> polygon, std::uint32_t rgb, float alpha) {
  const std::uint32_t rgba = bytes_of(rgb, alpha);
  for (std::size_t i = 2; i < polygon.size(); ++i)
    for (const std::size_t k : {std::size_t{0}, i - 1, i}) {
      Corner c{};
      put(c.point, polygon[k]);
      c.rgba = rgba;
      corners_.push_back(c);
    }
}

void GlLines::set(const Lines& lines) {
  segment_count_ = lines.segments().size();
  corner_count_ = lines.corners().size();
  if (segment_count_) segments_.set(lines.segments().data(), lines.segments().size_bytes());
  if (corner_count_) corners_.set(lines.corners().data(), lines.corners().size_bytes());
}

void GlLines::paint(const Mat4& clip_from_points, int width, int height, bool tested) {
  if (segment_count_ + corner_count_ == 0) return;
  line_program_.make({{GL_VERTEX_SHADER, "lines.vert"}, {GL_FRAGMENT_SHADER, "lines.frag"}});
  face_program_.make({{GL_VERTEX_SHADER, "faces.vert"}, {GL_FRAGMENT_SHADER, "faces.frag"}});
  if (!line_program_.ready() || !face_program_.ready()) return;
  if (!vertex_array_) glGenVertexArrays(1, &vertex_array_);
  glBindVertexArray(vertex_array_);
  glEnable(GL_BLEND);
  // The picture's own alpha stays 1 where it was 1: ImGui blends with it.
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glDepthMask(GL_FALSE);
  if (tested)
    glEnable(GL_DEPTH_TEST);
  else
    glDisable(GL_DEPTH_TEST);

  if (corner_count_) {
    face_program_.use();
    face_program_.set("clip_from_points", clip_from_points);
    glBindBuffer(GL_ARRAY_BUFFER, corners_.id());
    glEnableVertexAttribArray(0);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Lines::Corner), at(0));
    glVertexAttribDivisor(0, 0);
    glEnableVertexAttribArray(1);
    glVertexAttribPointer(1, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(Lines::Corner), at(12));
    glVertexAttribDivisor(1, 0);
    glDisableVertexAttribArray(2);
    glDisableVertexAttribArray(3);
    glDrawArrays(GL_TRIANGLES, 0, static_cast<GLsizei>(corner_count_));
  }
  if (segment_count_) {
    line_program_.use();
    line_program_.set("clip_from_points", clip_from_points);
    line_program_.set("size", static_cast<float>(width), static_cast<float>(height));
    glBindBuffer(GL_ARRAY_BUFFER, segments_.id());
    constexpr GLsizei kStride = sizeof(Lines::Segment);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, kStride, at(0));
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, kStride, at(12));
    glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, kStride, at(24));
    glVertexAttribPointer(3, 3, GL_FLOAT, GL_FALSE, kStride, at(28));
    for (GLuint i = 0; i < 4; ++i) {
      glEnableVertexAttribArray(i);
      glVertexAttribDivisor(i, 1);
    }
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(segment_count_));
  }
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  glBindVertexArray(0);
  glUseProgram(0);
  glDepthMask(GL_TRUE);
  glDisable(GL_BLEND);
  glEnable(GL_DEPTH_TEST);
}

void GlLines::release() {
  line_program_.release();
  face_program_.release();
  segments_.release();
  corners_.release();
  if (vertex_array_) glDeleteVertexArrays(1, &vertex_array_);
  vertex_array_ = 0;
  segment_count_ = corner_count_ = 0;
}

}  // namespace sweepbox
