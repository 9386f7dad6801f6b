#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "app/view/gl_objects.hpp"
#include "core/geometry/pose.hpp"

namespace sweepbox {

/// Colours of a cloud: a map for values and tints by number. 0xAARRGGBB; the alpha of a tint is its
/// share over the map's colour, tint 0 is none.
struct InkTable {
  std::array<std::uint32_t, 256> map{};
  std::array<std::uint32_t, 256> tints{};

  bool operator==(const InkTable&) const = default;
};

/// One point's ink: value 0 … 0xFFFFFF (looked up in the map, or RGB itself), tint above it.
constexpr std::uint32_t ink_of(std::uint32_t value, std::uint32_t tint = 0) {
  return (tint << 24) | (value & 0xFFFFFFu);
}

/// Paints points into the bound framebuffer. Where compute shaders run: an atomic minimum a pixel
/// of depth and number, then a resolve to colour and depth; else plain GL points. Needs the
/// window's context.
///
/// Clouds up to 2²¹ points take one pass with depth and number in one word (11 bits of depth left
/// at the least; 15 at 120 000 points: 1 in 2000), larger ones two passes. tests/bench/bench_points
/// measures it.
class GlPoints {
 public:
  struct Paint {
    Mat4 clip_from_points = Mat4::Identity();
    int x = 0, y = 0;  ///< of the viewport, px from the lower left
    int width = 0, height = 0;
    double size = 2;            ///< of a point, px (rounded, 1 … 8)
    bool orthographic = false;  ///< depth is clip z, not w
    bool eye_dome = false;
  };

  /// x, y, z of each point in turn.
  void set_points(std::span<const float> xyz);
  /// As many as points, and what they mean: by the table, or `direct`ly RGB. Made into colours
  /// here, once for each change: in the picture it would be done for each pixel of each frame.
  void set_inks(std::span<const std::uint32_t> inks, const InkTable& table, bool direct);

  std::size_t count() const { return count_; }

  /// Leaves its program and buffers bound nowhere; touches depth test, blending and viewport.
  void paint(const Paint& what, bool compute);

  /// Numbers of the points at the pixels of a rectangle of the last picture (row by row from below;
  /// kNoPoint where none is). Empty after a picture without compute.
  std::vector<std::uint32_t> read_numbers(int x, int y, int width, int height) const;
  static constexpr std::uint32_t kNoPoint = 0xFFFFFFFFu;

  void release();

 private:
  void paint_by_compute(const Paint& what);
  void paint_by_points(const Paint& what);

  GlProgram packed_, depth_, number_, plain_;
  std::array<GlProgram, 16>
      resolve_;  ///< + 1: eye-dome lighting, + 2: of two passes, + 4 · (gathered − 1)
  GlBuffer points_, colors_, keys_, depths_;
  std::array<GLuint, 3> textures_{};  ///< of keys, depths and colours as the resolve reads them
  GLuint vertex_array_ = 0;
  std::size_t count_ = 0;
  int picture_width_ = 0, picture_height_ = 0;
  unsigned index_bits_ = 0;  ///< of the last picture; 32: two passes; 0: none
};

}  // namespace sweepbox
