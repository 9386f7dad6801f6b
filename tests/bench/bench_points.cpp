// The point painter against vtkPolyDataMapper: the same cloud, camera and size in one run, each in
// a VTK scene of its own, no eye-dome lighting. Needs a display (Xvfb will do).
//   xvfb-run -a bench_points [--json]
#include <GL/glew.h>

#include "app/command/display.hpp"
#include "app/view/gl_points.hpp"
#include "app/view/vtk_canvas.hpp"
#include "tests/bench/report.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <vtkActor.h>
#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace {

using sweepbox::GlFrame;
using sweepbox::GlPoints;
using sweepbox::VtkCanvas;

constexpr int kWidth = 900, kHeight = 600;

/// A street as a spinning lidar sees it: rings on the ground, walls at both sides, x y z in turn.
std::vector<float> street(std::size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> share(0, 1);
  std::vector<float> xyz;
  xyz.reserve(count * 3);
  for (std::size_t i = 0; i < count; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * share(random);
    const float fall = 0.02f + 0.4f * share(random);
    float reach = 1.7f / fall;
    float z = -1.7f;
    const float wall = 12.f / std::max(0.05f, std::abs(std::sin(angle)));
    if (reach > wall) {
      z = -1.7f + 5.f * share(random);
      reach = wall;
    }
    xyz.insert(xyz.end(), {reach * std::cos(angle), reach * std::sin(angle), z});
  }
  return xyz;
}

void look(VtkCanvas& canvas) {
  vtkCamera* camera = canvas.camera();
  camera->SetPosition(-17, 0, 17);
  camera->SetFocalPoint(8, 0, 0);
  camera->SetViewUp(0, 0, 1);
  camera->SetViewAngle(45);
  camera->SetClippingRange(0.2, 1000);
}

double median_ms(VtkCanvas& canvas, int runs) {
  std::vector<double> times;
  canvas.render(kWidth, kHeight);
  canvas.render(kWidth, kHeight);
  glFinish();
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    canvas.render(kWidth, kHeight);
    glFinish();
    times.push_back(sweepbox::bench::milliseconds_since(begin));
  }
  return sweepbox::bench::median(times);
}

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
  look(canvas);
  const double result = median_ms(canvas, runs);
  points.release();
  canvas.release();
  return result;
}

double mapper_ms(const std::vector<float>& xyz, int runs) {
  VtkCanvas canvas;
  auto values = vtkSmartPointer<vtkFloatArray>::New();
  values->SetNumberOfComponents(3);
  const auto count = static_cast<vtkIdType>(xyz.size() / 3);
  values->SetNumberOfTuples(count);
  std::copy(xyz.begin(), xyz.end(), values->GetPointer(0));
  auto places = vtkSmartPointer<vtkPoints>::New();
  places->SetData(values);
  auto cells = vtkSmartPointer<vtkCellArray>::New();
  auto colors = vtkSmartPointer<vtkUnsignedCharArray>::New();
  colors->SetNumberOfComponents(3);
  for (vtkIdType i = 0; i < count; ++i) {
    cells->InsertNextCell(1, &i);
    const auto z =
        static_cast<unsigned char>((xyz[static_cast<std::size_t>(i) * 3 + 2] + 1.7f) / 5.f * 255);
    const unsigned char rgb[] = {z, z, 0x80};
    colors->InsertNextTypedTuple(rgb);
  }
  auto data = vtkSmartPointer<vtkPolyData>::New();
  data->SetPoints(places);
  data->SetVerts(cells);
  data->GetPointData()->SetScalars(colors);
  auto mapper = vtkSmartPointer<vtkPolyDataMapper>::New();
  mapper->SetInputData(data);
  auto actor = vtkSmartPointer<vtkActor>::New();
  actor->SetMapper(mapper);
  actor->GetProperty()->SetPointSize(2);
  actor->GetProperty()->LightingOff();
  canvas.renderer()->AddActor(actor);
  look(canvas);
  const double result = median_ms(canvas, runs);
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

  const auto small = street(120'000), large = street(2'000'000);
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
