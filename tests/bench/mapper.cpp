#include <GL/glew.h>

#include "tests/bench/mapper.hpp"

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

#include "tests/bench/report.hpp"

namespace sweepbox::bench {
namespace {

constexpr int kWidth = 900, kHeight = 600;

void look(VtkCanvas& canvas) {
  vtkCamera* camera = canvas.camera();
  camera->SetPosition(-17, 0, 17);
  camera->SetFocalPoint(8, 0, 0);
  camera->SetViewUp(0, 0, 1);
  camera->SetViewAngle(45);
  camera->SetClippingRange(0.2, 1000);
}

}  // namespace

std::vector<float> street_points(std::size_t count) {
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

double median_picture_ms(VtkCanvas& canvas, int runs) {
  std::vector<double> times;
  look(canvas);
  canvas.render(kWidth, kHeight);
  canvas.render(kWidth, kHeight);
  glFinish();
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    canvas.render(kWidth, kHeight);
    glFinish();
    times.push_back(milliseconds_since(begin));
  }
  return median(times);
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
  const double result = median_picture_ms(canvas, runs);
  canvas.release();
  return result;
}

}  // namespace sweepbox::bench
