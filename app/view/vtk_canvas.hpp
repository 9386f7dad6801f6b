#pragma once
#include <vtkCamera.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkProp.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>
#include <functional>

#include "app/view/gl_objects.hpp"

namespace sweepbox {

/// What a prop needs to paint with raw GL.
struct GlFrame {
  Mat4 clip_from_ego;
  int width = 0, height = 0;  ///< of the viewport, px
};

/// A prop of a VTK scene that paints with raw OpenGL: depth-correct with everything VTK draws.
/// VTK's state cache is told what painting touched.
class GlProp : public vtkProp {
 public:
  static GlProp* New();
  vtkTypeMacro(GlProp, vtkProp)

      GlProp(const GlProp&) = delete;
  GlProp& operator=(const GlProp&) = delete;

  std::function<void(const GlFrame&)> on_paint;
  std::function<void()> on_release;

  double* GetBounds() override { return nullptr; }

  int RenderOpaqueGeometry(vtkViewport* viewport) override;
  void ReleaseGraphicsResources(vtkWindow* window) override;

 protected:
  GlProp() = default;
  ~GlProp() override = default;
};

/// A picture drawn by VTK inside the window's OpenGL context: a render window without a window of
/// its own, one renderer, the picture as a texture. Needs the context current in every call.
class VtkCanvas {
 public:
  VtkCanvas();
  VtkCanvas(const VtkCanvas&) = delete;
  VtkCanvas& operator=(const VtkCanvas&) = delete;
  ~VtkCanvas();

  vtkRenderer* renderer() { return renderer_; }

  vtkCamera* camera() { return renderer_->GetActiveCamera(); }

  void set_background(std::uint32_t rgb);
  /// Renders at that size in framebuffer pixels.
  void render(int width, int height);
  /// clip (−1 … 1, y up) from the scene's coordinates, of the camera as it is now.
  Mat4 clip_from_scene(int width, int height);

  /// The last picture; its first row is the lowest.
  GLuint texture() const { return texture_; }

  void release();

 private:
  vtkSmartPointer<vtkGenericOpenGLRenderWindow> window_;
  vtkSmartPointer<vtkRenderer> renderer_;
  GLuint texture_ = 0;
};

}  // namespace sweepbox
