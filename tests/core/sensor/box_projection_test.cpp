#include "core/sensor/box_projection.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace sweepbox {
namespace {

// In these tests ego is the camera's own frame: x right, y down, z forward.

Camera camera_of(const Lens& lens, int width = 640, int height = 480) {
  return {"camera", lens, width, height, {}};
}

const Camera kPinhole = camera_of(Pinhole{500, 500, 320, 240});

Lens fisheye(double focal, double cx, double cy, double k1 = 0) {
  return KannalaBrandt::from({focal, focal, cx, cy, k1, 0, 0, 0});
}

Cuboid box(const Vec3& centre, const Vec3& size) {
  return {{Quat::Identity(), centre}, size};
}

void check_rect(
    const Rect& rect, double x0, double y0, double x1, double y1, double margin = 1e-6) {
  CHECK(rect.x0 == Approx(x0).margin(margin));
  CHECK(rect.y0 == Approx(y0).margin(margin));
  CHECK(rect.x1 == Approx(x1).margin(margin));
  CHECK(rect.y1 == Approx(y1).margin(margin));
}

TEST_CASE("rectangles overlap as drawn on paper") {
  CHECK(iou(Rect{0, 0, 4, 2}, Rect{2, 1, 6, 3}) == Approx(2.0 / 14));
  CHECK(iou(Rect{0, 0, 4, 2}, Rect{0, 0, 4, 2}) == 1);
  CHECK(iou(Rect{0, 0, 4, 2}, Rect{5, 0, 6, 2}) == 0);
  CHECK(iou(Rect{0, 0, 0, 2}, Rect{0, 0, 0, 2}) == 0);
  CHECK(iou(Rect{4, 0, 0, 2}, Rect{0, 0, 4, 2}) == 0);
}

TEST_CASE("a cube straight ahead is bounded by its near face") {
  // 2 m cube at 10 m: the near face at 9 m spans ±500/9.
  const BoxProjection seen = project_box(kPinhole, box({0, 0, 10}, {2, 2, 2}));
  const double half = 500.0 / 9;
  check_rect(seen.in_image, 320 - half, 240 - half, 320 + half, 240 + half);
  check_rect(seen.whole, 320 - half, 240 - half, 320 + half, 240 + half);
  CHECK(seen.visible == Approx(1));
  CHECK(seen.nearest == Approx(9));
  CHECK(seen.depth == Approx(10));
  REQUIRE(seen.edges.size() == 12);
  // Only the near face is turned to the camera, so only its four edges are seen.
  CHECK(std::count_if(seen.edges.begin(), seen.edges.end(), [](const auto& edge) {
          return edge.hidden;
        }) == 8);
  for (const ProjectedEdge& edge : seen.edges) CHECK(edge.pixels.size() == 2);
  CHECK_FALSE(seen.front_face_visible);
  CHECK(seen.front_face.empty());
}

TEST_CASE("a box whose front looks into the camera shows it") {
  Cuboid towards = box({0, 0, 10}, {4, 2, 1});
  towards.pose.rotation = Quat(Eigen::AngleAxisd(kPi / 2, Vec3::UnitY()));  // x to −z
  const BoxProjection seen = project_box(kPinhole, towards);
  CHECK(seen.front_face_visible);
  REQUIRE(seen.front_face.size() == 1);
  // The front is at 8 m, 2 m wide along y and 1 m along x: ±62.5 in v, ±31.25 in u.
  Rect bounds{1e9, 1e9, -1e9, -1e9};
  for (const Vec2& pixel : seen.front_face[0])
    bounds = {std::min(bounds.x0, pixel.x()),
              std::min(bounds.y0, pixel.y()),
              std::max(bounds.x1, pixel.x()),
              std::max(bounds.y1, pixel.y())};
  check_rect(bounds, 320 - 31.25, 240 - 62.5, 320 + 31.25, 240 + 62.5);
}

TEST_CASE("an edge is hidden only between two faces turned away") {
  // Seen from the left, above and before: three faces are seen, nine edges, three hidden.
  const BoxProjection seen = project_box(kPinhole, box({2, 2, 10}, {1, 1, 1}));
  std::vector<int> hidden;
  for (const ProjectedEdge& edge : seen.edges)
    if (edge.hidden) hidden.push_back(edge.edge);
  REQUIRE(hidden.size() == 3);
  for (const int edge : hidden) {  // all meet in the far, right, lower corner
    const auto& ends = kCuboidEdges[static_cast<std::size_t>(edge)];
    CHECK((ends[0] == 7 || ends[1] == 7));
  }
}

TEST_CASE("a board half outside the image is half visible") {
  // Centre at u = 639.5, the image's right border: x = 10 · 319.5 / 500.
  const BoxProjection seen = project_box(kPinhole, box({6.39, 0, 10}, {2, 2, 1e-6}));
  CHECK(seen.visible == Approx(0.5).epsilon(1e-5));
  check_rect(seen.in_image, 589.5, 190, 639.5, 290, 1e-3);
  check_rect(seen.whole, 589.5, 190, 689.5, 290, 1e-3);
}

TEST_CASE("a wall that passes the camera fills the image up to its border") {
  // From 20 m behind to 20 m ahead, 2 m to the right, 2 m high. The far end is at u = 320 +
  // 500·2/20; the border u = 639.5 cuts its inner face at z = 1000/319.5, where v = 240 ±
  // 500·319.5/1000.
  const BoxProjection seen = project_box(kPinhole, box({2.1, 0, 0}, {0.2, 2, 40}));
  check_rect(seen.in_image, 370, 240 - 159.75, 639.5, 240 + 159.75, 1e-6);
  CHECK(seen.nearest == Approx(2));
  CHECK(seen.visible > 0);
  CHECK(seen.visible < 1);
  CHECK(seen.whole.x1 == Approx(639.5 + 4.5 * 640));  // cut at ten image sizes
  for (const ProjectedEdge& edge : seen.edges)
    for (const Vec2& pixel : edge.pixels) CHECK(pixel.allFinite());
}

TEST_CASE("a box around the camera fills the image and hides nothing") {
  const BoxProjection seen = project_box(kPinhole, box({0, 0, 0}, {4, 4, 4}));
  check_rect(seen.in_image, -0.5, -0.5, 639.5, 479.5);
  CHECK(seen.nearest == 0);
  CHECK(seen.visible == Approx(0.01));  // of ten by ten images
  // The far face's four edges, and the forward part of the four that lead to it.
  CHECK(seen.edges.size() == 8);
  for (const ProjectedEdge& edge : seen.edges) CHECK_FALSE(edge.hidden);
}

TEST_CASE("a box behind a pinhole is not there") {
  for (const Vec3& centre : {Vec3(0, 0, -10), Vec3(3, 1, -4)}) {
    const BoxProjection seen = project_box(kPinhole, box(centre, {2, 2, 2}));
    CHECK(seen.edges.empty());
    CHECK(seen.in_image.area() == 0);
    CHECK(seen.whole.area() == 0);
    CHECK(seen.visible == 0);
    CHECK(seen.depth == centre.z());
  }
}

TEST_CASE("a box beside the image is known but not in it") {
  const BoxProjection seen = project_box(kPinhole, box({20, 0, 10}, {2, 2, 2}));
  CHECK(seen.edges.size() == 12);
  CHECK(seen.in_image.area() == 0);
  CHECK(seen.visible == 0);
  CHECK(seen.whole.x0 == Approx(320 + 500 * 19.0 / 11));
}

TEST_CASE("a fisheye sees a box behind its image plane") {
  // At 135° to the axis: r = 300 · 3π/4 = 706.86 px to the right.
  const Camera camera = camera_of(fisheye(300, 950, 950), 1900, 1900);
  const BoxProjection seen = project_box(camera, box({5, 0, -5}, {0.1, 0.1, 0.1}));
  CHECK(seen.edges.size() == 12);
  CHECK((seen.in_image.x0 + seen.in_image.x1) / 2 == Approx(950 + 300 * 0.75 * kPi).margin(0.2));
  CHECK((seen.in_image.y0 + seen.in_image.y1) / 2 == Approx(950).margin(0.1));
  CHECK(seen.visible == Approx(1));
}

TEST_CASE("a box straight behind a fisheye surrounds everything") {
  const Camera camera = camera_of(fisheye(300, 950, 950), 1900, 1900);
  const BoxProjection seen = project_box(camera, box({0, 0, -5}, {1, 1, 1}));
  const double rim = 300 * (kPi - 1e-3);
  check_rect(seen.in_image, 950 - rim, 950 - rim, 950 + rim, 950 + rim, 0.2);
}

TEST_CASE("bent edges follow the lens to half a pixel") {
  const Camera camera = camera_of(fisheye(300, 640, 480), 1280, 960);
  const Cuboid lorry{{from_roll_pitch_yaw(0.1, 0.9, 0.4), {1, -0.5, 2.5}}, {12, 2.5, 1.2}};
  const BoxProjection seen = project_box(camera, lorry);
  const auto points = corners(lorry);
  REQUIRE(seen.edges.size() == 12);
  for (const ProjectedEdge& edge : seen.edges) {
    const auto& ends = kCuboidEdges[static_cast<std::size_t>(edge.edge)];
    const Vec3& a = points[static_cast<std::size_t>(ends[0])];
    const Vec3& b = points[static_cast<std::size_t>(ends[1])];
    for (int i = 0; i <= 1000; ++i) {
      const auto pixel = camera.project(a + i / 1000.0 * (b - a));
      REQUIRE(pixel);
      double nearest = 1e9;
      for (std::size_t k = 0; k + 1 < edge.pixels.size(); ++k) {
        const Vec2 d = edge.pixels[k + 1] - edge.pixels[k];
        const double t = std::clamp((*pixel - edge.pixels[k]).dot(d) / d.squaredNorm(), 0.0, 1.0);
        nearest = std::min(nearest, (edge.pixels[k] + t * d - *pixel).norm());
      }
      REQUIRE(nearest < 0.5);
    }
  }
}

/// What brute force says: the bounds of the pixels whose rays meet the box and of thousands of
/// points along its edges; how many rays meet it, and how many its front first.
struct Truth {
  Rect bounds{1e9, 1e9, -1e9, -1e9};
  int all = 0;
  int front = 0;
};

Truth by_force(const Camera& camera,
               const std::vector<std::optional<Vec3>>& rays,
               const Cuboid& cuboid) {
  Truth result;
  const auto add = [&](double x0, double y0, double x1, double y1) {
    Rect& bounds = result.bounds;
    bounds = {std::min(bounds.x0, x0),
              std::min(bounds.y0, y0),
              std::max(bounds.x1, x1),
              std::max(bounds.y1, y1)};
  };
  for (int y = 0; y < camera.height; ++y)
    for (int x = 0; x < camera.width; ++x) {
      const auto& ray = rays[static_cast<std::size_t>(y * camera.width + x)];
      if (!ray) continue;
      const auto met = hit(Ray{Vec3::Zero(), *ray}, cuboid);
      if (!met) continue;
      ++result.all;
      result.front += met->face == 1 && met->distance > 0;
      add(x, y, x, y);
    }
  const auto points = corners(cuboid);
  for (const auto& ends : kCuboidEdges) {
    const Vec3& a = points[static_cast<std::size_t>(ends[0])];
    const Vec3& b = points[static_cast<std::size_t>(ends[1])];
    for (int i = 0; i <= 4000; ++i) {
      const auto pixel = camera.project(a + i / 4000.0 * (b - a));
      if (pixel && in_image(camera, *pixel)) add(pixel->x(), pixel->y(), pixel->x(), pixel->y());
    }
  }
  return result;
}

double area_of(const std::vector<Vec2>& polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vec2& a = polygon[i];
    const Vec2& b = polygon[(i + 1) % polygon.size()];
    twice += a.x() * b.y() - a.y() * b.x();
  }
  return std::abs(twice) / 2;
}

TEST_CASE(
    "bounds and front are what a ray through every pixel finds, near, far, behind and inside") {
  // The first fisheye shows its whole circle (limit 104.6° at 122 px), the last lenses are cut off.
  const std::vector<Camera> cameras = {
      camera_of(fisheye(100, 160, 128, -0.1), 320, 256),
      camera_of(Pinhole{150, 130, 150, 130}, 320, 256),
      camera_of(BrownConrady::from({150, 140, 160, 128, -0.3, 0.1, -0.02, 0, 0, 0, 0.001, 0.001}),
                320,
                256),
      camera_of(fisheye(90, 160, 128), 320, 256),
      camera_of(Mei::from({300, 280, 160, 128, 1.5, -0.05, 0.01, 0, 0}), 320, 256),
  };
  std::mt19937 random(9);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> side(0.8, 5);
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    const Camera& camera = cameras[c];
    std::vector<std::optional<Vec3>> rays;
    for (int y = 0; y < camera.height; ++y)
      for (int x = 0; x < camera.width; ++x) rays.push_back(unproject(camera.lens, Vec2(x, y)));
    int compared = 0;
    for (int i = 0; i < 60; ++i) {
      const Quat rotation =
          Quat(normal(random), normal(random), normal(random), normal(random)).normalized();
      const Cuboid cuboid{{rotation, {3 * normal(random), 3 * normal(random), 3 * normal(random)}},
                          {side(random), side(random), side(random)}};
      const BoxProjection seen = project_box(camera, cuboid);
      const Truth truth = by_force(camera, rays, cuboid);
      CAPTURE(c, i, seen.nearest, truth.all);
      if (truth.bounds.x0 > truth.bounds.x1) {
        CHECK(seen.in_image.area() == 0);
        continue;
      }
      ++compared;
      // A pixel stands for half a pixel around it, and a bend may be off by a quarter.
      check_rect(
          seen.in_image, truth.bounds.x0, truth.bounds.y0, truth.bounds.x1, truth.bounds.y1, 0.8);
      CHECK(seen.visible > 0);
      if (c != 0) continue;  // the front's polygon goes beyond the image
      const double drawn = seen.front_face.empty() ? 0 : area_of(seen.front_face[0]);
      CHECK(drawn == Approx(truth.front).margin(0.02 * truth.front + 40));
    }
    CHECK(compared > 15);
  }
}

}  // namespace
}  // namespace sweepbox
