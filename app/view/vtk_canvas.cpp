#include "app/view/vtk_canvas.hpp"

#include <vtkMatrix4x4.h>
#include <vtkObjectFactory.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLRenderWindow.h>
#include <vtkOpenGLShaderCache.h>
#include <vtkOpenGLState.h>
#include <vtkTextureObject.h>

namespace sweepbox {

namespace {

Mat4 matrix_of(vtkCamera* camera, double aspect) {
  const vtkMatrix4x4* m = camera->GetCompositeProjectionTransformMatrix(aspect, -1, 1);
  Mat4 result;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column) result(row, column) = m->GetElement(row, column);
  return result;
}

}  // namespace

vtkStandardNewMacro(GlProp);

int GlProp::RenderOpaqueGeometry(vtkViewport* viewport) {
  auto* renderer = vtkRenderer::SafeDownCast(viewport);
  auto* window =
      renderer ? vtkOpenGLRenderWindow::SafeDownCast(renderer->GetRenderWindow()) : nullptr;
  if (!window || !on_paint) return 0;
  const int* size = window->GetSize();
  GlFrame frame;
  frame.width = size[0];
  frame.height = size[1];
  if (frame.width <= 0 || frame.height <= 0) return 0;
  frame.clip_from_ego = matrix_of(renderer->GetActiveCamera(), double(frame.width) / frame.height);

  // VTK keeps a copy of GL's state: what we switch goes through it, or its next prop would be drawn
  // wrong.
  window->GetShaderCache()->ReleaseCurrentShader();
  vtkOpenGLState* state = window->GetState();
  vtkOpenGLState::ScopedglEnableDisable depth_test(state, GL_DEPTH_TEST);
  vtkOpenGLState::ScopedglEnableDisable blend(state, GL_BLEND);
  vtkOpenGLState::ScopedglEnableDisable cull(state, GL_CULL_FACE);
  vtkOpenGLState::ScopedglDepthMask depth_mask(state);
  vtkOpenGLState::ScopedglDepthFunc depth_func(state);
  vtkOpenGLState::ScopedglBlendFuncSeparate blend_func(state);
  vtkOpenGLState::ScopedglViewport keep_viewport(state);
  state->vtkglEnable(GL_DEPTH_TEST);
  state->vtkglDepthFunc(GL_LEQUAL);
  state->vtkglDepthMask(GL_TRUE);
  state->vtkglDisable(GL_BLEND);
  state->vtkglDisable(GL_CULL_FACE);
  on_paint(frame);
  // Painting ends as it began, whatever it did between.
  glEnable(GL_DEPTH_TEST);
  glDepthFunc(GL_LEQUAL);
  glDepthMask(GL_TRUE);
  glDisable(GL_BLEND);
  glUseProgram(0);
  glBindVertexArray(0);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  glActiveTexture(GL_TEXTURE0);
  state->ResetGLBlendFuncState();
  state->ResetGLViewportState();
  state->ResetGLActiveTexture();
  return 1;
}

void GlProp::ReleaseGraphicsResources(vtkWindow*) {
  if (on_release) on_release();
}

VtkCanvas::VtkCanvas()
    : window_(vtkSmartPointer<vtkGenericOpenGLRenderWindow>::New()),
      renderer_(vtkSmartPointer<vtkRenderer>::New()) {
  window_->SetOwnContext(0);
  window_->SetReadyForRendering(true);
  window_->SetFrameBlitModeToNoBlit();
  window_->SetSupportsOpenGL(true);
  window_->SetIsCurrent(true);
  window_->SetMultiSamples(0);
  window_->AddRenderer(renderer_);
  renderer_->SetBackgroundAlpha(1);  // 0, the default, makes the panel transparent in ImGui
}

VtkCanvas::~VtkCanvas() = default;

void VtkCanvas::set_background(std::uint32_t rgb) {
  renderer_->SetBackground(
      ((rgb >> 16) & 255u) / 255.0, ((rgb >> 8) & 255u) / 255.0, (rgb & 255u) / 255.0);
}

void VtkCanvas::render(int width, int height) {
  const GlStateKeeper keeper;
  window_->SetSize(width, height);
  // The state cache is each window's own: what ImGui and other windows did since is unknown to it.
  if (texture_) window_->GetState()->Reset();
  window_->Render();
  auto* attachment = window_->GetDisplayFramebuffer()->GetColorAttachmentAsTextureObject(0);
  texture_ = attachment ? attachment->GetHandle() : 0;
}

Mat4 VtkCanvas::clip_from_scene(int width, int height) {
  return matrix_of(camera(), height > 0 ? static_cast<double>(width) / height : 1);
}

void VtkCanvas::release() {
  renderer_->RemoveAllViewProps();
  window_->Finalize();
  texture_ = 0;
}

}  // namespace sweepbox
