#include "core/sensor/lens.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

namespace sweepbox {
namespace {

using Named = std::vector<std::pair<std::string, double>>;

Lens lens(std::string_view name, const Named& parameters) {
  auto made = make_lens(name, parameters, 1280, 800);
  if (!made) FAIL(to_line(made.error()));
  return *made;
}

/// Lenses as they are met, and harder ones: strong barrel, pincushion, much decentering.
struct Case {
  std::string_view name;
  Named parameters;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"pinhole", {{"fx", 721.5}, {"fy", 650}, {"cx", 609.6}, {"cy", 172.9}}},
      {"brown_conrady", {{"fx", 1000}, {"fy", 900}, {"cx", 640}, {"cy", 360}}},
      {"brown_conrady",
       {{"fx", 1000},
        {"fy", 900},
        {"cx", 640},
        {"cy", 360},
        {"k1", -0.3},
        {"k2", 0.1},
        {"k3", -0.02},
        {"p1", 0.001},
        {"p2", -0.0005}}},
      // Barrel so strong that the usual fixed-point steps run away before the rim.
      {"brown_conrady",
       {{"fx", 500}, {"fy", 420}, {"cx", 640}, {"cy", 400}, {"k1", -0.45}, {"k2", 0.12}}},
      {"brown_conrady",
       {{"fx", 700}, {"fy", 760}, {"cx", 640}, {"cy", 400}, {"k1", 0.5}, {"p2", 0.01}}},
      {"brown_conrady",
       {{"fx", 1000},
        {"fy", 900},
        {"cx", 640},
        {"cy", 360},
        {"k1", 4.2},
        {"k2", 1.1},
        {"k3", 0.05},
        {"k4", 4.6},
        {"k5", 2.5},
        {"k6", 0.3},
        {"p1", 0.0004},
        {"p2", -0.0002}}},
      {"kannala_brandt", {{"fx", 330}, {"fy", 280}, {"cx", 640}, {"cy", 400}}},
      {"kannala_brandt",
       {{"fx", 330},
        {"fy", 320},
        {"cx", 640},
        {"cy", 400},
        {"k1", 0.02},
        {"k2", -0.01},
        {"k3", 0.003},
        {"k4", -0.0005}}},
      {"kannala_brandt", {{"fx", 400}, {"fy", 300}, {"cx", 640}, {"cy", 400}, {"k1", -0.1}}},
      {"mei", {{"fx", 700}, {"fy", 600}, {"cx", 640}, {"cy", 400}, {"xi", 0}}},
      {"mei",
       {{"fx", 700},
        {"fy", 600},
        {"cx", 640},
        {"cy", 400},
        {"xi", 0.9},
        {"k1", -0.1},
        {"k2", 0.02}}},
      {"mei", {{"fx", 700}, {"fy", 600}, {"cx", 640}, {"cy", 400}, {"xi", 1}}},
      // KITTI-360's image_02.
      {"mei",
       {{"fx", 1336},
        {"fy", 1335},
        {"cx", 717},
        {"cy", 706},
        {"xi", 2.2134},
        {"k1", 0.0168},
        {"k2", 1.6548},
        {"p1", 0.0004},
        {"p2", 0.0004}}},
  };
  return all;
}

Vec3 direction(double angle, double azimuth) {
  return {
      std::sin(angle) * std::cos(azimuth), std::sin(angle) * std::sin(azimuth), std::cos(angle)};
}

TEST_CASE("every lens of the variant is made by its name and meets its pixels again") {
  std::map<std::string_view, int> seen;
  for (const Case& each : cases()) {
    const Lens made = lens(each.name, each.parameters);
    REQUIRE(name_of(made) == each.name);
    ++seen[each.name];
    CAPTURE(each.name, parameters_of(made).back().first, max_angle(made) * 180 / kPi);
    for (int ring = 0; ring <= 200; ++ring)
      for (int spoke = 0; spoke < 24; ++spoke) {
        const Vec3 point =
            7.5 * direction(max_angle(made) * (1 - 1e-9) * ring / 200, 2 * kPi * spoke / 24 + 0.1);
        const auto pixel = project(made, point);
        REQUIRE(pixel);
        // Tangential terms may fold a little before the radial limit: the last hundredth is free to
        // answer "no ray", but never a wrong one.
        const auto ray = unproject(made, *pixel);
        if (!ray && ring > 198) continue;
        REQUIRE(ray);
        REQUIRE(ray->norm() == Approx(1).epsilon(1e-12));
        const auto again = project(made, *ray);
        REQUIRE(again);
        REQUIRE((*again - *pixel).norm() < 0.01);
        if (ring < 190) REQUIRE((*ray - point.normalized()).norm() < 1e-6);
      }
  }
  for (const std::string_view name : lens_names()) CHECK(seen[name] > 0);
  CHECK(lens_names().size() == seen.size());
}

TEST_CASE("no lens shows a ray beyond its limit, and radii grow up to it") {
  for (const Case& each : cases()) {
    const Lens made = lens(each.name, each.parameters);
    CAPTURE(each.name, max_angle(made));
    CHECK_FALSE(project(made, direction(max_angle(made) + 1e-6, 0.3)));
    CHECK_FALSE(project(made, {0, 0, 0}));
    CHECK_FALSE(project(made, {0, 0, -1}));
    CHECK_FALSE(project(made, {std::nan(""), 0, 1}));
    const auto centre = project(made, {0, 0, 1});
    REQUIRE(centre);
    double last = -1;
    for (int ring = 0; ring <= 500; ++ring) {
      const auto pixel = project(made, direction(max_angle(made) * (1 - 1e-9) * ring / 500, 0));
      REQUIRE(pixel);
      REQUIRE(pixel->x() - centre->x() > last);
      last = pixel->x() - centre->x();
    }
  }
}

TEST_CASE("pixels all over and around the image give a ray that meets them, or none") {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> x(-2000, 3280), y(-2000, 2800);
  for (const Case& each : cases()) {
    const Lens made = lens(each.name, each.parameters);
    for (int i = 0; i < 5000; ++i) {
      const Vec2 pixel(x(random), y(random));
      const auto ray = unproject(made, pixel);
      if (!ray) continue;
      const auto again = project(made, *ray * (1 - 1e-12));
      if (!again) continue;  // exactly on the limit
      REQUIRE((*again - pixel).norm() < 0.01);
    }
    CHECK_FALSE(unproject(made, {std::nan(""), 0}));
  }
}

// The expected pixels below come from formats.md section 5 written out in Python (math only).

TEST_CASE("Brown-Conrady puts points where OpenCV's formula does") {
  const auto barrel = project(lens(cases()[2].name, cases()[2].parameters), {0.6, -0.4, 2});
  REQUIRE(barrel);
  CHECK(barrel->x() == Approx(928.518818).margin(1e-6));
  CHECK(barrel->y() == Approx(186.9667092).margin(1e-6));
  const auto rational = project(lens(cases()[5].name, cases()[5].parameters), {1.2, 0.9, 1.5});
  REQUIRE(rational);
  CHECK(rational->x() == Approx(1244.689904761905).margin(1e-6));
  CHECK(rational->y() == Approx(768.6606857142856).margin(1e-6));
}

TEST_CASE("Kannala-Brandt puts points where OpenCV's formula does, past 90 degrees too") {
  const Lens fisheye = lens(cases()[7].name, cases()[7].parameters);
  const auto ahead = project(fisheye, {1, 0.5, 2});
  REQUIRE(ahead);
  CHECK(ahead->x() == Approx(791.1431258843695).margin(1e-6));
  CHECK(ahead->y() == Approx(473.2815155803004).margin(1e-6));
  const auto behind = project(fisheye, {2, -1, -0.5});
  REQUIRE(behind);
  CHECK(behind->x() == Approx(1172.4570502617998).margin(1e-6));
  CHECK(behind->y() == Approx(141.83900593367287).margin(1e-6));
}

TEST_CASE("MEI puts points where the unit sphere's formula does, past 90 degrees too") {
  const Lens omni = lens(cases().back().name, cases().back().parameters);
  const auto ahead = project(omni, {1, 0.5, 2});
  REQUIRE(ahead);
  CHECK(ahead->x() == Approx(906.246510729767).margin(1e-6));
  CHECK(ahead->y() == Approx(800.5591036901154).margin(1e-6));
  const auto behind = project(omni, {3, -1, -0.2});
  REQUIRE(behind);
  CHECK(behind->x() == Approx(1352.8086487352884).margin(1e-6));
  CHECK(behind->y() == Approx(494.3757941586715).margin(1e-6));
}

TEST_CASE("limits are where the radial map turns") {
  // r (1 − 0.3 r²) turns at r = 1/√0.9; θ − 0.1 θ³ at 1/√0.3; MEI with ξ = 2.2134 at acos(−1/ξ).
  const Named focal{{"fx", 500}, {"fy", 500}, {"cx", 640}, {"cy", 400}};
  Named barrel = focal;
  barrel.emplace_back("k1", -0.3);
  CHECK(max_angle(lens("brown_conrady", barrel)) ==
        Approx(std::atan(1 / std::sqrt(0.9))).epsilon(1e-9));
  Named fisheye = focal;
  fisheye.emplace_back("k1", -0.1);
  CHECK(max_angle(lens("kannala_brandt", fisheye)) == Approx(1 / std::sqrt(0.3)).epsilon(1e-9));
  Named omni = focal;
  omni.emplace_back("xi", 2.2134);
  CHECK(max_angle(lens("mei", omni)) == Approx(2.0395711541516546).epsilon(1e-9));
  CHECK(max_angle(lens("pinhole", focal)) == Approx(89 * kPi / 180));
  CHECK(max_angle(lens("kannala_brandt", focal)) == Approx(kPi - 1e-3));
}

TEST_CASE("a rational lens with a pole stops before it") {
  // 1 + k4 r² is zero at r = 1 for k4 = −1.
  const Lens made =
      lens("brown_conrady", {{"fx", 500}, {"fy", 500}, {"cx", 640}, {"cy", 400}, {"k4", -1}});
  CHECK(max_angle(made) == Approx(kPi / 4).epsilon(1e-6));
  CHECK_FALSE(project(made, {1.01, 0, 1}));
}

TEST_CASE("distortion that turns back does not bring far points into the image") {
  // Without the limit (2.5, 0, 1) would land at r·d = 2.5·(1 − 0.25·6.25) < 0: left of the centre.
  const Lens made =
      lens("brown_conrady", {{"fx", 300}, {"fy", 300}, {"cx", 640}, {"cy", 400}, {"k1", -0.25}});
  CHECK_FALSE(project(made, {2.5, 0, 1}));
  CHECK(project(made, {1.1, 0, 1}));
}

TEST_CASE("lines stay straight in a pinhole, and in other lenses only without their terms") {
  const Named focal{{"fx", 500}, {"fy", 500}, {"cx", 640}, {"cy", 400}};
  CHECK(keeps_lines_straight(lens("pinhole", focal)));
  CHECK(keeps_lines_straight(lens("brown_conrady", focal)));
  CHECK(keeps_lines_straight(lens("mei", focal)));
  CHECK_FALSE(keeps_lines_straight(lens("kannala_brandt", focal)));
  for (const std::string name : {"k1", "k6", "p1", "p2"}) {
    Named bent = focal;
    bent.emplace_back(name, 1e-3);
    CHECK_FALSE(keeps_lines_straight(lens("brown_conrady", bent)));
  }
}

TEST_CASE("parameters come out in a fixed order, focal lengths first") {
  const auto parameters = parameters_of(lens(cases()[5].name, cases()[5].parameters));
  REQUIRE(parameters.size() == 12);
  CHECK(parameters[0] == std::pair<std::string_view, double>("fx", 1000));
  CHECK(parameters[3] == std::pair<std::string_view, double>("cy", 360));
  CHECK(parameters[9] == std::pair<std::string_view, double>("k6", 0.3));
  CHECK(parameters[11] == std::pair<std::string_view, double>("p2", -0.0002));
}

TEST_CASE("what is no lens is refused with the reason") {
  const Named focal{{"fx", 500}, {"fy", 500}, {"cx", 640}, {"cy", 400}};
  const auto reason = [&](std::string_view name, const std::string& key, double value) {
    Named parameters = focal;
    bool there = false;
    for (auto& [known, old] : parameters)
      if (known == key) {
        old = value;
        there = true;
      }
    if (!there) parameters.emplace_back(key, value);
    const auto made = make_lens(name, parameters, 1280, 800);
    return made ? std::string() : to_line(made.error());
  };
  CHECK(reason("fish", "k1", 0).find("found fish") != std::string::npos);
  CHECK(reason("fish", "k1", 0).find("kannala_brandt") != std::string::npos);
  CHECK(reason("pinhole", "k1", 0).find("k1: expected one of fx, fy, cx, cy") == 0);
  CHECK(reason("pinhole", "fx", 0).find("fx: expected a focal length above 0") == 0);
  CHECK(reason("pinhole", "fy", -500).find("fy: expected a focal length above 0") == 0);
  CHECK(reason("pinhole", "cx", std::nan("")).find("cx: expected a finite number") == 0);
  CHECK(reason("mei", "xi", -0.5).find("xi: expected 0 or more") == 0);
  // Coefficients of another lens, in pixels: everything folds within half a degree.
  CHECK(reason("kannala_brandt", "k1", -1e5).find("distortion: ") == 0);
  const auto missing = make_lens("pinhole", {{"fx", 500}, {"fy", 500}, {"cx", 640}}, 1280, 800);
  REQUIRE_FALSE(missing);
  CHECK(to_line(missing.error()).find("cy: expected a number, found none") == 0);
  CHECK_FALSE(make_lens("pinhole", focal, 0, 800));
  Named twice = focal;
  twice.emplace_back("fx", 501);
  CHECK_FALSE(make_lens("pinhole", twice, 1280, 800));
}

}  // namespace
}  // namespace sweepbox
