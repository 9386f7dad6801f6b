// The point painter against vtkPolyDataMapper: the same cloud, camera and size in one run, each in
// a VTK scene of its own, no eye-dome lighting. Needs a display (Xvfb will do).
//   xvfb-run -a bench_points [--json]
#include <GL/glew.h>

#include "app/command/display.hpp"
#include "app/view/gl_points.hpp"
#include "app/view/vtk_canvas.hpp"
#include "tests/bench/mapper.hpp"
#include "tests/bench/report.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <vector>

namespace {

using sweepbox::GlFrame;
using sweepbox::GlPoints;
using sweepbox::VtkCanvas;

constexpr int kWidth = 900, kHeight = 600;

double painter_ms(const std::vector<float>& xyz, int runs) {
  VtkCanvas canvas;
  GlPoints points;
  points.set_points(xyz);
  std::vector<std::uint32_t> inks;
  for (std::size_t i = 0; i < xyz.size(); i += 3)
    inks.push_back(
        sweepbox::ink_of(static_cast<std::uint32_t>((xyz[i + 2] + 1.7f) / 5.f * 0xFFFFFF)));
  sweepbox::InkTable table;
  for (std::uint32_t i = 0; i < 256; ++i) table.map[i] = i << 16 | i << 8 | 0x80;
  points.set_inks(inks, table, false);
  auto prop = vtkSmartPointer<sweepbox::GlProp>::New();
  prop->on_paint = [&](const GlFrame& frame) {
    GlPoints::Paint paint;
    paint.clip_from_points = frame.clip_from_ego;
    paint.width = frame.width;
    paint.height = frame.height;
    points.paint(paint, true);
  };
  canvas.renderer()->AddViewProp(prop);
  const double result = sweepbox::bench::median_picture_ms(canvas, runs);
  points.release();
  canvas.release();
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const auto display = sweepbox::VirtualDisplay::where_needed(kWidth, kHeight);
  if (!display || !glfwInit()) {
    fmt::print(stderr, "bench_points: {}\n", display ? "no window here" : to_line(display.error()));
    return 2;
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 4);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  GLFWwindow* window = glfwCreateWindow(kWidth, kHeight, "bench_points", nullptr, nullptr);
  if (!window) {
    fmt::print(stderr, "bench_points: no OpenGL 4.3 here.\n");
    return 2;
  }
  glfwMakeContextCurrent(window);
  glewInit();

  using sweepbox::bench::mapper_ms;
  using sweepbox::bench::street_points;
  const auto small = street_points(120'000), large = street_points(2'000'000);
  const double painter_small = painter_ms(small, 31), mapper_small = mapper_ms(small, 31);
  const double painter_large = painter_ms(large, 9), mapper_large = mapper_ms(large, 9);
  using sweepbox::bench::Figure;
  const std::vector<Figure> figures = {
      {"points.compute_over_mapper_120k", mapper_small / painter_small, "×", 2.2, false},
      {"points.compute_over_mapper_2m", mapper_large / painter_large, "×", 2.2, false},
      {"points.frame_2m_ms", painter_large, "ms", 150},
  };
  sweepbox::bench::print(figures, sweepbox::bench::wants_json(argc, argv));
  glfwDestroyWindow(window);
  glfwTerminate();
  return 0;
}
