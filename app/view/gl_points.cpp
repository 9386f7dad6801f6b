#include "app/view/gl_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace sweepbox {

namespace {

constexpr std::size_t kPackedPoints = std::size_t{1} << 21;
// Above it a point is written to one pixel and the resolve looks around: 3 reads a pixel cost less
// than 3 more atomics a point (2 million points: 113 -> 84 ms of processor time on llvmpipe).
constexpr std::size_t kScatteredPoints = 400'000;
// One dispatch's points: 65535 groups of 128 is the least limit, 128 MiB a binding that of
// llvmpipe.
constexpr std::size_t kChunk = std::size_t{1} << 22;
// Depths that one word tells apart, m, where the near plane stands at kNear. What is nearer or
// farther falls into the first or last step.
constexpr float kNearest = 0.25f;
constexpr float kFarthest = 1024.f;
constexpr double kNear = 0.2;

struct DepthBits {
  unsigned low;   ///< bits of the least depth
  unsigned high;  ///< of the greatest
  unsigned drop;  ///< to cut so that the rest fits
};

/// Of a perspective: its near plane, m, in powers of two of kNear.
float depth_scale_of(const Mat4& clip_from_points) {
  const auto z = clip_from_points.row(2), w = clip_from_points.row(3);
  // Clip z = a · w + b, and −w at the near plane.
  const double a = z.head<3>().dot(w.head<3>()) / std::max(1e-12, w.head<3>().squaredNorm());
  const double near = -(z[3] - a * w[3]) / (1 + a);
  return near > 0 ? static_cast<float>(std::exp2(std::round(std::log2(near / kNear)))) : 1.f;
}

DepthBits depth_bits(const GlPoints::Paint& what, unsigned index_bits) {
  const float scale = what.orthographic ? 1 : depth_scale_of(what.clip_from_points);
  const auto low = std::bit_cast<unsigned>(what.orthographic ? 1.0f : scale * kNearest);
  const auto high = std::bit_cast<unsigned>(what.orthographic ? 2.0f : scale * kFarthest);
  const auto whole = static_cast<unsigned>(std::bit_width(high - low));
  const unsigned room = 32 - index_bits;
  return {low, high, whole > room ? whole - room : 0};
}

/// Window z = x + y / depth (x + y · depth where orthographic), depth as points.comp stores it.
Vec2 window_z(const GlPoints::Paint& what) {
  if (what.orthographic) return {0.5 - 0.5 * 1.5 / 0.499, 0.5 / 0.499};
  // Clip z and clip w of a perspective both grow along the eye's axis alone: z = a · w + b.
  const auto z = what.clip_from_points.row(2), w = what.clip_from_points.row(3);
  const double a = z.head<3>().dot(w.head<3>()) / std::max(1e-12, w.head<3>().squaredNorm());
  return {0.5 + 0.5 * a, 0.5 * (z[3] - a * w[3])};
}

}  // namespace

void GlPoints::set_points(std::span<const float> xyz) {
  count_ = xyz.size() / 3;
  points_.set(xyz.data(), xyz.size_bytes());
}

void GlPoints::set_inks(std::span<const std::uint32_t> inks, const InkTable& table, bool direct) {
  // Bytes R, G, B, A in memory.
  const auto turned = [](std::uint32_t rgb) {
    return ((rgb & 0xFFu) << 16) | (rgb & 0xFF00u) | ((rgb >> 16) & 0xFFu) | 0xFF000000u;
  };
  std::vector<std::uint32_t> colors(inks.size());
  for (std::size_t i = 0; i < inks.size(); ++i) {
    const std::uint32_t ink = inks[i];
    std::uint32_t rgb = direct ? ink & 0xFFFFFFu : table.map[(ink >> 16) & 255u];
    if (const std::uint32_t tint = table.tints[ink >> 24]; tint >> 24) {
      const std::uint32_t share = tint >> 24;
      std::uint32_t mixed = 0;
      for (const unsigned shift : {0u, 8u, 16u}) {
        const std::uint32_t from = (rgb >> shift) & 255u, to = (tint >> shift) & 255u;
        mixed |= ((from * (255 - share) + to * share + 127) / 255) << shift;
      }
      rgb = mixed;
    }
    colors[i] = turned(rgb);
  }
  colors_.set(colors.data(), colors.size() * 4);
}

void GlPoints::paint(const Paint& what, bool compute) {
  index_bits_ = 0;
  if (count_ == 0 || what.width <= 0 || what.height <= 0) return;
  if (colors_.size() < count_ * 4) return;
  if (!vertex_array_) glGenVertexArrays(1, &vertex_array_);
  glViewport(what.x, what.y, what.width, what.height);
  glEnable(GL_DEPTH_TEST);
  glDepthFunc(GL_LEQUAL);
  glDepthMask(GL_TRUE);
  glDisable(GL_BLEND);
  glBindVertexArray(vertex_array_);
  if (compute)
    paint_by_compute(what);
  else
    paint_by_points(what);
  glBindVertexArray(0);
  glUseProgram(0);
}

void GlPoints::paint_by_compute(const Paint& what) {
  const bool one_pass = count_ <= kPackedPoints;
  const unsigned index_bits =
      one_pass ? std::max(1u, static_cast<unsigned>(std::bit_width(count_ - 1))) : 32u;
  if (one_pass) {
    packed_.make({{GL_COMPUTE_SHADER, "points.comp"}}, "#define STAGE 0\n");
  } else {
    depth_.make({{GL_COMPUTE_SHADER, "points.comp"}}, "#define STAGE 1\n");
    number_.make({{GL_COMPUTE_SHADER, "points.comp"}}, "#define STAGE 2\n");
  }
  const int side = std::clamp(static_cast<int>(std::lround(what.size)), 1, 8);
  const int gathered = count_ > kScatteredPoints && side <= 4 ? side : 1;
  GlProgram& resolve = resolve_[(what.eye_dome ? 1u : 0u) + (one_pass ? 0u : 2u) +
                                4u * static_cast<unsigned>(gathered - 1)];
  resolve.make({{GL_VERTEX_SHADER, "fullscreen.vert"}, {GL_FRAGMENT_SHADER, "points_resolve.frag"}},
               fmt::format("#define STAGE {}\n#define EDL {}\n#define GATHER {}\n",
                           one_pass ? 0 : 1,
                           what.eye_dome ? 1 : 0,
                           gathered));
  if (!resolve.ready()) return;

  const std::size_t pixels =
      static_cast<std::size_t>(what.width) * static_cast<std::size_t>(what.height);
  keys_.fill_ones(pixels * 4);
  if (!one_pass) depths_.fill_ones(pixels * 4);
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 1, keys_.id());
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 2, one_pass ? keys_.id() : depths_.id());

  const DepthBits bits = depth_bits(what, one_pass ? index_bits : 0);
  const auto pass = [&](const GlProgram& program) {
    if (!program.ready()) return;
    program.use();
    program.set("clip_from_points", what.clip_from_points);
    program.set("size", what.width, what.height);
    program.set("spread", gathered > 1 ? 1 : side);
    program.set("shift", 0.5f * static_cast<float>(side - 1));
    program.set("index_bits", index_bits & 31u);
    program.set("low_bits", bits.low);
    program.set("high_bits", bits.high);
    program.set("drop", bits.drop);
    program.set("orthographic", what.orthographic ? 1 : 0);
    for (std::size_t first = 0; first < count_; first += kChunk) {
      const std::size_t n = std::min(kChunk, count_ - first);
      glBindBufferRange(GL_SHADER_STORAGE_BUFFER,
                        0,
                        points_.id(),
                        static_cast<GLintptr>(first * 12),
                        static_cast<GLsizeiptr>(n * 12));
      program.set("first", static_cast<unsigned>(first));
      program.set("count", static_cast<unsigned>(n));
      glDispatchCompute(static_cast<GLuint>((n + 127) / 128), 1, 1);
    }
    glMemoryBarrier(GL_SHADER_STORAGE_BARRIER_BIT);
  };
  if (one_pass) {
    pass(packed_);
  } else {
    pass(depth_);
    pass(number_);
  }

  glMemoryBarrier(GL_TEXTURE_FETCH_BARRIER_BIT);
  for (GLuint i = 0; i < 3; ++i) glBindBufferBase(GL_SHADER_STORAGE_BUFFER, i, 0);
  if (!textures_[0]) glGenTextures(3, textures_.data());
  const GLuint read[] = {keys_.id(), one_pass ? keys_.id() : depths_.id(), colors_.id()};
  for (unsigned i = 0; i < 3; ++i) {
    glActiveTexture(GL_TEXTURE0 + i);
    glBindTexture(GL_TEXTURE_BUFFER, textures_[i]);
    glTexBuffer(GL_TEXTURE_BUFFER, i == 2 ? GL_RGBA8 : GL_R32UI, read[i]);
  }
  resolve.use();
  resolve.set("origin", what.x, what.y);
  resolve.set("size", what.width, what.height);
  resolve.set("index_bits", index_bits & 31u);
  resolve.set("low_bits", bits.low);
  resolve.set("drop", bits.drop);
  resolve.set("orthographic", what.orthographic ? 1 : 0);
  resolve.set("radius", side);
  const Vec2 z = window_z(what);
  resolve.set("z_from_depth", static_cast<float>(z.x()), static_cast<float>(z.y()));
  // An octave of depth is 2²³ steps of a float's bits, less what was dropped; a quarter of an
  // octave before a point halves its light.
  const double octave = std::ldexp(1.0, 23 - static_cast<int>(one_pass ? bits.drop : 1));
  resolve.set("edl", static_cast<float>(4 / octave));
  glDrawArrays(GL_TRIANGLES, 0, 3);
  for (unsigned i = 0; i < 3; ++i) {
    glActiveTexture(GL_TEXTURE0 + i);
    glBindTexture(GL_TEXTURE_BUFFER, 0);
  }
  glActiveTexture(GL_TEXTURE0);
  picture_width_ = what.width;
  picture_height_ = what.height;
  index_bits_ = index_bits;
}

void GlPoints::paint_by_points(const Paint& what) {
  plain_.make({{GL_VERTEX_SHADER, "points.vert"}, {GL_FRAGMENT_SHADER, "points.frag"}});
  if (!plain_.ready()) return;
  plain_.use();
  plain_.set("clip_from_points", what.clip_from_points);
  plain_.set("spread", static_cast<float>(std::max(1.0, std::round(what.size))));
  glEnable(GL_PROGRAM_POINT_SIZE);
  glBindBuffer(GL_ARRAY_BUFFER, points_.id());
  glEnableVertexAttribArray(0);
  glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 12, nullptr);
  glBindBuffer(GL_ARRAY_BUFFER, colors_.id());
  glEnableVertexAttribArray(1);
  glVertexAttribPointer(1, 4, GL_UNSIGNED_BYTE, GL_TRUE, 4, nullptr);
  glDrawArrays(GL_POINTS, 0, static_cast<GLsizei>(count_));
  glDisableVertexAttribArray(0);
  glDisableVertexAttribArray(1);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  glDisable(GL_PROGRAM_POINT_SIZE);
}

std::vector<std::uint32_t> GlPoints::read_numbers(int x, int y, int width, int height) const {
  if (index_bits_ == 0) return {};
  std::vector<std::uint32_t> result(
      static_cast<std::size_t>(std::max(0, width)) * static_cast<std::size_t>(std::max(0, height)),
      kNoPoint);
  const int y0 = std::clamp(y, 0, picture_height_), y1 = std::clamp(y + height, 0, picture_height_);
  if (y0 >= y1 || result.empty()) return result;
  // Whole rows in one read: each read waits for the picture.
  const auto row = static_cast<std::size_t>(picture_width_);
  std::vector<std::uint32_t> keys(row * static_cast<std::size_t>(y1 - y0));
  glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
  glBindBuffer(GL_ARRAY_BUFFER, keys_.id());
  glGetBufferSubData(GL_ARRAY_BUFFER,
                     static_cast<GLintptr>(static_cast<std::size_t>(y0) * row * 4),
                     static_cast<GLsizeiptr>(keys.size() * 4),
                     keys.data());
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  const std::uint32_t mask = index_bits_ >= 32 ? 0xFFFFFFFFu : (1u << index_bits_) - 1u;
  for (int j = y0; j < y1; ++j)
    for (int i = std::max(0, x); i < std::min(picture_width_, x + width); ++i) {
      const std::uint32_t key =
          keys[static_cast<std::size_t>(j - y0) * row + static_cast<std::size_t>(i)];
      if (key == kNoPoint) continue;
      result[static_cast<std::size_t>(j - y) * static_cast<std::size_t>(width) +
             static_cast<std::size_t>(i - x)] = key & mask;
    }
  return result;
}

void GlPoints::release() {
  for (GlProgram* p : {&packed_, &depth_, &number_, &plain_}) p->release();
  for (GlProgram& p : resolve_) p.release();
  for (GlBuffer* b : {&points_, &colors_, &keys_, &depths_}) b->release();
  if (textures_[0]) glDeleteTextures(3, textures_.data());
  textures_ = {};
  if (vertex_array_) glDeleteVertexArrays(1, &vertex_array_);
  vertex_array_ = 0;
  count_ = 0;
  index_bits_ = 0;
}

}  // namespace sweepbox
