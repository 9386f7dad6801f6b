#include "app/view/gl_points.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace sweepbox {

namespace {

constexpr std::size_t kPackedPoints = std::size_t{1} << 21;
// One dispatch's points: 65535 groups of 128 is the least limit, 128 MiB a binding that of
// llvmpipe.
constexpr std::size_t kChunk = std::size_t{1} << 22;
// Depths that one word tells apart, m. What is nearer or farther falls into the first or last step.
constexpr float kNearest = 0.25f;
constexpr float kFarthest = 1024.f;

struct DepthBits {
  unsigned low;   ///< bits of the least depth
  unsigned high;  ///< of the greatest
  unsigned drop;  ///< to cut so that the rest fits
};

DepthBits depth_bits(bool orthographic, unsigned index_bits) {
  const auto low = std::bit_cast<unsigned>(orthographic ? 1.0f : kNearest);
  const auto high = std::bit_cast<unsigned>(orthographic ? 2.0f : kFarthest);
  const auto whole = static_cast<unsigned>(std::bit_width(high - low));
  const unsigned room = 32 - index_bits;
  return {low, high, whole > room ? whole - room : 0};
}

}  // namespace

void GlPoints::set_points(std::span<const float> xyz) {
  count_ = xyz.size() / 3;
  points_.set(xyz.data(), xyz.size_bytes());
}

void GlPoints::set_inks(std::span<const std::uint32_t> inks) {
  inks_.set(inks.data(), inks.size_bytes());
}

void GlPoints::set_table(const InkTable& table) {
  if (table_.id() && table == shown_table_) return;
  shown_table_ = table;
  table_.set(&table, sizeof table);
}

void GlPoints::paint(const Paint& what, bool compute) {
  index_bits_ = 0;
  if (count_ == 0 || what.width <= 0 || what.height <= 0) return;
  if (inks_.size() < count_ * 4) return;
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
    resolve_packed_.make(
        {{GL_VERTEX_SHADER, "fullscreen.vert"}, {GL_FRAGMENT_SHADER, "points_resolve.frag"}},
        "#define STAGE 0\n");
  } else {
    depth_.make({{GL_COMPUTE_SHADER, "points.comp"}}, "#define STAGE 1\n");
    number_.make({{GL_COMPUTE_SHADER, "points.comp"}}, "#define STAGE 2\n");
    resolve_number_.make(
        {{GL_VERTEX_SHADER, "fullscreen.vert"}, {GL_FRAGMENT_SHADER, "points_resolve.frag"}},
        "#define STAGE 1\n");
  }
  const GlProgram& resolve = one_pass ? resolve_packed_ : resolve_number_;
  if (!resolve.ready()) return;

  const std::size_t pixels =
      static_cast<std::size_t>(what.width) * static_cast<std::size_t>(what.height);
  keys_.fill_ones(pixels * 4);
  if (!one_pass) depths_.fill_ones(pixels * 4);
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 1, keys_.id());
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 2, one_pass ? keys_.id() : depths_.id());

  const int spread = std::clamp(static_cast<int>(std::lround(what.size)), 1, 8);
  const DepthBits bits = depth_bits(what.orthographic, one_pass ? index_bits : 0);
  const auto pass = [&](const GlProgram& program) {
    if (!program.ready()) return;
    program.use();
    program.set("clip_from_points", what.clip_from_points);
    program.set("size", what.width, what.height);
    program.set("spread", spread);
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

  resolve.use();
  resolve.set("clip_from_points", what.clip_from_points);
  resolve.set("origin", what.x, what.y);
  resolve.set("size", what.width, what.height);
  resolve.set("index_bits", index_bits & 31u);
  resolve.set("direct", what.direct ? 1 : 0);
  resolve.set("radius", spread);
  // An octave of depth is 2²³ steps of a float's bits, less what was dropped; a tenth of an octave
  // between neighbours halves the light.
  const double octave = std::ldexp(1.0, 23 - static_cast<int>(one_pass ? bits.drop : 1));
  resolve.set("edl", what.eye_dome ? static_cast<float>(2.5 / octave) : 0.0f);
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 0, points_.id());
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 3, inks_.id());
  glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 4, table_.id());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  for (GLuint i = 0; i < 5; ++i) glBindBufferBase(GL_SHADER_STORAGE_BUFFER, i, 0);
  picture_width_ = what.width;
  picture_height_ = what.height;
  index_bits_ = index_bits;
}

void GlPoints::paint_by_points(const Paint& what) {
  plain_.make({{GL_VERTEX_SHADER, "points.vert"}, {GL_FRAGMENT_SHADER, "points.frag"}});
  if (!plain_.ready()) return;
  std::vector<std::uint8_t> texels;
  texels.reserve(512 * 4);
  for (const auto* part : {&shown_table_.map, &shown_table_.tints})
    for (const std::uint32_t c : *part)
      for (const int shift : {16, 8, 0, 24})
        texels.push_back(static_cast<std::uint8_t>(c >> shift));
  table_texture_.set(256, 2, texels.data(), false);

  plain_.use();
  plain_.set("clip_from_points", what.clip_from_points);
  plain_.set("spread", static_cast<float>(std::max(1.0, std::round(what.size))));
  plain_.set("direct", what.direct ? 1 : 0);
  plain_.set("table", 0);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, table_texture_.id());
  glEnable(GL_PROGRAM_POINT_SIZE);
  glBindBuffer(GL_ARRAY_BUFFER, points_.id());
  glEnableVertexAttribArray(0);
  glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 12, nullptr);
  glBindBuffer(GL_ARRAY_BUFFER, inks_.id());
  glEnableVertexAttribArray(1);
  glVertexAttribIPointer(1, 1, GL_UNSIGNED_INT, 4, nullptr);
  glDrawArrays(GL_POINTS, 0, static_cast<GLsizei>(count_));
  glDisableVertexAttribArray(0);
  glDisableVertexAttribArray(1);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  glBindTexture(GL_TEXTURE_2D, 0);
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
  for (GlProgram* p : {&packed_, &depth_, &number_, &resolve_packed_, &resolve_number_, &plain_})
    p->release();
  for (GlBuffer* b : {&points_, &inks_, &keys_, &depths_, &table_}) b->release();
  table_texture_.release();
  if (vertex_array_) glDeleteVertexArrays(1, &vertex_array_);
  vertex_array_ = 0;
  count_ = 0;
  index_bits_ = 0;
}

}  // namespace sweepbox
