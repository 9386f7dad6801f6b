#pragma once
#include "app/view/gl_lines.hpp"
#include "app/view/vtk_canvas.hpp"

namespace sweepbox {

/// A layer of lines and faces as a prop of the scene: what most painters are made of.
class LineLayer {
 public:
  /// `tested`: hidden by what stands before it; else on top of everything painted so far.
  explicit LineLayer(bool tested) : tested_(tested), prop_(vtkSmartPointer<GlProp>::New()) {
    prop_->on_paint = [this](const GlFrame& frame) {
      gl_.paint(frame.clip_from_ego, frame.width, frame.height, tested_);
    };
    prop_->on_release = [this] { gl_.release(); };
  }

  LineLayer(const LineLayer&) = delete;
  LineLayer& operator=(const LineLayer&) = delete;

  ~LineLayer() {
    prop_->on_paint = {};
    prop_->on_release = {};
  }

  void attach(vtkRenderer* renderer) { renderer->AddViewProp(prop_); }

  void set(const Lines& lines) { gl_.set(lines); }

 private:
  bool tested_;
  GlLines gl_;
  vtkSmartPointer<GlProp> prop_;
};

}  // namespace sweepbox
