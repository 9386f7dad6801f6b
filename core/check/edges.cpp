#include "core/check/edges.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::doctor {
namespace {

constexpr double kColumn = 0.25 * kPi / 180, kRow = 0.4 * kPi / 180;
constexpr int kColumns = 1440, kRows = 225;  // to 45° above and below
constexpr int kSide = 3;                     // columns in which a neighbour is looked for
constexpr float kDecay = 0.85F;              // of an edge's weight, a pixel

}  // namespace

EdgePoints edge_points(const Scene& scene) {
  const Vec3 from = scene.seen_from();

  struct Cell {
    double range = 0;
    std::size_t point = 0;
  };

  std::vector<Cell> cells(static_cast<std::size_t>(kColumns) * kRows);
  EdgePoints result;
  for (std::size_t i = 0; i < scene.points().size(); ++i) {
    const Vec3 point = scene.points()[i].cast<double>(), ray = point - from;
    const double range = ray.norm();
    if (range < 2 || range > 60) continue;
    if (i % 11 == 0) result.all.push_back(point);
    const int column = std::clamp(
        static_cast<int>((std::atan2(ray.y(), ray.x()) + kPi) / kColumn), 0, kColumns - 1);
    const int row = static_cast<int>(std::asin(ray.z() / range) / kRow + kRows / 2.0);
    if (row < 0 || row >= kRows) continue;
    Cell& cell = cells[static_cast<std::size_t>(row * kColumns + column)];
    if (cell.range == 0 || range < cell.range) cell = {range, i};
  }
  for (int row = 0; row < kRows; ++row)
    for (int column = 0; column < kColumns; ++column) {
      const Cell& cell = cells[static_cast<std::size_t>(row * kColumns + column)];
      if (cell.range == 0) continue;
      for (const int side : {-1, 1})
        for (int step = 1; step <= kSide; ++step) {
          const int other = (column + side * step + kColumns) % kColumns;
          const Cell& beside = cells[static_cast<std::size_t>(row * kColumns + other)];
          if (beside.range == 0) continue;
          if (beside.range > cell.range + 0.8 + 0.06 * cell.range) {
            result.edges.push_back(scene.points()[cell.point].cast<double>());
            step = kSide;
          }
          break;
        }
    }
  return result;
}

EdgeImage::EdgeImage(const Image& image, double scale)
    : width_(image.width), height_(image.height), scale_(scale) {
  const auto w = static_cast<std::size_t>(width_), h = static_cast<std::size_t>(height_);
  if (w < 8 || h < 8) return;
  std::vector<float> gray(w * h), near(w * h, 0.0F);
  for (std::size_t i = 0; i < w * h; ++i)
    gray[i] =
        0.3F * image.rgba[4 * i] + 0.59F * image.rgba[4 * i + 1] + 0.11F * image.rgba[4 * i + 2];
  for (std::size_t y = 1; y + 1 < h; ++y)
    for (std::size_t x = 1; x + 1 < w; ++x) {
      const std::size_t i = y * w + x;
      const float gx =
          gray[i + 1] - gray[i - 1] +
          0.5F * (gray[i + 1 - w] - gray[i - 1 - w] + gray[i + 1 + w] - gray[i - 1 + w]);
      near[i] = std::sqrt(std::abs(gx));  // a strong edge is no better a witness than a clear one
    }
  // Two passes carry each edge along its rows and columns, weaker with each pixel.
  const auto carry = [&](std::size_t to, std::size_t from) {
    near[to] = std::max(near[to], kDecay * near[from]);
  };
  for (std::size_t y = 0; y < h; ++y)
    for (std::size_t x = 0; x < w; ++x) {
      if (x) carry(y * w + x, y * w + x - 1);
      if (y) carry(y * w + x, (y - 1) * w + x);
    }
  for (std::size_t y = h; y-- > 0;)
    for (std::size_t x = w; x-- > 0;) {
      if (x + 1 < w) carry(y * w + x, y * w + x + 1);
      if (y + 1 < h) carry(y * w + x, (y + 1) * w + x);
    }
  // Ranks by counting: a thousand steps are finer than the question.
  constexpr std::size_t kSteps = 1024;
  const float most = std::max(1e-6F, *std::max_element(near.begin(), near.end()));
  const auto step_of = [&](float value) {
    return static_cast<std::size_t>(value / most * static_cast<float>(kSteps - 1));
  };
  std::vector<std::size_t> below(kSteps + 1, 0);
  for (const float value : near) ++below[step_of(value) + 1];
  for (std::size_t i = 1; i <= kSteps; ++i) below[i] += below[i - 1];
  rank_.resize(w * h);
  for (std::size_t i = 0; i < w * h; ++i) {
    const std::size_t step = step_of(near[i]);
    rank_[i] = static_cast<float>(below[step] + below[step + 1]) / 2 / static_cast<float>(w * h);
  }
}

std::optional<double> EdgeImage::at(const Vec2& pixel) const {
  if (rank_.empty() || !pixel.allFinite()) return std::nullopt;
  const double u = (pixel.x() + 0.5) * scale_, v = (pixel.y() + 0.5) * scale_;
  if (u < 0 || v < 0 || u >= width_ || v >= height_) return std::nullopt;
  return rank_[static_cast<std::size_t>(v) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(u)];
}

}  // namespace sweepbox::doctor
