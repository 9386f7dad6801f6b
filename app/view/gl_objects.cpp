#include "app/view/gl_objects.hpp"

#include "app/view/embedded.hpp"
#include "core/base/log.hpp"

namespace sweepbox {

namespace {

GLuint compiled(const GlProgram::Stage& stage, std::string_view defines) {
  std::string source(view_files::get(stage.file));
  const auto first_line = source.find('\n');
  if (first_line == std::string::npos) {
    log_error("shader {}: not embedded", stage.file);
    return 0;
  }
  source.insert(first_line + 1, defines);
  const GLuint id = glCreateShader(stage.kind);
  const char* text = source.c_str();
  glShaderSource(id, 1, &text, nullptr);
  glCompileShader(id);
  GLint good = 0;
  glGetShaderiv(id, GL_COMPILE_STATUS, &good);
  if (good) return id;
  char why[2048] = {};
  glGetShaderInfoLog(id, sizeof why, nullptr, why);
  log_error("shader {}: {}", stage.file, why);
  glDeleteShader(id);
  return 0;
}

}  // namespace

void GlProgram::make(std::initializer_list<Stage> stages, std::string_view defines) {
  if (id_) return;
  const GLuint program = glCreateProgram();
  bool good = true;
  for (const Stage& stage : stages) {
    const GLuint shader = compiled(stage, defines);
    if (!shader) {
      good = false;
      continue;
    }
    glAttachShader(program, shader);
    glDeleteShader(shader);
  }
  GLint linked = 0;
  if (good) {
    glLinkProgram(program);
    glGetProgramiv(program, GL_LINK_STATUS, &linked);
    if (!linked) {
      char why[2048] = {};
      glGetProgramInfoLog(program, sizeof why, nullptr, why);
      log_error("shader program: {}", why);
    }
  }
  if (linked)
    id_ = program;
  else
    glDeleteProgram(program);
}

void GlProgram::set(const char* uniform, const Mat4& matrix) const {
  const Eigen::Matrix4f single = matrix.cast<float>();
  glUniformMatrix4fv(place(uniform), 1, GL_FALSE, single.data());
}

void GlProgram::release() {
  if (id_) glDeleteProgram(id_);
  id_ = 0;
}

void GlBuffer::reserve(std::size_t bytes) {
  if (id_ && bytes <= size_) return;
  if (!id_) glGenBuffers(1, &id_);
  size_ = bytes + bytes / 8 + 256;
  glBindBuffer(GL_ARRAY_BUFFER, id_);
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(size_), nullptr, GL_DYNAMIC_DRAW);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
}

void GlBuffer::set(const void* data, std::size_t bytes) {
  reserve(bytes);
  if (bytes == 0) return;
  glBindBuffer(GL_ARRAY_BUFFER, id_);
  glBufferSubData(GL_ARRAY_BUFFER, 0, static_cast<GLsizeiptr>(bytes), data);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
}

void GlBuffer::fill_ones(std::size_t bytes) {
  reserve(bytes);
  const GLuint ones = 0xFFFFFFFFu;
  glBindBuffer(GL_ARRAY_BUFFER, id_);
  glClearBufferSubData(GL_ARRAY_BUFFER,
                       GL_R32UI,
                       0,
                       static_cast<GLsizeiptr>(bytes),
                       GL_RED_INTEGER,
                       GL_UNSIGNED_INT,
                       &ones);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
}

void GlBuffer::release() {
  if (id_) glDeleteBuffers(1, &id_);
  id_ = 0;
  size_ = 0;
}

void GlTexture::set(int width, int height, const std::uint8_t* rgba, bool smooth) {
  if (!id_) glGenTextures(1, &id_);
  glBindTexture(GL_TEXTURE_2D, id_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  if (width != width_ || height != height_) {
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    width_ = width;
    height_ = height;
    if (framebuffer_) {
      glDeleteFramebuffers(1, &framebuffer_);
      glDeleteRenderbuffers(1, &depth_);
      framebuffer_ = depth_ = 0;
    }
  } else if (rgba) {
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
  }
  const GLint filter = smooth ? GL_LINEAR : GL_NEAREST;
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, 0);
}

GLuint GlTexture::framebuffer() {
  if (framebuffer_ || !id_) return framebuffer_;
  GLint before = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &before);
  glGenRenderbuffers(1, &depth_);
  glBindRenderbuffer(GL_RENDERBUFFER, depth_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT32F, width_, height_);
  glBindRenderbuffer(GL_RENDERBUFFER, 0);
  glGenFramebuffers(1, &framebuffer_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_);
  glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, id_, 0);
  glFramebufferRenderbuffer(GL_DRAW_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, depth_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(before));
  return framebuffer_;
}

void GlTexture::release() {
  if (framebuffer_) {
    glDeleteFramebuffers(1, &framebuffer_);
    glDeleteRenderbuffers(1, &depth_);
  }
  if (id_) glDeleteTextures(1, &id_);
  id_ = framebuffer_ = depth_ = 0;
  width_ = height_ = 0;
}

GlStateKeeper::GlStateKeeper()
    : depth_test_(glIsEnabled(GL_DEPTH_TEST)),
      blend_(glIsEnabled(GL_BLEND)),
      scissor_(glIsEnabled(GL_SCISSOR_TEST)),
      cull_(glIsEnabled(GL_CULL_FACE)) {
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_framebuffer_);
  glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_framebuffer_);
  glGetIntegerv(GL_VIEWPORT, viewport_);
}

GlStateKeeper::~GlStateKeeper() {
  const auto put = [](GLenum what, GLboolean on) { on ? glEnable(what) : glDisable(what); };
  put(GL_DEPTH_TEST, depth_test_);
  put(GL_BLEND, blend_);
  put(GL_SCISSOR_TEST, scissor_);
  put(GL_CULL_FACE, cull_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw_framebuffer_));
  glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read_framebuffer_));
  glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
  glUseProgram(0);
  glBindVertexArray(0);
  glActiveTexture(GL_TEXTURE0);
}

}  // namespace sweepbox
