#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "app/view/gl_objects.hpp"
#include "core/geometry/pose.hpp"

namespace sweepbox {

/// How a line looks. Widths and dashes in pixels; gap 0 is solid.
struct Stroke {
  std::uint32_t rgb = 0xFFFFFF;
  float alpha = 1;
  float width = 1;
  float dash = 0, gap = 0;
};

/// Lines and translucent triangles of one layer, collected by a painter, painted by GlLines.
class Lines {
 public:
  struct Segment {
    float from[3], to[3];
    std::uint32_t rgba;  ///< bytes R, G, B, A
    float stroke[3];     ///< width, dash, gap
  };

  struct Corner {
    float point[3];
    std::uint32_t rgba;
  };

  void clear();
  void line(const Vec3& from, const Vec3& to, const Stroke& stroke);
  void polyline(std::span<const Vec3> points, const Stroke& stroke, bool closed);
  /// A convex polygon.
  void face(std::span<const Vec3> polygon, std::uint32_t rgb, float alpha);

  std::span<const Segment> segments() const { return segments_; }

  std::span<const Corner> corners() const { return corners_; }

 private:
  std::vector<Segment> segments_;
  std::vector<Corner> corners_;
};

/// Paints Lines into the bound framebuffer with smooth edges. Dashes are counted in pixels along
/// the line from its first end. Needs the window's context.
class GlLines {
 public:
  void set(const Lines& lines);
  /// `tested` hides what is behind (equal depth shows); without it everything is on top. Depth is
  /// not written.
  void paint(const Mat4& clip_from_points, int width, int height, bool tested);
  void release();

 private:
  GlProgram line_program_, face_program_;
  GlBuffer segments_, corners_;
  GLuint vertex_array_ = 0;
  std::size_t segment_count_ = 0, corner_count_ = 0;
};

}  // namespace sweepbox
