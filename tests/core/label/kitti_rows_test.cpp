#include "core/label/kitti_rows.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

// The first row of the object benchmark's training file 000008.
constexpr const char* kCar =
    "Car 0.88 3 -0.69 0.00 192.37 402.31 374.00 1.60 1.57 3.23 -2.70 1.74 3.68 -1.29";

TEST_CASE("a row of KITTI is read field by field") {
  const auto row = parse_kitti_row(kCar, KittiRows::object);
  REQUIRE(row);
  CHECK(row->type == "Car");
  CHECK(row->truncated == 0.88);
  CHECK(row->occluded == 3);
  CHECK(row->rect.y1 == 374);
  CHECK(row->height == 1.6);
  CHECK(row->length == 3.23);
  CHECK(row->bottom == Vec3(-2.7, 1.74, 3.68));
  CHECK(row->ry == -1.29);
  CHECK_FALSE(row->score);
  CHECK(parse_kitti_row(std::string(kCar) + " 0.7\r\n", KittiRows::object)->score == 0.7);
  const auto tracking = parse_kitti_row(std::string("104 3 ") + kCar, KittiRows::tracking);
  REQUIRE(tracking);
  CHECK(tracking->frame == 104);
  CHECK(tracking->track == 3);
}

TEST_CASE("the location is the middle of the bottom face, the front lies at (cos ry, 0, -sin ry)") {
  KittiRow row;
  row.height = 1.6;
  row.width = 1.5;
  row.length = 4;
  row.bottom = {1, 2, 10};
  row.ry = 0;
  Cuboid cuboid = *cuboid_in_rect(row);
  CHECK(cuboid.pose.translation.isApprox(Vec3(1, 2 - 0.8, 10), 1e-12));  // y points down
  CHECK(cuboid.size == Vec3(4, 1.5, 1.6));
  CHECK((cuboid.pose.rotation * Vec3::UnitX()).isApprox(Vec3(1, 0, 0), 1e-12));
  CHECK((cuboid.pose.rotation * Vec3::UnitZ()).isApprox(Vec3(0, -1, 0), 1e-12));
  row.ry = -kPi / 2;  // looks away from the camera
  CHECK((cuboid_in_rect(row)->pose.rotation * Vec3::UnitX()).isApprox(Vec3(0, 0, 1), 1e-12));
  row.ry = 0.3;
  CHECK((cuboid_in_rect(row)->pose.rotation * Vec3::UnitX())
            .isApprox(Vec3(std::cos(0.3), 0, -std::sin(0.3)), 1e-12));
}

TEST_CASE("place, size and angles set from a cuboid are those that it was read from") {
  KittiRow row = *parse_kitti_row(kCar, KittiRows::object);
  KittiRow again;
  set_cuboid(again, *cuboid_in_rect(row));
  CHECK(again.bottom.isApprox(row.bottom, 1e-12));
  CHECK(again.ry == Approx(row.ry).margin(1e-12));
  CHECK(again.height == row.height);
  // Another row of that file, far away: the file says alpha 1.74, from its own unrounded numbers.
  row = *parse_kitti_row("Car 0 0 1.74 741 168 792 208 1.70 1.63 4.08 7.24 1.55 33.20 1.95",
                         KittiRows::object);
  set_cuboid(again, *cuboid_in_rect(row));
  CHECK(again.alpha == Approx(1.74).margin(0.01));
}

TEST_CASE("alpha is ry less the angle under which the box is seen, within half a turn") {
  KittiRow row;
  row.height = row.width = row.length = 1;
  row.bottom = {-10, 1, 0.1};
  row.ry = 3;
  KittiRow again;
  set_cuboid(again, *cuboid_in_rect(row));
  // atan2(-10, 0.1) = -1.5608; 3 + 1.5608 - 2π = -1.7224
  CHECK(again.alpha == Approx(-1.7224).margin(1e-4));
}

TEST_CASE("DontCare and 2D boxes alone hold no cuboid") {
  const auto holds = [](const char* line) {
    return has_cuboid(*parse_kitti_row(line, KittiRows::object));
  };
  CHECK(holds(kCar));
  CHECK_FALSE(
      holds("DontCare -1 -1 -10 800.38 163.67 825.45 184.07 -1 -1 -1 -1000 -1000 -1000 -10"));
  CHECK_FALSE(holds("Car 0 0 -10 800.38 163.67 825.45 184.07 -1 -1 -1 -1000 -1000 -1000 -10"));
  // The tracking benchmark has the same defaults in another order.
  CHECK_FALSE(has_cuboid(
      *parse_kitti_row("0 -1 DontCare -1 -1 -10 219 188 245 218 -1000 -1000 -1000 -10 -1 -1 -1",
                       KittiRows::tracking)));
}

TEST_CASE("a bad row names its field") {
  const auto field = [](std::size_t index, const char* value) {
    auto parts = split_blanks(kCar);
    std::string line;
    parts[index] = value;
    for (const std::string_view part : parts) line.append(part).push_back(' ');
    const auto row = parse_kitti_row(line, KittiRows::object);
    if (!row) return row.error().where;
    const auto cuboid = cuboid_in_rect(*row);
    return cuboid ? std::string("good") : cuboid.error().where;
  };
  CHECK(field(1, "0.88") == "good");
  CHECK(field(8, "-1.6") == "height");
  CHECK(field(9, "0") == "width");
  CHECK(field(10, "1e9") == "length");
  CHECK(field(8, "nan") == "height");
  CHECK(field(11, "inf") == "x");
  CHECK(field(13, "1e30") == "z");
  CHECK(field(14, "north") == "rotation_y");
  CHECK(field(14, "-1000") == "rotation_y");
  CHECK(field(2, "1e300") == "occluded");
  const auto few = parse_kitti_row("Car 0 0", KittiRows::object);
  REQUIRE_FALSE(few);
  CHECK_THAT(to_line(few.error()),
             Catch::Contains("expected 15 fields, or 16 with a score, found 3"));
  CHECK(parse_kitti_row(std::string("x 3 ") + kCar, KittiRows::tracking).error().where == "frame");
  CHECK(parse_kitti_row(std::string("4 -7 ") + kCar, KittiRows::tracking).error().where == "track");
}

TEST_CASE("a written row reads back to a micrometre") {
  for (const KittiRows rows : {KittiRows::object, KittiRows::tracking}) {
    KittiRow row = *parse_kitti_row(kCar, KittiRows::object);
    row.frame = 12;
    row.track = 7;
    row.truncated = 1;
    row.score = 0.25;
    const auto again = parse_kitti_row(kitti_line(row, rows), rows);
    REQUIRE(again);
    CHECK(again->frame == (rows == KittiRows::tracking ? 12 : 0));
    CHECK((again->bottom - row.bottom).norm() < 1e-6);
    CHECK(again->ry == Approx(row.ry).margin(1e-6));
    CHECK(again->truncated == 1);
    CHECK(again->score == 0.25);
  }
}

TEST_CASE("records are the lines that are not blank, with their ends and numbers") {
  const auto records = line_records("a\n\n \r\nbc\r\nd");
  REQUIRE(records.size() == 3);
  CHECK(records[0].end == 2);
  CHECK(records[1].number == 4);
  CHECK(records[1].end - records[1].begin == 4);
  CHECK(records[2].number == 5);
  CHECK(line_records("").empty());
}

}  // namespace
}  // namespace sweepbox
