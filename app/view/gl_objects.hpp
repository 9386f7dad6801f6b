#pragma once
#include <GL/glew.h>

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sweepbox {

using Mat4 = Eigen::Matrix4d;

// Owners of OpenGL objects. Each needs the window's context current when it makes, uses and ends
// its object; release() ends it early, before the context goes.

/// A linked program of embedded shaders ("points.comp", "fullscreen.vert" …).
class GlProgram {
 public:
  struct Stage {
    GLenum kind;
    std::string_view file;
  };

  GlProgram() = default;
  GlProgram(const GlProgram&) = delete;
  GlProgram& operator=(const GlProgram&) = delete;

  ~GlProgram() { release(); }

  /// Compiles once; `defines` are lines after #version. What the driver refuses is logged, and the
  /// program stays empty: nothing is painted then.
  void make(std::initializer_list<Stage> stages, std::string_view defines = {});

  bool ready() const { return id_ != 0; }

  void use() const { glUseProgram(id_); }

  GLint place(const char* uniform) const { return glGetUniformLocation(id_, uniform); }

  void set(const char* uniform, int value) const { glUniform1i(place(uniform), value); }

  void set(const char* uniform, unsigned value) const { glUniform1ui(place(uniform), value); }

  void set(const char* uniform, float value) const { glUniform1f(place(uniform), value); }

  void set(const char* uniform, int x, int y) const { glUniform2i(place(uniform), x, y); }

  void set(const char* uniform, float x, float y) const { glUniform2f(place(uniform), x, y); }

  void set(const char* uniform, const Mat4& matrix) const;
  void release();

 private:
  GLuint id_ = 0;
};

/// A buffer that grows and never shrinks.
class GlBuffer {
 public:
  GlBuffer() = default;
  GlBuffer(const GlBuffer&) = delete;
  GlBuffer& operator=(const GlBuffer&) = delete;

  ~GlBuffer() { release(); }

  GLuint id() const { return id_; }

  std::size_t size() const { return size_; }

  void reserve(std::size_t bytes);
  void set(const void* data, std::size_t bytes);
  /// All bytes of the first `bytes` to 0xFF.
  void fill_ones(std::size_t bytes);
  void release();

 private:
  GLuint id_ = 0;
  std::size_t size_ = 0;
};

/// An RGBA texture, linear, clamped; a framebuffer on demand.
class GlTexture {
 public:
  GlTexture() = default;
  GlTexture(const GlTexture&) = delete;
  GlTexture& operator=(const GlTexture&) = delete;

  ~GlTexture() { release(); }

  GLuint id() const { return id_; }

  int width() const { return width_; }

  int height() const { return height_; }

  /// Uploads pixels, row by row from the top; null leaves them undefined.
  void set(int width, int height, const std::uint8_t* rgba, bool smooth = true);
  /// A framebuffer with this texture and a depth buffer of the same size.
  GLuint framebuffer();
  void release();

 private:
  GLuint id_ = 0;
  GLuint framebuffer_ = 0;
  GLuint depth_ = 0;
  int width_ = 0, height_ = 0;
};

/// Puts back the framebuffer, viewport and switches that painting outside of VTK touches.
class GlStateKeeper {
 public:
  GlStateKeeper();
  GlStateKeeper(const GlStateKeeper&) = delete;
  GlStateKeeper& operator=(const GlStateKeeper&) = delete;
  ~GlStateKeeper();

 private:
  GLint draw_framebuffer_ = 0, read_framebuffer_ = 0, viewport_[4] = {};
  GLboolean depth_test_, blend_, scissor_, cull_;
};

}  // namespace sweepbox
