#include "core/geometry/clip.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace sweepbox {
namespace {

const Plane kAboveOne{Vec3::UnitZ(), 1};

TEST_CASE("a segment across a plane keeps its end and the crossing, in its own direction") {
  const auto up = clip_segment({0, 0, 0}, {4, 0, 4}, kAboveOne);
  REQUIRE(up);
  CHECK((up->first - Vec3(1, 0, 1)).norm() < 1e-12);
  CHECK(up->second == Vec3(4, 0, 4));
  const auto down = clip_segment({4, 0, 4}, {0, 0, 0}, kAboveOne);
  REQUIRE(down);
  CHECK(down->first == Vec3(4, 0, 4));
  CHECK(down->second == up->first);  // the same bits from either side
}

TEST_CASE("a segment on the plane stays, one below is gone") {
  CHECK(clip_segment({0, 0, 1}, {1, 0, 1}, kAboveOne));
  CHECK_FALSE(clip_segment({0, 0, 0.9}, {1, 0, 0.5}, kAboveOne));
  const auto touching = clip_segment({0, 0, 1}, {0, 0, 0}, kAboveOne);
  REQUIRE(touching);
  CHECK(touching->first == touching->second);
}

TEST_CASE("a square cut through its corner becomes a pentagon in the same order") {
  const std::vector<Vec3> square{{0, 0, 0}, {2, 0, 0}, {2, 2, 0}, {0, 2, 0}};
  // x + y ≤ 3 cuts the corner (2, 2) at (2, 1) and (1, 2).
  const double s = std::sqrt(0.5);
  const auto cut = clip_polygon(square, {Vec3(-s, -s, 0), -3 * s});
  REQUIRE(cut.size() == 5);
  CHECK((cut[2] - Vec3(2, 1, 0)).norm() < 1e-12);
  CHECK((cut[3] - Vec3(1, 2, 0)).norm() < 1e-12);
  CHECK(cut[4] == Vec3(0, 2, 0));
}

TEST_CASE("a polygon wholly on either side is kept or gone, an empty one stays empty") {
  const std::vector<Vec3> triangle{{0, 0, 2}, {1, 0, 2}, {0, 1, 3}};
  CHECK(clip_polygon(triangle, kAboveOne) == triangle);
  CHECK(clip_polygon(triangle, {Vec3::UnitZ(), 5}).empty());
  CHECK(clip_polygon({}, kAboveOne).empty());
}

}  // namespace
}  // namespace sweepbox
